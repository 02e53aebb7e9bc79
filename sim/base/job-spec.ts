import type { BalancerSpec } from './balancer-spec.ts';
import { streamSeed } from './random.ts';
import type { TransportSpec } from './transport-spec.ts';
import type { WorkloadSpec } from './workload-spec.ts';

/** Traffic class of data packets without a word on it. */
export const DEFAULT_CLASS = 3;

/** When the ranks of a job begin (docs/mixed-traffic.md 2). */
export interface StartSpec {
  readonly startPs: number;
  /** Each rank begins after a uniform whole number of nanoseconds up to this. */
  readonly startJitterPs: number;
  readonly stragglers: StragglerSpec | null;
}

export interface StragglerSpec {
  /** Of the ranks, in (0, 1]. */
  readonly fraction: number;
  /** Stragglers begin so much later. */
  readonly delayPs: number;
  /** Their computes last so many times as long. */
  readonly slowdown: number;
}

/** All ranks begin at 0. */
export const AT_ONCE: StartSpec = { startPs: 0, startJitterPs: 0, stragglers: null };

/** What a job and a background have in common: who takes part, and how their packets travel. */
interface TrafficSpec {
  /** Ranks of the fabric, in the order of the job's own ranks. */
  readonly ranks: readonly number[];
  readonly balancer: BalancerSpec;
  readonly transport: TransportSpec;
  /** 1 to 7. */
  readonly trafficClass: number;
}

/** One of several workloads on a fabric. `workload` has as many ranks as `ranks` has entries. */
export interface JobSpec extends TrafficSpec {
  readonly name: string;
  readonly workload: WorkloadSpec;
  readonly start: StartSpec;
}

/** A point of a distribution: the probability of a size up to `sizeBytes`. */
export interface SizePoint {
  readonly sizeBytes: number;
  readonly probability: number;
}

/** Poisson arrivals of flows between random ranks (docs/mixed-traffic.md 3). */
export interface BackgroundSpec extends TrafficSpec {
  /** Payload that each rank offers, as a part of its host link. */
  readonly load: number;
  readonly sizes: SizeName | readonly SizePoint[];
  /** No flow starts then or later. */
  readonly untilPs: number;
}

export const SIZE_NAMES = ['web-search', 'data-mining', 'cache-follower'] as const;
export type SizeName = (typeof SIZE_NAMES)[number];

/** Seed of the draws that belong to one job: that of the run for the first one. */
export const jobSeed = (seed: number, job: number): number => (job === 0 ? seed : streamSeed(seed, 'job', job) >>> 0);

/** A Scenario's fields where `workload` has the fabric to itself and begins at 0. */
export const ONE_WORKLOAD = { start: AT_ONCE, jobs: [], background: null } as const;
