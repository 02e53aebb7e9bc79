import { InternalError } from '../base/errors.ts';
import { TYPE_MASK } from '../base/packet.ts';
import type { Partition } from './exchange.ts';
import { arena, doubles, type Region } from './arena.ts';
import type { RecordLayout } from './record-layout.ts';
import { CHUNK_SLOTS, CLOCK_PLACES, DUE, FIRST_CLASS, MAX_WINDOW_PS, PORT_BITS, PORT_MASK, RECORD_WORDS, WINDOW_START } from './record.ts';
import { Overflow } from './overflow.ts';

const MAX_RING_SLOTS = 512;
/** Chunks are taken from the memory by so many at once: at first, and at most. */
const FIRST_CHUNKS = 64;
const MOST_CHUNKS = 2 ** 16;

/**
 * Records that nodes have been sent, by the window in which they are due: a ring of windows, in each a mailbox a node. A mailbox is a
 * chain of 16-slot chunks in the memory, newest chunk first; a chunk's header holds the address of the chunk before it (or -1)
 * and its number of records. Only the newest chunk of a chain has room. Addresses are indices in `arena`.
 *
 * Records are copied two words at a time, as doubles. No pair is a NaN, whose bits a double might not keep: the upper word of a pair,
 * words 3 and 5, stays below 0x7ff00000 (see record.ts).
 */
export class Mailboxes {
  readonly clock: Float64Array;
  /** Where the clock begins in the memory. */
  readonly clockAt: number;
  /** Words of a record, and of a chunk of them. */
  readonly recordWords: number;
  readonly chunkWords: number;
  /** Mailboxes of the ring with records. */
  pending = 0;
  readonly windowPs: number;
  readonly slots: number;
  /** An arrival this far ahead or farther does not fit the ring. */
  readonly spanPs: number;
  /** Of the window in hand. */
  slot = 0;
  /** Words of `active` a slot. */
  readonly activeWords: number;
  /** Where the bits begin, one a node with mail, by slot. */
  readonly activeAt: number;
  readonly overflow: Overflow;
  /** A bit a packet type that uses the words beyond the usual six. */
  readonly #extraTypes: number;
  /** null: all nodes are handled here. */
  readonly #partition: Partition | null;
  /** Mailboxes of other partitions' nodes with records that have not been handed over. */
  #foreign: Int32Array = new Int32Array(64);
  #foreignCount = 0;
  readonly #nodes: number;
  /** Where the newest chunks of all mailboxes stand. */
  readonly #headsAt: number;
  readonly #region: Region;
  #freeChunk = -1;
  #freeCell = -1;
  /** Chunks from here to there have not been used. */
  #freshChunk = 0;
  #freshEnd = 0;
  #nextChunks = FIRST_CHUNKS;
  /** Chain of records that wait for `settle`, and when and where they are due. */
  #staged = -1;
  #stagedDuePs: number[] = [];
  #stagedNode: number[] = [];

