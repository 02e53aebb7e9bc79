import type { NicSpec } from '../base/device-spec.ts';
import type { HostBalancer } from '../balancing/packet-balancer.ts';
import type { Engine } from '../engine/engine.ts';
import type { HostControl } from '../transport/congestion-control.ts';
import type { FlowTable } from '../transport/flow-table.ts';
import type { Sender } from '../transport/sender.ts';
import type { JobRules } from './job-rules.ts';
import type { LinkTimeline } from './link-timeline.ts';
import type { TrafficClasses } from './traffic-classes.ts';

// What hosts themselves keep of a flow, side by side; written by the flow's source host only.
export const FLOW_WORDS = 4;
/** Double: time of the flow's last transmission or answer. */
export const LAST_ACTIVITY_PS = 0;
/** Word, 1: its timer is armed, and so was sent something. */
export const TIMER_ARMED = 2;
/** Word: destination host << 8, as in a record. */
export const DESTINATION = 3;

/** What all NICs of a run share. Arrays are indexed by flow and written by the flow's source host only. */
export interface NicShared {
  readonly engine: Engine;
  readonly spec: NicSpec;
  readonly flows: FlowTable;
  readonly sender: Sender;
  readonly control: HostControl;
  readonly balancer: HostBalancer;
  readonly jobs: readonly JobRules[];
  readonly jobOfFlow: Uint8Array;
  /** Pacing rate a flow; null: line rate. */
  readonly rateBps: Float64Array | null;
  /** Paced flows are eligible from here on. */
  readonly nextSendPs: Float64Array;
  /** Places of paced flows, for HeldFlows. */
  readonly heldPlace: Uint8Array;
  /** Where what hosts themselves keep of flows begins in the arena. */
  readonly flowsAt: number;
  /** By flow, numbered at each host; null: channels are not limited. */
  readonly channelOfFlow: Int32Array | null;
  /** Switches may pause classes; null: they do not. */
  readonly pausable: TrafficClasses | null;
  /** null: links work all the time. */
  readonly timeline: LinkTimeline | null;
}

/** The cable from a host to its switch. */
export interface NicLink {
  readonly link: number;
  readonly rateBps: number;
  readonly delayPs: number;
  readonly toNode: number;
  readonly toPort: number;
}
