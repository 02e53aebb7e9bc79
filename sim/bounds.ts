import { completionBoundPs } from '../analysis/bounds/completion-bound.ts';
import { hashedLoadStatistics, type HashedLoadStatistics } from '../analysis/bounds/hashed-statistics.ts';
import { fabricLoads } from '../analysis/bounds/link-loads.ts';
import type { Scenario } from './base/scenario.ts';
import { prepare } from './prepare.ts';

export interface BoundsResult {
  readonly maxLinkLoadBytes: number;
  readonly idealLinkLoadBytes: number;
  readonly congestionRatio: number;
  readonly worstPhaseCongestionRatio: number;
  readonly subflows: number;
  /** Messages cut into more than one piece. */
  readonly splitFlows: number;
  /** Lower bound on the completion, for every balancer and transport. */
  readonly boundPs: number;
  /** Over the salts of `samples` seeds; null for balancers whose loads no hash decides. */
  readonly hashed: HashedLoadStatistics | null;
}

/**
 * Loads of the Scenario's balancer in closed form or by exact assignment, and the completion-time bound, without simulating a packet.
 *
 * @param options.samples seeds, from the Scenario's own on, over which a hashed balancer's loads are averaged; default 100
 */
export function bounds(scenario: Scenario, options: { readonly samples?: number } = {}): BoundsResult {
  const { topology, schedule, plan } = prepare(scenario);
  const { balancer, seed } = scenario;
  const hash = scenario.switch.hash;
  const loads = fabricLoads(topology, schedule, plan, balancer, { seed, hash });
  const seeds = Array.from({ length: options.samples ?? 100 }, (_, i) => seed + i);
  const isHashed = balancer.kind === 'ecmp' || balancer.kind === 'ecmp-split';
  return {
    maxLinkLoadBytes: loads.maxLinkLoadBytes,
    idealLinkLoadBytes: loads.maxIdealLinkLoadBytes,
    congestionRatio: loads.congestionRatio,
    worstPhaseCongestionRatio: loads.worstPhaseCongestionRatio,
    subflows: plan.flows,
    splitFlows: plan.splitFlows,
    boundPs: completionBoundPs(topology, schedule, plan, scenario.nic),
    hashed: isHashed && seeds.length > 0 ? hashedLoadStatistics(topology, schedule, balancer, seeds, hash) : null,
  };
}
