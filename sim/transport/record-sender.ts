import { ACK_REQUEST, AGAIN } from '../base/packet.ts';
import { DUE, NOW } from '../engine/record.ts';
import type { CongestionControl } from './congestion-control.ts';
import type { CreditGate } from './credit-gate.ts';
import type { FlowTable } from './flow-table.ts';
import { PacketRings } from './packet-rings.ts';
import { SACK_BASE, SACK_HIGH, SACK_LOW, SACK_TOTAL, TOTAL_MASK } from './sack-receiver.ts';
import { SendRecords, type LossListener } from './send-records.ts';
import { RECEIVE_WINDOW_PACKETS } from './selective-repeat-sender.ts';
import type { Sender } from './sender.ts';
import { arena } from '../engine/arena.ts';

// State of a packet in its slot.
const ACKNOWLEDGED = 0;
const OUTSTANDING = 1;
/** To be sent again. */
const QUEUED = 2;

// A flow's words in the sender's state: one cache line a flow.
const WORDS = 16;
/** Lowest packet not known to have arrived. */
const UNA = 0;
/** Next new packet. */
const NEXT = 1;
/** Wire bytes outstanding. */
const IN_FLIGHT = 2;
/** Packets queued, and a bound: none below it is. */
const QUEUE_COUNT = 3;
const QUEUED_FROM = 4;
/** Wire bytes queued. */
const QUEUE_BYTES = 10;
/** Entropy of the latest transmission. */
const LATEST_ENTROPY = 11;
/** Largest total that an ACK has told, modulo TOTAL_MASK + 1. */
const TOTAL = 5;
/** First slot of the flow's ring, -1 without one, and the ring's size less one. */
const SLOT_BASE = 6;
const SLOT_MASK = 7;
const PACKETS = 8;
/** Wire bytes of the last packet. */
const LAST_BYTES = 9;

export interface RecordSenderOptions {
  readonly clock: Float64Array;
  /** First word of the selective acknowledgement in a record; 0: ACKs have none. */
  readonly sackWord: number;
  /** true: packets ask for an ACK where the sender would wait for one. */
  readonly asksForAcks: boolean;
  readonly rtoPs: number;
  /** Hears of timeouts; null: nobody does. */
  readonly losses: LossListener | null;
  /** Receiver credit; null: none is needed. */
  readonly credit: CreditGate | null;
}

/**
 * A sender that keeps a record of every packet outstanding: what the receiver says of one is exact (trimming, UEC 1.0, NDP), and each
 * transmission has a timeout of its own. Nothing follows from the order of arrivals. What goes again goes before what is new, lowest first.
 *
 * With selective ACKs `inFlight` follows the bytes that the receiver has accepted, not the packets that an ACK names: an ACK names only some.
 */
export class RecordSender implements Sender {
  takenSeq = 0;
  takenBytes = 0;
  takenAgain = 0;
  takenFlags = 0;
  takenPull = 0;
  readonly keepsRecords = true;
  readonly #control: CongestionControl;
  readonly #windowBytes: Float64Array;
  readonly #windowStride: number;
  readonly #fullBytes: number;
  readonly #clock: Float64Array;
  readonly #sackWord: number;
  readonly #asksForAcks: boolean;
  readonly #rtoPs: number;
  readonly #losses: LossListener | null;
  readonly #credit: CreditGate | null;
  readonly #slots: PacketRings;
  readonly #records: SendRecords;
  readonly #state: Int32Array;

  constructor(flows: FlowTable, control: CongestionControl, options: RecordSenderOptions) {
    this.#control = control;
    this.#windowBytes = control.windowBytes;
    this.#windowStride = control.windowStride;
    this.#fullBytes = flows.fullBytes;
    this.#clock = options.clock;
    this.#sackWord = options.sackWord;
    this.#asksForAcks = options.asksForAcks;
    this.#rtoPs = options.rtoPs;
    this.#losses = options.losses;
    this.#credit = options.credit;
    this.#records = new SendRecords(options.clock);
    this.#slots = new PacketRings(this.#records);
    this.#state = new Int32Array(flows.flows * WORDS);
    for (let flow = 0; flow < flows.flows; flow++) {
      const at = flow * WORDS;
      this.#state[at + SLOT_BASE] = -1;
      this.#state[at + PACKETS] = flows.packets[flow]!;
      this.#state[at + LAST_BYTES] = flows.wireBytes(flow, flows.packets[flow]! - 1);
    }
  }

