import { SEND, type Schedule } from '../../sim/base/schedule.ts';
import type { Topology } from '../../sim/base/topology.ts';
import { ExactLoads } from './exact-loads.ts';
import { PairDemand } from './load-placer.ts';
import { capacityShares, ShareTable } from './pair-shares.ts';

/**
 * Payload of each directed link under perfect spraying: every message is shared over the live paths of its pair of ToRs in
 * proportion to their capacity, uniformly where capacities are equal. 0 on host links. Optimal on a symmetric leaf-spine
 * (congestion-theory 1.3); with failures or unequal spines a yardstick, not an optimum (sections 7 and 8).
 */
export function idealLoads(topology: Topology, schedule: Schedule): Float64Array {
  const { torOfHost, hostOfRank, tors } = topology;
  const demand = new PairDemand(tors);
  for (let op = 0; op < schedule.ops; op++) {
    if (schedule.kind[op] !== SEND) continue;
    const srcTor = torOfHost[hostOfRank[schedule.rank[op]!]!]!;
    const dstTor = torOfHost[hostOfRank[schedule.peer[op]!]!]!;
    if (srcTor !== dstTor) demand.add(srcTor * tors + dstTor, schedule.bytes[op]!);
  }
  const loads = new ExactLoads(topology.links);
  demand.spreadTo(loads, new ShareTable(topology, capacityShares));
  return loads.all();
}
