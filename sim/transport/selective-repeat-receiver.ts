import type { FlowTable } from './flow-table.ts';
import { ANSWER_ACK, ANSWER_NACK, type Receiver } from './sender.ts';
import { Slab } from './slab.ts';

// A flow's words in the receiver's state, side by side so that a packet meets one cache line.
const WORDS = 8;
/** Next expected packet. */
const EXPECTED = 0;
/** Packets held above the gap. */
const HELD = 1;
/** First word of the flow's bitmap, -1 without one, and its size in words less one. */
const BIT_BASE = 2;
const BIT_MASK = 3;
const PACKETS = 4;

/** Accepts packets in any order, holds those above a gap in a bitmap, and measures how many. */
export class SelectiveRepeatReceiver implements Receiver {
  readonly extraWords = 0;
  completedNow = false;
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

  acceptTrimmed(): number {
    return ANSWER_NACK;
  }

  writeExtra(): void {}

  expected(flow: number): number {
    return this.#state[flow * WORDS + EXPECTED]!;
  }

  accept(flow: number, seq: number): number {
    this.completedNow = false;
    const at = flow * WORDS;
    const expected = this.#state[at + EXPECTED]!;
    if (seq === expected) this.#advance(at, seq);
    else if (seq > expected) this.#hold(at, seq, expected);
    return ANSWER_ACK;
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

  #hold(at: number, seq: number, expected: number): void {
    const state = this.#state;
    while (state[at + BIT_BASE]! < 0 || (seq >> 5) - (expected >> 5) > state[at + BIT_MASK]!) this.#growBits(at, expected);
    const word = state[at + BIT_BASE]! + ((seq >> 5) & state[at + BIT_MASK]!);
    const bit = 1 << (seq & 31);
    if ((this.#bits.words[word]! & bit) !== 0) return;
    this.#bits.words[word]! |= bit;
    const held = ++state[at + HELD]!;
    if (held > this.reorderMaxPackets) this.reorderMaxPackets = held;
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
