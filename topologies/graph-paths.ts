import { ConfigError } from '../sim/base/errors.ts';
import type { PathSet, Topology } from '../sim/base/topology.ts';
import type { GraphLinks, GraphRoutes } from './graph-routes.ts';

/** An entropy has 16 bits, and every path has an identifier each way. */
const MAX_PATH_IDS = 65_536;
/** Entries of the table of pinned ports. */
const MAX_PIN_PORTS = 2 ** 25;

type GraphPaths = Pick<Topology, 'pathIds' | 'pinStage' | 'pinIndex' | 'pinBase' | 'pinPort' | 'pathReverse' | 'pathsBetween'>;

/**
 * The shortest paths between all pairs of ToRs, each with two identifiers of its own: 2 k + 1, and 2 k + 2 for the way back. 0 is its own
 * way back and no path: packets inside a rack may carry it.
 *
 * @throws ConfigError when there are more than identifiers
 */
export function graphPaths(routes: GraphRoutes, links: GraphLinks, hosts: number, switches: number, tors: number): GraphPaths {
  const paths = countPaths(routes, links, hosts, switches, tors);
  const pathIds = paths + 1;
  if (pathIds > MAX_PATH_IDS || pathIds * switches > MAX_PIN_PORTS) {
    throw new ConfigError('E130', `${paths} shortest paths between the ${tors} switches with hosts`, {
      where: { path: 'topology' },
      hint: `at most ${Math.min(MAX_PATH_IDS, Math.floor(MAX_PIN_PORTS / switches)) - 1} in a graph; regular fabrics (leaf-spine, fat-tree, rail) may have more`,
    });
  }
  const pinPort = new Int32Array(switches * pathIds);
  /** Links of path k, from the lower ToR to the upper one. */
  const linksOfPath: Int32Array[] = [];
  /** Paths of the pair (u, v), u < v: firstPath[u * tors + v] .. firstPath[u * tors + v + 1]. */
  const firstPath = new Int32Array(tors * tors + 1);
  for (let u = 0; u < tors; u++) {
    for (let v = 0; v < tors; v++) {
      firstPath[u * tors + v] = linksOfPath.length;
      if (u < v) for (const path of shortestPaths(routes, links, hosts, u, v)) linksOfPath.push(path);
    }
  }
  firstPath[tors * tors] = linksOfPath.length;
  linksOfPath.forEach((path, k) => {
    for (const link of path) {
      pinPort[(links.linkFrom[link]! - hosts) * pathIds + 2 * k + 1] = links.linkFromPort[link]!;
      const back = links.linkReverse[link]!;
      pinPort[(links.linkFrom[back]! - hosts) * pathIds + 2 * k + 2] = links.linkFromPort[back]!;
    }
  });
  return {
    pathIds,
    pinStage: new Uint8Array(switches),
    pinIndex: Int32Array.from({ length: pathIds }, (_, path) => path),
    pinBase: Int32Array.from({ length: switches * tors }, (_, i) => Math.floor(i / tors) * pathIds),
    pinPort,
    pathReverse: Int32Array.from({ length: pathIds }, (_, path) => (path === 0 ? 0 : path % 2 === 1 ? path + 1 : path - 1)),
    pathsBetween: (srcTor, dstTor) => {
      const isForward = srcTor < dstTor;
      const pair = isForward ? srcTor * tors + dstTor : dstTor * tors + srcTor;
      const live: { readonly id: number; readonly links: Int32Array }[] = [];
      for (let k = firstPath[pair]!; k < firstPath[pair + 1]!; k++) {
        const forward = linksOfPath[k]!;
        if (forward.some((link) => links.linkUp[link] === 0)) continue;
        if (isForward) live.push({ id: 2 * k + 1, links: forward });
        else live.push({ id: 2 * k + 2, links: forward.map((link) => links.linkReverse[link]!).reverse() });
      }
      return pathSet(live, links.linkRateBps);
    },
  };
}

/** A path gets of each link an equal share of the pair's paths over it. */
function pathSet(live: readonly { readonly id: number; readonly links: Int32Array }[], linkRateBps: Float64Array): PathSet {
  const sharing = new Map<number, number>();
  for (const path of live) for (const link of path.links) sharing.set(link, (sharing.get(link) ?? 0) + 1);
  const hops = live[0]?.links.length ?? 0;
  return {
    ids: Int32Array.from(live, ({ id }) => id),
    capacityBps: Float64Array.from(live, (path) =>
      path.links.reduce((least, link) => Math.min(least, linkRateBps[link]! / sharing.get(link)!), Infinity),
    ),
    linkOffset: Int32Array.from({ length: live.length + 1 }, (_, i) => hops * i),
    links: Int32Array.from(live.flatMap((path) => [...path.links])),
  };
}

/** Shortest paths over all ordered pairs of different ToRs. */
function countPaths(routes: GraphRoutes, links: GraphLinks, hosts: number, switches: number, tors: number): number {
  let paths = 0;
  for (let tor = 0; tor < tors; tor++) {
    const ways = new Float64Array(switches);
    ways[tor] = 1;
    for (const sw of routes.reaching(tor)) {
      for (const link of routes.closer(sw, tor)) ways[sw]! += ways[links.linkTo[link]! - hosts]!;
      if (sw < tors && sw !== tor) paths += ways[sw]!;
    }
  }
  return paths;
}

/** In the order of the ports that they leave by. */
function* shortestPaths(routes: GraphRoutes, links: GraphLinks, hosts: number, from: number, to: number): Generator<Int32Array> {
  const path: number[] = [];
  function* extend(sw: number): Generator<Int32Array> {
    if (sw === to) {
      yield Int32Array.from(path);
      return;
    }
    for (const link of routes.closer(sw, to)) {
      path.push(link);
      yield* extend(links.linkTo[link]! - hosts);
      path.pop();
    }
  }
  yield* extend(from);
}
