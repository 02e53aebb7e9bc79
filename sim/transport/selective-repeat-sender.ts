import { ACK_REQUEST, AGAIN } from '../base/packet.ts';
import { arena, doubles } from '../engine/arena.ts';
import type { CongestionControl } from './congestion-control.ts';
import type { FlowTable } from './flow-table.ts';
import { PacketRings } from './packet-rings.ts';
import { RECORD_SLOT_LOG2, SendRecords, type LossListener } from './send-records.ts';
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
  /** Windows in `doubles`. */
  readonly #windowAt: number;
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
  readonly #slotLog2: number;
  /** Where the state of the flows begins in the arena. */
  readonly #at: number;

  constructor(flows: FlowTable, control: CongestionControl, options: SelectiveRepeatOptions) {
    this.#control = control;
    this.#windowAt = control.windowAt;
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
    this.#slotLog2 = records === null ? 0 : RECORD_SLOT_LOG2;
    this.#slots = new PacketRings(flows.region, this.#slotLog2);
    this.#losses = records === null ? null : records.losses;
    this.#at = flows.region.words(flows.flows * WORDS);
    for (let flow = 0; flow < flows.flows; flow++) {
      const at = this.#of(flow);
      arena[(at + HIGHEST) | 0] = -1;
      arena[(at + OLDEST_RESENT) | 0] = NONE;
      arena[(at + SLOT_BASE) | 0] = -1;
      arena[(at + PACKETS) | 0] = flows.packets[flow]!;
      arena[(at + LAST_BYTES) | 0] = flows.wireBytes(flow, flows.packets[flow]! - 1);
    }
  }

  ownsTimer(): boolean {
    return false;
  }

  canSend(flow: number): boolean {
    const at = this.#of(flow);
    let seq = arena[(at + NEXT) | 0]!;
    if (arena[(at + LOST) | 0]! > 0) seq = this.#lowestLost(at);
    else if (seq === arena[(at + PACKETS) | 0]) return false;
    else if (this.#recovers && seq - arena[(at + UNA) | 0]! >= this.#bitmapPackets) return false;
    const inFlight = arena[(at + IN_FLIGHT) | 0]!;
    return inFlight === 0 || inFlight + this.#wireBytes(at, seq) <= doubles[this.#windowAt + flow * this.#windowStride]!;
  }

  take(flow: number): boolean {
    const at = this.#of(flow);
    let seq = arena[(at + NEXT) | 0]!;
    if (arena[(at + LOST) | 0]! > 0) {
      seq = this.#takeLost(at);
      this.takenAgain = 1;
      this.takenFlags = AGAIN;
    } else {
      if (arena[(at + SLOT_BASE) | 0]! < 0 || seq - arena[(at + UNA) | 0]! > arena[(at + SLOT_MASK) | 0]!) this.#growSlots(at);
      arena[(at + NEXT) | 0] = seq + 1;
      this.takenAgain = 0;
      this.takenFlags = 0;
      if (this.#records !== null) this.#records.clear(this.#slot(at, seq));
    }
    const bytes = this.#wireBytes(at, seq);
    arena[this.#slot(at, seq)] = arena[(at + TRANSMISSIONS) | 0]!++;
    arena[(at + IN_FLIGHT) | 0]! += bytes;
    this.takenSeq = seq;
    this.takenBytes = bytes;
    if (this.#asksForAcks && (this.takenAgain === 1 || this.#wouldWait(flow))) this.takenFlags |= ACK_REQUEST;
    return this.canSend(flow);
  }

  noteSent(flow: number, entropy: number): void {
    this.#records!.note(this.#slot(this.#of(flow), this.takenSeq), entropy);
  }

  onTimer(): void {}

  inFlightBytes(flow: number): number {
    return arena[(this.#of(flow) + IN_FLIGHT) | 0]!;
  }

  windowPackets(flow: number): number {
    return Math.min(65_536, Math.floor(doubles[this.#windowAt + flow * this.#windowStride]! / this.#fullBytes));
  }

  onAck(flow: number, seq: number, cumulative: number, isMarked: boolean, address: number): void {
    const at = this.#of(flow);
    if (this.#records !== null) this.#sample(at, seq, address, this.#records);
    const next = arena[(at + NEXT) | 0]!;
    let una = arena[(at + UNA) | 0]!;
    let newly = 0;
    if (seq >= una) {
      const packet = arena[this.#slot(at, seq)]!;
      if (packet !== ACKNOWLEDGED) {
        const order = packet >= 0 ? packet : lost(packet);
        if (order > arena[(at + HIGHEST) | 0]!) arena[(at + HIGHEST) | 0] = order;
        newly = this.#acknowledge(at, seq, packet);
      }
    }
    while (una < next) {
      const packet = arena[this.#slot(at, una)]!;
      if (packet !== ACKNOWLEDGED) {
        if (una >= cumulative) break;
        newly += this.#acknowledge(at, una, packet);
      }
      una++;
    }
    arena[(at + UNA) | 0] = una;
    this.#control.onAck(flow, newly, isMarked, una, next, arena[(at + IN_FLIGHT) | 0]!);
    if (this.#recovers) this.#detectLoss(flow);
  }

  onNack(flow: number, seq: number, _cumulative: number, isLastHop: boolean, address: number): void {
    const at = this.#of(flow);
    if (this.#records !== null) this.#sample(at, seq, address, this.#records);
    if (!this.#recovers || !this.#isOutstanding(at, seq)) return;
    this.#markLost(at, seq, NONE);
    this.#control.onNack(flow, this.#wireBytes(at, seq), isLastHop, arena[(at + IN_FLIGHT) | 0]!, arena[(at + NEXT) | 0]!);
  }

  onDiscard(flow: number, seq: number, address: number): void {
    const at = this.#of(flow);
    if (this.#records !== null) this.#sample(at, seq, address, this.#records);
    if (!this.#isOutstanding(at, seq)) return;
    const order = arena[this.#slot(at, seq)]!;
    if (order > arena[(at + HIGHEST) | 0]!) arena[(at + HIGHEST) | 0] = order;
    this.#detectLoss(flow);
  }

  onTimeout(flow: number): void {
    const at = this.#of(flow);
    const end = arena[(at + NEXT) | 0]!;
    for (let seq = arena[(at + UNA) | 0]!; seq < end; seq++) {
      if (this.#losses !== null && this.#isOutstanding(at, seq)) this.#losses.onTimeout(flow, this.#records!.entropy(this.#slot(at, seq)));
      this.#markLost(at, seq, NONE);
    }
    arena[(at + EXAMINED) | 0] = end;
    if (arena[(at + LOST) | 0]! > 0) this.#control.onTimeout(flow, 0);
  }

  isComplete(flow: number): boolean {
    return arena[(this.#of(flow) + UNA) | 0] === arena[(this.#of(flow) + PACKETS) | 0];
  }

  close(flow: number): void {
    const at = this.#of(flow);
    this.#slots.giveBack(arena[(at + SLOT_BASE) | 0]!, arena[(at + SLOT_MASK) | 0]!);
    arena[(at + SLOT_BASE) | 0] = -1;
    arena[(at + UNA) | 0] = arena[(at + PACKETS) | 0]!;
    arena[(at + NEXT) | 0] = arena[(at + PACKETS) | 0]!;
  }

  /** First word of the flow's state. */
  #of(flow: number): number {
    return (this.#at + flow * WORDS) | 0;
  }

  #wireBytes(at: number, seq: number): number {
    return seq === arena[(at + PACKETS) | 0]! - 1 ? arena[(at + LAST_BYTES) | 0]! : this.#fullBytes;
  }

  #slot(at: number, seq: number): number {
    return (arena[(at + SLOT_BASE) | 0]! + ((seq & arena[(at + SLOT_MASK) | 0]!) << this.#slotLog2)) | 0;
  }

  #isOutstanding(at: number, seq: number): boolean {
    if (seq < arena[(at + UNA) | 0]! || seq >= arena[(at + NEXT) | 0]!) return false;
    return arena[this.#slot(at, seq)]! >= 0;
  }

  #sample(at: number, seq: number, address: number, records: SendRecords): void {
    if (this.#isOutstanding(at, seq)) records.sample(this.#slot(at, seq), address);
    else records.noSample();
  }

  /** The new packet just taken is followed by nothing before something is heard. */
  #wouldWait(flow: number): boolean {
    const at = this.#of(flow);
    if (arena[(at + NEXT) | 0] === arena[(at + PACKETS) | 0] || arena[(at + NEXT) | 0]! - arena[(at + UNA) | 0]! >= this.#bitmapPackets)
      return true;
    return arena[(at + IN_FLIGHT) | 0]! + this.#fullBytes >= doubles[this.#windowAt + flow * this.#windowStride]!;
  }

  #acknowledge(at: number, seq: number, packet: number): number {
    const bytes = this.#wireBytes(at, seq);
    if (packet >= 0) arena[(at + IN_FLIGHT) | 0]! -= bytes;
    else arena[(at + LOST) | 0]!--;
    arena[this.#slot(at, seq)] = ACKNOWLEDGED;
    return bytes;
  }

  #detectLoss(flow: number): void {
    const at = this.#of(flow);
    const limit = this.#lossLimit(flow, arena[(at + HIGHEST) | 0]!);
    if (limit < 0) return;
    const lostBefore = arena[(at + LOST) | 0]!;
    const una = arena[(at + UNA) | 0]!;
    const next = arena[(at + NEXT) | 0]!;
    const resentEnd = arena[(at + RESENT_END) | 0]!;
    if (una < resentEnd && arena[(at + OLDEST_RESENT) | 0]! <= limit) this.#examineResent(flow, limit);
    // Beyond, transmission numbers rise with packet numbers: stop at the first that is too recent.
    let seq = Math.max(una, resentEnd, arena[(at + EXAMINED) | 0]!);
    while (seq < next && arena[this.#slot(at, seq)]! <= limit) this.#findLost(flow, seq++, limit);
    arena[(at + EXAMINED) | 0] = seq;
    if (arena[(at + LOST) | 0]! > lostBefore) this.#control.onLoss(flow, next);
  }

  /** Transmissions up to this one are lost; negative: none. Always a small whole number, because a double that is handed on is boxed. */
  #lossLimit(flow: number, highest: number): number {
    if (!this.#isSprayed) return highest - REORDER_PACKETS;
    const toleratedPackets = Math.min(
      (1.5 * doubles[this.#windowAt + flow * this.#windowStride]!) / this.#fullBytes,
      this.#mostReorderPackets,
    );
    if (toleratedPackets > highest) return -1;
    return Math.min(highest - REORDER_PACKETS, Math.trunc(highest - toleratedPackets) | 0);
  }

  /** As `#markLost`, and who must hear of it does. */
  #findLost(flow: number, seq: number, limit: number): void {
    const at = this.#of(flow);
    if (this.#losses !== null) {
      const slot = this.#slot(at, seq);
      const packet = arena[slot]!;
      if (packet >= 0 && packet <= limit) this.#losses.onLoss(flow, this.#records!.entropy(slot));
    }
    this.#markLost(at, seq, limit);
  }

  /** Marks an outstanding packet lost if its latest transmission is at or below `limit`. */
  #markLost(at: number, seq: number, limit: number): void {
    const slot = this.#slot(at, seq);
    const packet = arena[slot]!;
    if (packet < 0 || packet > limit) return;
    arena[slot] = lost(packet);
    arena[(at + LOST) | 0]!++;
    if (seq < arena[(at + LOST_FROM) | 0]!) arena[(at + LOST_FROM) | 0] = seq;
    arena[(at + IN_FLIGHT) | 0]! -= this.#wireBytes(at, seq);
  }

  /** Marks what is lost among the packets up to the last one sent again, and finds the oldest transmission left there. */
  #examineResent(flow: number, limit: number): void {
    const at = this.#of(flow);
    let oldest = NONE;
    for (let seq = arena[(at + UNA) | 0]!; seq < arena[(at + RESENT_END) | 0]!; seq++) {
      this.#findLost(flow, seq, limit);
      const packet = arena[this.#slot(at, seq)]!;
      if (packet >= 0 && packet < oldest) oldest = packet;
    }
    arena[(at + OLDEST_RESENT) | 0] = oldest;
  }

  /** The lowest lost packet is about to be sent again. */
  #takeLost(at: number): number {
    const seq = this.#lowestLost(at);
    arena[(at + LOST) | 0]!--;
    if (seq >= arena[(at + RESENT_END) | 0]!) this.#extendResent(at, seq);
    if (arena[(at + OLDEST_RESENT) | 0] === NONE) arena[(at + OLDEST_RESENT) | 0] = arena[(at + TRANSMISSIONS) | 0]!;
    arena[(at + LOST_FROM) | 0] = seq + 1;
    return seq;
  }

  /** Packet `seq` is sent again: it and the packets before it now belong to the part examined as a whole. */
  #extendResent(at: number, seq: number): void {
    let oldest = arena[(at + OLDEST_RESENT) | 0]!;
    for (let i = Math.max(arena[(at + RESENT_END) | 0]!, arena[(at + UNA) | 0]!); i <= seq; i++) {
      const packet = arena[this.#slot(at, i)]!;
      if (packet >= 0 && packet < oldest) oldest = packet;
    }
    arena[(at + OLDEST_RESENT) | 0] = oldest;
    arena[(at + RESENT_END) | 0] = seq + 1;
  }

  #lowestLost(at: number): number {
    let seq = Math.max(arena[(at + UNA) | 0]!, arena[(at + LOST_FROM) | 0]!);
    while (arena[this.#slot(at, seq)]! >= ACKNOWLEDGED) seq++;
    arena[(at + LOST_FROM) | 0] = seq;
    return seq;
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
