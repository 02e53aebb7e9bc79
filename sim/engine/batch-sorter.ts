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
  #unsortedKeys: Int32Array = new Int32Array(1024);
  #unsortedAddresses: Int32Array = new Int32Array(1024);
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
    for (let chunk = head; chunk >= 0; chunk = arena[chunk]!) {
      const count = arena[chunk + 1]!;
      if (n + count > this.keys.length) this.#grow();
      const keys = this.#unsortedKeys;
      const addresses = this.#unsortedAddresses;
      let address = chunk + RECORD_WORDS;
      for (let i = 0; i < count; i++) {
        keys[n] = arena[address]!;
        addresses[n++] = address;
        address += RECORD_WORDS;
      }
    }
    if (n <= INSERTION_LIMIT) this.#insertionSort(arena, n);
    else this.#bucketSort(arena, n);
    return n;
  }

  #insertionSort(arena: Int32Array, n: number): void {
    const inKeys = this.#unsortedKeys;
    const inAddresses = this.#unsortedAddresses;
    const keys = this.keys;
    const addresses = this.addresses;
    for (let i = 0; i < n; i++) {
      const key = inKeys[i]!;
      const address = inAddresses[i]!;
      let j = i;
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

  #bucketSort(arena: Int32Array, n: number): void {
    const inKeys = this.#unsortedKeys;
    const inAddresses = this.#unsortedAddresses;
    const next = this.#next;
    const head = this.#bucketHead;
    const used = this.#bucketUsed;
    const shift = this.#bucketShift;
    for (let i = 0; i < n; i++) {
      const key = inKeys[i]!;
      const bucket = key >>> shift;
      let at = head[bucket]!;
      let previous = -1;
      while (at >= 0) {
        const other = inKeys[at]!;
        if (other > key) break;
        if (other === key && arena[inAddresses[at]! + 1]! > arena[inAddresses[i]! + 1]!) break;
        previous = at;
        at = next[at]!;
      }
      next[i] = at;
      if (previous >= 0) {
        next[previous] = i;
      } else {
        if (at < 0) used[bucket >> 5]! |= 1 << (bucket & 31);
        head[bucket] = i;
      }
    }
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
        for (let i = head[bucket]!; i >= 0; i = next[i]!) {
          keys[m] = inKeys[i]!;
          addresses[m++] = inAddresses[i]!;
        }
        head[bucket] = -1;
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
    this.#unsortedKeys = grown(this.#unsortedKeys);
    this.#unsortedAddresses = grown(this.#unsortedAddresses);
    this.#next = grown(this.#next);
  }
}
