import { ConfigError } from '../sim/base/errors.ts';
import type { FailureSpec } from '../sim/base/failure-spec.ts';
import type { FatTreeSpec } from '../sim/base/topology-spec.ts';
import type { PathSet, Topology } from '../sim/base/topology.ts';
import { FatTreeLinks } from './fat-tree-links.ts';
import { placeRanks } from './placement.ts';
import { PortSets } from './port-sets.ts';

/**
 * A three-tier fat tree (Al-Fares et al., SIGCOMM 2008): pods of ToRs and aggregation switches, each ToR joined to every aggregation
 * switch of its pod, and planes of core switches: aggregation switch a of every pod is joined to the cores a * coresPerAgg and following.
 *
 * Numbers: ToR i of pod p is p * torsPerPod + i, aggregation switch a of it p * aggsPerPod + a; hosts are numbered ToR by ToR.
 * Ports: a ToR's are its hosts, then its aggregation switches; an aggregation switch's are its ToRs, then its cores; a core's its pods.
 * A path is chosen on the way up alone. Its identifier is that of the core at the top, a * coresPerAgg + c; inside a pod the path over
 * aggregation switch a has the identifier of that switch's first core. Both directions of a path have the same identifier.
 *
 * @param ranks how many ranks the placement puts on the hosts; at most the number of hosts
 * @param seed run seed, for the random placement
 * @throws ConfigError when a failure names no link of this fabric, or there are too many paths for a 16-bit entropy
 */
export function fatTree(spec: FatTreeSpec, failures: readonly FailureSpec[], ranks: number, seed: number): Topology {
  const { pods, torsPerPod, aggsPerPod, coresPerAgg, hostsPerTor } = spec;
  const cores = aggsPerPod * coresPerAgg;
  if (cores > 65_536) {
    throw new ConfigError('E130', `${cores} core switches give as many paths between two pods`, {
      where: { path: 'topology' },
      hint: 'at most 65536, the number of 16-bit path identifiers',
    });
  }
  const tors = pods * torsPerPod;
  const hosts = tors * hostsPerTor;
  const links = new FatTreeLinks(spec, failures);
  return {
    hosts,
    switches: tors + pods * aggsPerPod + cores,
    tors,
    ...links.graph.build(),
    torOfHost: Int32Array.from({ length: hosts }, (_, h) => Math.floor(h / hostsPerTor)),
    hostOfRank: placeRanks(spec.placement, { tors, hostsPerTor }, spec.server, ranks, seed),
    server: spec.server ?? null,
    longestPath: Int32Array.from(longestPath(spec, links)),
    ...nextHops(spec, links),
    ...pins(spec),
    pathsBetween: (srcTor, dstTor) => pathsBetween(spec, links, srcTor, dstTor),
  };
}

/** Live next hops of every switch towards every ToR. */
function nextHops(spec: FatTreeSpec, links: FatTreeLinks): Pick<Topology, 'nextHopSet' | 'setOffset' | 'setPort'> {
  const { pods, torsPerPod, aggsPerPod, coresPerAgg, hostsPerTor } = spec;
  const tors = pods * torsPerPod;
  const aggs = pods * aggsPerPod;
  const nextHopSet = new Int32Array((tors + aggs + aggsPerPod * coresPerAgg) * tors).fill(-1);
  const sets = new PortSets();
  const ports: number[] = [];
  const store = (sw: number, t: number): void => {
    nextHopSet[sw * tors + t] = sets.add(sw, ports);
    ports.length = 0;
  };

  for (let tor = 0; tor < tors; tor++) {
    const pod = Math.floor(tor / torsPerPod);
    for (let t = 0; t < tors; t++) {
      if (t === tor) continue;
      const dstPod = Math.floor(t / torsPerPod);
      for (let a = 0; a < aggsPerPod; a++) {
        if (links.torIsUp(tor, a) && links.torIsUp(t, a) && links.coresBetween(pod, dstPod, a) > 0) ports.push(hostsPerTor + a);
      }
      store(tor, t);
    }
  }
  for (let pod = 0; pod < pods; pod++) {
    for (let a = 0; a < aggsPerPod; a++) {
      for (let t = 0; t < tors; t++) {
        const dstPod = Math.floor(t / torsPerPod);
        if (links.torIsUp(t, a)) {
          if (dstPod === pod) ports.push(t % torsPerPod);
          else for (let c = 0; c < coresPerAgg; c++) if (links.coreJoins(pod, dstPod, a, c)) ports.push(torsPerPod + c);
        }
        store(tors + pod * aggsPerPod + a, t);
      }
    }
  }
  for (let a = 0; a < aggsPerPod; a++) {
    for (let c = 0; c < coresPerAgg; c++) {
      for (let t = 0; t < tors; t++) {
        const dstPod = Math.floor(t / torsPerPod);
        if (links.coreIsUp(dstPod, a, c) && links.torIsUp(t, a)) ports.push(dstPod);
        store(tors + aggs + a * coresPerAgg + c, t);
      }
    }
  }
  return { nextHopSet, ...sets.build() };
}

type Pins = Pick<Topology, 'pathIds' | 'pinStage' | 'pinIndex' | 'pinBase' | 'pinPort' | 'pathReverse'>;