  ownsTimer(): boolean {
    return true;
  }

  canSend(flow: number): boolean {
    const state = this.#state;
    const at = flow * WORDS;
    let seq = state[at + NEXT]!;
    if (state[at + QUEUE_COUNT]! > 0) seq = this.#lowestQueued(at);
    else if (seq === state[at + PACKETS] || seq - state[at + UNA]! >= RECEIVE_WINDOW_PACKETS) return false;
    if (this.#credit !== null && !this.#credit.admits(flow)) return false;
    const inFlight = state[at + IN_FLIGHT]!;
    return inFlight <= 0 || inFlight + this.#wireBytes(at, seq) <= this.#windowBytes[flow * this.#windowStride]!;
  }

  take(flow: number): boolean {
    const state = this.#state;
    const at = flow * WORDS;
    const isAgain = state[at + QUEUE_COUNT]! > 0;
    const seq = isAgain ? this.#takeQueued(at) : this.#takeNew(at);
    const bytes = this.#wireBytes(at, seq);
    this.#slots.words[this.#slot(at, seq)] = OUTSTANDING;
    state[at + IN_FLIGHT]! += bytes;
    this.takenSeq = seq;
    this.takenBytes = bytes;
    this.takenAgain = isAgain ? 1 : 0;
    this.takenFlags = isAgain ? AGAIN : 0;
    if (this.#credit !== null) {
      this.#credit.spend(flow, bytes);
      this.#tellBacklog(flow, this.#credit);
      this.takenPull = this.#credit.target;
    }
    if (this.#asksForAcks && (isAgain || this.#wouldWait(flow))) this.takenFlags |= ACK_REQUEST;
    return this.canSend(flow);
  }

  noteSent(flow: number, entropy: number): void {
    const at = flow * WORDS;
    this.#records.note(this.#slot(at, this.takenSeq), entropy);
    this.#state[at + LATEST_ENTROPY] = entropy;
  }

  inFlightBytes(flow: number): number {
    return this.#state[flow * WORDS + IN_FLIGHT]!;
  }

  windowPackets(flow: number): number {
    return Math.min(65_536, Math.floor(this.#windowBytes[flow * this.#windowStride]! / this.#fullBytes));
  }

  onAck(flow: number, seq: number, cumulative: number, isMarked: boolean, address: number): void {
    const state = this.#state;
    const at = flow * WORDS;
    if (this.#credit !== null) this.#credit.onAnswer(flow);
    this.#sample(at, seq, address);
    let newly = 0;
    if (this.#sackWord > 0) {
      newly = this.#acceptedMore(at, address + this.#sackWord);
      state[at + IN_FLIGHT]! -= newly;
      this.#acknowledgeBitmap(at, address + this.#sackWord);
      this.#acknowledgeBelow(at, cumulative);
    } else {
      if (seq >= state[at + UNA]! && seq < state[at + NEXT]!) newly = this.#acknowledge(at, seq);
      newly += this.#acknowledgeBelow(at, cumulative);
    }
    this.#control.onAck(flow, newly, isMarked, state[at + UNA]!, state[at + NEXT]!, state[at + IN_FLIGHT]!);
  }

  onNack(flow: number, seq: number, _cumulative: number, isLastHop: boolean, address: number): void {
    const state = this.#state;
    const at = flow * WORDS;
    if (this.#credit !== null) this.#credit.onAnswer(flow);
    this.#sample(at, seq, address);
    if (!this.#isOutstanding(at, seq)) return;
    this.#queue(at, seq);
    this.#control.onNack(flow, this.#wireBytes(at, seq), isLastHop, state[at + IN_FLIGHT]!, state[at + NEXT]!);
  }

  onDiscard(flow: number, seq: number, address: number): void {
    this.onNack(flow, seq, 0, true, address);
  }

  onTimer(flow: number): void {
    const at = flow * WORDS;
    if (this.#credit !== null) this.#credit.rtsSeq = -1;
    const { times } = this.#records;
    const nowPs = this.#clock[NOW]!;
    let oldest = this.#oldest(at);
    const isTimeout = oldest >= 0 && times[this.#slot(at, oldest)]! + this.#rtoPs <= nowPs;
    if (isTimeout) {
      this.#timeOut(flow, oldest);
      oldest = this.#oldest(at);
    }
    if (this.#credit !== null && (isTimeout || oldest < 0)) this.#lacksNews(flow, isTimeout, this.#credit);
    // What is sent from now on is not due before that.
    this.#clock[DUE] = (oldest >= 0 ? times[this.#slot(at, oldest)]! : nowPs) + this.#rtoPs;
  }

  onTimeout(): void {}

  isComplete(flow: number): boolean {
    return this.#state[flow * WORDS + UNA] === this.#state[flow * WORDS + PACKETS];
  }

  close(flow: number): void {
    const state = this.#state;
    const at = flow * WORDS;
    this.#slots.giveBack(state[at + SLOT_BASE]!, state[at + SLOT_MASK]!);
    state[at + SLOT_BASE] = -1;
    state[at + UNA] = state[at + PACKETS]!;
    state[at + NEXT] = state[at + PACKETS]!;
    state[at + QUEUE_COUNT] = 0;
  }

  #wireBytes(at: number, seq: number): number {
    return seq === this.#state[at + PACKETS]! - 1 ? this.#state[at + LAST_BYTES]! : this.#fullBytes;
  }

  #slot(at: number, seq: number): number {
    return this.#state[at + SLOT_BASE]! + (seq & this.#state[at + SLOT_MASK]!);
  }

  #isOutstanding(at: number, seq: number): boolean {
    if (seq < this.#state[at + UNA]! || seq >= this.#state[at + NEXT]!) return false;
    return this.#slots.words[this.#slot(at, seq)] === OUTSTANDING;
  }

  #sample(at: number, seq: number, address: number): void {
    if (this.#isOutstanding(at, seq)) this.#records.sample(this.#slot(at, seq), address);
    else this.#records.noSample();
  }

  #takeNew(at: number): number {
    const state = this.#state;
    const seq = state[at + NEXT]!;
    if (state[at + SLOT_BASE]! < 0 || seq - state[at + UNA]! > state[at + SLOT_MASK]!) this.#growSlots(at);
    state[at + NEXT] = seq + 1;
    this.#records.clear(this.#slot(at, seq));
    return seq;
  }

  #takeQueued(at: number): number {
    const seq = this.#lowestQueued(at);
    this.#leaveQueue(at, seq);
    this.#state[at + QUEUED_FROM] = seq + 1;
    return seq;
  }

  #lowestQueued(at: number): number {
    let seq = Math.max(this.#state[at + UNA]!, this.#state[at + QUEUED_FROM]!);
    while (this.#slots.words[this.#slot(at, seq)] !== QUEUED) seq++;
    this.#state[at + QUEUED_FROM] = seq;
    return seq;
  }

  #leaveQueue(at: number, seq: number): void {
    this.#state[at + QUEUE_COUNT]!--;
    this.#state[at + QUEUE_BYTES]! -= this.#wireBytes(at, seq);
  }

  /** An outstanding packet has not arrived and must be sent again. */
  #queue(at: number, seq: number): void {
    const state = this.#state;
    const bytes = this.#wireBytes(at, seq);
    this.#slots.words[this.#slot(at, seq)] = QUEUED;
    state[at + QUEUE_COUNT]!++;
    state[at + QUEUE_BYTES]! += bytes;
    if (seq < state[at + QUEUED_FROM]!) state[at + QUEUED_FROM] = seq;
    state[at + IN_FLIGHT]! -= bytes;
  }

  /** The packet just taken is followed by nothing before something is heard. */
  #wouldWait(flow: number): boolean {
    const state = this.#state;
    const at = flow * WORDS;
    if (state[at + NEXT] === state[at + PACKETS]) return true;
    if (this.#credit !== null && !this.#credit.admits(flow)) return true;
    return state[at + IN_FLIGHT]! + this.#fullBytes >= this.#windowBytes[flow * this.#windowStride]!;
  }

  /** Wire bytes that the receiver has accepted beyond what it told before: 0 in an ACK that was overtaken. */
  #acceptedMore(at: number, sack: number): number {
    const total = arena[sack + SACK_TOTAL]!;
    const more = (total - this.#state[at + TOTAL]!) & TOTAL_MASK;
    if (more > TOTAL_MASK >> 1) return 0;
    this.#state[at + TOTAL] = total;
    return more;
  }

  /** What the bitmap at `sack` names has arrived. */
  #acknowledgeBitmap(at: number, sack: number): void {
    const base = arena[sack + SACK_BASE]!;
    this.#acknowledgeBits(at, base, arena[sack + SACK_LOW]!);
    this.#acknowledgeBits(at, base + 32, arena[sack + SACK_HIGH]!);
  }

  #acknowledgeBits(at: number, base: number, bits: number): void {
    const una = this.#state[at + UNA]!;
    const next = this.#state[at + NEXT]!;
    const words = this.#slots.words;
    const first = this.#state[at + SLOT_BASE]!;
    const mask = this.#state[at + SLOT_MASK]!;
    for (let left = bits; left !== 0; left &= left - 1) {
      const seq = base + 31 - Math.clz32(left & -left);
      // Most of what a bitmap names is known.
      if (seq >= una && seq < next && words[first + (seq & mask)] !== ACKNOWLEDGED) this.#acknowledge(at, seq);
    }
  }

  /** Everything below `cumulative` has arrived; una moves over what is acknowledged. Returns the wire bytes that are new. */
  #acknowledgeBelow(at: number, cumulative: number): number {
    const words = this.#slots.words;
    const next = this.#state[at + NEXT]!;
    let una = this.#state[at + UNA]!;
    let newly = 0;
    while (una < next) {
      if (words[this.#slot(at, una)] !== ACKNOWLEDGED) {
        if (una >= cumulative) break;
        newly += this.#acknowledge(at, una);
      }
      una++;
    }
    this.#state[at + UNA] = una;
    return newly;
  }

  /**
   * Packet `seq` has arrived. Returns its wire bytes, 0 if that was known. A queued packet has left `inFlight` before; with selective ACKs
   * it leaves a second time, with the bytes that the receiver has accepted, and so comes back here.
   */
  #acknowledge(at: number, seq: number): number {
    const slot = this.#slot(at, seq);
    const before = this.#slots.words[slot]!;
    if (before === ACKNOWLEDGED) return 0;
    const bytes = this.#wireBytes(at, seq);
    this.#slots.words[slot] = ACKNOWLEDGED;
    if (before === QUEUED) {
      this.#leaveQueue(at, seq);
      this.#state[at + IN_FLIGHT]! += bytes;
    }
    if (this.#sackWord === 0) this.#state[at + IN_FLIGHT]! -= bytes;
    return bytes;
  }

  /** The outstanding packet whose latest transmission is the oldest; -1: nothing is outstanding. */
  #oldest(at: number): number {
    const words = this.#slots.words;
    const times = this.#records.times;
    const next = this.#state[at + NEXT]!;
    let oldest = -1;
    let oldestPs = Infinity;
    for (let seq = this.#state[at + UNA]!; seq < next; seq++) {
      const slot = this.#slot(at, seq);
      if (words[slot] !== OUTSTANDING || times[slot]! >= oldestPs) continue;
      oldest = seq;
      oldestPs = times[slot]!;
    }
    return oldest;
  }

  #timeOut(flow: number, seq: number): void {
    const at = flow * WORDS;
    const entropy = this.#records.entropy(this.#slot(at, seq));
    this.#queue(at, seq);
    if (this.#losses !== null) this.#losses.onTimeout(flow, entropy);
    this.#control.onTimeout(flow, this.#wireBytes(at, seq));
  }

  /** A packet was timed out, or nothing is outstanding: the flow may be waiting for credit that never comes. */
  #lacksNews(flow: number, isTimeout: boolean, credit: CreditGate): void {
    const at = flow * WORDS;
    const seq = this.#state[at + QUEUE_COUNT]! > 0 ? this.#lowestQueued(at) : this.#state[at + NEXT]!;
    credit.eligibleFlows = 1;
    this.#tellBacklog(flow, credit);
    credit.onTimer(flow, isTimeout, seq, this.#state[at + LATEST_ENTROPY]!);
  }

  #tellBacklog(flow: number, credit: CreditGate): void {
    const state = this.#state;
    const at = flow * WORDS;
    const unsent = state[at + PACKETS]! - state[at + NEXT]!;
    credit.aim(flow, unsent, unsent > 0 ? state[at + LAST_BYTES]! : 0, state[at + QUEUE_BYTES]!);
  }

  #growSlots(at: number): void {
    const state = this.#state;
    const base = state[at + SLOT_BASE]!;
    const mask = state[at + SLOT_MASK]!;
    state[at + SLOT_BASE] = this.#slots.grow(base, mask, state[at + PACKETS]!, state[at + UNA]!, state[at + NEXT]!, ACKNOWLEDGED);
    state[at + SLOT_MASK] = this.#slots.grownMask;
  }
}
