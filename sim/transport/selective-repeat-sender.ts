import { ACK_REQUEST, AGAIN } from '../base/packet.ts';
import type { CongestionControl } from './congestion-control.ts';
import type { FlowTable } from './flow-table.ts';
import { PacketRings } from './packet-rings.ts';
import { SendRecords, type LossListener } from './send-records.ts';
import type { Sender } from './sender.ts';

/** The receiver's bitmap: a sender goes no further than this beyond its lowest unacknowledged packet. */
export const RECEIVE_WINDOW_PACKETS = 4096;
/** Reordering that is tolerated on a single path (RFC 5681's three duplicates). */
const REORDER_PACKETS = 3;

/** State of a packet in its slot: the running number of its latest transmission while it is outstanding, else one of these. */
const ACKNOWLEDGED = -1;
/** Marked lost; the transmission number o is kept as -2 - o. */
const lost = (order: number): number => -2 - order;
/** Above every transmission number. */
const NONE = 0x7fffffff;

// A flow's words in the sender's state: one cache line a flow, because with a thousand flows open each packet meets a cold one.
const WORDS = 16;
/** Lowest packet not known to have arrived. */
const UNA = 0;
/** Next new packet. */
const NEXT = 1;
/** Wire bytes outstanding and not marked lost. It may wrap only without a window, and then its value decides nothing. */
const IN_FLIGHT = 2;
/** Packets marked lost. */
const LOST = 3;
/** Transmissions so far: the number of the next one. */
const TRANSMISSIONS = 4;
/** Highest transmission number that is known to have come; -1: none. */
const HIGHEST = 5;
/** Packets below this were looked at for loss; their first transmissions need not be looked at again. */
const EXAMINED = 6;
/** One above the highest packet that was ever sent again: up to here transmission numbers do not rise with packet numbers. */
const RESENT_END = 7;
/** No packet outstanding below RESENT_END has a lower transmission number: spares looking at them after every ACK. */
const OLDEST_RESENT = 8;
/** No packet below this is marked lost. */
const LOST_FROM = 9;
/** First slot of the flow's ring, -1 without one, and the ring's size less one. */
const SLOT_BASE = 10;
const SLOT_MASK = 11;
const PACKETS = 12;
/** Wire bytes of the last packet. */
const LAST_BYTES = 13;

export interface SelectiveRepeatOptions {
  /** false: nothing is ever found lost (`recovery: none`). */
  readonly recovers: boolean;
  /** Packets of one flow take different paths, so more reordering is tolerated: 1.5 windows. */
  readonly isSprayed: boolean;
  /** What a balancer leaves of the receiver's bitmap; null: all of it. */
  readonly bitmapPackets: number | null;
  /** true: packets ask for an ACK where the sender would wait for one. */
  readonly asksForAcks: boolean;
  /** null: nobody needs times or entropies of what is outstanding. */
  readonly records: RecordOptions | null;
}

export interface RecordOptions {
  readonly clock: Float64Array;
  /** Hears of what is lost; null: nobody does. */
  readonly losses: LossListener | null;
}

/**
 * Selective repeat. Every packet is acknowledged by itself, with the cumulative number beside it. A packet is lost when one sent at least D
 * packets later is acknowledged, when a NACK says that it was trimmed, or when a retransmission timeout passes without any sign of life;
 * lost packets go again before new ones, lowest first.
 *
 * Each open flow has a ring of slots, one a packet in [una, una + ring size), in a slab that grows with what is in flight.
 */
export class SelectiveRepeatSender implements Sender {
  takenSeq = 0;
  takenBytes = 0;
  takenAgain = 0;
  takenFlags = 0;
  readonly takenPull = 0;
  readonly keepsRecords: boolean;
  readonly #control: CongestionControl;
  readonly #windowBytes: Float64Array;
  readonly #windowStride: number;
  readonly #fullBytes: number;
  readonly #recovers: boolean;
  readonly #isSprayed: boolean;
  readonly #bitmapPackets: number;
  /** Most reordering that is tolerated. */
  readonly #mostReorderPackets: number;
  readonly #asksForAcks: boolean;
  readonly #records: SendRecords | null;
  readonly #losses: LossListener | null;
  readonly #slots: PacketRings;
  readonly #state: Int32Array;

