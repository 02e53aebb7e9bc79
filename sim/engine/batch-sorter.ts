import { arena, type Region } from './arena.ts';
import type { Batch } from './batch.ts';
import { CHUNK_HEADER, chunkShape } from './record.ts';

const BUCKETS = 512;
const BUCKET_BITS = 9;
const USED_WORDS = 16;

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
  /** Columns over the numbers of the records in the chain: the next one in the list of a bucket, and the address. */
  #nextAt = 0;
  #addressAt = 0;
  /** Room in them. */
  #room = 0;
  /** First record of each bucket, -1 when empty; and a bit a bucket that is not. */
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
    this.#headAt = region.words(BUCKETS);
    arena.fill(-1, this.#headAt, this.#headAt + BUCKETS);
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
    const count = this.#fillBuckets(newest, end);
    this.#emptyBuckets();
    return count;
  }

  #makeRoom(count: number): void {
    this.#room = count;
    this.#nextAt = this.#region.words(count);
    this.#addressAt = this.#region.words(count);
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
   * Puts every record of the chain into the sorted list of its bucket and returns how many there are. From the last to the first, because what
   * one sender has posted came in order, and senders come in the order of their ports: most records go to the front of a list.
   */
  #fillBuckets(newest: number, newestEnd: number): number {
    const addressAt = this.#addressAt;
    const nextAt = this.#nextAt;
    const headAt = this.#headAt;
    const usedAt = this.#usedAt;
    const shift = this.#bucketShift;
    const recordWords = this.#recordWords;
    let n = 0;
    let end = newestEnd;
    for (let chunk = newest; chunk >= 0; chunk = arena[chunk]!) {
      const first = (chunk + CHUNK_HEADER) | 0;
      for (let address = (end - recordWords) | 0; address >= first; address = (address - recordWords) | 0) {
        const key = arena[address]!;
        arena[(addressAt + n) | 0] = address;
        const bucket = key >>> shift;
        let next = arena[(headAt + bucket) | 0]!;
        let before = -1;
        while (next >= 0) {
          const other = arena[(addressAt + next) | 0]!;
          const otherKey = arena[other]!;
          if (otherKey > key || (otherKey === key && arena[(other + 1) | 0]! > arena[(address + 1) | 0]!)) break;
          before = next;
          next = arena[(nextAt + next) | 0]!;
        }
        arena[(nextAt + n) | 0] = next;
        if (before < 0) arena[(headAt + bucket) | 0] = n;
        else arena[(nextAt + before) | 0] = n;
        arena[(usedAt + (bucket >> 5)) | 0]! |= 1 << bucket;
        n = (n + 1) | 0;
      }
      end = (arena[chunk]! + this.#fullAt) | 0;
    }
    return n;
  }

  #emptyBuckets(): void {
    const addressAt = this.#addressAt;
    const nextAt = this.#nextAt;
    const headAt = this.#headAt;
    const usedAt = this.#usedAt;
    let sorted = this.#batch.addressesAt;
    for (let word = 0; word < USED_WORDS; word++) {
      let bits = arena[(usedAt + word) | 0]!;
      if (bits === 0) continue;
      arena[(usedAt + word) | 0] = 0;
      do {
        const bucketHead = (headAt + (word << 5) + 31 - Math.clz32(bits & -bits)) | 0;
        bits &= bits - 1;
        for (let i = arena[bucketHead]!; i >= 0; i = arena[(nextAt + i) | 0]!) {
          arena[sorted] = arena[(addressAt + i) | 0]!;
          sorted = (sorted + 1) | 0;
        }
        arena[bucketHead] = -1;
      } while (bits !== 0);
    }
  }
}
