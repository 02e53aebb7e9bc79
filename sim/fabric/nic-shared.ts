import type { NicSpec } from '../base/device-spec.ts';
import type { HostBalancer } from '../balancing/packet-balancer.ts';
import type { Engine } from '../engine/engine.ts';
import type { HostControl } from '../transport/congestion-control.ts';
import type { FlowTable } from '../transport/flow-table.ts';
import type { Sender } from '../transport/sender.ts';
import type { JobRules } from './job-rules.ts';
import type { LinkTimeline } from './link-timeline.ts';
import type { TrafficClasses } from './traffic-classes.ts';

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
  /** Time of the flow's last transmission or answer. */
  readonly lastActivityPs: Float64Array;
  readonly timerArmed: Uint8Array;
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
