import { arena } from './arena.ts';
import { FIRST_CLASS } from './record.ts';
import { TimeHeap } from './time-heap.ts';

/** Records due beyond the ring of mailboxes (queues longer than the ring, long delays): a heap by time, and a parking area for words. */
export class Overflow {
  /** Packets among the records. */
  packets = 0;
  /** Of the record taken last. */
  takenNode = 0;
  takenPort = 0;
  readonly #heap = new TimeHeap();
  readonly #recordWords: number;
  #words: Int32Array;
  #free: number[] = [];
  #used = 0;

  constructor(recordWords: number) {
    this.#recordWords = recordWords;
    this.#words = new Int32Array(recordWords * 64);
  }

  /** Infinity when empty. */
  minDuePs(): number {
    return this.#heap.minTimePs();
  }

  /** Parks a copy of the record at `address`. */
  park(duePs: number, node: number, port: number, address: number): void {
    const spot = this.#free.pop() ?? this.#used++;
    if ((spot + 1) * this.#recordWords > this.#words.length) {
      const grown = new Int32Array(this.#words.length * 2);
      grown.set(this.#words);
      this.#words = grown;
    }
    this.#words.set(arena.subarray(address, address + this.#recordWords), spot * this.#recordWords);
    this.#heap.push(duePs, node, port, spot);
    if (port < FIRST_CLASS) this.packets++;
  }

  /** Removes the earliest record; until the next `park` its words are at the place returned, to be read with `copyWords`. */
  take(): number {
    this.#heap.pop();
    this.takenNode = this.#heap.poppedNode;
    this.takenPort = this.#heap.poppedPort;
    if (this.takenPort < FIRST_CLASS) this.packets--;
    const spot = this.#heap.poppedId;
    this.#free.push(spot);
    return spot;
  }

  /** All words but the first of the record taken last become those of the record at `address`. */
  copyWords(spot: number, address: number): void {
    arena.set(this.#words.subarray(spot * this.#recordWords + 1, (spot + 1) * this.#recordWords), address + 1);
  }
}
