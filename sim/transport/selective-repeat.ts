import { ANSWER_ACK, type Receiver, type Sender } from './sender.ts';
import type { CongestionControl } from './congestion-control.ts';
import type { FlowTable } from './flow-table.ts';
import { Slab } from './slab.ts';

/** The receiver's bitmap: a sender goes no further than this beyond its lowest unacknowledged packet. */
const RECEIVE_WINDOW_PACKETS = 4096;
/** Reordering that is tolerated on a single path (RFC 5681's three duplicates). */
const REORDER_PACKETS = 3;

/** State of a packet in its slot: the running number of its latest transmission while it is outstanding, else one of these. */
const ACKNOWLEDGED = -1;
/** Marked lost; the transmission number o is kept as -2 - o. */
const lost = (order: number): number => -2 - order;
/** Above every transmission number. */
const NONE = 0x7fffffff;

export interface SelectiveRepeatOptions {
  /** false: nothing is ever found lost (`recovery: none`). */
  readonly recovers: boolean;
  /** Packets of one flow take different paths, so more reordering is tolerated: 1.5 windows. */
  readonly isSprayed: boolean;
}

/**
 * Selective repeat. Every packet is acknowledged by itself, with the cumulative number beside it. A packet is lost when one sent at least D
 * packets later is acknowledged, or when a retransmission timeout passes without any sign of life; lost packets go
 * again before new ones, lowest first.
 *
 * Each open flow has a ring of slots, one a packet in [una, una + ring size), in a slab that grows with what is in flight.
 */
export class SelectiveRepeatSender implements Sender {
  takenSeq = 0;
  takenBytes = 0;
  takenAgain = 0;
  readonly #flows: FlowTable;
  readonly #control: CongestionControl;
  readonly #recovers: boolean;
  readonly #isSprayed: boolean;
  readonly #slots = new Slab();
  readonly #slotBase: Int32Array;
  readonly #slotLog2: Uint8Array;
  readonly #una: Int32Array;
  readonly #next: Int32Array;
  readonly #inFlightBytes: Float64Array;
  readonly #lostPackets: Int32Array;
  readonly #transmissions: Int32Array;
  /** Highest transmission number that was acknowledged. */
  readonly #highestOrder: Int32Array;
  /** Packets below this were looked at for loss; their first transmissions need not be looked at again. */
  readonly #examined: Int32Array;
  /** One above the highest packet that was ever sent again: up to here transmission numbers do not rise with packet numbers. */
  readonly #resentEnd: Int32Array;
  /** No packet outstanding below `resentEnd` has a lower transmission number: spares looking at them after every ACK. */
  readonly #oldestResent: Int32Array;
  /** No packet below this is marked lost. */
  readonly #lostFrom: Int32Array;

  constructor(flows: FlowTable, control: CongestionControl, options: SelectiveRepeatOptions) {
    this.#flows = flows;
    this.#control = control;
    this.#recovers = options.recovers;
    this.#isSprayed = options.isSprayed;
    const n = flows.flows;
    this.#slotBase = new Int32Array(n).fill(-1);
    this.#slotLog2 = new Uint8Array(n);
    this.#una = new Int32Array(n);
    this.#next = new Int32Array(n);
    this.#inFlightBytes = new Float64Array(n);
    this.#lostPackets = new Int32Array(n);
    this.#transmissions = new Int32Array(n);
    this.#highestOrder = new Int32Array(n).fill(-1);
    this.#examined = new Int32Array(n);
    this.#resentEnd = new Int32Array(n);
    this.#oldestResent = new Int32Array(n).fill(NONE);
    this.#lostFrom = new Int32Array(n);
  }

