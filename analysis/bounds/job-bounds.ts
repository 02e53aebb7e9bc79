import type { BalancerSpec } from '../../sim/base/balancer-spec.ts';
import type { NicSpec } from '../../sim/base/device-spec.ts';
import type { Schedule } from '../../sim/base/schedule.ts';
import type { Topology } from '../../sim/base/topology.ts';
import type { FlowPlan } from '../../sim/balancing/flow-plan.ts';
import { packetRule } from '../../sim/balancing/plan.ts';
import { mergeSchedules } from '../../sim/base/merge-schedules.ts';
import { completionBoundPs, plannedBoundPs } from './completion-bound.ts';
import { busiestLinkPs } from './link-bound.ts';
import type { Hashing } from './route.ts';

/** Jobs on one fabric, as far as bounds look at them. */
export interface BoundedJobs {
  readonly topology: Topology;
  /** Of all jobs, and their flows. */
  readonly schedule: Schedule;
  readonly plan: FlowPlan;
  readonly jobOfFlow: Uint8Array;
  /** A background is the last one. */
  readonly jobs: readonly BoundedJob[];
}

interface BoundedJob {
  readonly isBackground: boolean;
  readonly balancer: BalancerSpec;
  readonly schedule: Schedule;
  readonly firstOp: number;
}

interface Part {
  readonly schedule: Schedule;
  readonly plan: FlowPlan;
}

/**
 * Lower bound on the end of the foreground, in picoseconds, for every balancer, transport and NIC: `completionBoundPs` of all jobs but
 * the background, which can only delay them.
 *
 * @throws CellError when the Schedule can never end
 */
export function foregroundBoundPs(input: BoundedJobs, nic: NicSpec): number {
  const { schedule, plan } = foreground(input);
  return completionBoundPs(input.topology, schedule, plan, nic);
}

/** The same of one job, as if it were alone on the fabric. */
export function jobBoundPs(input: BoundedJobs, job: number, nic: NicSpec): number {
  const { topology, jobs, schedule, plan } = input;
  if (jobs.length === 1) return completionBoundPs(topology, schedule, plan, nic);
  const { schedule: own, firstOp } = jobs[job]!;
  return completionBoundPs(
    topology,
    own,
    partOfPlan(input, (other) => other === job, firstOp),
    nic,
  );
}

/**
 * End of the foreground in `fidelity: bound`: its bound with the jobs' own pieces, and with the load that each balancer puts on each link;
 * jobs with the same balancer are taken together, those of others apart.
 */
export function foregroundCompletionPs(input: BoundedJobs, nic: NicSpec, hashing: Hashing): number {
  const { topology, plan, jobOfFlow, jobs } = input;
  const own = foreground(input);
  const front = jobs.filter(({ isBackground }) => !isBackground);
  const singlePath = front.every(({ balancer }) => packetRule(balancer.kind) === 'fixed');
  const balancers = new Map(front.map(({ balancer }) => [JSON.stringify(balancer), balancer]));
  const busiest = [...balancers].map(([key, balancer]) => {
    const isIn = jobs.map((job) => !job.isBackground && JSON.stringify(job.balancer) === key);
    return busiestLinkPs(topology, plan, balancer, nic, hashing, (flow) => isIn[jobOfFlow[flow]!]!);
  });
  return Math.max(
    completionBoundPs(topology, own.schedule, own.plan, nic),
    plannedBoundPs(topology, own.schedule, own.plan, nic, singlePath),
    ...busiest,
  );
}

/** All but the background: its operations come last, so the others keep their numbers. */
function foreground(input: BoundedJobs): Part {
  const { schedule, plan, jobs } = input;
  const front = jobs.filter(({ isBackground }) => !isBackground);
  if (front.length === jobs.length) return { schedule, plan };
  return { schedule: mergeSchedules(front.map((job) => job.schedule)), plan: partOfPlan(input, (job) => !jobs[job]!.isBackground, 0) };
}

/** The flows of some jobs, numbered anew. */
function partOfPlan({ topology, plan, jobOfFlow }: BoundedJobs, isIncluded: (job: number) => boolean, firstOp: number): FlowPlan {
  const kept = Int32Array.from({ length: plan.flows }, (_, flow) => flow).filter((flow) => isIncluded(jobOfFlow[flow]!));
  const hostOffset = new Int32Array(topology.hosts + 1);
  for (const flow of kept) hostOffset[plan.srcHost[flow]! + 1]!++;
  for (let host = 0; host < topology.hosts; host++) hostOffset[host + 1]! += hostOffset[host]!;
  return {
    flows: kept.length,
    message: kept.map((flow) => plan.message[flow]! - firstOp),
    srcHost: kept.map((flow) => plan.srcHost[flow]!),
    dstHost: kept.map((flow) => plan.dstHost[flow]!),
    bytes: Float64Array.from(kept, (flow) => plan.bytes[flow]!),
    path: kept.map((flow) => plan.path[flow]!),
    startDelayPs: Float64Array.from(kept, (flow) => plan.startDelayPs[flow]!),
    hashFlow: null,
    hostOffset,
  };
}
