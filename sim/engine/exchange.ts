import type { Mailboxes } from './mailboxes.ts';
import { chunkShape } from './record.ts';

// Control words of the shared memory.
/** Partitions that have come to the barrier. */
const ARRIVED = 0;
/** Barriers passed. */
const GENERATION = 1;
const CONTROL_WORDS = 16;

/** What a partition publishes at a barrier: its next window, a number to be added up, two flags. */
const PUBLISHED = 4;
const NEXT = 0;
const SUMMAND = 1;
const VOTE = 2;
const HAS_MORE = 3;
/** What a partition says of itself at any time, for a person who looks on: packet hops, packets. */
const REMARKS = 2;

/** Looks at the barrier this often before a thread lets the processor go: some 20 us, where windows take milliseconds. */
const SPINS = 4000;

/** Which partition each node belongs to, and which one this is. */
export interface Partition {
  /** By node. */
  readonly owner: Uint16Array;
  readonly index: number;
  readonly exchange: Exchange;
}

/**
 * Shared memory for `partitions` partitions. An outbox that is too small costs an extra round at the barrier.
 *
 * @param outboxWords words of each outbox; at least one chunk of records of `recordWords`
 */
export function exchangeMemory(partitions: number, outboxWords: number, recordWords: number): SharedArrayBuffer {
  const words = Math.max(outboxWords, chunkShape(recordWords).words + 3);
  const doubles = CONTROL_WORDS + (2 * PUBLISHED + REMARKS) * partitions;
  return new SharedArrayBuffer(8 * doubles + 4 * 2 * partitions * partitions * words);
}

/**
 * How the partitions of one run meet: at the end of every window each publishes the records for the others' nodes and its next
 * window, waits at one barrier, and takes what the others have for it. Everything is there twice and used in turn, so a partition
 * that is ahead cannot overwrite what another one still reads: it would have to pass the next barrier first.
 */
export class Exchange {
  readonly partitions: number;
  /** Agreed by the last `sync`: the earliest window in which anybody has something to do, and whether anybody voted. */
  nextWindow = 0;
  isVoted = false;
  readonly #me: number;
  readonly #control: Int32Array;
  readonly #published: Float64Array;
  readonly #remarks: Float64Array;
  readonly #outboxes: Int32Array;
  readonly #outboxWords: number;
  /** 0 and 1 in turn. */
  #side = 0;

  constructor(memory: SharedArrayBuffer, partitions: number, me: number) {
    this.partitions = partitions;
    this.#me = me;
    this.#control = new Int32Array(memory, 0, CONTROL_WORDS);
    this.#published = new Float64Array(memory, 8 * CONTROL_WORDS, 2 * partitions * PUBLISHED);
    this.#remarks = new Float64Array(memory, 8 * CONTROL_WORDS + this.#published.byteLength, partitions * REMARKS);
    this.#outboxes = new Int32Array(memory, 8 * CONTROL_WORDS + this.#published.byteLength + this.#remarks.byteLength);
    this.#outboxWords = this.#outboxes.length / (2 * partitions * partitions);
  }

  /**
   * Hands over the records for other partitions' nodes, and agrees on `nextWindow` and `isVoted`. All partitions call it at the same point.
   *
   * @param nextWindow in which this partition, or what it hands over, has something to do; Infinity: never
   */
  sync(mailboxes: Mailboxes, nextWindow: number, vote: boolean): void {
    let next = Infinity;
    let voted = false;
    let hasMore = true;
    while (hasMore) {
      const sent = this.#send(mailboxes);
      this.#publish(NEXT, nextWindow);
      this.#publish(VOTE, vote ? 1 : 0);
      this.#publish(HAS_MORE, sent ? 0 : 1);
      this.#meet();
      hasMore = false;
      for (let partition = 0; partition < this.partitions; partition++) {
        next = Math.min(next, this.#read(partition, NEXT));
        voted ||= this.#read(partition, VOTE) === 1;
        hasMore ||= this.#read(partition, HAS_MORE) === 1;
        if (partition !== this.#me) this.#receive(mailboxes, partition);
      }
      this.#side ^= 1;
    }
    this.nextWindow = next;
    this.isVoted = voted;
  }

  /** The sum of what all partitions pass: whole numbers, so that the order does not matter. */
  sum(summand: number): number {
    this.#publish(SUMMAND, summand);
    this.#meet();
    let sum = 0;
    for (let partition = 0; partition < this.partitions; partition++) sum += this.#read(partition, SUMMAND);
    this.#side ^= 1;
    return sum;
  }

  /** Says how far this partition is. Without a barrier: only for people. */
  remark(packetHops: number, packets: number): void {
    this.#remarks[this.#me * REMARKS] = packetHops;
    this.#remarks[this.#me * REMARKS + 1] = packets;
  }

  /** What all partitions have said last, added up: packet hops [0] or packets [1]. */
  remarked(what: 0 | 1): number {
    let sum = 0;
    for (let at = what; at < this.#remarks.length; at += REMARKS) sum += this.#remarks[at]!;
    return sum;
  }

  /** Fills the outboxes; false if there is more than they hold. */
  #send(mailboxes: Mailboxes): boolean {
    for (let to = 0; to < this.partitions; to++) this.#outboxes[this.#outbox(this.#me, to)] = 1;
    for (let foreign = mailboxes.nextForeign(); foreign >= 0; foreign = mailboxes.nextForeign()) {
      const outbox = this.#outbox(this.#me, mailboxes.foreignOwner());
      const used = this.#outboxes[outbox]!;
      if (used + mailboxes.chunk.words + 2 > this.#outboxWords) return false;
      this.#outboxes[outbox] = used + mailboxes.sendForeign(this.#outboxes, outbox + used);
    }
    return true;
  }

  #receive(mailboxes: Mailboxes, from: number): void {
    const outbox = this.#outbox(from, this.#me);
    const end = outbox + this.#outboxes[outbox]!;
    for (let at = outbox + 1; at < end;) at += mailboxes.receive(this.#outboxes, at);
  }

  #outbox(from: number, to: number): number {
    return ((this.#side * this.partitions + from) * this.partitions + to) * this.#outboxWords;
  }

  #publish(what: number, value: number): void {
    this.#published[(this.#side * this.partitions + this.#me) * PUBLISHED + what] = value;
  }

  #read(partition: number, what: number): number {
    return this.#published[(this.#side * this.partitions + partition) * PUBLISHED + what]!;
  }

  /** The barrier. What was written to the shared memory before it can be read after it. */
  #meet(): void {
    const control = this.#control;
    const generation = Atomics.load(control, GENERATION);
    if (Atomics.add(control, ARRIVED, 1) === this.partitions - 1) {
      Atomics.store(control, ARRIVED, 0);
      Atomics.add(control, GENERATION, 1);
      Atomics.notify(control, GENERATION);
      return;
    }
    for (let spins = 0; Atomics.load(control, GENERATION) === generation; spins++) {
      if (spins >= SPINS) Atomics.wait(control, GENERATION, generation);
    }
  }
}