  canSend(flow: number): boolean {
    let seq = this.#next[flow]!;
    if (this.#lostPackets[flow]! > 0) seq = this.#lowestLost(flow);
    else if (seq === this.#flows.packets[flow]) return false;
    else if (this.#recovers && seq - this.#una[flow]! >= RECEIVE_WINDOW_PACKETS) return false;
    const inFlight = this.#inFlightBytes[flow]!;
    return inFlight === 0 || inFlight + this.#flows.wireBytes(flow, seq) <= this.#control.windowBytes[flow]!;
  }

  take(flow: number): void {
    let seq = this.#next[flow]!;
    if (this.#lostPackets[flow]! > 0) {
      seq = this.#lowestLost(flow);
      this.#lostPackets[flow]!--;
      this.takenAgain = 1;
      if (seq >= this.#resentEnd[flow]!) this.#extendResent(flow, seq);
      if (this.#oldestResent[flow] === NONE) this.#oldestResent[flow] = this.#transmissions[flow]!;
      this.#lostFrom[flow] = seq + 1;
    } else {
      if (this.#slotBase[flow]! < 0 || seq - this.#una[flow]! === 1 << this.#slotLog2[flow]!) this.#growSlots(flow);
      this.#next[flow] = seq + 1;
      this.takenAgain = 0;
    }
    const bytes = this.#flows.wireBytes(flow, seq);
    this.#slots.words[this.#slot(flow, seq)] = this.#transmissions[flow]!++;
    this.#inFlightBytes[flow]! += bytes;
    this.takenSeq = seq;
    this.takenBytes = bytes;
  }

  onAck(flow: number, seq: number, cumulative: number, isMarked: boolean): void {
    const words = this.#slots.words;
    const next = this.#next[flow]!;
    let una = this.#una[flow]!;
    let newly = 0;
    if (seq >= una) {
      const state = words[this.#slot(flow, seq)]!;
      if (state !== ACKNOWLEDGED) {
        const order = state >= 0 ? state : lost(state);
        if (order > this.#highestOrder[flow]!) this.#highestOrder[flow] = order;
        newly = this.#acknowledge(flow, seq, state);
      }
    }
    while (una < next) {
      const state = words[this.#slot(flow, una)]!;
      if (state !== ACKNOWLEDGED) {
        if (una >= cumulative) break;
        newly += this.#acknowledge(flow, una, state);
      }
      una++;
    }
    this.#una[flow] = una;
    this.#control.onAck(flow, newly, isMarked, una, next);
    if (this.#recovers) this.#detectLoss(flow);
  }

  onNack(): void {
    // A selective-repeat receiver sends none.
  }

  onTimeout(flow: number): void {
    const end = this.#next[flow]!;
    for (let seq = this.#una[flow]!; seq < end; seq++) this.#markLost(flow, seq, NONE);
    this.#examined[flow] = end;
    if (this.#lostPackets[flow]! > 0) this.#control.onTimeout(flow);
  }

  isComplete(flow: number): boolean {
    return this.#una[flow] === this.#flows.packets[flow];
  }

  close(flow: number): void {
    if (this.#slotBase[flow]! >= 0) this.#slots.release(this.#slotBase[flow]!, this.#slotLog2[flow]!);
    this.#slotBase[flow] = -1;
    this.#una[flow] = this.#flows.packets[flow]!;
    this.#next[flow] = this.#una[flow]!;
  }

  #slot(flow: number, seq: number): number {
    return this.#slotBase[flow]! + (seq & ((1 << this.#slotLog2[flow]!) - 1));
  }

  #acknowledge(flow: number, seq: number, state: number): number {
    const bytes = this.#flows.wireBytes(flow, seq);
    if (state >= 0) this.#inFlightBytes[flow]! -= bytes;
    else this.#lostPackets[flow]!--;
    this.#slots.words[this.#slot(flow, seq)] = ACKNOWLEDGED;
    return bytes;
  }

  #detectLoss(flow: number): void {
    const tolerated = this.#isSprayed
      ? Math.max(REORDER_PACKETS, (1.5 * this.#control.windowBytes[flow]!) / this.#flows.fullBytes)
      : REORDER_PACKETS;
    const limit = this.#highestOrder[flow]! - tolerated;
    if (limit < 0) return;
    const lostBefore = this.#lostPackets[flow]!;
    const una = this.#una[flow]!;
    const next = this.#next[flow]!;
    const resentEnd = this.#resentEnd[flow]!;
    if (una < resentEnd && this.#oldestResent[flow]! <= limit) this.#examineResent(flow, una, resentEnd, limit);
    // Beyond, transmission numbers rise with packet numbers: stop at the first that is too recent.
    let seq = Math.max(una, resentEnd, this.#examined[flow]!);
    while (seq < next && this.#slots.words[this.#slot(flow, seq)]! <= limit) this.#markLost(flow, seq++, limit);
    this.#examined[flow] = seq;
    if (this.#lostPackets[flow]! > lostBefore) this.#control.onLoss(flow, next);
  }

  /** Marks an outstanding packet lost if its latest transmission is at or below `limit`. */
  #markLost(flow: number, seq: number, limit: number): void {
    const slot = this.#slot(flow, seq);
    const state = this.#slots.words[slot]!;
    if (state < 0 || state > limit) return;
    this.#slots.words[slot] = lost(state);
    this.#lostPackets[flow]!++;
    if (seq < this.#lostFrom[flow]!) this.#lostFrom[flow] = seq;
    this.#inFlightBytes[flow]! -= this.#flows.wireBytes(flow, seq);
  }

  /** Marks what is lost among the packets up to the last one sent again, and finds the oldest transmission left there. */
  #examineResent(flow: number, una: number, resentEnd: number, limit: number): void {
    let oldest = NONE;
    for (let seq = una; seq < resentEnd; seq++) {
      this.#markLost(flow, seq, limit);
      const state = this.#slots.words[this.#slot(flow, seq)]!;
      if (state >= 0 && state < oldest) oldest = state;
    }
    this.#oldestResent[flow] = oldest;
  }

  /** Packet `seq` is sent again: it and the packets before it now belong to the part examined as a whole. */
  #extendResent(flow: number, seq: number): void {
    let oldest = this.#oldestResent[flow]!;
    for (let i = Math.max(this.#resentEnd[flow]!, this.#una[flow]!); i <= seq; i++) {
      const state = this.#slots.words[this.#slot(flow, i)]!;
      if (state >= 0 && state < oldest) oldest = state;
    }
    this.#oldestResent[flow] = oldest;
    this.#resentEnd[flow] = seq + 1;
  }

  #lowestLost(flow: number): number {
    let seq = Math.max(this.#una[flow]!, this.#lostFrom[flow]!);
    while (this.#slots.words[this.#slot(flow, seq)]! >= ACKNOWLEDGED) seq++;
    this.#lostFrom[flow] = seq;
    return seq;
  }

  /** Gives the flow its first ring of slots, or one twice as large. */
  #growSlots(flow: number): void {
    const oldBase = this.#slotBase[flow]!;
    const oldLog2 = this.#slotLog2[flow]!;
    const log2 = oldBase < 0 ? Math.min(6, Math.ceil(Math.log2(this.#flows.packets[flow]!))) : oldLog2 + 1;
    const base = this.#slots.take(log2, ACKNOWLEDGED);
    if (oldBase >= 0) {
      const words = this.#slots.words;
      for (let seq = this.#una[flow]!; seq < this.#next[flow]!; seq++) {
        words[base + (seq & ((1 << log2) - 1))] = words[oldBase + (seq & ((1 << oldLog2) - 1))]!;
      }
      this.#slots.release(oldBase, oldLog2);
    }
    this.#slotBase[flow] = base;
    this.#slotLog2[flow] = log2;
  }
}

/** Accepts packets in any order, holds those above a gap in a bitmap, and measures how many. */
export class SelectiveRepeatReceiver implements Receiver {
  readonly expected: Int32Array;
  completedNow = false;
  reorderMaxPackets = 0;
  readonly #flows: FlowTable;
  readonly #bits = new Slab();
  readonly #bitBase: Int32Array;
  readonly #bitLog2: Uint8Array;
  readonly #held: Int32Array;

  constructor(flows: FlowTable) {
    this.#flows = flows;
    this.expected = new Int32Array(flows.flows);
    this.#bitBase = new Int32Array(flows.flows).fill(-1);
    this.#bitLog2 = new Uint8Array(flows.flows);
    this.#held = new Int32Array(flows.flows);
  }

  accept(flow: number, seq: number): number {
    this.completedNow = false;
    const expected = this.expected[flow]!;
    if (seq === expected) this.#advance(flow, seq);
    else if (seq > expected) this.#hold(flow, seq, expected);
    return ANSWER_ACK;
  }

  #advance(flow: number, seq: number): void {
    let next = seq + 1;
    if (this.#held[flow]! > 0) next = this.#release(flow, next);
    this.expected[flow] = next;
    if (next === this.#flows.packets[flow]) {
      this.completedNow = true;
      if (this.#bitBase[flow]! >= 0) this.#bits.release(this.#bitBase[flow]!, this.#bitLog2[flow]!);
      this.#bitBase[flow] = -1;
    }
    if (this.#held[flow]! > this.reorderMaxPackets) this.reorderMaxPackets = this.#held[flow]!;
  }

  /** Moves over the packets held from `seq` on; returns the first that is missing. */
  #release(flow: number, seq: number): number {
    const words = this.#bits.words;
    const base = this.#bitBase[flow]!;
    const mask = (1 << this.#bitLog2[flow]!) - 1;
    for (;;) {
      const word = base + ((seq >> 5) & mask);
      const bit = 1 << (seq & 31);
      if ((words[word]! & bit) === 0) return seq;
      words[word]! &= ~bit;
      this.#held[flow]!--;
      seq++;
    }
  }

  #hold(flow: number, seq: number, expected: number): void {
    while (this.#bitBase[flow]! < 0 || (seq >> 5) - (expected >> 5) >= 1 << this.#bitLog2[flow]!) this.#growBits(flow, expected);
    const word = this.#bitBase[flow]! + ((seq >> 5) & ((1 << this.#bitLog2[flow]!) - 1));
    const bit = 1 << (seq & 31);
    if ((this.#bits.words[word]! & bit) !== 0) return;
    this.#bits.words[word]! |= bit;
    const held = ++this.#held[flow]!;
    if (held > this.reorderMaxPackets) this.reorderMaxPackets = held;
  }

  /** Gives the flow its first bitmap, of 256 packets, or one twice as large. */
  #growBits(flow: number, expected: number): void {
    const oldBase = this.#bitBase[flow]!;
    const oldLog2 = this.#bitLog2[flow]!;
    const log2 = oldBase < 0 ? 3 : oldLog2 + 1;
    const base = this.#bits.take(log2, 0);
    if (oldBase >= 0) {
      const words = this.#bits.words;
      const first = expected >> 5;
      for (let i = 0; i < 1 << oldLog2; i++) {
        words[base + ((first + i) & ((1 << log2) - 1))] = words[oldBase + ((first + i) & ((1 << oldLog2) - 1))]!;
      }
      this.#bits.release(oldBase, oldLog2);
    }
    this.#bitBase[flow] = base;
    this.#bitLog2[flow] = log2;
  }
}
