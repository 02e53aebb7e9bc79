import { arena, type Region } from '../engine/arena.ts';
import type { ReadyFlows } from './classed-ring.ts';

/**
 * The flows of one host that may send, as a bitmap over the host's consecutive flow numbers. Round robin asks for the next set bit
 * after the flow served last, cyclically. A summary bit a word keeps hosts with thousands of flows quick.
 */
export class FlowRing implements ReadyFlows {
  count = 0;
  readonly #first: number;
  /** Where the bits and the summary begin in the arena, and their lengths. */
  readonly #bitsAt: number;
  readonly #words: number;
  readonly #summaryAt: number;
  readonly #summaryWords: number;

  /** Flows `first` .. `first + flows - 1`. */
  constructor(first: number, flows: number, region: Region) {
    this.#first = first;
    this.#words = (flows + 31) >> 5;
    this.#summaryWords = (this.#words + 31) >> 5;
    this.#bitsAt = region.words(this.#words + this.#summaryWords);
    this.#summaryAt = this.#bitsAt + this.#words;
  }

  has(flow: number): boolean {
    const i = flow - this.#first;
    return (arena[(this.#bitsAt + (i >> 5)) | 0]! & (1 << (i & 31))) !== 0;
  }

  add(flow: number): void {
    const i = flow - this.#first;
    const word = i >> 5;
    const bit = 1 << (i & 31);
    const bits = arena[(this.#bitsAt + word) | 0]!;
    if ((bits & bit) !== 0) return;
    arena[(this.#bitsAt + word) | 0] = bits | bit;
    arena[(this.#summaryAt + (word >> 5)) | 0]! |= 1 << (word & 31);
    this.count++;
  }

  remove(flow: number): void {
    const i = flow - this.#first;
    const word = i >> 5;
    const bit = 1 << (i & 31);
    const bits = arena[(this.#bitsAt + word) | 0]!;
    if ((bits & bit) === 0) return;
    arena[(this.#bitsAt + word) | 0] = bits & ~bit;
    if (arena[(this.#bitsAt + word) | 0] === 0) arena[(this.#summaryAt + (word >> 5)) | 0]! &= ~(1 << (word & 31));
    this.count--;
  }

  /** First flow in the ring after `flow`, cyclically (`flow` itself comes last). Only when `count > 0`. */
  after(flow: number): number {
    const i = flow - this.#first + 1;
    if (this.#words === 1) {
      const bits = arena[this.#bitsAt]!;
      const later = bits & (-1 << (i & 31));
      return this.#first + lowestBit(later === 0 ? bits : later);
    }
    const word = i >> 5;
    if (word < this.#words) {
      const bits = arena[(this.#bitsAt + word) | 0]! & (-1 << (i & 31));
      if (bits !== 0) return this.#first + (word << 5) + lowestBit(bits);
    }
    return this.#fromWord(word + 1);
  }

  /** First flow at or after the beginning of `word`, cyclically. */
  #fromWord(word: number): number {
    let s = word >> 5;
    if (s < this.#summaryWords) {
      const bits = arena[(this.#summaryAt + s) | 0]! & (-1 << (word & 31));
      if (bits !== 0) return this.#lowestOf((s << 5) + lowestBit(bits));
      s++;
    }
    for (;;) {
      if (s >= this.#summaryWords) s = 0;
      const bits = arena[(this.#summaryAt + s) | 0]!;
      if (bits !== 0) return this.#lowestOf((s << 5) + lowestBit(bits));
      s++;
    }
  }

  #lowestOf(word: number): number {
    return this.#first + (word << 5) + lowestBit(arena[(this.#bitsAt + word) | 0]!);
  }
}

const lowestBit = (bits: number): number => 31 - Math.clz32(bits & -bits);
