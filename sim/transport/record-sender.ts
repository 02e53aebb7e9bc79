import { ACK_REQUEST, AGAIN } from '../base/packet.ts';
import { DUE, NOW } from '../engine/record.ts';
import type { CongestionControl } from './congestion-control.ts';
import type { CreditGate } from './credit-gate.ts';
import type { FlowTable } from './flow-table.ts';
import { PacketRings } from './packet-rings.ts';
import { SACK_BASE, SACK_HIGH, SACK_LOW, SACK_TOTAL, TOTAL_MASK } from './sack-receiver.ts';
import { RECORD_SLOT_LOG2, SendRecords, type LossListener } from './send-records.ts';
import { RECEIVE_WINDOW_PACKETS } from './selective-repeat-sender.ts';
import type { Sender } from './sender.ts';
import { arena, doubles } from '../engine/arena.ts';

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
  /** Windows in `doubles`. */
  readonly #windowAt: number;
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
  /** Where the state of the flows begins in the arena. */
  readonly #at: number;

  constructor(flows: FlowTable, control: CongestionControl, options: RecordSenderOptions) {
    this.#control = control;
    this.#windowAt = control.windowAt;
    this.#windowStride = control.windowStride;
    this.#fullBytes = flows.fullBytes;
    this.#clock = options.clock;
    this.#sackWord = options.sackWord;
    this.#asksForAcks = options.asksForAcks;
    this.#rtoPs = options.rtoPs;
    this.#losses = options.losses;
    this.#credit = options.credit;
    this.#records = new SendRecords(options.clock);
    this.#slots = new PacketRings(flows.region, RECORD_SLOT_LOG2);
    this.#at = flows.region.words(flows.flows * WORDS);
    for (let flow = 0; flow < flows.flows; flow++) {
      const at = this.#of(flow);
      arena[(at + SLOT_BASE) | 0] = -1;
      arena[(at + PACKETS) | 0] = flows.packets[flow]!;
      arena[(at + LAST_BYTES) | 0] = flows.wireBytes(flow, flows.packets[flow]! - 1);
    }
  }

  ownsTimer(): boolean {
    return true;
  }

  canSend(flow: number): boolean {
    const at = this.#of(flow);
    let seq = arena[(at + NEXT) | 0]!;
    if (arena[(at + QUEUE_COUNT) | 0]! > 0) seq = this.#lowestQueued(at);
    else if (seq === arena[(at + PACKETS) | 0] || seq - arena[(at + UNA) | 0]! >= RECEIVE_WINDOW_PACKETS) return false;
    if (this.#credit !== null && !this.#credit.admits(flow)) return false;
    const inFlight = arena[(at + IN_FLIGHT) | 0]!;
    return inFlight <= 0 || inFlight + this.#wireBytes(at, seq) <= doubles[this.#windowAt + flow * this.#windowStride]!;
  }

  take(flow: number): boolean {
    const at = this.#of(flow);
    const isAgain = arena[(at + QUEUE_COUNT) | 0]! > 0;
    const seq = isAgain ? this.#takeQueued(at) : this.#takeNew(at);
    const bytes = this.#wireBytes(at, seq);
    arena[this.#slot(at, seq)] = OUTSTANDING;
    arena[(at + IN_FLIGHT) | 0]! += bytes;
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
    const at = this.#of(flow);
    this.#records.note(this.#slot(at, this.takenSeq), entropy);
    arena[(at + LATEST_ENTROPY) | 0] = entropy;
  }

  inFlightBytes(flow: number): number {
    return arena[(this.#of(flow) + IN_FLIGHT) | 0]!;
  }

  windowPackets(flow: number): number {
    return Math.min(65_536, Math.floor(doubles[this.#windowAt + flow * this.#windowStride]! / this.#fullBytes));
  }

  onAck(flow: number, seq: number, cumulative: number, isMarked: boolean, address: number): void {
    const at = this.#of(flow);
    if (this.#credit !== null) this.#credit.onAnswer(flow);
    this.#sample(at, seq, address);
    let newly = 0;
    if (this.#sackWord > 0) {
      newly = this.#acceptedMore(at, address + this.#sackWord);
      arena[(at + IN_FLIGHT) | 0]! -= newly;
      this.#acknowledgeBitmap(at, address + this.#sackWord);
      this.#acknowledgeBelow(at, cumulative);
    } else {
      if (seq >= arena[(at + UNA) | 0]! && seq < arena[(at + NEXT) | 0]!) newly = this.#acknowledge(at, seq);
      newly += this.#acknowledgeBelow(at, cumulative);
    }
    this.#control.onAck(flow, newly, isMarked, arena[(at + UNA) | 0]!, arena[(at + NEXT) | 0]!, arena[(at + IN_FLIGHT) | 0]!);
  }

  onNack(flow: number, seq: number, _cumulative: number, isLastHop: boolean, address: number): void {
    const at = this.#of(flow);
    if (this.#credit !== null) this.#credit.onAnswer(flow);
    this.#sample(at, seq, address);
    if (!this.#isOutstanding(at, seq)) return;
    this.#queue(at, seq);
    this.#control.onNack(flow, this.#wireBytes(at, seq), isLastHop, arena[(at + IN_FLIGHT) | 0]!, arena[(at + NEXT) | 0]!);
  }

  onDiscard(flow: number, seq: number, address: number): void {
    this.onNack(flow, seq, 0, true, address);
  }

  onTimer(flow: number): void {
    const at = this.#of(flow);
    if (this.#credit !== null) this.#credit.rtsSeq = -1;
    const nowPs = this.#clock[NOW]!;
    let oldest = this.#oldest(at);
    const isTimeout = oldest >= 0 && this.#records.sentPs(this.#slot(at, oldest)) + this.#rtoPs <= nowPs;
    if (isTimeout) {
      this.#timeOut(flow, oldest);
      oldest = this.#oldest(at);
    }
    if (this.#credit !== null && (isTimeout || oldest < 0)) this.#lacksNews(flow, isTimeout, this.#credit);
    // What is sent from now on is not due before that.
    this.#clock[DUE] = (oldest >= 0 ? this.#records.sentPs(this.#slot(at, oldest)) : nowPs) + this.#rtoPs;
  }

  onTimeout(): void {}

  isComplete(flow: number): boolean {
    return arena[(this.#of(flow) + UNA) | 0] === arena[(this.#of(flow) + PACKETS) | 0];
  }

  close(flow: number): void {
    const at = this.#of(flow);
    this.#slots.giveBack(arena[(at + SLOT_BASE) | 0]!, arena[(at + SLOT_MASK) | 0]!);
    arena[(at + SLOT_BASE) | 0] = -1;
    arena[(at + UNA) | 0] = arena[(at + PACKETS) | 0]!;
    arena[(at + NEXT) | 0] = arena[(at + PACKETS) | 0]!;
    arena[(at + QUEUE_COUNT) | 0] = 0;
  }

  /** First word of the flow's state. */
  #of(flow: number): number {
    return (this.#at + flow * WORDS) | 0;
  }

  #wireBytes(at: number, seq: number): number {
    return seq === arena[(at + PACKETS) | 0]! - 1 ? arena[(at + LAST_BYTES) | 0]! : this.#fullBytes;
  }

  #slot(at: number, seq: number): number {
    return (arena[(at + SLOT_BASE) | 0]! + ((seq & arena[(at + SLOT_MASK) | 0]!) << RECORD_SLOT_LOG2)) | 0;
  }

  #isOutstanding(at: number, seq: number): boolean {
    if (seq < arena[(at + UNA) | 0]! || seq >= arena[(at + NEXT) | 0]!) return false;
    return arena[this.#slot(at, seq)] === OUTSTANDING;
  }

  #sample(at: number, seq: number, address: number): void {
    if (this.#isOutstanding(at, seq)) this.#records.sample(this.#slot(at, seq), address);
    else this.#records.noSample();
  }

  #takeNew(at: number): number {
    const seq = arena[(at + NEXT) | 0]!;
    if (arena[(at + SLOT_BASE) | 0]! < 0 || seq - arena[(at + UNA) | 0]! > arena[(at + SLOT_MASK) | 0]!) this.#growSlots(at);
    arena[(at + NEXT) | 0] = seq + 1;
    this.#records.clear(this.#slot(at, seq));
    return seq;
  }

  #takeQueued(at: number): number {
    const seq = this.#lowestQueued(at);
    this.#leaveQueue(at, seq);
    arena[(at + QUEUED_FROM) | 0] = seq + 1;
    return seq;
  }

  #lowestQueued(at: number): number {
    let seq = Math.max(arena[(at + UNA) | 0]!, arena[(at + QUEUED_FROM) | 0]!);
    while (arena[this.#slot(at, seq)] !== QUEUED) seq++;
    arena[(at + QUEUED_FROM) | 0] = seq;
    return seq;
  }

  #leaveQueue(at: number, seq: number): void {
    arena[(at + QUEUE_COUNT) | 0]!--;
    arena[(at + QUEUE_BYTES) | 0]! -= this.#wireBytes(at, seq);
  }

  /** An outstanding packet has not arrived and must be sent again. */
  #queue(at: number, seq: number): void {
    const bytes = this.#wireBytes(at, seq);
    arena[this.#slot(at, seq)] = QUEUED;
    arena[(at + QUEUE_COUNT) | 0]!++;
    arena[(at + QUEUE_BYTES) | 0]! += bytes;
    if (seq < arena[(at + QUEUED_FROM) | 0]!) arena[(at + QUEUED_FROM) | 0] = seq;
    arena[(at + IN_FLIGHT) | 0]! -= bytes;
  }

  /** The packet just taken is followed by nothing before something is heard. */
  #wouldWait(flow: number): boolean {
    const at = this.#of(flow);
    if (arena[(at + NEXT) | 0] === arena[(at + PACKETS) | 0]) return true;
    if (this.#credit !== null && !this.#credit.admits(flow)) return true;
    return arena[(at + IN_FLIGHT) | 0]! + this.#fullBytes >= doubles[this.#windowAt + flow * this.#windowStride]!;
  }

  /** Wire bytes that the receiver has accepted beyond what it told before: 0 in an ACK that was overtaken. */
  #acceptedMore(at: number, sack: number): number {
    const total = arena[sack + SACK_TOTAL]!;
    const more = (total - arena[(at + TOTAL) | 0]!) & TOTAL_MASK;
    if (more > TOTAL_MASK >> 1) return 0;
    arena[(at + TOTAL) | 0] = total;
    return more;
  }

  /** What the bitmap at `sack` names has arrived. */
  #acknowledgeBitmap(at: number, sack: number): void {
    const base = arena[sack + SACK_BASE]!;
    this.#acknowledgeBits(at, base, arena[sack + SACK_LOW]!);
    this.#acknowledgeBits(at, base + 32, arena[sack + SACK_HIGH]!);
  }

  #acknowledgeBits(at: number, base: number, bits: number): void {
    const una = arena[(at + UNA) | 0]!;
    const next = arena[(at + NEXT) | 0]!;
    const first = arena[(at + SLOT_BASE) | 0]!;
    const mask = arena[(at + SLOT_MASK) | 0]!;
    for (let left = bits; left !== 0; left &= left - 1) {
      const seq = base + 31 - Math.clz32(left & -left);
      // Most of what a bitmap names is known.
      if (seq >= una && seq < next && arena[first + ((seq & mask) << RECORD_SLOT_LOG2)] !== ACKNOWLEDGED) this.#acknowledge(at, seq);
    }
  }

  /** Everything below `cumulative` has arrived; una moves over what is acknowledged. Returns the wire bytes that are new. */
  #acknowledgeBelow(at: number, cumulative: number): number {
    const next = arena[(at + NEXT) | 0]!;
    let una = arena[(at + UNA) | 0]!;
    let newly = 0;
    while (una < next) {
      if (arena[this.#slot(at, una)] !== ACKNOWLEDGED) {
        if (una >= cumulative) break;
        newly += this.#acknowledge(at, una);
      }
      una++;
    }
    arena[(at + UNA) | 0] = una;
    return newly;
  }

  /**
   * Packet `seq` has arrived. Returns its wire bytes, 0 if that was known. A queued packet has left `inFlight` before; with selective ACKs
   * it leaves a second time, with the bytes that the receiver has accepted, and so comes back here.
   */
  #acknowledge(at: number, seq: number): number {
    const slot = this.#slot(at, seq);
    const before = arena[slot]!;
    if (before === ACKNOWLEDGED) return 0;
    const bytes = this.#wireBytes(at, seq);
    arena[slot] = ACKNOWLEDGED;
    if (before === QUEUED) {
      this.#leaveQueue(at, seq);
      arena[(at + IN_FLIGHT) | 0]! += bytes;
    }
    if (this.#sackWord === 0) arena[(at + IN_FLIGHT) | 0]! -= bytes;
    return bytes;
  }

  /** The outstanding packet whose latest transmission is the oldest; -1: nothing is outstanding. */
  #oldest(at: number): number {
    const next = arena[(at + NEXT) | 0]!;
    let oldest = -1;
    let oldestPs = Infinity;
    for (let seq = arena[(at + UNA) | 0]!; seq < next; seq++) {
      const slot = this.#slot(at, seq);
      if (arena[slot] !== OUTSTANDING || this.#records.sentPs(slot) >= oldestPs) continue;
      oldest = seq;
      oldestPs = this.#records.sentPs(slot);
    }
    return oldest;
  }

  #timeOut(flow: number, seq: number): void {
    const at = this.#of(flow);
    const entropy = this.#records.entropy(this.#slot(at, seq));
    this.#queue(at, seq);
    if (this.#losses !== null) this.#losses.onTimeout(flow, entropy);
    this.#control.onTimeout(flow, this.#wireBytes(at, seq));
  }

  /** A packet was timed out, or nothing is outstanding: the flow may be waiting for credit that never comes. */
  #lacksNews(flow: number, isTimeout: boolean, credit: CreditGate): void {
    const at = this.#of(flow);
    const seq = arena[(at + QUEUE_COUNT) | 0]! > 0 ? this.#lowestQueued(at) : arena[(at + NEXT) | 0]!;
    credit.eligibleFlows = 1;
    this.#tellBacklog(flow, credit);
    credit.onTimer(flow, isTimeout, seq, arena[(at + LATEST_ENTROPY) | 0]!);
  }

  #tellBacklog(flow: number, credit: CreditGate): void {
    const at = this.#of(flow);
    const unsent = arena[(at + PACKETS) | 0]! - arena[(at + NEXT) | 0]!;
    credit.aim(flow, unsent, unsent > 0 ? arena[(at + LAST_BYTES) | 0]! : 0, arena[(at + QUEUE_BYTES) | 0]!);
  }

  #growSlots(at: number): void {
    const base = arena[(at + SLOT_BASE) | 0]!;
    const mask = arena[(at + SLOT_MASK) | 0]!;
    arena[(at + SLOT_BASE) | 0] = this.#slots.grow(
      base,
      mask,
      arena[(at + PACKETS) | 0]!,
      arena[(at + UNA) | 0]!,
      arena[(at + NEXT) | 0]!,
      ACKNOWLEDGED,
    );
    arena[(at + SLOT_MASK) | 0] = this.#slots.grownMask;
  }
}
