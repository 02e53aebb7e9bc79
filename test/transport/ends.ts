import { arena, doubles, Region } from '../../sim/engine/arena.ts';
import { PLAIN_NIC } from '../../sim/base/device-spec.ts';
import { ACK, ACK_REQUEST, AGAIN, CE } from '../../sim/base/packet.ts';
import { CLOCK_PLACES } from '../../sim/engine/record.ts';
import type { CongestionControl } from '../../sim/transport/congestion-control.ts';
import { FlowTable } from '../../sim/transport/flow-table.ts';
import { TOTAL_MASK } from '../../sim/transport/sack-receiver.ts';
import type { Receiver } from '../../sim/transport/sender.ts';

/** First word of a selective acknowledgement in the records of these tests. */
export const SACK_WORD = 6;
export const FULL = 4160;

/** One flow a payload size, from host 0 to host 1, in packets of 4096 B + 64 B. */
export function flowTable(...payloads: number[]): FlowTable {
  const flows = payloads.length;
  const plan = {
    flows,
    message: new Int32Array(flows),
    srcHost: new Int32Array(flows),
    dstHost: new Int32Array(flows).fill(1),
    hashFlow: null,
    bytes: Float64Array.from(payloads),
    path: new Int32Array(flows).fill(-1),
    startDelayPs: new Float64Array(flows),
    hostOffset: Int32Array.of(0, flows, flows),
  };
  return new FlowTable(plan, PLAIN_NIC, new Region());
}

export const packetsOf = (packets: number): FlowTable => flowTable(packets * 4096);

/** A congestion control with a constant window that writes down what it hears. */
export class Listener implements CongestionControl {
  readonly rateBps = null;
  readonly windowStride = 0;
  readonly hearsTransmissions = false;
  readonly needsRtt = true;
  readonly needsTelemetry = false;
  readonly windowAt = new Region().doubles(1);
  readonly heard: string[] = [];

  constructor(windowBytes: number) {
    doubles[this.windowAt] = windowBytes;
  }

  onAck(_flow: number, newly: number, isMarked: boolean, una: number, next: number, inFlight: number): void {
    this.heard.push(`ack ${newly}${isMarked ? ' marked' : ''} una ${una} next ${next} in flight ${inFlight}`);
  }
  onNack(_flow: number, bytes: number, isLastHop: boolean, inFlight: number): void {
    this.heard.push(`nack ${bytes}${isLastHop ? ' last hop' : ''} in flight ${inFlight}`);
  }
  onLoss(): void {
    this.heard.push('loss');
  }
  onTimeout(_flow: number, bytes: number): void {
    this.heard.push(`timeout ${bytes}`);
  }
  onTelemetry(): void {}
  onTransmit(): void {}
}

/** Where the record of the answer in hand stands in the arena. */
export const ANSWER = new Region().words(16);
/** Where extra words are written. */
export const EXTRA = new Region().words(16);
export const newClock = (): Float64Array => new Float64Array(CLOCK_PLACES);

export interface Selective {
  readonly total: number;
  readonly base?: number;
  /** Numbers of packets that the bitmap names. */
  readonly held?: readonly number[];
  readonly isAgain?: boolean;
}

/** Writes an ACK's flags and selective acknowledgement into the record at ANSWER, by the layout of the receiver. */
export function writeSelective({ total, base = 0, held = [], isAgain = false }: Selective): void {
  arena[ANSWER + 3] = ACK | (isAgain ? AGAIN : 0);
  const sack = ANSWER + SACK_WORD;
  arena.fill(0, sack, sack + 4);
  for (const seq of held) arena[sack + (seq - base < 32 ? 0 : 2)]! |= 1 << ((seq - base) & 31);
  arena[sack + 1] = base;
  arena[sack + 3] = total & TOTAL_MASK;
}

/** What the extra words of a receiver's answer say. */
export function readSelective(receiver: Receiver, flow: number, seq: number): { base: number; held: number[]; total: number } {
  receiver.writeExtra(flow, seq, EXTRA);
  const words = arena.subarray(EXTRA, EXTRA + 4);
  const held: number[] = [];
  for (let i = 0; i < 64; i++) if (((words[i < 32 ? 0 : 2]! >>> (i & 31)) & 1) === 1) held.push(words[1]! + i);
  return { base: words[1]!, held, total: words[3]! };
}

export const MARKED = CE;
export const ASKS = ACK_REQUEST;
export const AGAIN_FLAG = AGAIN;
