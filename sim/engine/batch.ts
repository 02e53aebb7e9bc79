import { arena, type Region } from './arena.ts';

/** What is known of each record of the batch in hand, in canonical order: columns of words that the stages of a node fill and read. */
export class Batch {
  /** Where the columns begin in the arena: addresses of the records there, and the output that a node chose for each. */
  addressesAt = 0;
  outputsAt = 0;
  /** The same as arrays. */
  addresses: Int32Array = new Int32Array(0);
  outputs: Int32Array = new Int32Array(0);
  readonly #region: Region;

  constructor(region: Region) {
    this.#region = region;
    this.reserve(1024);
  }

  /** Makes room for `count` records; what was in the columns is lost. */
  reserve(count: number): void {
    if (count <= this.addresses.length) return;
    const length = Math.max(count, this.addresses.length * 2);
    this.addressesAt = this.#region.words(length);
    this.outputsAt = this.#region.words(length);
    this.addresses = arena.subarray(this.addressesAt, this.addressesAt + length);
    this.outputs = arena.subarray(this.outputsAt, this.outputsAt + length);
  }
}
