import type { Scenario } from './base/scenario.ts';
import type { Schedule } from './base/schedule.ts';
import type { Topology } from './base/topology.ts';
import type { FlowPlan } from './balancing/flow-plan.ts';
import { planFlows, type PlanFacts } from './balancing/plan.ts';
import { deriveLimits, type Limits } from './derive.ts';
import { assertConnected } from '../topologies/connectivity.ts';
import { leafSpine } from '../topologies/leaf-spine.ts';
import { buildWorkload, type Notice } from '../workloads/build-workload.ts';

/** A Scenario with everything built that its fidelities share: the step between "what" and "simulate". */
export interface Prepared {
  readonly scenario: Scenario;
  readonly topology: Topology;
  readonly schedule: Schedule;
  readonly plan: FlowPlan & PlanFacts;
  readonly limits: Limits;
  /** What an importer warned about, for a person. */
  readonly notices: readonly Notice[];
  /** What a generator measured of its own draws, such as the Gini coefficient of an MoE gate. */
  readonly facts: Readonly<Record<string, number>>;
}

/**
 * Builds topology, schedule, flow plan and derived defaults of a Scenario.
 *
 * @param own a Schedule of the caller's, in place of the Scenario's workload
 * @throws ConfigError when the fabric lacks a named link, or a pair of the workload has no path
 * @throws ImportError when a traffic or trace file is malformed
 */
export function prepare(scenario: Scenario, own?: Schedule): Prepared {
  const { schedule, notices, facts } =
    own === undefined ? buildWorkload(scenario.workload, scenario.seed) : { schedule: own, notices: [], facts: {} };
  const topology = leafSpine(scenario.topology, scenario.failures, schedule.ranks, scenario.seed);
  assertConnected(topology, schedule);
  const plan = planFlows(topology, schedule, scenario.balancer, { seed: scenario.seed, mtuBytes: scenario.nic.mtuBytes });
  const limits = deriveLimits(scenario, topology);
  return { scenario, topology, schedule, plan, limits, notices: [...notices, ...planNotices(plan)], facts };
}

function planNotices(plan: PlanFacts): Notice[] {
  if (plan.limitedFlows === 0) return [];
  const text = `${plan.limitedFlows} messages were cut into fewer pieces than exact balance needs (balancer.minPiece, balancer.maxPieces)`;
  return [{ level: 'note', text }];
}
