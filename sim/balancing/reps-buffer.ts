import { NOW } from '../engine/record.ts';

/** Words of a flow: the ring of entropies, and what follows. */
const WORDS = 16;
const RING = 8;
/** Bit i: entry i is valid. */
const VALID = 8;
/** Entry that is written next. */
const HEAD = 9;
/** Entries ever written, 8 at most. */
const WRITTEN = 10;
/** Entry that is taken next while frozen. */
const POINTER = 11;
const FROZEN = 12;

/**
 * The state of REPS (arXiv 2407.21625): the last eight entropies that came back unmarked, each used once more. While frozen, because a failure
 * is suspected, only these are used, again and again.
 */
export class RepsBuffer {
  readonly #clock: Float64Array;
  readonly #freezePs: number;
  readonly #words: Uint16Array;
  readonly #exitPs: Float64Array;

  constructor(flows: number, clock: Float64Array, freezePs: number) {
    this.#clock = clock;
    this.#freezePs = freezePs;
    this.#words = new Uint16Array(flows * WORDS);
    this.#exitPs = new Float64Array(flows);
  }

  store(flow: number, entropy: number): void {
    const words = this.#words;
    const at = flow * WORDS;
    const head = words[at + HEAD]!;
    words[at + head] = entropy;
    words[at + VALID]! |= 1 << head;
    words[at + HEAD] = (head + 1) & (RING - 1);
    if (words[at + WRITTEN]! < RING) words[at + WRITTEN]!++;
  }

  /** The entropy that is used again; -1: none, draw one. */
  recycle(flow: number): number {
    const words = this.#words;
    const at = flow * WORDS;
    if (words[at + FROZEN] === 1) {
      const written = words[at + WRITTEN]!;
      if (written === 0) return -1;
      const pointer = words[at + POINTER]!;
      words[at + VALID]! &= ~(1 << pointer);
      words[at + POINTER] = pointer + 1 < written ? pointer + 1 : 0;
      return words[at + pointer]!;
    }
    const valid = words[at + VALID]!;
    if (valid === 0) return -1;
    // Rotated so that bit 0 is the entry at the head, the oldest one.
    const head = words[at + HEAD]!;
    const fromHead = ((valid | (valid << RING)) >>> head) & 0xff;
    const oldest = (head + 31 - Math.clz32(fromHead & -fromHead)) & (RING - 1);
    words[at + VALID] = valid & ~(1 << oldest);
    return words[at + oldest]!;
  }

  isFrozen(flow: number): boolean {
    return this.#words[flow * WORDS + FROZEN] === 1;
  }

  /** Frozen, and past its time. */
  mayThaw(flow: number): boolean {
    return this.isFrozen(flow) && this.#clock[NOW]! > this.#exitPs[flow]!;
  }

  freeze(flow: number): void {
    this.#words[flow * WORDS + FROZEN] = 1;
    this.#exitPs[flow] = this.#clock[NOW]! + this.#freezePs;
  }

  thaw(flow: number): void {
    this.#words[flow * WORDS + FROZEN] = 0;
  }

  /** As at the start, what was frozen included. */
  clear(flow: number): void {
    this.#words.fill(0, flow * WORDS, (flow + 1) * WORDS);
  }
}
