import type { BalancerSpec } from '../base/balancer-spec.ts';
import type { Schedule } from '../base/schedule.ts';
import type { Topology } from '../base/topology.ts';
import type { FlowPlan } from './flow-plan.ts';
import { planFlows, type PlanFacts } from './plan.ts';

/** What a plan needs to know of a job. */
export interface PlannedJob {
  readonly balancer: BalancerSpec;
  /** Its own operations, with ranks of the fabric; operation o is `firstOp + o` of all jobs' Schedule. */
  readonly schedule: Schedule;
  readonly firstOp: number;
  readonly seed: number;
}

/** The flows of all jobs. */
export interface JobPlans {
  /** Numbered by source host, for one host by job, for one job as `planFlows` numbers them. */
  readonly plan: FlowPlan & PlanFacts;
  readonly jobOfFlow: Uint8Array;
  /** Each job's own plan: of its own operations, with flows numbered from 0. */
  readonly ofJob: readonly (FlowPlan & PlanFacts)[];
}

/** Cuts each job's messages by its own balancer, which sees nothing of the other jobs, and numbers the flows together. */
export function planJobs(topology: Topology, jobs: readonly PlannedJob[], mtuBytes: number): JobPlans {
  const ofJob = jobs.map(({ balancer, schedule, seed }) => planFlows(topology, schedule, balancer, { seed, mtuBytes }));
  const [first] = ofJob;
  if (ofJob.length === 1) return { plan: first!, jobOfFlow: new Uint8Array(first!.flows), ofJob };

  const flows = ofJob.reduce((sum, plan) => sum + plan.flows, 0);
  const hashesTogether = ofJob.some(({ hashFlow }) => hashFlow !== null);
  const merged = {
    flows,
    message: new Int32Array(flows),
    srcHost: new Int32Array(flows),
    dstHost: new Int32Array(flows),
    bytes: new Float64Array(flows),
    path: new Int32Array(flows),
    startDelayPs: new Float64Array(flows),
    hashFlow: hashesTogether ? Int32Array.from({ length: flows }, (_, flow) => flow) : null,
    hostOffset: new Int32Array(topology.hosts + 1),
    splitFlows: ofJob.reduce((sum, plan) => sum + plan.splitFlows, 0),
    limitedFlows: ofJob.reduce((sum, plan) => sum + plan.limitedFlows, 0),
  };
  const jobOfFlow = new Uint8Array(flows);
  let next = 0;
  for (let host = 0; host < topology.hosts; host++) {
    ofJob.forEach((plan, job) => {
      const from = plan.hostOffset[host]!;
      const to = plan.hostOffset[host + 1]!;
      const { firstOp } = jobs[job]!;
      for (let flow = from; flow < to; flow++) {
        merged.message[next + flow - from] = firstOp + plan.message[flow]!;
        // A queue pair belongs to one host.
        if (merged.hashFlow !== null && plan.hashFlow !== null) merged.hashFlow[next + flow - from] = next + plan.hashFlow[flow]! - from;
      }
      merged.srcHost.set(plan.srcHost.subarray(from, to), next);
      merged.dstHost.set(plan.dstHost.subarray(from, to), next);
      merged.bytes.set(plan.bytes.subarray(from, to), next);
      merged.path.set(plan.path.subarray(from, to), next);
      merged.startDelayPs.set(plan.startDelayPs.subarray(from, to), next);
      jobOfFlow.fill(job, next, next + to - from);
      next += to - from;
    });
    merged.hostOffset[host + 1] = next;
  }
  return { plan: merged, jobOfFlow, ofJob };
}
