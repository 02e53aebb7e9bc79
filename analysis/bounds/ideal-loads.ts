import { groupBy } from '../../sim/base/group-by.ts';
import { SEND, type Schedule } from '../../sim/base/schedule.ts';
import { inOneServer, type Topology } from '../../sim/base/topology.ts';
import { ExactLoads } from './exact-loads.ts';
import { PairDemand } from './load-placer.ts';
import { capacityShares, ShareTable } from './pair-shares.ts';

/**
 * Payload of the links under perfect spraying, phase by phase: every message is shared over the live paths of its pair of ToRs in
 * proportion to their capacity, uniformly where capacities are equal. Optimal on a symmetric leaf-spine or fat tree;
 * with failures or unequal spines a yardstick, not an optimum.
 *
 * @param visit called once a phase, ascending, with the loads of that phase alone; they are gone when it returns
 * @returns the loads of the whole Schedule; 0 on host links
 */
export function idealLoads(topology: Topology, schedule: Schedule, visit: (phase: number, loads: ExactLoads) => void): ExactLoads {
  const { torOfHost, hostOfRank, tors } = topology;
  const phases = schedule.phaseNames.length;
  const { offset, order: sends } = groupBy(schedule.ops, phases, (op) => (schedule.kind[op] === SEND ? schedule.phase[op]! : -1));
  const demand = new PairDemand(tors);
  const shares = ShareTable.of(topology, capacityShares);
  const total = new ExactLoads(topology.links);
  const loads = new ExactLoads(topology.links);
  for (let phase = 0; phase < phases; phase++) {
    for (let i = offset[phase]!; i < offset[phase + 1]!; i++) {
      const op = sends[i]!;
      if (inOneServer(topology, schedule.rank[op]!, schedule.peer[op]!)) continue;
      const srcTor = torOfHost[hostOfRank[schedule.rank[op]!]!]!;
      const dstTor = torOfHost[hostOfRank[schedule.peer[op]!]!]!;
      if (srcTor !== dstTor) demand.add(srcTor * tors + dstTor, schedule.bytes[op]!);
    }
    demand.spreadTo(loads, shares);
    visit(phase, loads);
    loads.moveTo(total);
  }
  return total;
}
