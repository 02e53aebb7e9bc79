import { hashedLoadStatistics, isHashed, type HashedLoadStatistics } from '../analysis/bounds/hashed-statistics.ts';
import { fabricLoads } from '../analysis/bounds/link-loads.ts';
import { ConfigError } from './base/errors.ts';
import type { Scenario } from './base/scenario.ts';
import { jobFigures } from './job-results.ts';
import { prepare, type PreparedJob } from './prepare.ts';

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
  /** Over the salts of `samples` seeds; null for balancers whose loads no hash decides, and for several jobs. */
  readonly hashed: HashedLoadStatistics | null;
}

/**
 * Loads of the Scenario's balancer in closed form or by exact assignment, and the completion-time bound, without simulating a packet.
 *
 * @throws ConfigError for a Scenario without a fabric
 * @param options.samples seeds, from the Scenario's own on, over which a hashed balancer's loads are averaged; default 100
 */
export function bounds(scenario: Scenario, options: { readonly samples?: number } = {}): BoundsResult {
  if (scenario.compat !== undefined) {
    throw new ConfigError('E159', `bounds are those of a fabric, and compat: ${scenario.compat.kind} has none`, {
      where: { path: 'compat' },
      hint: 'remove compat',
    });
  }
  const prepared = prepare(scenario);
  const { topology, schedule, plan, jobs, jobOfFlow } = prepared;
  const { seed } = scenario;
  const [{ balancer }, ...others] = jobs as readonly [PreparedJob, ...PreparedJob[]];
  const { hash, sameSalt } = scenario.switch;
  const loads = fabricLoads(topology, schedule, plan, { balancers: jobs.map((job) => job.balancer), jobOfFlow }, { seed, hash, sameSalt });
  const { subflows, splitFlows, boundPs } = jobFigures(prepared, null);
  const seeds = Array.from({ length: options.samples ?? 100 }, (_, i) => seed + i);
  return {
    maxLinkLoadBytes: loads.maxLinkLoadBytes,
    idealLinkLoadBytes: loads.maxIdealLinkLoadBytes,
    congestionRatio: loads.congestionRatio,
    worstPhaseCongestionRatio: loads.worstPhaseCongestionRatio,
    subflows,
    splitFlows,
    boundPs,
    hashed:
      others.length === 0 && isHashed(balancer) && seeds.length > 0
        ? hashedLoadStatistics(topology, schedule, balancer, seeds, { hash, sameSalt })
        : null,
  };
}
