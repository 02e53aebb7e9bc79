import { ConfigError } from '../sim/base/errors.ts';
import type { FailureSpec } from '../sim/base/failure-spec.ts';
import type { LeafSpineSpec, ServerSpec } from '../sim/base/topology-spec.ts';
import type { PathSet, Topology } from '../sim/base/topology.ts';
import { GraphBuilder } from './graph.ts';
import { cutFailed } from './link-names.ts';
import { placeRanks } from './placement.ts';
import { PortSets } from './port-sets.ts';
import { type LeafSpineTiers, leafSpineTiers } from './tiers.ts';

/**
 * A two-tier leaf-spine: `leaves` x `hostsPerLeaf` hosts, every leaf joined to every spine by `linksPerPair` parallel cables.
 *
 * Ports: leaf port h is its host h, then uplinks in (spine, cable) order; spine ports are in (leaf, cable) order.
 * A path between two leaves is (spine p, up cable u, down cable d), with identifier (p * linksPerPair + u) * linksPerPair + d.
 *
 * @param ranks how many ranks the placement puts on the hosts; at most the number of hosts
 * @param seed run seed, for the random placement
 * @throws ConfigError when a failure names no link of this fabric, or there are too many paths for a 16-bit entropy
 */
export function leafSpine(spec: LeafSpineSpec, failures: readonly FailureSpec[], ranks: number, seed: number): Topology {
  const { leaves, hostsPerLeaf } = spec;
  const hostOfRank = placeRanks(spec.placement, { tors: leaves, hostsPerTor: hostsPerLeaf }, spec.server, ranks, seed);
  return twoTiers(leafSpineTiers(spec), failures, hostOfRank, spec.server ?? null);
}

