import type { BalancerSpec } from '../../sim/base/scenario.ts';
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

/**
 * Loads of the fabric links, in total and phase by phase, without simulating a packet. For what is exact see `LoadPlacer`.
 *
 * @param plan made by `planFlows` for the same topology, schedule and balancer
 */
export function fabricLoads(topology: Topology, schedule: Schedule, plan: FlowPlan, balancer: BalancerSpec, hashing: Hashing): FabricLoads {
  const placer = new LoadPlacer(topology, plan, balancer, hashing);
  const total = new ExactLoads(topology.links);
  const phaseLoads = new ExactLoads(topology.links);
  const { order, offset } = flowsByPhase(schedule, plan);
  const loadOfPhase = (phase: number): ((link: number) => number) => {
    phaseLoads.moveTo(total);
    for (let i = offset[phase]!; i < offset[phase + 1]!; i++) placer.place(order[i]!, plan.bytes[order[i]!]!, phaseLoads);
    placer.finish(phaseLoads);
    return (link) => phaseLoads.bytes(link);
  };
  const comparison = compareWithIdeal(topology, schedule, loadOfPhase, () => {
    phaseLoads.moveTo(total);
    return (link) => total.bytes(link);
  });
  return { linkLoadBytes: total.all(), ...comparison };
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
