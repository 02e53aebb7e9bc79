import { arena, LINE_WORDS, type Region } from '../engine/arena.ts';

/** Words that a slab takes from the arena at once: at first, and at most. */
const FIRST_WORDS = 2 ** 12;
const MOST_WORDS = 2 ** 22;

/**
 * Blocks of words of the arena in powers of two, handed out and taken back by size class: per-packet state of the flows that are open,
 * without an object a flow.
 */
export class Slab {
  readonly #region: Region;
  /** Words from here to there have not been handed out. */
  #freshAt = 0;
  #freshEnd = 0;
  #nextWords = FIRST_WORDS;
  readonly #free: number[][] = Array.from({ length: 32 }, () => []);

  constructor(region: Region) {
    this.#region = region;
  }

  /** First word of a block of 2^log2 words, all set to `fill`. A block is aligned to its size, up to a cache line. */
  take(log2: number, fill: number): number {
    const size = 2 ** log2;
    const base = this.#free[log2]!.pop() ?? this.#takeFresh(size);
    // Most blocks are so small that a call of the built-in fill would cost more.
    for (let i = base; i < base + size; i++) arena[i] = fill;
    return base;
  }

  release(base: number, log2: number): void {
    this.#free[log2]!.push(base);
  }

  #takeFresh(size: number): number {
    const aligned = Math.min(size, LINE_WORDS);
    let base = Math.ceil(this.#freshAt / aligned) * aligned;
    if (base + size > this.#freshEnd) {
      const length = Math.max(size, this.#nextWords);
      base = this.#region.space(length);
      this.#freshEnd = base + length;
      this.#nextWords = Math.min(MOST_WORDS, 2 * length);
    }
    this.#freshAt = base + size;
    return base;
  }
}
