import { arena } from '../engine/arena.ts';
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
  readonly #bits: Slab;
  /** Where the state of the flows begins in the arena. */
  readonly #at: number;

  constructor(flows: FlowTable) {
    this.#bits = new Slab(flows.region);
    this.#at = flows.region.words(flows.flows * WORDS);
    for (let flow = 0; flow < flows.flows; flow++) {
      arena[(this.#of(flow) + BIT_BASE) | 0] = -1;
      arena[(this.#of(flow) + PACKETS) | 0] = flows.packets[flow]!;
    }
  }

  expected(flow: number): number {
    return arena[(this.#of(flow) + EXPECTED) | 0]!;
  }

  /** Packets of the flow held above its gap. */
  held(flow: number): number {
    return arena[(this.#of(flow) + HELD) | 0]!;
  }

  /** Packet `seq` has arrived before. */
  has(flow: number, seq: number): boolean {
    return seq < arena[(this.#of(flow) + EXPECTED) | 0]! || this.isHeld(flow, seq);
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
    const at = this.#of(flow);
    const expected = arena[(at + EXPECTED) | 0]!;
    if (seq === expected) {
      this.#advance(at, seq);
      return true;
    }
    return seq > expected && this.#hold(at, seq, expected);
  }

  /** First word of the flow's state. */
  #of(flow: number): number {
    return (this.#at + flow * WORDS) | 0;
  }

  #advance(at: number, seq: number): void {
    let next = seq + 1;
    if (arena[(at + HELD) | 0]! > 0) next = this.#release(at, next);
    arena[(at + EXPECTED) | 0] = next;
    if (next !== arena[(at + PACKETS) | 0]) return;
    this.completedNow = true;
    if (arena[(at + BIT_BASE) | 0]! >= 0) this.#bits.release(arena[(at + BIT_BASE) | 0]!, Math.log2(arena[(at + BIT_MASK) | 0]! + 1));
    arena[(at + BIT_BASE) | 0] = -1;
  }

  /** Moves over the packets held from `seq` on; returns the first that is missing. */
  #release(at: number, seq: number): number {
    const base = arena[(at + BIT_BASE) | 0]!;
    const mask = arena[(at + BIT_MASK) | 0]!;
    for (;;) {
      const word = base + ((seq >> 5) & mask);
      const bit = 1 << (seq & 31);
      if ((arena[word]! & bit) === 0) return seq;
      arena[word]! &= ~bit;
      arena[(at + HELD) | 0]!--;
      seq++;
    }
  }

  /** Returns whether the packet is new. */
  #hold(at: number, seq: number, expected: number): boolean {
    while (arena[(at + BIT_BASE) | 0]! < 0 || (seq >> 5) - (expected >> 5) > arena[(at + BIT_MASK) | 0]!) this.#growBits(at, expected);
    const word = arena[(at + BIT_BASE) | 0]! + ((seq >> 5) & arena[(at + BIT_MASK) | 0]!);
    const bit = 1 << (seq & 31);
    if ((arena[word]! & bit) !== 0) return false;
    arena[word]! |= bit;
    const held = ++arena[(at + HELD) | 0]!;
    if (held > this.reorderMaxPackets) this.reorderMaxPackets = held;
    return true;
  }

  /** Word `index` of the endless bitmap of a flow: 0 outside of the ring. */
  #wordOf(flow: number, index: number): number {
    const at = this.#of(flow);
    const base = arena[(at + BIT_BASE) | 0]!;
    const mask = arena[(at + BIT_MASK) | 0]!;
    const first = arena[(at + EXPECTED) | 0]! >> 5;
    if (base < 0 || index < first || index > first + mask) return 0;
    return arena[base + (index & mask)]!;
  }

  /** Gives the flow its first bitmap, of 256 packets, or one twice as large. */
  #growBits(at: number, expected: number): void {
    const oldBase = arena[(at + BIT_BASE) | 0]!;
    const oldMask = arena[(at + BIT_MASK) | 0]!;
    const log2 = oldBase < 0 ? 3 : Math.log2(oldMask + 1) + 1;
    const base = this.#bits.take(log2, 0);
    const mask = 2 ** log2 - 1;
    if (oldBase >= 0) {
      const first = expected >> 5;
      for (let i = first; i <= first + oldMask; i++) arena[base + (i & mask)] = arena[oldBase + (i & oldMask)]!;
      this.#bits.release(oldBase, Math.log2(oldMask + 1));
    }
    arena[(at + BIT_BASE) | 0] = base;
    arena[(at + BIT_MASK) | 0] = mask;
  }
}
