import type { BalancerSpec } from '../../sim/base/balancer-spec.ts';
import type { OperationTimes } from '../../sim/base/measures.ts';
import type { Scenario } from '../../sim/base/scenario.ts';
import type { Schedule } from '../../sim/base/schedule.ts';
import type { TransportSpec } from '../../sim/base/transport-spec.ts';
import type { Topology } from '../../sim/base/topology.ts';
import type { FlowPlan } from '../../sim/balancing/flow-plan.ts';
import type { NodeLog } from './event-log.ts';

export interface OracleInput {
  readonly topology: Topology;
  readonly schedule: Schedule;
  readonly plan: FlowPlan;
  readonly scenario: Scenario;
  /** 1 to 7, by flow; null: all flows have class 3. */
  readonly classOfFlow: Uint8Array | null;
  /** At least one (docs/mixed-traffic.md): the scenario's own balancer and transport count for nothing. */
  readonly jobs: readonly OracleJob[];
  /** `schedule.jobOfOp` counts likewise. */
  readonly jobOfFlow: Uint8Array;
}

export interface OracleJob {
  readonly balancer: BalancerSpec;
  readonly transport: TransportSpec;
  readonly seed: number;
  /** Its flows, numbered from 0: only the engine asks for it. */
  readonly plan: FlowPlan;
}

export interface OracleResult {
  readonly finished: boolean;
  /** End of the last operation; NaN when not finished. */
  readonly completionPs: number;
  /** Indexed by operation: flow completion time of a send, NaN for anything else and for a send that did not end. */
  readonly fctPs: Float64Array;
  /** Start and end of every operation (docs/workloads.md). */
  readonly operations: OperationTimes;
  readonly packets: number;
  readonly packetHops: number;
  readonly drops: number;
  /** Of the drops. */
  readonly lostOnLinks: number;
  readonly trims: number;
  readonly pfcPauses: number;
  readonly retransmits: number;
  readonly ecnMarks: number;
  readonly queueMaxBytes: number;
  readonly reorderMaxPackets: number;
  readonly linkLoadBytes: Float64Array;
  /** Of the output port of each link at a switch; 0 for the others. */
  readonly linkQueueMaxBytes: Float64Array;
  /** Links of ports that wait for each other in a cycle; null: the run did not end in a deadlock. */
  readonly deadlock: readonly number[] | null;
  readonly nodeLogs: readonly NodeLog[];
}