/** The Topology of two tiers with any assignment of hosts to leaves; without spines its leaves are apart. */
export function twoTiers(
  spec: LeafSpineTiers,
  failures: readonly FailureSpec[],
  hostOfRank: Int32Array,
  server: ServerSpec | null,
): Topology {
  const { leaves, spines, hostsPerLeaf, leafOfHost } = spec;
  const cables = spec.fabricLink.linksPerPair;
  const hosts = leaves * hostsPerLeaf;
  const uplinks = spines * cables;
  const pathIds = uplinks * cables;
  if (pathIds > 65_536) {
    throw new ConfigError('E130', `${spines} spines with ${cables} links a pair give ${pathIds} paths between two leaves`, {
      where: { path: 'topology' },
      hint: 'at most 65536, the number of 16-bit path identifiers',
    });
  }

  const graph = new GraphBuilder();
  for (let h = 0; h < hosts; h++) graph.addNode(`host${h}`);
  for (let l = 0; l < leaves; l++) graph.addNode(`leaf${l}`);
  for (let p = 0; p < spines; p++) graph.addNode(`spine${p}`);
  const leafNode = (l: number): number => hosts + l;
  const spineNode = (p: number): number => hosts + leaves + p;

  for (let h = 0; h < hosts; h++) graph.addCable(h, leafNode(leafOfHost(h)), spec.hostLink, false);
  for (let l = 0; l < leaves; l++) {
    for (let p = 0; p < spines; p++) {
      const rateBps = spec.fabricLink.perSpineRateBps?.[p] ?? spec.fabricLink.rateBps;
      for (let c = 0; c < cables; c++) graph.addCable(leafNode(l), spineNode(p), { rateBps, delayPs: spec.fabricLink.delayPs }, true);
    }
  }
  cutFailed(graph, spec.of, failures);

  // Cable (l, p, c) is the graph's cable number hosts + (l * spines + p) * cables + c; its upward link is twice that.
  const upLink = (l: number, p: number, c: number): number => 2 * (hosts + (l * spines + p) * cables + c);
  const downLink = (l: number, p: number, c: number): number => upLink(l, p, c) + 1;
  const allCables = range(cables);
  const live = Array.from({ length: leaves * spines }, (_, i) => {
    const up = (c: number): boolean => graph.isUp(upLink(Math.floor(i / spines), i % spines, c));
    return allCables.every(up) ? allCables : allCables.filter(up);
  });
  const liveCables = (l: number, p: number): readonly number[] => live[l * spines + p]!;

  const joinsLeaves = (p: number): boolean => range(leaves).filter((l) => liveCables(l, p).length > 0).length >= 2;

  const switches = leaves + spines;
  const nextHopSet = new Int32Array(switches * leaves).fill(-1);
  const sets = new PortSets();
  for (let l = 0; l < leaves; l++) {
    for (let t = 0; t < leaves; t++) {
      if (t === l) continue;
      const ports: number[] = [];
      for (let p = 0; p < spines; p++) {
        if (liveCables(t, p).length === 0) continue;
        for (const c of liveCables(l, p)) ports.push(hostsPerLeaf + p * cables + c);
      }
      nextHopSet[l * leaves + t] = sets.add(l, ports);
    }
  }
  for (let p = 0; p < spines; p++) {
    for (let t = 0; t < leaves; t++) {
      nextHopSet[(leaves + p) * leaves + t] = sets.add(
        leaves + p,
        liveCables(t, p).map((c) => t * cables + c),
      );
    }
  }

  // Pinned paths: a leaf (stage 0) takes uplink (p, u), a spine (stage 1) takes down cable d towards the ToR.
  const pinStage = new Uint8Array(switches).fill(1, leaves);
  const pinIndex = new Int32Array(2 * pathIds);
  const pathReverse = new Int32Array(pathIds);
  const pathId = (p: number, u: number, d: number): number => (p * cables + u) * cables + d;
  for (let p = 0; p < spines; p++) {
    for (let u = 0; u < cables; u++) {
      for (let d = 0; d < cables; d++) {
        const id = pathId(p, u, d);
        pinIndex[id] = p * cables + u;
        pinIndex[pathIds + id] = d;
        pathReverse[id] = pathId(p, d, u);
      }
    }
  }
  const pinPort = Int32Array.from([...range(uplinks).map((i) => hostsPerLeaf + i), ...range(leaves * cables)]);
  const pinBase = new Int32Array(switches * leaves);
  for (let p = 0; p < spines; p++) {
    for (let t = 0; t < leaves; t++) pinBase[(leaves + p) * leaves + t] = uplinks + t * cables;
  }

  const pathsBetween = (srcTor: number, dstTor: number): PathSet => {
    const ids: number[] = [];
    const capacityBps: number[] = [];
    const links: number[] = [];
    for (let p = 0; p < spines; p++) {
      const up = liveCables(srcTor, p);
      const down = liveCables(dstTor, p);
      if (up.length === 0 || down.length === 0) continue;
      const count = Math.max(up.length, down.length);
      for (let i = 0; i < count; i++) {
        const u = up[i % up.length]!;
        const d = down[i % down.length]!;
        const sharingUp = Math.ceil((count - (i % up.length)) / up.length);
        const sharingDown = Math.ceil((count - (i % down.length)) / down.length);
        const first = upLink(srcTor, p, u);
        const second = downLink(dstTor, p, d);
        ids.push(pathId(p, u, d));
        capacityBps.push(Math.min(graph.rateBps(first) / sharingUp, graph.rateBps(second) / sharingDown));
        links.push(first, second);
      }
    }
    return {
      ids: Int32Array.from(ids),
      capacityBps: Float64Array.from(capacityBps),
      linkOffset: Int32Array.from({ length: ids.length + 1 }, (_, i) => 2 * i),
      links: Int32Array.from(links),
    };
  };

  return {
    hosts,
    switches,
    tors: leaves,
    ...graph.build(),
    torOfHost: Int32Array.from({ length: hosts }, (_, h) => leafOfHost(h)),
    hostOfRank,
    server,
    longestPath: Int32Array.from(longestPath(spec, hosts, joinsLeaves, upLink, downLink)),
    nextHopSet,
    ...sets.build(),
    pathIds,
    pinStage,
    pinIndex,
    pinBase,
    pinPort,
    pathReverse,
    pathsBetween,
  };
}

/** Links of a path with the largest unloaded round-trip time: over the slowest spine that joins leaves, or inside a leaf that is alone. */
function longestPath(
  spec: LeafSpineTiers,
  hosts: number,
  joinsLeaves: (p: number) => boolean,
  upLink: (l: number, p: number, c: number) => number,
  downLink: (l: number, p: number, c: number) => number,
): number[] {
  const fromHost0 = 0;
  const toFirstHost = (isWanted: (host: number) => boolean): number => 2 * Math.max(0, range(hosts).findIndex(isWanted)) + 1;
  if (spec.leaves === 1 || spec.spines === 0) return [fromHost0, toFirstHost((h) => h > 0 && spec.leafOfHost(h) === 0)];
  const rateBps = (p: number): number => spec.fabricLink.perSpineRateBps?.[p] ?? spec.fabricLink.rateBps;
  const used = range(spec.spines).filter(joinsLeaves);
  const slowest = (used.length > 0 ? used : range(spec.spines)).reduce((a, b) => (rateBps(b) < rateBps(a) ? b : a));
  return [fromHost0, upLink(0, slowest, 0), downLink(1, slowest, 0), toFirstHost((h) => spec.leafOfHost(h) === 1)];
}

const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);
