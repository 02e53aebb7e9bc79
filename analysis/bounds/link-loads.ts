import type { BalancerSpec } from '../../sim/base/scenario.ts';
import type { Schedule } from '../../sim/base/schedule.ts';
import type { Topology } from '../../sim/base/topology.ts';
import type { FlowPlan } from '../../sim/balancing/flow-plan.ts';
import { Congestion } from './congestion.ts';
import { ExactLoads } from './exact-loads.ts';
import { LoadPlacer, PairDemand } from './load-placer.ts';
import { capacityShares, ShareTable } from './pair-shares.ts';
import type { Hashing } from './route.ts';

/** Payload that a Schedule puts on the fabric under one balancer, beside what perfect spraying would put there. */
export interface FabricLoads {
  /** Of each directed link over the whole Schedule; 0 on host links. */
  readonly linkLoadBytes: Float64Array;
  readonly idealLinkLoadBytes: Float64Array;
  /** The largest entries of the two. */
  readonly maxLinkLoadBytes: number;
  readonly maxIdealLinkLoadBytes: number;
  readonly congestionRatio: number;
  /** The largest ratio of one phase; 1 if nothing crosses the fabric. */
  readonly worstPhaseCongestionRatio: number;
  /** Ratio of each phase of the Schedule. */
  readonly phaseCongestionRatio: Float64Array;
}

/**
 * Loads of the fabric links, in total and phase by phase, without simulating a packet. For what is exact see `LoadPlacer`.
 *
 * @param plan made by `planFlows` for the same topology, schedule and balancer
 */
export function fabricLoads(topology: Topology, schedule: Schedule, plan: FlowPlan, balancer: BalancerSpec, hashing: Hashing): FabricLoads {
  const { torOfHost, tors, links } = topology;
  const congestion = new Congestion(topology);
  const placer = new LoadPlacer(topology, plan, balancer, hashing);
  const demand = new PairDemand(tors);
  const idealShares = new ShareTable(topology, capacityShares);
  const [load, ideal, phaseLoad, phaseIdeal] = [0, 1, 2, 3].map(() => new ExactLoads(links)) as [
    ExactLoads,
    ExactLoads,
    ExactLoads,
    ExactLoads,
  ];
  const phaseCongestionRatio = new Float64Array(schedule.phaseNames.length).fill(1);

  const { order, offset } = flowsByPhase(schedule, plan);
  for (let phase = 0; phase < phaseCongestionRatio.length; phase++) {
    for (let i = offset[phase]!; i < offset[phase + 1]!; i++) {
      const flow = order[i]!;
      const bytes = plan.bytes[flow]!;
      const srcTor = torOfHost[plan.srcHost[flow]!]!;
      const dstTor = torOfHost[plan.dstHost[flow]!]!;
      if (srcTor !== dstTor) demand.add(srcTor * tors + dstTor, bytes);
      placer.place(flow, bytes, phaseLoad);
    }
    placer.finish(phaseLoad);
    demand.spreadTo(phaseIdeal, idealShares);
    phaseCongestionRatio[phase] = congestion.ratio(
      (link) => phaseLoad.bytes(link),
      (link) => phaseIdeal.bytes(link),
    );
    phaseLoad.moveTo(load);
    phaseIdeal.moveTo(ideal);
  }

  const linkLoadBytes = load.all();
  const idealLinkLoadBytes = ideal.all();
  const loadOf = (link: number): number => linkLoadBytes[link]!;
  const idealOf = (link: number): number => idealLinkLoadBytes[link]!;
  return {
    linkLoadBytes,
    idealLinkLoadBytes,
    maxLinkLoadBytes: congestion.max(loadOf),
    maxIdealLinkLoadBytes: congestion.max(idealOf),
    congestionRatio: congestion.ratio(loadOf, idealOf),
    worstPhaseCongestionRatio: phaseCongestionRatio.reduce((worst, ratio) => Math.max(worst, ratio), 1),
    phaseCongestionRatio,
  };
}

/** Flows of phase p are order[offset[p] .. offset[p + 1]), ascending. */
function flowsByPhase(schedule: Schedule, plan: FlowPlan): { order: Int32Array; offset: Int32Array } {
  const phases = schedule.phaseNames.length;
  const offset = new Int32Array(phases + 1);
  for (let f = 0; f < plan.flows; f++) offset[schedule.phase[plan.message[f]!]! + 1]!++;
  for (let p = 0; p < phases; p++) offset[p + 1]! += offset[p]!;
  const next = offset.slice();
  const order = new Int32Array(plan.flows);
  for (let f = 0; f < plan.flows; f++) order[next[schedule.phase[plan.message[f]!]!]!++] = f;
  return { order, offset };
}
