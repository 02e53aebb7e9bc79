import { RECORD_WORDS } from './record.ts';

const BUCKETS = 512;
const BUCKET_BITS = 9;
const INSERTION_LIMIT = 24;

/**
 * Puts the records of one mailbox into canonical order: by key (time, then port), and by word 1 where keys are equal (local
 * events; two packets never share a key, because a link delivers at most one packet at an instant).
 *
 * Small batches take an insertion sort; larger ones 512 buckets by time, each a short sorted list, so the pass is linear.
 */
export class BatchSorter {
  /** The sorted batch: keys, and addresses of the records in the arena. */
  keys: Int32Array = new Int32Array(1024);
  addresses: Int32Array = new Int32Array(1024);
  #recordKeys: Int32Array = new Int32Array(1024);
  #recordAddresses: Int32Array = new Int32Array(1024);
  #next: Int32Array = new Int32Array(1024);
  readonly #bucketHead = new Int32Array(BUCKETS).fill(-1);
  readonly #bucketUsed = new Int32Array(BUCKETS / 32);
  readonly #bucketShift: number;

  /** @param windowPs offsets in a batch are below this */
  constructor(windowPs: number) {
    const keyBits = Math.ceil(Math.log2(windowPs)) + 11;
    this.#bucketShift = Math.max(0, keyBits - BUCKET_BITS);
  }

  /** Sorts the chain of chunks that starts at `head` and returns how many records it has. */
  gather(arena: Int32Array, head: number): number {
    let n = 0;
    for (let chunk = head; chunk >= 0; chunk = arena[chunk]!) n += arena[chunk + 1]!;
    while (n > this.keys.length) this.#grow();
    if (n <= INSERTION_LIMIT) this.#insertionSort(arena, head);
    else this.#bucketSort(arena, head);
    return n;
  }

  #insertionSort(arena: Int32Array, head: number): void {
    const keys = this.keys;
    const addresses = this.addresses;
    let n = 0;
    for (let chunk = head; chunk >= 0; chunk = arena[chunk]!) {
      const end = chunk + RECORD_WORDS * (arena[chunk + 1]! + 1);
      for (let address = chunk + RECORD_WORDS; address < end; address += RECORD_WORDS) {
        const key = arena[address]!;
        let j = n++;
        while (j > 0) {
          const other = keys[j - 1]!;
          if (other < key || (other === key && arena[addresses[j - 1]! + 1]! <= arena[address + 1]!)) break;
          keys[j] = other;
          addresses[j] = addresses[j - 1]!;
          j--;
        }
        keys[j] = key;
        addresses[j] = address;
      }
    }
  }

  #bucketSort(arena: Int32Array, head: number): void {
    this.#fillBuckets(arena, head);
    this.#emptyBuckets();
  }

  /** Puts every record into the sorted list of its bucket; lists run over the numbers of the records in the chain. */
  #fillBuckets(arena: Int32Array, head: number): void {
    const recordKeys = this.#recordKeys;
    const recordAddresses = this.#recordAddresses;
    const next = this.#next;
    const bucketHead = this.#bucketHead;
    const used = this.#bucketUsed;
    const shift = this.#bucketShift;
    let n = 0;
    for (let chunk = head; chunk >= 0; chunk = arena[chunk]!) {
      const end = chunk + RECORD_WORDS * (arena[chunk + 1]! + 1);
      for (let address = chunk + RECORD_WORDS; address < end; address += RECORD_WORDS) {
        const key = arena[address]!;
        recordKeys[n] = key;
        recordAddresses[n] = address;
        const bucket = key >>> shift;
        const first = bucketHead[bucket]!;
        if (first < 0) {
          used[bucket >> 5]! |= 1 << (bucket & 31);
          bucketHead[bucket] = n;
          next[n] = -1;
        } else if (key < recordKeys[first]!) {
          bucketHead[bucket] = n;
          next[n] = first;
        } else {
          this.#insertAfter(arena, first, n);
        }
        n++;
      }
    }
  }

  /** Inserts record n into the list that starts at `first`, whose key is not larger. */
  #insertAfter(arena: Int32Array, first: number, n: number): void {
    const recordKeys = this.#recordKeys;
    const recordAddresses = this.#recordAddresses;
    const next = this.#next;
    const key = recordKeys[n]!;
    const id = arena[recordAddresses[n]! + 1]!;
    let previous = -1;
    let at = first;
    while (at >= 0) {
      const other = recordKeys[at]!;
      if (other > key || (other === key && arena[recordAddresses[at]! + 1]! > id)) break;
      previous = at;
      at = next[at]!;
    }
    next[n] = at;
    if (previous >= 0) next[previous] = n;
    else this.#bucketHead[key >>> this.#bucketShift] = n;
  }

  #emptyBuckets(): void {
    const recordKeys = this.#recordKeys;
    const recordAddresses = this.#recordAddresses;
    const next = this.#next;
    const bucketHead = this.#bucketHead;
    const used = this.#bucketUsed;
    const keys = this.keys;
    const addresses = this.addresses;
    let m = 0;
    for (let word = 0; word < used.length; word++) {
      let bits = used[word]!;
      if (bits === 0) continue;
      used[word] = 0;
      while (bits !== 0) {
        const bucket = (word << 5) + 31 - Math.clz32(bits & -bits);
        bits &= bits - 1;
        for (let i = bucketHead[bucket]!; i >= 0; i = next[i]!) {
          keys[m] = recordKeys[i]!;
          addresses[m++] = recordAddresses[i]!;
        }
        bucketHead[bucket] = -1;
      }
    }
  }

  #grow(): void {
    const grown = (old: Int32Array): Int32Array => {
      const next = new Int32Array(old.length * 2);
      next.set(old);
      return next;
    };
    this.keys = grown(this.keys);
    this.addresses = grown(this.addresses);
    this.#recordKeys = grown(this.#recordKeys);
    this.#recordAddresses = grown(this.#recordAddresses);
    this.#next = grown(this.#next);
  }
}
