import type { Scenario } from '../../sim/base/scenario.ts';
import type { Schedule } from '../../sim/base/schedule.ts';
import type { Topology } from '../../sim/base/topology.ts';
import type { FlowPlan } from '../../sim/balancing/flow-plan.ts';
import type { NodeLog } from './event-log.ts';

export interface OracleInput {
  readonly topology: Topology;
  readonly schedule: Schedule;
  readonly plan: FlowPlan;
  readonly scenario: Scenario;
}

export interface OracleResult {
  readonly finished: boolean;
  /** End of the last operation; NaN when not finished. */
  readonly completionPs: number;
  /** Indexed by operation: flow completion time of a send, NaN for anything else and for a send that did not end. */
  readonly fctPs: Float64Array;
  readonly packets: number;
  readonly packetHops: number;
  readonly drops: number;
  readonly retransmits: number;
  readonly ecnMarks: number;
  readonly queueMaxBytes: number;
  readonly reorderMaxPackets: number;
  readonly linkLoadBytes: Float64Array;
  /** Of the output port of each link at a switch; 0 for the others. */
  readonly linkQueueMaxBytes: Float64Array;
  readonly nodeLogs: readonly NodeLog[];
}

/** Wrong rules that can be planted, to prove that a comparison with the oracle sees them. */
export const BUGS = [
  /** Packets of one instant are handled in the order in which they were scheduled last, not by input port. */
  'port-order-ignored',
  /** Local events of one class and instant are handled in the order in which they were scheduled last, not by id. */
  'local-id-ignored',
  /** Local events of one instant are handled before its packets. */
  'locals-before-packets',
  /** A port that becomes free at t also sees what arrives at t. */
  'arrivals-before-departures',
  /** A NIC decides what to send after the next event has changed the host's state. */
  'pull-after-state-change',
  /** A local event due in the current window is handled at the end of that window. */
  'late-window-timers',
  /** All switches draw their marks from one stream. */
  'shared-ecn-stream',
  /** All hosts draw their entropies from one stream. */
  'shared-entropy-stream',
  /** The rest of the packet on the wire does not count as backlog. */
  'backlog-without-wire',
  /** A queue that would be exactly full drops. */
  'drop-when-exactly-full',
  /** A backlog of exactly the lower threshold may be marked, one of exactly the upper one always is. */
  'mark-at-threshold',
  /** Retransmissions count as link load. */
  'retransmissions-load',
  /** The NIC's round robin starts at the host's first flow every time. */
  'scan-from-first-flow',
  /** Answers wait behind data. */
  'data-before-control',
  /** An ACK of a pinned packet keeps the forward path. */
  'ack-on-forward-path',
] as const;

export type Bug = (typeof BUGS)[number];
