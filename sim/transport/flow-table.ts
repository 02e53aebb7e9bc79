import type { NicSpec } from '../base/device-spec.ts';
import type { FlowPlan } from '../balancing/flow-plan.ts';
import type { Region } from '../engine/arena.ts';
import { InternalError } from '../base/errors.ts';

/** Packet numbers have 31 bits; the largest ones would look like a NaN in a record (engine/record.ts). */
export const MAX_FLOW_PACKETS = 0x7fefffff;

/** The flows of a run as packets: immutable, read by anyone. */
export class FlowTable {
  /** For tables of the flows. */
  readonly region: Region;
  readonly flows: number;
  readonly srcHost: Int32Array;
  readonly dstHost: Int32Array;
  /** The source hosts in the arena: as they are looked up for every answer. */
  readonly srcHostAt: number;
  readonly packets: Int32Array;
  readonly fullBytes: number;
  readonly #lastBytes: Int32Array;

  constructor(plan: FlowPlan, nic: NicSpec, region: Region) {
    this.region = region;
    this.flows = plan.flows;
    this.srcHost = plan.srcHost;
    this.dstHost = plan.dstHost;
    this.srcHostAt = region.copy(plan.srcHost);
    this.fullBytes = nic.mtuBytes + nic.headerBytes;
    this.packets = new Int32Array(plan.flows);
    this.#lastBytes = new Int32Array(plan.flows);
    for (let flow = 0; flow < plan.flows; flow++) {
      const payload = plan.bytes[flow]!;
      const packets = Math.max(1, Math.ceil(payload / nic.mtuBytes));
      if (packets > MAX_FLOW_PACKETS)
        throw new InternalError('E911', `flow ${flow} of ${payload} bytes has more than ${MAX_FLOW_PACKETS} packets`);
      this.packets[flow] = packets;
      this.#lastBytes[flow] = payload - (packets - 1) * nic.mtuBytes + nic.headerBytes;
    }
  }

  /** Wire size of packet `seq`: full, but the last carries the rest. */
  wireBytes(flow: number, seq: number): number {
    return seq === this.packets[flow]! - 1 ? this.#lastBytes[flow]! : this.fullBytes;
  }
}
