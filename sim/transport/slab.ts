/**
 * Blocks of int32 words in powers of two, handed out and taken back by size class: per-packet state of the flows that are open,
 * without an object a flow.
 */
export class Slab {
  words: Int32Array = new Int32Array(4096);
  #used = 0;
  readonly #free: number[][] = Array.from({ length: 32 }, () => []);

  /** First word of a block of 2^log2 words, all set to `fill`. */
  take(log2: number, fill: number): number {
    const size = 2 ** log2;
    let base = this.#free[log2]!.pop();
    if (base === undefined) {
      base = this.#used;
      this.#used += size;
      if (this.#used > this.words.length) {
        const words = new Int32Array(Math.max(this.#used, this.words.length * 2));
        words.set(this.words);
        this.words = words;
      }
    }
    // Most blocks are so small that a call of the built-in fill would cost more.
    const words = this.words;
    for (let i = base; i < base + size; i++) words[i] = fill;
    return base;
  }

  release(base: number, log2: number): void {
    this.#free[log2]!.push(base);
  }
}