/**
 * Ports of pinned packets. Stages: 0 ToRs, where a path says which aggregation switch; 1 aggregation switches, where it says which core
 * (on the way down its ToR's port stands once for each); 2 cores, where it says nothing.
 */
function pins({ pods, torsPerPod, aggsPerPod, coresPerAgg, hostsPerTor }: FatTreeSpec): Pins {
  const tors = pods * torsPerPod;
  const aggs = pods * aggsPerPod;
  const pathIds = aggsPerPod * coresPerAgg;
  const switches = tors + aggs + pathIds;
  const pinIndex = new Int32Array(3 * pathIds);
  for (let path = 0; path < pathIds; path++) {
    pinIndex[path] = Math.floor(path / coresPerAgg);
    pinIndex[pathIds + path] = path % coresPerAgg;
  }
  const torUp = 0;
  const aggUp = torUp + aggsPerPod;
  const aggDown = aggUp + coresPerAgg;
  const coreDown = aggDown + torsPerPod * coresPerAgg;
  const pinPort = new Int32Array(coreDown + pods);
  for (let a = 0; a < aggsPerPod; a++) pinPort[torUp + a] = hostsPerTor + a;
  for (let c = 0; c < coresPerAgg; c++) pinPort[aggUp + c] = torsPerPod + c;
  for (let i = 0; i < torsPerPod; i++) pinPort.fill(i, aggDown + i * coresPerAgg, aggDown + (i + 1) * coresPerAgg);
  for (let pod = 0; pod < pods; pod++) pinPort[coreDown + pod] = pod;

  const pinBase = new Int32Array(switches * tors).fill(torUp);
  for (let t = 0; t < tors; t++) {
    const dstPod = Math.floor(t / torsPerPod);
    for (let agg = 0; agg < aggs; agg++) {
      const down = aggDown + (t % torsPerPod) * coresPerAgg;
      pinBase[(tors + agg) * tors + t] = Math.floor(agg / aggsPerPod) === dstPod ? down : aggUp;
    }
    for (let core = 0; core < pathIds; core++) pinBase[(tors + aggs + core) * tors + t] = coreDown + dstPod;
  }
  return {
    pathIds,
    pinStage: new Uint8Array(switches).fill(1, tors, tors + aggs).fill(2, tors + aggs),
    pinIndex,
    pinBase,
    pinPort,
    pathReverse: Int32Array.from({ length: pathIds }, (_, path) => path),
  };
}

/**
 * Paths in turn over the aggregation switches, so that a few neighbouring ones share as little as they can. Those over one aggregation
 * switch share its two links to the ToRs.
 */
function pathsBetween(spec: FatTreeSpec, links: FatTreeLinks, srcTor: number, dstTor: number): PathSet {
  const { torsPerPod, aggsPerPod, coresPerAgg, fabricLink, coreLink } = spec;
  const srcPod = Math.floor(srcTor / torsPerPod);
  const dstPod = Math.floor(dstTor / torsPerPod);
  const inPod = srcPod === dstPod;
  const hops = inPod ? 2 : 4;
  const aggs = Array.from({ length: aggsPerPod }, (_, a) => a).filter((a) => links.torIsUp(srcTor, a) && links.torIsUp(dstTor, a));
  const count = aggs.reduce((sum, a) => sum + links.coresBetween(srcPod, dstPod, a), 0);
  const ids = new Int32Array(count);
  const capacityBps = new Float64Array(count);
  const travelled = new Int32Array(count * hops);
  let path = 0;
  let at = 0;
  for (let c = 0; path < count; c++) {
    for (const a of aggs) {
      if (!inPod && !links.coreJoins(srcPod, dstPod, a, c)) continue;
      const share = fabricLink.rateBps / links.coresBetween(srcPod, dstPod, a);
      ids[path] = a * coresPerAgg + c;
      capacityBps[path++] = inPod ? share : Math.min(share, coreLink.rateBps);
      travelled[at++] = links.torUpLink(srcTor, a);
      if (!inPod) {
        travelled[at++] = links.coreUpLink(srcPod, a, c);
        travelled[at++] = links.coreUpLink(dstPod, a, c) + 1;
      }
      travelled[at++] = links.torUpLink(dstTor, a) + 1;
    }
  }
  const linkOffset = new Int32Array(count + 1);
  for (let i = 0; i <= count; i++) linkOffset[i] = hops * i;
  return { ids, capacityBps, linkOffset, links: travelled };
}

/** Over a core if there is another pod, else over an aggregation switch if there is another ToR, else inside the only one. */
function longestPath({ pods, torsPerPod, hostsPerTor }: FatTreeSpec, links: FatTreeLinks): number[] {
  const fromHost0 = 0;
  const toFirstHostOf = (tor: number): number => 2 * tor * hostsPerTor + 1;
  const up = links.torUpLink(0, 0);
  if (pods > 1) {
    const down = links.torUpLink(torsPerPod, 0) + 1;
    return [fromHost0, up, links.coreUpLink(0, 0, 0), links.coreUpLink(1, 0, 0) + 1, down, toFirstHostOf(torsPerPod)];
  }
  if (torsPerPod > 1) return [fromHost0, up, links.torUpLink(1, 0) + 1, toFirstHostOf(1)];
  return [fromHost0, 2 * Math.min(1, hostsPerTor - 1) + 1];
}
