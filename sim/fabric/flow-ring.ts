import type { ReadyFlows } from './classed-ring.ts';

/**
 * The flows of one host that may send, as a bitmap over the host's consecutive flow numbers. Round robin asks for the next set bit
 * after the flow served last, cyclically. A summary bit a word keeps hosts with thousands of flows quick.
 */
export class FlowRing implements ReadyFlows {
  count = 0;
  readonly #first: number;
  readonly #words: Int32Array;
  readonly #summary: Int32Array;

  /** Flows `first` .. `first + flows - 1`. */
  constructor(first: number, flows: number) {
    this.#first = first;
    this.#words = new Int32Array((flows + 31) >> 5);
    this.#summary = new Int32Array((this.#words.length + 31) >> 5);
  }

  has(flow: number): boolean {
    const i = flow - this.#first;
    return (this.#words[i >> 5]! & (1 << (i & 31))) !== 0;
  }

  add(flow: number): void {
    const i = flow - this.#first;
    const word = i >> 5;
    const bit = 1 << (i & 31);
    const bits = this.#words[word]!;
    if ((bits & bit) !== 0) return;
    this.#words[word] = bits | bit;
    this.#summary[word >> 5]! |= 1 << (word & 31);
    this.count++;
  }

  remove(flow: number): void {
    const i = flow - this.#first;
    const word = i >> 5;
    const bit = 1 << (i & 31);
    const bits = this.#words[word]!;
    if ((bits & bit) === 0) return;
    this.#words[word] = bits & ~bit;
    if (this.#words[word] === 0) this.#summary[word >> 5]! &= ~(1 << (word & 31));
    this.count--;
  }

  /** First flow in the ring after `flow`, cyclically (`flow` itself comes last). Only when `count > 0`. */
  after(flow: number): number {
    const i = flow - this.#first + 1;
    const word = i >> 5;
    if (word < this.#words.length) {
      const bits = this.#words[word]! & (-1 << (i & 31));
      if (bits !== 0) return this.#first + (word << 5) + lowestBit(bits);
    }
    return this.#fromWord(word + 1);
  }

  /** First flow at or after the beginning of `word`, cyclically. */
  #fromWord(word: number): number {
    const summary = this.#summary;
    let s = word >> 5;
    if (s < summary.length) {
      const bits = summary[s]! & (-1 << (word & 31));
      if (bits !== 0) return this.#lowestOf((s << 5) + lowestBit(bits));
      s++;
    }
    for (;;) {
      if (s >= summary.length) s = 0;
      const bits = summary[s]!;
      if (bits !== 0) return this.#lowestOf((s << 5) + lowestBit(bits));
      s++;
    }
  }

  #lowestOf(word: number): number {
    return this.#first + (word << 5) + lowestBit(this.#words[word]!);
  }
}

const lowestBit = (bits: number): number => 31 - Math.clz32(bits & -bits);
