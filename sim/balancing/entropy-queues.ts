/** Words of a flow: where its ring begins in the pool, log2 of its size (0: it has none), first entry, entries. */
const WORDS = 4;
const BASE = 0;
const LOG2 = 1;
const FIRST = 2;
const COUNT = 3;
const SMALLEST_LOG2 = 3;

/** A first-in-first-out queue of 16-bit entropies a flow. A ring is made when first used and doubled when full; all rings share one pool. */
export class EntropyQueues {
  #pool = new Uint16Array(4096);
  #used = 0;
  /** Rings that were outgrown, by log2 of their size. */
  readonly #free: number[][] = Array.from({ length: 32 }, () => []);
  readonly #words: Int32Array;

  constructor(flows: number) {
    this.#words = new Int32Array(flows * WORDS);
  }

  push(flow: number, entropy: number): void {
    const words = this.#words;
    const at = flow * WORDS;
    const count = words[at + COUNT]!;
    if (words[at + LOG2] === 0 || count === 1 << words[at + LOG2]!) this.#grow(at);
    const mask = (1 << words[at + LOG2]!) - 1;
    this.#pool[words[at + BASE]! + ((words[at + FIRST]! + count) & mask)] = entropy;
    words[at + COUNT] = count + 1;
  }

  /** Entries of a flow. */
  count(flow: number): number {
    return this.#words[flow * WORDS + COUNT]!;
  }

  clear(flow: number): void {
    this.#words[flow * WORDS + COUNT] = 0;
  }

  /** The first entry; -1: the queue is empty. */
  peek(flow: number): number {
    const at = flow * WORDS;
    return this.#words[at + COUNT] === 0 ? -1 : this.#pool[this.#words[at + BASE]! + this.#words[at + FIRST]!]!;
  }

  /** Takes the first entry; -1: the queue is empty. */
  shift(flow: number): number {
    const words = this.#words;
    const at = flow * WORDS;
    if (words[at + COUNT] === 0) return -1;
    const first = words[at + FIRST]!;
    words[at + FIRST] = (first + 1) & ((1 << words[at + LOG2]!) - 1);
    words[at + COUNT]!--;
    return this.#pool[words[at + BASE]! + first]!;
  }

  #grow(at: number): void {
    const words = this.#words;
    const oldLog2 = words[at + LOG2]!;
    const oldBase = words[at + BASE]!;
    const log2 = oldLog2 === 0 ? SMALLEST_LOG2 : oldLog2 + 1;
    const base = this.#take(log2);
    for (let i = 0; i < words[at + COUNT]!; i++) {
      this.#pool[base + i] = this.#pool[oldBase + ((words[at + FIRST]! + i) & ((1 << oldLog2) - 1))]!;
    }
    if (oldLog2 > 0) this.#free[oldLog2]!.push(oldBase);
    words[at + BASE] = base;
    words[at + LOG2] = log2;
    words[at + FIRST] = 0;
  }

  #take(log2: number): number {
    const free = this.#free[log2]!.pop();
    if (free !== undefined) return free;
    const base = this.#used;
    this.#used += 1 << log2;
    if (this.#used > this.#pool.length) {
      const pool = new Uint16Array(Math.max(this.#used, 2 * this.#pool.length));
      pool.set(this.#pool);
      this.#pool = pool;
    }
    return base;
  }
}
