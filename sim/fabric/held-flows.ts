import type { ReadyFlows } from './classed-ring.ts';

/** Not in the heap; in it and to be sent; in it, but it has nothing to send any more. */
const OUT = 0;
const HELD = 1;
const DROPPED = 2;

/**
 * The flows of one host that pacing holds back: a binary heap by the time from which each may send. That time stands in a table and does
 * not change while the flow is here, for it is set by sending.
 */
export class HeldFlows {
  readonly #readyPs: Float64Array;
  /** By flow of the run; entries of this host's flows are this host's. */
  readonly #place: Uint8Array;
  #heap: Int32Array = new Int32Array(16);
  #size = 0;

  constructor(readyPs: Float64Array, place: Uint8Array) {
    this.#readyPs = readyPs;
    this.#place = place;
  }

  isEmpty(): boolean {
    return this.#size === 0;
  }

  add(flow: number): void {
    const place = this.#place[flow];
    this.#place[flow] = HELD;
    if (place === OUT) this.#push(flow);
  }

  /** The flow leaves the heap when it comes to its top. */
  drop(flow: number): void {
    if (this.#place[flow] === HELD) this.#place[flow] = DROPPED;
  }

  /** Moves the flows that may send at clock[at] to the ring. */
  release(ring: Pick<ReadyFlows, 'add'>, clock: Float64Array, at: number): void {
    while (this.#size > 0) {
      const flow = this.#heap[0]!;
      const isDropped = this.#place[flow] === DROPPED;
      if (!isDropped && this.#readyPs[flow]! > clock[at]!) return;
      this.#pop();
      this.#place[flow] = OUT;
      if (!isDropped) ring.add(flow);
    }
  }

  /** Writes the time from which the first flow may send to clock[at]: Infinity without one. After `release`. */
  first(clock: Float64Array, at: number): void {
    clock[at] = this.#size === 0 ? Infinity : this.#readyPs[this.#heap[0]!]!;
  }

  #push(flow: number): void {
    if (this.#size === this.#heap.length) {
      const grown = new Int32Array(this.#size * 2);
      grown.set(this.#heap);
      this.#heap = grown;
    }
    const heap = this.#heap;
    const readyPs = this.#readyPs;
    let i = this.#size++;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (readyPs[heap[parent]!]! <= readyPs[flow]!) break;
      heap[i] = heap[parent]!;
      i = parent;
    }
    heap[i] = flow;
  }

  #pop(): void {
    const heap = this.#heap;
    const readyPs = this.#readyPs;
    const size = --this.#size;
    const last = heap[size]!;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= size) break;
      if (child + 1 < size && readyPs[heap[child + 1]!]! < readyPs[heap[child]!]!) child++;
      if (readyPs[last]! <= readyPs[heap[child]!]!) break;
      heap[i] = heap[child]!;
      i = child;
    }
    heap[i] = last;
  }
}
