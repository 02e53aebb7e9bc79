import { groupBy } from '../../sim/base/group-by.ts';
import type { BalancerSpec } from '../../sim/base/balancer-spec.ts';
import type { Schedule } from '../../sim/base/schedule.ts';
import type { Topology } from '../../sim/base/topology.ts';
import type { FlowPlan } from '../../sim/balancing/flow-plan.ts';
import { compareWithIdeal, type LoadComparison } from './congestion.ts';
import { ExactLoads } from './exact-loads.ts';
import { LoadPlacer } from './load-placer.ts';
import type { Hashing } from './route.ts';

/** Payload that a Schedule puts on the fabric under one balancer, beside what perfect spraying would put there. */
export interface FabricLoads extends LoadComparison {
  /** Of each directed link over the whole Schedule; 0 on host links. */
  readonly linkLoadBytes: Float64Array;
}

/** The balancers of several jobs. */
export interface JobBalancers {
  readonly balancers: readonly BalancerSpec[];
  readonly jobOfFlow: Uint8Array;
}

/**
 * Loads of the fabric links, in total and phase by phase, without simulating a packet. For what is exact see `LoadPlacer`.
 *
 * @param plan made by `planFlows` (`planJobs`) for the same topology, schedule and balancer
 * @param balancer one, or one a job
 */
export function fabricLoads(
  topology: Topology,
  schedule: Schedule,
  plan: FlowPlan,
  balancer: BalancerSpec | JobBalancers,
  hashing: Hashing,
): FabricLoads {
  const { balancers, jobOfFlow } = 'balancers' in balancer ? balancer : { balancers: [balancer], jobOfFlow: new Uint8Array(plan.flows) };
  const placers = balancers.map((each) => new LoadPlacer(topology, plan, each, hashing));
  const total = new ExactLoads(topology.links);
  const phaseLoads = new ExactLoads(topology.links);
  const { order, offset } = groupBy(plan.flows, schedule.phaseNames.length, (flow) => schedule.phase[plan.message[flow]!]!);
  const loadOfPhase = (phase: number): ((link: number) => number) => {
    phaseLoads.moveTo(total);
    for (let i = offset[phase]!; i < offset[phase + 1]!; i++)
      placers[jobOfFlow[order[i]!]!]!.place(order[i]!, plan.bytes[order[i]!]!, phaseLoads);
    for (const placer of placers) placer.finish(phaseLoads);
    return (link) => phaseLoads.bytes(link);
  };
  const comparison = compareWithIdeal(topology, schedule, loadOfPhase, () => {
    phaseLoads.moveTo(total);
    return (link) => total.bytes(link);
  });
  return { linkLoadBytes: total.all(), ...comparison };
}
