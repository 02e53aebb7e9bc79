import type { BalancerSpec } from '../../sim/base/balancer-spec.ts';
import type { Schedule } from '../../sim/base/schedule.ts';
import type { Topology } from '../../sim/base/topology.ts';
import { planFlows } from '../../sim/balancing/plan.ts';
import { nearestRank } from '../../sim/base/nearest-rank.ts';
import { fabricLoads } from './link-loads.ts';
import type { Hashing } from './route.ts';

/** A quantity over several seeds; percentiles by nearest rank. */
export interface SeedSpread {
  readonly mean: number;
  readonly p5: number;
  readonly p50: number;
  readonly p95: number;
  readonly max: number;
}

export interface HashedLoadStatistics {
  readonly samples: number;
  readonly maxLinkLoadBytes: SeedSpread;
  readonly congestionRatio: SeedSpread;
  readonly worstPhaseCongestionRatio: SeedSpread;
}

/** Balancers whose loads the hashes of the switches decide. */
export type HashedBalancerSpec = Extract<BalancerSpec, { readonly kind: 'ecmp' | 'wcmp' | 'ecmp-split' | 'nccl-qp' }>;

export const isHashed = (balancer: BalancerSpec): balancer is HashedBalancerSpec =>
  balancer.kind === 'ecmp' || balancer.kind === 'wcmp' || balancer.kind === 'ecmp-split' || balancer.kind === 'nccl-qp';

/**
 * What the choice of hash salts does to the loads of a hashed balancer: the Schedule and the placement stay, only the salts of the
 * switches follow the seeds (`murmur3` has none: all samples are alike).
 *
 * @param seeds at least one
 */
export function hashedLoadStatistics(
  topology: Topology,
  schedule: Schedule,
  balancer: HashedBalancerSpec,
  seeds: readonly number[],
  hashing: Omit<Hashing, 'seed'>,
): HashedLoadStatistics {
  // Hashed plans draw nothing and have no pieces by packet size: seed and mtu do not matter.
  const plan = planFlows(topology, schedule, balancer, { seed: 0, mtuBytes: 1 });
  const samples = seeds.map((seed) => fabricLoads(topology, schedule, plan, balancer, { seed, ...hashing }));
  return {
    samples: samples.length,
    maxLinkLoadBytes: spreadOf(samples.map((sample) => sample.maxLinkLoadBytes)),
    congestionRatio: spreadOf(samples.map((sample) => sample.congestionRatio)),
    worstPhaseCongestionRatio: spreadOf(samples.map((sample) => sample.worstPhaseCongestionRatio)),
  };
}

function spreadOf(values: readonly number[]): SeedSpread {
  const sorted = Float64Array.from(values).sort();
  return {
    mean: sorted.reduce((sum, value) => sum + value, 0) / sorted.length,
    p5: nearestRank(sorted, 5),
    p50: nearestRank(sorted, 50),
    p95: nearestRank(sorted, 95),
    max: nearestRank(sorted, 100),
  };
}
