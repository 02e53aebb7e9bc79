import type { FlowTable } from './flow-table.ts';
import { Slab } from './slab.ts';

// A flow's words in the state, side by side so that a packet meets one cache line.
const WORDS = 8;
/** Next expected packet. */
const EXPECTED = 0;
/** Packets held above the gap. */
const HELD = 1;
/** First word of the flow's bitmap, -1 without one, and its size in words less one. */
const BIT_BASE = 2;
const BIT_MASK = 3;
const PACKETS = 4;

/** Which packets of each flow have arrived, in any order: the next expected one, and a bitmap of those held above it. */
export class ReceivedPackets {
  /** The packet taken last was the last one missing of its flow. */
  completedNow = false;
  /** Most packets of a flow held above a gap so far. */
  reorderMaxPackets = 0;
  readonly #bits = new Slab();
  readonly #state: Int32Array;

  constructor(flows: FlowTable) {
    this.#state = new Int32Array(flows.flows * WORDS);
    for (let flow = 0; flow < flows.flows; flow++) {
      this.#state[flow * WORDS + BIT_BASE] = -1;
      this.#state[flow * WORDS + PACKETS] = flows.packets[flow]!;
    }
  }

  expected(flow: number): number {
    return this.#state[flow * WORDS + EXPECTED]!;
  }

  /** Packets of the flow held above its gap. */
  held(flow: number): number {
    return this.#state[flow * WORDS + HELD]!;
  }

  /** Packet `seq` has arrived before. */
  has(flow: number, seq: number): boolean {
    return seq < this.#state[flow * WORDS + EXPECTED]! || this.isHeld(flow, seq);
  }

  /** Packet `seq` is held above the gap. */
  isHeld(flow: number, seq: number): boolean {
    return ((this.#wordOf(flow, seq >> 5) >>> (seq & 31)) & 1) === 1;
  }

  /** 32 packets from `seq` on: bit i says that packet seq + i is held. */
  heldBits(flow: number, seq: number): number {
    const shift = seq & 31;
    const low = this.#wordOf(flow, seq >> 5);
    if (shift === 0) return low;
    return (low >>> shift) | (this.#wordOf(flow, (seq >> 5) + 1) << (32 - shift));
  }

  /** Takes packet `seq`; false: it had arrived before. */
  take(flow: number, seq: number): boolean {
    this.completedNow = false;
    const at = flow * WORDS;
    const expected = this.#state[at + EXPECTED]!;
    if (seq === expected) {
      this.#advance(at, seq);
      return true;
    }
    return seq > expected && this.#hold(at, seq, expected);
  }

  #advance(at: number, seq: number): void {
    const state = this.#state;
    let next = seq + 1;
    if (state[at + HELD]! > 0) next = this.#release(at, next);
    state[at + EXPECTED] = next;
    if (next !== state[at + PACKETS]) return;
    this.completedNow = true;
    if (state[at + BIT_BASE]! >= 0) this.#bits.release(state[at + BIT_BASE]!, Math.log2(state[at + BIT_MASK]! + 1));
    state[at + BIT_BASE] = -1;
  }

  /** Moves over the packets held from `seq` on; returns the first that is missing. */
  #release(at: number, seq: number): number {
    const words = this.#bits.words;
    const base = this.#state[at + BIT_BASE]!;
    const mask = this.#state[at + BIT_MASK]!;
    for (;;) {
      const word = base + ((seq >> 5) & mask);
      const bit = 1 << (seq & 31);
      if ((words[word]! & bit) === 0) return seq;
      words[word]! &= ~bit;
      this.#state[at + HELD]!--;
      seq++;
    }
  }

  /** Returns whether the packet is new. */
  #hold(at: number, seq: number, expected: number): boolean {
    const state = this.#state;
    while (state[at + BIT_BASE]! < 0 || (seq >> 5) - (expected >> 5) > state[at + BIT_MASK]!) this.#growBits(at, expected);
    const word = state[at + BIT_BASE]! + ((seq >> 5) & state[at + BIT_MASK]!);
    const bit = 1 << (seq & 31);
    if ((this.#bits.words[word]! & bit) !== 0) return false;
    this.#bits.words[word]! |= bit;
    const held = ++state[at + HELD]!;
    if (held > this.reorderMaxPackets) this.reorderMaxPackets = held;
    return true;
  }

  /** Word `index` of the endless bitmap of a flow: 0 outside of the ring. */
  #wordOf(flow: number, index: number): number {
    const at = flow * WORDS;
    const base = this.#state[at + BIT_BASE]!;
    const mask = this.#state[at + BIT_MASK]!;
    const first = this.#state[at + EXPECTED]! >> 5;
    if (base < 0 || index < first || index > first + mask) return 0;
    return this.#bits.words[base + (index & mask)]!;
  }

  /** Gives the flow its first bitmap, of 256 packets, or one twice as large. */
  #growBits(at: number, expected: number): void {
    const state = this.#state;
    const oldBase = state[at + BIT_BASE]!;
    const oldMask = state[at + BIT_MASK]!;
    const log2 = oldBase < 0 ? 3 : Math.log2(oldMask + 1) + 1;
    const base = this.#bits.take(log2, 0);
    const mask = 2 ** log2 - 1;
    if (oldBase >= 0) {
      const words = this.#bits.words;
      const first = expected >> 5;
      for (let i = first; i <= first + oldMask; i++) words[base + (i & mask)] = words[oldBase + (i & oldMask)]!;
      this.#bits.release(oldBase, Math.log2(oldMask + 1));
    }
    state[at + BIT_BASE] = base;
    state[at + BIT_MASK] = mask;
  }
}
