import type { BalancerSpec } from './balancer-spec.ts';
import type { CompatSpec } from './compat-spec.ts';
import type { NicSpec, SwitchSpec } from './device-spec.ts';
import type { FailureSpec } from './failure-spec.ts';
import type { BackgroundSpec, JobSpec, StartSpec } from './job-spec.ts';
import type { ProbeSpec } from './probe-spec.ts';
import type { TopologySpec } from './topology-spec.ts';
import type { TransportSpec } from './transport-spec.ts';
import type { WorkloadSpec } from './workload-spec.ts';

/**
 * A Scenario is everything the simulator needs, as validated plain data: sizes in bytes, rates in bits a second, times in
 * integer picoseconds. `sweep/config` makes it from a config file; a program may also write one by hand.
 *
 * A `null` means "derived from the fabric" (sim/derive.ts): those defaults follow from the base round-trip time.
 */

/** Largest representable simulated time: integer picoseconds in a double are exact up to 2^53 ps, about 2.5 hours. */
export const MAX_TIME_PS = 2 ** 53 - 1;

export interface Scenario {
  readonly name: string;
  /** Non-negative integer below 2^53; every random stream derives from it. */
  readonly seed: number;
  readonly fidelity: Fidelity;
  /** A cost model in place of the fabric, which then has no effect, nor have balancer and transport; absent: none. */
  readonly compat?: CompatSpec;
  readonly topology: TopologySpec;
  /** Of no effect where there are `jobs`. */
  readonly workload: WorkloadSpec;
  /** When the ranks of `workload` begin. */
  readonly start: StartSpec;
  /** Several workloads on one fabric; empty: `workload` is the only one. */
  readonly jobs: readonly JobSpec[];
  /** Random flows beside the workload or the jobs; null: none. */
  readonly background: BackgroundSpec | null;
  /** Of `workload`. */
  readonly balancer: BalancerSpec;
  readonly transport: TransportSpec;
  readonly nic: NicSpec;
  readonly switch: SwitchSpec;
  readonly failures: readonly FailureSpec[];
  readonly stopAtPs: number;
  /** Data packets sent (first transmissions) after which the run ends, at the end of the lookahead interval in which that happens; null: none. */
  readonly stopPackets: number | null;
  /** What is recorded over time; null: nothing. */
  readonly probes: ProbeSpec | null;
}

export type Fidelity = 'packet' | 'bound';
