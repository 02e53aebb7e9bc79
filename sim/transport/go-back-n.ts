import { ACK_REQUEST, AGAIN, CE } from '../base/packet.ts';
import { NOW } from '../engine/record.ts';
import { ANSWER_ACK, ANSWER_NACK, NO_ANSWER, type Receiver, type Sender } from './sender.ts';
import type { CongestionControl } from './congestion-control.ts';
import type { FlowTable } from './flow-table.ts';
import { doubles } from '../engine/arena.ts';

/** Go-back-N as RoCE NICs do it: the receiver discards what is out of order and answers with a NACK; the sender rewinds. */
export class GoBackNSender implements Sender {
  takenSeq = 0;
  takenBytes = 0;
  takenAgain = 0;
  takenFlags = 0;
  readonly takenPull = 0;
  readonly keepsRecords = false;
  readonly #flows: FlowTable;
  readonly #control: CongestionControl;
  readonly #asksForAcks: boolean;
  readonly #una: Int32Array;
  readonly #next: Int32Array;
  /** One above the highest packet that was ever sent. */
  readonly #sentEnd: Int32Array;
  readonly #inFlightBytes: Float64Array;

  /** @param asksForAcks packets ask for an ACK where the sender would wait for one */
  constructor(flows: FlowTable, control: CongestionControl, asksForAcks: boolean) {
    this.#flows = flows;
    this.#control = control;
    this.#asksForAcks = asksForAcks;
    this.#una = new Int32Array(flows.flows);
    this.#next = new Int32Array(flows.flows);
    this.#sentEnd = new Int32Array(flows.flows);
    this.#inFlightBytes = new Float64Array(flows.flows);
  }

  ownsTimer(): boolean {
    return false;
  }

  canSend(flow: number): boolean {
    const seq = this.#next[flow]!;
    if (seq === this.#flows.packets[flow]) return false;
    const inFlight = this.#inFlightBytes[flow]!;
    return (
      inFlight === 0 || inFlight + this.#flows.wireBytes(flow, seq) <= doubles[this.#control.windowAt + flow * this.#control.windowStride]!
    );
  }

  take(flow: number): boolean {
    const seq = this.#next[flow]!;
    this.takenSeq = seq;
    this.takenBytes = this.#flows.wireBytes(flow, seq);
    this.takenAgain = seq < this.#sentEnd[flow]! ? 1 : 0;
    this.takenFlags = this.takenAgain === 1 ? AGAIN : 0;
    this.#next[flow] = seq + 1;
    if (seq + 1 > this.#sentEnd[flow]!) this.#sentEnd[flow] = seq + 1;
    this.#inFlightBytes[flow]! += this.takenBytes;
    if (this.#asksForAcks && (this.takenAgain === 1 || this.#wouldWait(flow))) this.takenFlags |= ACK_REQUEST;
    return this.canSend(flow);
  }

  noteSent(): void {}

  onTimer(): void {}

  inFlightBytes(flow: number): number {
    return this.#inFlightBytes[flow]!;
  }

  windowPackets(flow: number): number {
    return Math.min(65_536, Math.floor(doubles[this.#control.windowAt + flow * this.#control.windowStride]! / this.#flows.fullBytes));
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

  onDiscard(): void {}

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

  /** The new packet just taken is followed by nothing before something is heard. */
  #wouldWait(flow: number): boolean {
    if (this.#next[flow] === this.#flows.packets[flow]) return true;
    return this.#inFlightBytes[flow]! + this.#flows.fullBytes >= doubles[this.#control.windowAt + flow * this.#control.windowStride]!;
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

/** Accepts packets in order only. Of those that come in order, without a mark and without a request, it answers one in `every`. */
export class GoBackNReceiver implements Receiver {
  readonly extraWords = 0;
  completedNow = false;
  readonly reorderMaxPackets = 0;
  readonly #flows: FlowTable;
  readonly #expected: Int32Array;
  readonly #nackIntervalPs: number;
  readonly #every: number;
  readonly #clock: Float64Array;
  /** Packets accepted since the last answer. */
  readonly #count: Uint8Array;
  /** The last NACK asked for this packet, at this time; -1: none yet. */
  readonly #nackedSeq: Int32Array;
  readonly #nackedPs: Float64Array;

  constructor(flows: FlowTable, nackIntervalPs: number, every: number, clock: Float64Array) {
    this.#clock = clock;
    this.#flows = flows;
    this.#nackIntervalPs = nackIntervalPs;
    this.#every = every;
    this.#expected = new Int32Array(flows.flows);
    this.#count = new Uint8Array(flows.flows);
    this.#nackedSeq = new Int32Array(flows.flows).fill(-1);
    this.#nackedPs = new Float64Array(flows.flows);
  }

  expected(flow: number): number {
    return this.#expected[flow]!;
  }

  held(): number {
    return 0;
  }

  accept(flow: number, seq: number, meta: number): number {
    this.completedNow = false;
    const expected = this.#expected[flow]!;
    if (seq !== expected) return this.#outOfOrder(flow, seq, expected);
    this.#expected[flow] = seq + 1;
    this.completedNow = seq + 1 === this.#flows.packets[flow];
    const count = this.#count[flow]! + 1;
    if (count < this.#every && !this.completedNow && (meta & (CE | ACK_REQUEST)) === 0) {
      this.#count[flow] = count;
      return NO_ANSWER;
    }
    this.#count[flow] = 0;
    return ANSWER_ACK;
  }

  acceptTrimmed(flow: number, seq: number): number {
    this.completedNow = false;
    const expected = this.#expected[flow]!;
    return seq < expected ? ANSWER_ACK : this.#nack(flow, expected);
  }

  writeExtra(): void {}

  #outOfOrder(flow: number, seq: number, expected: number): number {
    const answer = seq < expected ? ANSWER_ACK : this.#nack(flow, expected);
    if (answer !== NO_ANSWER) this.#count[flow] = 0;
    return answer;
  }

  /** One NACK for one expected packet in the interval. */
  #nack(flow: number, expected: number): number {
    const nowPs = this.#clock[NOW]!;
    if (this.#nackedSeq[flow] === expected && nowPs < this.#nackedPs[flow]! + this.#nackIntervalPs) return NO_ANSWER;
    this.#nackedSeq[flow] = expected;
    this.#nackedPs[flow] = nowPs;
    return ANSWER_NACK;
  }
}
