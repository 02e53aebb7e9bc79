import { arena, type Region } from '../engine/arena.ts';

const FIRST_PLACES = 16;

/** First-in first-out queue of control packets (all words but the first of their records) in a ring of the arena that grows by doubling. */
export class ControlQueue {
  count = 0;
  /** Where the oldest packet stands in the arena. */
  head: number;
  /** Words of a packet. */
  readonly stride: number;
  readonly #region: Region;
  #begin: number;
  #end: number;

  /** @param recordWords words of a record */
  constructor(recordWords: number, region: Region) {
    this.stride = recordWords - 1;
    this.#region = region;
    this.#begin = region.words(this.stride * FIRST_PLACES);
    this.#end = this.#begin + this.stride * FIRST_PLACES;
    this.head = this.#begin;
  }

  /** Returns where the packet's words beyond these five stand. */
  push(flow: number, seq: number, dstMeta: number, sizeEntropy: number, aux: number): number {
    if (this.count * this.stride === this.#end - this.#begin) this.#grow();
    let at = (this.head + this.count * this.stride) | 0;
    if (at >= this.#end) at = (at - (this.#end - this.#begin)) | 0;
    arena[at] = flow;
    arena[(at + 1) | 0] = seq;
    arena[(at + 2) | 0] = dstMeta;
    arena[(at + 3) | 0] = sizeEntropy;
    arena[(at + 4) | 0] = aux;
    this.count++;
    return at + 5;
  }

  /** Removes the oldest packet. */
  drop(): void {
    this.head += this.stride;
    if (this.head === this.#end) this.head = this.#begin;
    this.count--;
  }

  /** Moves the packet that is `place` places behind the oldest one to the front. */
  bringForward(place: number): void {
    if (place === 0) return;
    const { stride } = this;
    const held = arena.slice(this.at(place), this.at(place) + stride);
    for (let i = place; i > 0; i--) arena.copyWithin(this.at(i), this.at(i - 1), this.at(i - 1) + stride);
    arena.set(held, this.head);
  }

  /** Where the packet that is `place` places behind the oldest one stands. */
  at(place: number): number {
    const at = this.head + place * this.stride;
    return at >= this.#end ? at - (this.#end - this.#begin) : at;
  }

  #grow(): void {
    const length = this.#end - this.#begin;
    const begin = this.#region.words(2 * length);
    arena.copyWithin(begin, this.head, this.#end);
    arena.copyWithin(begin + this.#end - this.head, this.#begin, this.head);
    this.#begin = begin;
    this.#end = begin + 2 * length;
    this.head = begin;
  }
}
