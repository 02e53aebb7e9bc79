import { arena, type Region } from './arena.ts';
import type { Batch } from './batch.ts';
import { CHUNK_HEADER, chunkShape } from './record.ts';

const BUCKETS = 512;
const BUCKET_BITS = 9;
const USED_WORDS = 16;

// A cell of a bucket's list: the next one, the key and the address of its record.
const CELL_WORDS = 4;
const KEY = 1;
const ADDRESS = 2;
/** Above all keys: an offset in a window is below MAX_WINDOW_PS. */
const AFTER_ALL = 2 ** 31 - 1;

/**
 * Puts the records of one mailbox into canonical order: by key (time, then port), and by word 1 where keys are equal (local
 * events; two packets never share a key, because a link delivers at most one packet at an instant).
 *
 * A batch of one chunk takes an insertion sort: small, and often in order, for one port delivers in order. Larger ones take 512 buckets
 * by time, each a short sorted list, so the pass is linear.
 */
export class BatchSorter {
  readonly #batch: Batch;
  readonly #recordWords: number;
  readonly #chunkMask: number;
  /** Of a full chunk. */
  readonly #fullAt: number;
  readonly #chunkRecords: number;
  readonly #region: Region;
  /** Cells, one a record of the chain. */
  #cellsAt = 0;
  /** Room for them. */
  #room = 0;
  /** The cell that ends every list. */
  readonly #last: number;
  /** First cell of each bucket; and a bit a bucket that has any. */
  readonly #headAt: number;
  readonly #usedAt: number;
  readonly #bucketShift: number;

  /** @param windowPs offsets in a batch are below this */
  constructor(batch: Batch, windowPs: number, recordWords: number, region: Region) {
    this.#batch = batch;
    this.#recordWords = recordWords;
    const { mask, fullAt } = chunkShape(recordWords);
    this.#chunkMask = mask;
    this.#fullAt = fullAt;
    this.#chunkRecords = (fullAt - CHUNK_HEADER) / recordWords;
    this.#region = region;
    this.#last = region.words(CELL_WORDS);
    arena[this.#last + KEY] = AFTER_ALL;
    this.#headAt = region.words(BUCKETS);
    arena.fill(this.#last, this.#headAt, this.#headAt + BUCKETS);
    this.#usedAt = region.words(USED_WORDS);
    const keyBits = Math.ceil(Math.log2(windowPs)) + 11;
    this.#bucketShift = Math.max(0, keyBits - BUCKET_BITS);
  }

  /** Sorts the chain of chunks that ends at `end` into the batch and returns how many records it has. */
  gather(end: number): number {
    const newest = end & ~this.#chunkMask;
    if (arena[newest]! < 0) return this.#insertionSort(newest + CHUNK_HEADER, end);
    let most = 0;
    for (let chunk = newest; chunk >= 0; chunk = arena[chunk]!) most += this.#chunkRecords;
    this.#batch.reserve(most);
    if (most > this.#room) this.#makeRoom(this.#batch.addresses.length);
    this.#fillBuckets(newest, end);
    return this.#emptyBuckets();
  }

  #makeRoom(count: number): void {
    this.#room = count;
    this.#cellsAt = this.#region.words(count * CELL_WORDS);
  }

  /** A chain of one chunk: its records from `first` to `end`. */
  #insertionSort(first: number, end: number): number {
    const sortedAt = this.#batch.addressesAt;
    const recordWords = this.#recordWords;
    let n = sortedAt;
    for (let address = first; address < end; address = (address + recordWords) | 0) {
      const key = arena[address]!;
      let at = n;
      while (at > sortedAt) {
        const other = arena[(at - 1) | 0]!;
        const otherKey = arena[other]!;
        if (otherKey < key || (otherKey === key && arena[(other + 1) | 0]! <= arena[(address + 1) | 0]!)) break;
        arena[at] = other;
        at = (at - 1) | 0;
      }
      arena[at] = address;
      n = (n + 1) | 0;
    }
    return (n - sortedAt) | 0;
  }

  /**
   * Puts every record of the chain into the sorted list of its bucket. From the last to the first, because what one sender has posted came in order,
   * and senders come in the order of their ports: most records go to the front of a list, be it empty or not.
   */
  #fillBuckets(newest: number, newestEnd: number): void {
    const headAt = this.#headAt;
    const usedAt = this.#usedAt;
    const shift = this.#bucketShift;
    const recordWords = this.#recordWords;
    let cell = this.#cellsAt;
    let end = newestEnd;
    for (let chunk = newest; chunk >= 0; chunk = arena[chunk]!) {
      const first = (chunk + CHUNK_HEADER) | 0;
      for (let address = (end - recordWords) | 0; address >= first; address = (address - recordWords) | 0) {
        const key = arena[address]!;
        const bucket = key >>> shift;
        // Where the cell before says which is next: the head of the list, or the first word of a cell.
        let before = (headAt + bucket) | 0;
        let next = arena[before]!;
        while (arena[(next + KEY) | 0]! <= key && !this.#isEqualButLater(next, key, address)) {
          before = next;
          next = arena[before]!;
        }
        arena[before] = cell;
        arena[cell] = next;
        arena[(cell + KEY) | 0] = key;
        arena[(cell + ADDRESS) | 0] = address;
        arena[(usedAt + (bucket >> 5)) | 0]! |= 1 << bucket;
        cell = (cell + CELL_WORDS) | 0;
      }
      end = (arena[chunk]! + this.#fullAt) | 0;
    }
  }

  /** The record of `cell` has the same key as the one at `address`, and a larger word 1. */
  #isEqualButLater(cell: number, key: number, address: number): boolean {
    return arena[(cell + KEY) | 0] === key && arena[(arena[(cell + ADDRESS) | 0]! + 1) | 0]! > arena[(address + 1) | 0]!;
  }

  /** Writes the addresses of all records to the batch, and returns how many there are. */
  #emptyBuckets(): number {
    const headAt = this.#headAt;
    const usedAt = this.#usedAt;
    const last = this.#last;
    const sortedAt = this.#batch.addressesAt;
    let sorted = sortedAt;
    for (let word = 0; word < USED_WORDS; word++) {
      let bits = arena[(usedAt + word) | 0]!;
      if (bits === 0) continue;
      arena[(usedAt + word) | 0] = 0;
      do {
        const head = (headAt + (word << 5) + 31 - Math.clz32(bits & -bits)) | 0;
        bits &= bits - 1;
        let cell = arena[head]!;
        arena[head] = last;
        do {
          arena[sorted] = arena[(cell + ADDRESS) | 0]!;
          sorted = (sorted + 1) | 0;
          cell = arena[cell]!;
        } while (cell !== last);
      } while (bits !== 0);
    }
    return (sorted - sortedAt) | 0;
  }
}
