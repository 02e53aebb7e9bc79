import type { Batch } from './batch.ts';
import { CHUNK_SLOTS } from './record.ts';

const BUCKETS = 512;
const BUCKET_BITS = 9;

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
  /** Lists run over the numbers of the records in the chain. */
  #next: Int32Array = new Int32Array(1024);
  #address: Int32Array = new Int32Array(1024);
  readonly #bucketHead = new Int32Array(BUCKETS).fill(-1);
  readonly #bucketUsed = new Int32Array(BUCKETS / 32);
  readonly #bucketShift: number;

  /** @param windowPs offsets in a batch are below this */
  constructor(batch: Batch, windowPs: number, recordWords: number) {
    this.#batch = batch;
    this.#recordWords = recordWords;
    const keyBits = Math.ceil(Math.log2(windowPs)) + 11;
    this.#bucketShift = Math.max(0, keyBits - BUCKET_BITS);
  }

  /** Sorts the chain of chunks that starts at `head` into the batch and returns how many records it has. */
  gather(arena: Int32Array, head: number): number {
    const previous = arena[head]!;
    if (previous < 0) return this.#insertionSort(arena, head);
    let count = arena[head + 1]!;
    for (let chunk = previous; chunk >= 0; chunk = arena[chunk]!) count += CHUNK_SLOTS - 1;
    this.#batch.reserve(count);
    if (count > this.#next.length) {
      this.#next = new Int32Array(this.#batch.addresses.length);
      this.#address = new Int32Array(this.#batch.addresses.length);
    }
    this.#fillBuckets(arena, head);
    this.#emptyBuckets();
    return count;
  }

  /** A chain of one chunk. */
  #insertionSort(arena: Int32Array, chunk: number): number {
    const addresses = this.#batch.addresses;
    const recordWords = this.#recordWords;
    const count = arena[chunk + 1]!;
    let address = chunk;
    for (let n = 0; n < count; n++) {
      address += recordWords;
      const key = arena[address]!;
      let j = n;
      while (j > 0) {
        const other = addresses[j - 1]!;
        const otherKey = arena[other]!;
        if (otherKey < key || (otherKey === key && arena[other + 1]! <= arena[address + 1]!)) break;
        addresses[j--] = other;
      }
      addresses[j] = address;
    }
    return count;
  }

  /** Puts every record into the sorted list of its bucket. */
  #fillBuckets(arena: Int32Array, head: number): void {
    const addresses = this.#address;
    const next = this.#next;
    const bucketHead = this.#bucketHead;
    const used = this.#bucketUsed;
    const shift = this.#bucketShift;
    const recordWords = this.#recordWords;
    let n = 0;
    for (let chunk = head; chunk >= 0; chunk = arena[chunk]!) {
      const end = chunk + recordWords * (arena[chunk + 1]! + 1);
      for (let address = chunk + recordWords; address < end; address += recordWords) {
        const key = arena[address]!;
        addresses[n] = address;
        const bucket = key >>> shift;
        let at = bucketHead[bucket]!;
        let before = -1;
        while (at >= 0) {
          const other = addresses[at]!;
          const otherKey = arena[other]!;
          if (otherKey > key || (otherKey === key && arena[other + 1]! > arena[address + 1]!)) break;
          before = at;
          at = next[at]!;
        }
        next[n] = at;
        if (before < 0) bucketHead[bucket] = n;
        else next[before] = n;
        used[bucket >> 5]! |= 1 << bucket;
        n++;
      }
    }
  }

  #emptyBuckets(): void {
    const addresses = this.#address;
    const sorted = this.#batch.addresses;
    const next = this.#next;
    const bucketHead = this.#bucketHead;
    const used = this.#bucketUsed;
    let m = 0;
    for (let word = 0; word < used.length; word++) {
      let bits = used[word]!;
      if (bits === 0) continue;
      used[word] = 0;
      do {
        const bucket = (word << 5) + 31 - Math.clz32(bits & -bits);
        bits &= bits - 1;
        for (let i = bucketHead[bucket]!; i >= 0; i = next[i]!) sorted[m++] = addresses[i]!;
        bucketHead[bucket] = -1;
      } while (bits !== 0);
    }
  }
}