  constructor(flows: FlowTable, control: CongestionControl, options: SelectiveRepeatOptions) {
    this.#control = control;
    this.#windowBytes = control.windowBytes;
    this.#windowStride = control.windowStride;
    this.#fullBytes = flows.fullBytes;
    this.#recovers = options.recovers;
    this.#isSprayed = options.isSprayed;
    this.#bitmapPackets = options.bitmapPackets ?? RECEIVE_WINDOW_PACKETS;
    this.#mostReorderPackets = options.bitmapPackets === null ? Infinity : options.bitmapPackets - 1;
    this.#asksForAcks = options.asksForAcks;
    const { records } = options;
    this.keepsRecords = records !== null;
    this.#records = records === null ? null : new SendRecords(records.clock);
    this.#slots = new PacketRings(this.#records);
    this.#losses = records === null ? null : records.losses;
    this.#state = new Int32Array(flows.flows * WORDS);
    for (let flow = 0; flow < flows.flows; flow++) {
      const at = flow * WORDS;
      this.#state[at + HIGHEST] = -1;
      this.#state[at + OLDEST_RESENT] = NONE;
      this.#state[at + SLOT_BASE] = -1;
      this.#state[at + PACKETS] = flows.packets[flow]!;
      this.#state[at + LAST_BYTES] = flows.wireBytes(flow, flows.packets[flow]! - 1);
    }
  }

  ownsTimer(): boolean {
    return false;
  }