  /** @param horizonPs how far ahead records are usually posted: sizes the ring */
  constructor(nodes: number, windowPs: number, horizonPs: number, partition: Partition | null, layout: RecordLayout, region: Region) {
    const recordWords = layout.words;
    this.#region = region;
    this.clockAt = region.doubles(CLOCK_PLACES);
    this.clock = doubles.subarray(this.clockAt, this.clockAt + CLOCK_PLACES);
    this.#partition = partition;
    this.recordWords = recordWords;
    this.#extraTypes = layout.extraTypes;
    this.chunkWords = CHUNK_SLOTS * recordWords;
    this.overflow = new Overflow(recordWords);
    if (!(windowPs >= 1 && windowPs <= MAX_WINDOW_PS && Number.isInteger(windowPs))) {
      throw new InternalError('E901', `window of ${windowPs} ps is not a whole number between 1 and ${MAX_WINDOW_PS}`);
    }
    this.windowPs = windowPs;
    this.#nodes = nodes;
    let slots = 4;
    while (slots < MAX_RING_SLOTS && slots < horizonPs / windowPs + 2) slots *= 2;
    this.slots = slots;
    this.spanPs = slots * windowPs;
    this.#headsAt = region.words(slots * nodes);
    arena.fill(-1, this.#headsAt, this.#headsAt + slots * nodes);
    this.activeWords = (nodes + 31) >> 5;
    this.activeAt = region.words(slots * this.activeWords);
  }

  /** Appends a record for `node`, due at clock[DUE], and returns its address; the caller writes words 1 to 5. */
  post(node: number, port: number): number {
    const aheadPs = doubles[this.clockAt + DUE]! - doubles[this.clockAt + WINDOW_START]!;
    return aheadPs < this.spanPs ? this.postAhead(node, port, aheadPs | 0) : this.#postBeyond(node, port);
  }

  /** `post` of a record that is due `aheadPs` after the start of the window in hand; an int32. */
  postAhead(node: number, port: number, aheadPs: number): number {
    if (aheadPs >= this.spanPs) return this.#postFarAhead(node, port, aheadPs);
    const windows = (aheadPs / this.windowPs) | 0;
    const offsetPs = (aheadPs - Math.imul(windows, this.windowPs)) | 0;
    const slot = (this.slot + windows) & (this.slots - 1);
    const head = (this.#headsAt + Math.imul(slot, this.#nodes) + node) | 0;
    let chunk = arena[head]!;
    let count = CHUNK_SLOTS;
    if (chunk >= 0) count = (arena[(chunk + 1) | 0]! + 1) | 0;
    if (count >= CHUNK_SLOTS) {
      chunk = this.#openChunk(slot, node, chunk);
      count = 1;
    }
    arena[(chunk + 1) | 0] = count;
    const address = (chunk + Math.imul(this.recordWords, count)) | 0;
    arena[address] = (offsetPs << PORT_BITS) | port;
    return address;
  }

  /** Copies all words but the first of the record at `from` to the record at `to`. */
  copy(from: number, to: number): void {
    const source = from >> 1;
    const target = to >> 1;
    arena[(to + 1) | 0] = arena[(from + 1) | 0]!;
    doubles[(target + 1) | 0] = doubles[(source + 1) | 0]!;
    doubles[(target + 2) | 0] = doubles[(source + 2) | 0]!;
    if (this.recordWords > RECORD_WORDS && ((1 << (arena[(from + 3) | 0]! & TYPE_MASK)) & this.#extraTypes) !== 0)
      this.#copyExtra(from, to);
  }

  /** One by one: pairs of these could be a NaN. */
  #copyExtra(from: number, to: number): void {
    for (let word = RECORD_WORDS; word < this.recordWords; word++) arena[to + word] = arena[from + word]!;
  }

  /** Empties the mailbox of `node` in `slot` and returns the chain that was in it; give it back with `release`. */
  take(slot: number, node: number): number {
    const at = this.#headsAt + slot * this.#nodes + node;
    const head = arena[at]!;
    arena[at] = -1;
    this.pending--;
    return head;
  }

  release(head: number): void {
    let last = head;
    while (arena[last]! >= 0) last = arena[last]!;
    arena[last] = this.#freeChunk;
    this.#freeChunk = head;
  }

  isEmpty(): boolean {
    return this.pending === 0 && this.#staged < 0 && this.overflow.minDuePs() === Infinity;
  }

  /** Packets that are due some time. */
  packets(): number {
    this.settle();
    let packets = this.overflow.packets;
    for (let mailbox = 0; mailbox < this.slots * this.#nodes; mailbox++) {
      for (let chunk = arena[this.#headsAt + mailbox]!; chunk >= 0; chunk = arena[chunk]!) {
        const count = arena[chunk + 1]!;
        for (let i = 1; i <= count; i++) if ((arena[chunk + this.recordWords * i]! & PORT_MASK) < FIRST_CLASS) packets++;
      }
    }
    return packets;
  }

  /** Moves the records that have come within reach of the ring into it. */
  recall(): void {
    const overflow = this.overflow;
    const limitPs = this.clock[WINDOW_START]! + this.spanPs;
    while (overflow.minDuePs() < limitPs) {
      this.clock[DUE] = overflow.minDuePs();
      const spot = overflow.take();
      const address = this.post(overflow.takenNode, overflow.takenPort);
      overflow.copyWords(spot, address);
    }
  }

  /** Puts a chunk in front of the chain of a mailbox. */
  #openChunk(slot: number, node: number, previous: number): number {
    const mailbox = slot * this.#nodes + node;
    if (previous < 0) {
      const partition = this.#partition;
      if (partition !== null && partition.owner[node] !== partition.index) {
        this.#addForeign(mailbox);
      } else {
        arena[this.activeAt + slot * this.activeWords + (node >> 5)]! |= 1 << node;
        this.pending++;
      }
    }
    const chunk = this.#takeChunk(previous);
    arena[this.#headsAt + mailbox] = chunk;
    return chunk;
  }

  /** A chunk whose predecessor in its chain is `previous`. */
  #takeChunk(previous: number): number {
    let chunk = this.#freeChunk;
    if (chunk >= 0) {
      this.#freeChunk = arena[chunk]!;
    } else {
      if (this.#freshChunk === this.#freshEnd) this.#takeFresh();
      chunk = this.#freshChunk;
      this.#freshChunk += this.chunkWords;
    }
    arena[chunk] = previous;
    return chunk;
  }

  #takeFresh(): void {
    const length = this.#nextChunks * this.chunkWords;
    this.#freshChunk = this.#region.space(length);
    this.#freshEnd = this.#freshChunk + length;
    this.#nextChunks = Math.min(MOST_CHUNKS, 2 * this.#nextChunks);
  }

  /** Room for one record, kept by the caller until `freeCell`. May move the arena. */
  takeCell(): number {
    let cell = this.#freeCell;
    if (cell < 0) {
      const chunk = this.#takeChunk(-1);
      for (let i = CHUNK_SLOTS - 1; i > 0; i--) {
        arena[chunk + i * this.recordWords] = cell;
        cell = chunk + i * this.recordWords;
      }
      this.#freeCell = cell;
      cell = chunk;
    } else {
      this.#freeCell = arena[cell]!;
    }
    return cell;
  }

  freeCell(cell: number): void {
    arena[cell] = this.#freeCell;
    this.#freeCell = cell;
  }

  // Records for nodes of other partitions lie in mailboxes like all others until the window ends; then they are handed over chunk by
  // chunk: the mailbox (its number is the same everywhere), the number of records, the records.

  /** A mailbox with records to be handed over; -1: none is left. */
  nextForeign(): number {
    return this.#foreignCount === 0 ? -1 : this.#foreign[this.#foreignCount - 1]!;
  }

  /** The partition that the node of that mailbox belongs to. */
  foreignOwner(): number {
    return this.#partition!.owner[this.nextForeign() % this.#nodes]!;
  }

  /** Moves the newest chunk of that mailbox to `out` from `at` on, and returns how many words that took. */
  sendForeign(out: Int32Array, at: number): number {
    const mailbox = this.nextForeign();
    const chunk = arena[this.#headsAt + mailbox]!;
    const previous = arena[chunk]!;
    const count = arena[chunk + 1]!;
    out[at] = mailbox;
    out[at + 1] = count;
    const first = chunk + this.recordWords;
    const words = this.recordWords * count;
    for (let i = 0; i < words; i++) out[at + 2 + i] = arena[first + i]!;
    arena[this.#headsAt + mailbox] = previous;
    if (previous < 0) this.#foreignCount--;
    arena[chunk] = this.#freeChunk;
    this.#freeChunk = chunk;
    return words + 2;
  }

  /** Takes the records of a chunk that another partition sent, and returns how many words they took. */
  receive(from: Int32Array, at: number): number {
    const mailbox = from[at]!;
    const count = from[at + 1]!;
    const node = mailbox % this.#nodes;
    const slot = (mailbox - node) / this.#nodes;
    const first = at + 2;
    for (let i = 0; i < count; i++) {
      let chunk = arena[this.#headsAt + mailbox]!;
      if (chunk < 0 || arena[chunk + 1] === CHUNK_SLOTS - 1) {
        chunk = this.#openChunk(slot, node, chunk);
        arena[chunk + 1] = 0;
      }
      const to = chunk + this.recordWords * ++arena[chunk + 1]!;
      for (let word = 0; word < this.recordWords; word++) arena[to + word] = from[first + this.recordWords * i + word]!;
    }
    return this.recordWords * count + 2;
  }

  #addForeign(mailbox: number): void {
    if (this.#foreignCount === this.#foreign.length) {
      const grown = new Int32Array(this.#foreignCount * 2);
      grown.set(this.#foreign);
      this.#foreign = grown;
    }
    this.#foreign[this.#foreignCount++] = mailbox;
  }

  // Records beyond the ring are rare and kept out of the hot path. Callers write words after `post`, so a record is staged in a chunk of the
  // arena first and parked at the start of the next window.

  #postFarAhead(node: number, port: number, aheadPs: number): number {
    this.clock[DUE] = this.clock[WINDOW_START]! + aheadPs;
    return this.#postBeyond(node, port);
  }

  #postBeyond(node: number, port: number): number {
    let chunk = this.#staged;
    if (chunk < 0 || arena[chunk + 1] === CHUNK_SLOTS - 1) {
      chunk = this.#takeChunk(chunk);
      arena[chunk + 1] = 0;
      this.#staged = chunk;
    }
    this.#stagedDuePs.push(this.clock[DUE]!);
    this.#stagedNode.push(node);
    const address = chunk + this.recordWords * ++arena[chunk + 1]!;
    arena[address] = port;
    return address;
  }

  /** Parks what was staged. */
  settle(): void {
    if (this.#staged < 0) return;
    let index = this.#stagedDuePs.length;
    for (let chunk = this.#staged; chunk >= 0; chunk = arena[chunk]!) {
      for (let i = arena[chunk + 1]!; i >= 1; i--) {
        index--;
        const address = chunk + this.recordWords * i;
        this.overflow.park(this.#stagedDuePs[index]!, this.#stagedNode[index]!, arena[address]!, address);
      }
    }
    this.release(this.#staged);
    this.#staged = -1;
    this.#stagedDuePs = [];
    this.#stagedNode = [];
  }
}
