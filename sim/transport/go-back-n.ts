import { NOW } from '../engine/record.ts';
import { ANSWER_ACK, ANSWER_NACK, NO_ANSWER, type Receiver, type Sender } from './sender.ts';
import type { CongestionControl } from './congestion-control.ts';
import type { FlowTable } from './flow-table.ts';

/** Go-back-N as RoCE NICs do it: the receiver discards what is out of order and answers with a NACK; the sender rewinds. */
export class GoBackNSender implements Sender {
  takenSeq = 0;
  takenBytes = 0;
  takenAgain = 0;
  readonly keepsRecords = false;
  readonly ownsTimer = false;
  readonly #flows: FlowTable;
  readonly #control: CongestionControl;
  readonly #una: Int32Array;
  readonly #next: Int32Array;
  /** One above the highest packet that was ever sent. */
  readonly #sentEnd: Int32Array;
  readonly #inFlightBytes: Float64Array;

  constructor(flows: FlowTable, control: CongestionControl) {
    this.#flows = flows;
    this.#control = control;
    this.#una = new Int32Array(flows.flows);
    this.#next = new Int32Array(flows.flows);
    this.#sentEnd = new Int32Array(flows.flows);
    this.#inFlightBytes = new Float64Array(flows.flows);
  }

  canSend(flow: number): boolean {
    const seq = this.#next[flow]!;
    if (seq === this.#flows.packets[flow]) return false;
    const inFlight = this.#inFlightBytes[flow]!;
    return inFlight === 0 || inFlight + this.#flows.wireBytes(flow, seq) <= this.#control.windowBytes[flow * this.#control.windowStride]!;
  }

  take(flow: number): boolean {
    const seq = this.#next[flow]!;
    this.takenSeq = seq;
    this.takenBytes = this.#flows.wireBytes(flow, seq);
    this.takenAgain = seq < this.#sentEnd[flow]! ? 1 : 0;
    this.#next[flow] = seq + 1;
    if (seq + 1 > this.#sentEnd[flow]!) this.#sentEnd[flow] = seq + 1;
    this.#inFlightBytes[flow]! += this.takenBytes;
    return this.canSend(flow);
  }

  noteSent(): void {}

  onTimer(): void {}

  inFlightBytes(flow: number): number {
    return this.#inFlightBytes[flow]!;
  }

  windowPackets(flow: number): number {
    return Math.min(65_536, Math.floor(this.#control.windowBytes[flow * this.#control.windowStride]! / this.#flows.fullBytes));
  }

  onAck(flow: number, _seq: number, cumulative: number, isMarked: boolean): void {
    const newly = this.#advance(flow, cumulative);
    this.#control.onAck(flow, newly, isMarked, this.#una[flow]!, this.#next[flow]!, this.#inFlightBytes[flow]!);
  }

  onNack(flow: number, _seq: number, cumulative: number): void {
    const newly = this.#advance(flow, cumulative);
    const next = this.#next[flow]!;
    this.#control.onAck(flow, newly, false, this.#una[flow]!, next, this.#inFlightBytes[flow]!);
    this.#rewind(flow);
    this.#control.onLoss(flow, next);
  }

  onTimeout(flow: number): void {
    if (this.#next[flow] === this.#una[flow]) return;
    this.#rewind(flow);
    this.#control.onTimeout(flow, 0);
  }

  isComplete(flow: number): boolean {
    return this.#una[flow] === this.#flows.packets[flow];
  }

  close(flow: number): void {
    this.#una[flow] = this.#flows.packets[flow]!;
    this.#next[flow] = this.#una[flow]!;
  }

  /** Everything below `cumulative` has arrived. Returns the wire bytes that are new. */
  #advance(flow: number, cumulative: number): number {
    const una = this.#una[flow]!;
    if (cumulative <= una) return 0;
    let newly = 0;
    for (let seq = una; seq < cumulative; seq++) newly += this.#flows.wireBytes(flow, seq);
    this.#una[flow] = cumulative;
    if (cumulative <= this.#next[flow]!) {
      this.#inFlightBytes[flow]! -= newly;
    } else {
      // The sender had rewound, and the original packets arrived after all.
      this.#next[flow] = cumulative;
      this.#inFlightBytes[flow] = 0;
    }
    return newly;
  }

  #rewind(flow: number): void {
    this.#next[flow] = this.#una[flow]!;
    this.#inFlightBytes[flow] = 0;
  }
}

/** Accepts packets in order only. */
export class GoBackNReceiver implements Receiver {
  readonly extraWords = 0;
  completedNow = false;
  readonly reorderMaxPackets = 0;
  readonly #flows: FlowTable;
  readonly #expected: Int32Array;
  readonly #nackIntervalPs: number;
  readonly #clock: Float64Array;
  /** The last NACK asked for this packet, at this time; -1: none yet. */
  readonly #nackedSeq: Int32Array;
  readonly #nackedPs: Float64Array;

  constructor(flows: FlowTable, nackIntervalPs: number, clock: Float64Array) {
    this.#clock = clock;
    this.#flows = flows;
    this.#nackIntervalPs = nackIntervalPs;
    this.#expected = new Int32Array(flows.flows);
    this.#nackedSeq = new Int32Array(flows.flows).fill(-1);
    this.#nackedPs = new Float64Array(flows.flows);
  }

  acceptTrimmed(): number {
    return ANSWER_NACK;
  }

  writeExtra(): void {}

  expected(flow: number): number {
    return this.#expected[flow]!;
  }

  accept(flow: number, seq: number): number {
    this.completedNow = false;
    const expected = this.#expected[flow]!;
    if (seq < expected) return ANSWER_ACK;
    if (seq === expected) {
      this.#expected[flow] = seq + 1;
      this.completedNow = seq + 1 === this.#flows.packets[flow];
      return ANSWER_ACK;
    }
    const nowPs = this.#clock[NOW]!;
    if (this.#nackedSeq[flow] === expected && nowPs < this.#nackedPs[flow]! + this.#nackIntervalPs) return NO_ANSWER;
    this.#nackedSeq[flow] = expected;
    this.#nackedPs[flow] = nowPs;
    return ANSWER_NACK;
  }
}