  canSend(flow: number): boolean {
    const state = this.#state;
    const at = flow * WORDS;
    let seq = state[at + NEXT]!;
    if (state[at + LOST]! > 0) seq = this.#lowestLost(at);
    else if (seq === state[at + PACKETS]) return false;
    else if (this.#recovers && seq - state[at + UNA]! >= this.#bitmapPackets) return false;
    const inFlight = state[at + IN_FLIGHT]!;
    return inFlight === 0 || inFlight + this.#wireBytes(at, seq) <= this.#windowBytes[flow * this.#windowStride]!;
  }

  take(flow: number): boolean {
    const state = this.#state;
    const at = flow * WORDS;
    let seq = state[at + NEXT]!;
    if (state[at + LOST]! > 0) {
      seq = this.#takeLost(at);
      this.takenAgain = 1;
      this.takenFlags = AGAIN;
    } else {
      if (state[at + SLOT_BASE]! < 0 || seq - state[at + UNA]! > state[at + SLOT_MASK]!) this.#growSlots(at);
      state[at + NEXT] = seq + 1;
      this.takenAgain = 0;
      this.takenFlags = 0;
      if (this.#records !== null) this.#records.clear(this.#slot(at, seq));
    }
    const bytes = this.#wireBytes(at, seq);
    this.#slots.words[this.#slot(at, seq)] = state[at + TRANSMISSIONS]!++;
    state[at + IN_FLIGHT]! += bytes;
    this.takenSeq = seq;
    this.takenBytes = bytes;
    if (this.#asksForAcks && (this.takenAgain === 1 || this.#wouldWait(flow))) this.takenFlags |= ACK_REQUEST;
    return this.canSend(flow);
  }

  noteSent(flow: number, entropy: number): void {
    this.#records!.note(this.#slot(flow * WORDS, this.takenSeq), entropy);
  }

  onTimer(): void {}

  inFlightBytes(flow: number): number {
    return this.#state[flow * WORDS + IN_FLIGHT]!;
  }

  windowPackets(flow: number): number {
    return Math.min(65_536, Math.floor(this.#windowBytes[flow * this.#windowStride]! / this.#fullBytes));
  }

  onAck(flow: number, seq: number, cumulative: number, isMarked: boolean, address: number): void {
    const state = this.#state;
    const words = this.#slots.words;
    const at = flow * WORDS;
    if (this.#records !== null) this.#sample(at, seq, address, this.#records);
    const next = state[at + NEXT]!;
    let una = state[at + UNA]!;
    let newly = 0;
    if (seq >= una) {
      const packet = words[this.#slot(at, seq)]!;
      if (packet !== ACKNOWLEDGED) {
        const order = packet >= 0 ? packet : lost(packet);
        if (order > state[at + HIGHEST]!) state[at + HIGHEST] = order;
        newly = this.#acknowledge(at, seq, packet);
      }
    }
    while (una < next) {
      const packet = words[this.#slot(at, una)]!;
      if (packet !== ACKNOWLEDGED) {
        if (una >= cumulative) break;
        newly += this.#acknowledge(at, una, packet);
      }
      una++;
    }
    state[at + UNA] = una;
    this.#control.onAck(flow, newly, isMarked, una, next, state[at + IN_FLIGHT]!);
    if (this.#recovers) this.#detectLoss(flow);
  }

  onNack(flow: number, seq: number, _cumulative: number, isLastHop: boolean, address: number): void {
    const state = this.#state;
    const at = flow * WORDS;
    if (this.#records !== null) this.#sample(at, seq, address, this.#records);
    if (!this.#recovers || !this.#isOutstanding(at, seq)) return;
    this.#markLost(at, seq, NONE);
    this.#control.onNack(flow, this.#wireBytes(at, seq), isLastHop, state[at + IN_FLIGHT]!, state[at + NEXT]!);
  }

  onDiscard(flow: number, seq: number, address: number): void {
    const state = this.#state;
    const at = flow * WORDS;
    if (this.#records !== null) this.#sample(at, seq, address, this.#records);
    if (!this.#isOutstanding(at, seq)) return;
    const order = this.#slots.words[this.#slot(at, seq)]!;
    if (order > state[at + HIGHEST]!) state[at + HIGHEST] = order;
    this.#detectLoss(flow);
  }

  onTimeout(flow: number): void {
    const at = flow * WORDS;
    const end = this.#state[at + NEXT]!;
    for (let seq = this.#state[at + UNA]!; seq < end; seq++) {
      if (this.#losses !== null && this.#isOutstanding(at, seq)) this.#losses.onTimeout(flow, this.#records!.entropy(this.#slot(at, seq)));
      this.#markLost(at, seq, NONE);
    }
    this.#state[at + EXAMINED] = end;
    if (this.#state[at + LOST]! > 0) this.#control.onTimeout(flow, 0);
  }

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
  }

  #wireBytes(at: number, seq: number): number {
    return seq === this.#state[at + PACKETS]! - 1 ? this.#state[at + LAST_BYTES]! : this.#fullBytes;
  }

  #slot(at: number, seq: number): number {
    return this.#state[at + SLOT_BASE]! + (seq & this.#state[at + SLOT_MASK]!);
  }

  #isOutstanding(at: number, seq: number): boolean {
    if (seq < this.#state[at + UNA]! || seq >= this.#state[at + NEXT]!) return false;
    return this.#slots.words[this.#slot(at, seq)]! >= 0;
  }

  #sample(at: number, seq: number, address: number, records: SendRecords): void {
    if (this.#isOutstanding(at, seq)) records.sample(this.#slot(at, seq), address);
    else records.noSample();
  }

  /** The new packet just taken is followed by nothing before something is heard. */
  #wouldWait(flow: number): boolean {
    const state = this.#state;
    const at = flow * WORDS;
    if (state[at + NEXT] === state[at + PACKETS] || state[at + NEXT]! - state[at + UNA]! >= this.#bitmapPackets) return true;
    return state[at + IN_FLIGHT]! + this.#fullBytes >= this.#windowBytes[flow * this.#windowStride]!;
  }

  #acknowledge(at: number, seq: number, packet: number): number {
    const bytes = this.#wireBytes(at, seq);
    if (packet >= 0) this.#state[at + IN_FLIGHT]! -= bytes;
    else this.#state[at + LOST]!--;
    this.#slots.words[this.#slot(at, seq)] = ACKNOWLEDGED;
    return bytes;
  }

  #detectLoss(flow: number): void {
    const state = this.#state;
    const at = flow * WORDS;
    const limit = this.#lossLimit(flow, state[at + HIGHEST]!);
    if (limit < 0) return;
    const lostBefore = state[at + LOST]!;
    const una = state[at + UNA]!;
    const next = state[at + NEXT]!;
    const resentEnd = state[at + RESENT_END]!;
    if (una < resentEnd && state[at + OLDEST_RESENT]! <= limit) this.#examineResent(flow, limit);
    // Beyond, transmission numbers rise with packet numbers: stop at the first that is too recent.
    let seq = Math.max(una, resentEnd, state[at + EXAMINED]!);
    while (seq < next && this.#slots.words[this.#slot(at, seq)]! <= limit) this.#findLost(flow, seq++, limit);
    state[at + EXAMINED] = seq;
    if (state[at + LOST]! > lostBefore) this.#control.onLoss(flow, next);
  }

  /** Transmissions up to this one are lost; negative: none. Always a small whole number, because a double that is handed on is boxed. */
  #lossLimit(flow: number, highest: number): number {
    if (!this.#isSprayed) return highest - REORDER_PACKETS;
    const toleratedPackets = Math.min((1.5 * this.#windowBytes[flow * this.#windowStride]!) / this.#fullBytes, this.#mostReorderPackets);
    if (toleratedPackets > highest) return -1;
    return Math.min(highest - REORDER_PACKETS, Math.trunc(highest - toleratedPackets) | 0);
  }

  /** As `#markLost`, and who must hear of it does. */
  #findLost(flow: number, seq: number, limit: number): void {
    const at = flow * WORDS;
    if (this.#losses !== null) {
      const slot = this.#slot(at, seq);
      const packet = this.#slots.words[slot]!;
      if (packet >= 0 && packet <= limit) this.#losses.onLoss(flow, this.#records!.entropy(slot));
    }
    this.#markLost(at, seq, limit);
  }

  /** Marks an outstanding packet lost if its latest transmission is at or below `limit`. */
  #markLost(at: number, seq: number, limit: number): void {
    const slot = this.#slot(at, seq);
    const packet = this.#slots.words[slot]!;
    if (packet < 0 || packet > limit) return;
    this.#slots.words[slot] = lost(packet);
    this.#state[at + LOST]!++;
    if (seq < this.#state[at + LOST_FROM]!) this.#state[at + LOST_FROM] = seq;
    this.#state[at + IN_FLIGHT]! -= this.#wireBytes(at, seq);
  }

  /** Marks what is lost among the packets up to the last one sent again, and finds the oldest transmission left there. */
  #examineResent(flow: number, limit: number): void {
    const at = flow * WORDS;
    let oldest = NONE;
    for (let seq = this.#state[at + UNA]!; seq < this.#state[at + RESENT_END]!; seq++) {
      this.#findLost(flow, seq, limit);
      const packet = this.#slots.words[this.#slot(at, seq)]!;
      if (packet >= 0 && packet < oldest) oldest = packet;
    }
    this.#state[at + OLDEST_RESENT] = oldest;
  }

  /** The lowest lost packet is about to be sent again. */
  #takeLost(at: number): number {
    const state = this.#state;
    const seq = this.#lowestLost(at);
    state[at + LOST]!--;
    if (seq >= state[at + RESENT_END]!) this.#extendResent(at, seq);
    if (state[at + OLDEST_RESENT] === NONE) state[at + OLDEST_RESENT] = state[at + TRANSMISSIONS]!;
    state[at + LOST_FROM] = seq + 1;
    return seq;
  }

  /** Packet `seq` is sent again: it and the packets before it now belong to the part examined as a whole. */
  #extendResent(at: number, seq: number): void {
    let oldest = this.#state[at + OLDEST_RESENT]!;
    for (let i = Math.max(this.#state[at + RESENT_END]!, this.#state[at + UNA]!); i <= seq; i++) {
      const packet = this.#slots.words[this.#slot(at, i)]!;
      if (packet >= 0 && packet < oldest) oldest = packet;
    }
    this.#state[at + OLDEST_RESENT] = oldest;
    this.#state[at + RESENT_END] = seq + 1;
  }

  #lowestLost(at: number): number {
    let seq = Math.max(this.#state[at + UNA]!, this.#state[at + LOST_FROM]!);
    while (this.#slots.words[this.#slot(at, seq)]! >= ACKNOWLEDGED) seq++;
    this.#state[at + LOST_FROM] = seq;
    return seq;
  }

  #growSlots(at: number): void {
    const state = this.#state;
    const base = state[at + SLOT_BASE]!;
    const mask = state[at + SLOT_MASK]!;
    state[at + SLOT_BASE] = this.#slots.grow(base, mask, state[at + PACKETS]!, state[at + UNA]!, state[at + NEXT]!, ACKNOWLEDGED);
    state[at + SLOT_MASK] = this.#slots.grownMask;
  }
}
