import type { Schedule } from '../../sim/base/schedule.ts';
import { SEND } from '../../sim/base/schedule.ts';
import type { Topology } from '../../sim/base/topology.ts';
import { Congestion } from './congestion.ts';
import { ExactLoads } from './exact-loads.ts';
import { PairDemand } from './load-placer.ts';
import { capacityShares, ShareTable } from './pair-shares.ts';

/** Loads that a packet run counted, set against perfect spraying of the same Schedule. */
export interface MeasuredLoads {
  readonly idealLinkLoadBytes: Float64Array;
  readonly maxLinkLoadBytes: number;
  readonly maxIdealLinkLoadBytes: number;
  readonly congestionRatio: number;
  /** The largest ratio of one phase; 1 if nothing crosses the fabric. */
  readonly worstPhaseCongestionRatio: number;
}

/**
 * @param linkLoadBytes payload of first transmissions of each directed link
 * @param phaseLoadBytes the same, of one phase on one link
 */
export function measuredLoads(
  topology: Topology,
  schedule: Schedule,
  linkLoadBytes: Float64Array,
  phaseLoadBytes: (phase: number, link: number) => number,
): MeasuredLoads {
  const { torOfHost, hostOfRank, tors } = topology;
  const congestion = new Congestion(topology);
  const shares = new ShareTable(topology, capacityShares);
  const demand = new PairDemand(tors);
  const phaseIdeal = new ExactLoads(topology.links);
  const ideal = new ExactLoads(topology.links);
  const sends = sendsByPhase(schedule);
  let worst = 1;
  sends.forEach((ops, phase) => {
    for (const op of ops) {
      const srcTor = torOfHost[hostOfRank[schedule.rank[op]!]!]!;
      const dstTor = torOfHost[hostOfRank[schedule.peer[op]!]!]!;
      if (srcTor !== dstTor) demand.add(srcTor * tors + dstTor, schedule.bytes[op]!);
    }
    demand.spreadTo(phaseIdeal, shares);
    const ratio = congestion.ratio(
      (link) => phaseLoadBytes(phase, link),
      (link) => phaseIdeal.bytes(link),
    );
    worst = Math.max(worst, ratio);
    phaseIdeal.moveTo(ideal);
  });
  const idealLinkLoadBytes = ideal.all();
  const loadOf = (link: number): number => linkLoadBytes[link]!;
  const idealOf = (link: number): number => idealLinkLoadBytes[link]!;
  return {
    idealLinkLoadBytes,
    maxLinkLoadBytes: congestion.max(loadOf),
    maxIdealLinkLoadBytes: congestion.max(idealOf),
    congestionRatio: congestion.ratio(loadOf, idealOf),
    worstPhaseCongestionRatio: worst,
  };
}

function sendsByPhase(schedule: Schedule): number[][] {
  const sends: number[][] = schedule.phaseNames.map(() => []);
  for (let op = 0; op < schedule.ops; op++) if (schedule.kind[op] === SEND) sends[schedule.phase[op]!]!.push(op);
  return sends;
}
