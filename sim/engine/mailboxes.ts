import { InternalError } from '../base/errors.ts';
import { TYPE_MASK } from '../base/packet.ts';
import type { Partition } from './exchange.ts';
import { arena, clock, doubles, type Region } from './arena.ts';
import type { RecordLayout } from './record-layout.ts';
import {
  CHUNK_HEADER,
  chunkShape,
  type ChunkShape,
  DUE,
  FIRST_CLASS,
  MAX_WINDOW_PS,
  PORT_BITS,
  PORT_MASK,
  RECORD_WORDS,
  WINDOW_START,
} from './record.ts';
import { Overflow } from './overflow.ts';

const MAX_RING_SLOTS = 512;
/** Chunks are taken from the memory by so many at once: at first, and at most. */
const FIRST_CHUNKS = 64;
const MOST_CHUNKS = 2 ** 16;

/**
 * Records that nodes have been sent, by the window in which they are due: a ring of windows, in each a mailbox a node. A mailbox is a
 * chain of chunks in the arena (record.ts), known by its end; all chunks but the newest are full.
 *
 * Records are copied two words at a time, as doubles. No pair is a NaN, whose bits a double might not keep: the upper word of a pair,
 * words 3 and 5, stays below 0x7ff00000 (see record.ts).
 */
export class Mailboxes {
  readonly clock = clock;
  /** Words of a record. */
  readonly recordWords: number;
  readonly chunk: ChunkShape;
  /** Mailboxes of the ring with records. */
  pending = 0;
  readonly windowPs: number;
  readonly slots: number;
  readonly #slotMask: number;
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
  /** Of an address in its chunk; and where in a chunk the last record begins. */
  readonly #chunkMask: number;
  readonly #lastRecord: number;
  /** Where the ends of all mailboxes stand: the address of the next record, in the newest chunk, or behind it when that is full; -1: empty. */
  readonly #endsAt: number;
  readonly #region: Region;
  #freeChunk = -1;
  #freeCell = -1;
  /** Chunks from here to there have not been used. */
  #freshChunk = 0;
  #freshEnd = 0;
  #nextChunks = FIRST_CHUNKS;
  /** End of the chain of records that wait for `settle`, -1 without; when and where they are due. */
  #staged = -1;
  #stagedDuePs: number[] = [];
  #stagedNode: number[] = [];

  /** @param horizonPs how far ahead records are usually posted: sizes the ring */
  constructor(nodes: number, windowPs: number, horizonPs: number, partition: Partition | null, layout: RecordLayout, region: Region) {
    const recordWords = layout.words;
    this.#region = region;
    this.#partition = partition;
    this.recordWords = recordWords;
    this.#extraTypes = layout.extraTypes;
    this.chunk = chunkShape(recordWords);
    this.#chunkMask = this.chunk.mask;
    this.#lastRecord = this.chunk.fullAt - recordWords;
    this.overflow = new Overflow(recordWords);
    if (!(windowPs >= 1 && windowPs <= MAX_WINDOW_PS && Number.isInteger(windowPs))) {
      throw new InternalError('E901', `window of ${windowPs} ps is not a whole number between 1 and ${MAX_WINDOW_PS}`);
    }
    this.windowPs = windowPs;
    this.#nodes = nodes;
    let slots = 4;
    while (slots < MAX_RING_SLOTS && slots < horizonPs / windowPs + 2) slots *= 2;
    this.slots = slots;
    this.#slotMask = slots - 1;
    this.spanPs = slots * windowPs;
    this.#endsAt = region.words(slots * nodes);
    arena.fill(-1, this.#endsAt, this.#endsAt + slots * nodes);
    this.activeWords = (nodes + 31) >> 5;
    this.activeAt = region.words(slots * this.activeWords);
  }

  /** Appends a record for `node`, due at clock[DUE], and returns its address; the caller writes words 1 to 5. */
  post(node: number, port: number): number {
    const aheadPs = doubles[DUE]! - doubles[WINDOW_START]!;
    return aheadPs < this.spanPs ? this.postAhead(node, port, aheadPs | 0) : this.#postBeyond(node, port);
  }

  /** `post` of a record that is due `aheadPs` after the start of the window in hand; an int32. */
  postAhead(node: number, port: number, aheadPs: number): number {
    if (aheadPs >= this.spanPs) return this.#postFarAhead(node, port, aheadPs);
    const windows = (aheadPs / this.windowPs) | 0;
    const offsetPs = (aheadPs - windows * this.windowPs) | 0;
    const slot = (this.slot + windows) & this.#slotMask;
    const end = (this.#endsAt + slot * this.#nodes + node) | 0;
    let address = arena[end]!;
    if ((address & this.#chunkMask) > this.#lastRecord) address = this.#openChunk(slot, node, address);
    arena[end] = (address + this.recordWords) | 0;
    arena[address] = (offsetPs << PORT_BITS) | port;
    return address;
  }

  /** Where the end stands of the mailbox of `node` for the window `windows` after the one in hand, within the ring: for who sends many records. */
  endOf(node: number, windows: number): number {
    return (this.#endsAt + ((this.slot + windows) & this.#slotMask) * this.#nodes + node) | 0;
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

  /** Empties the mailbox of `node` in `slot` and returns the end of the chain that was in it; give it back with `release`. */
  take(slot: number, node: number): number {
    const at = this.#endsAt + slot * this.#nodes + node;
    const end = arena[at]!;
    arena[at] = -1;
    this.pending--;
    return end;
  }

  /** The chain that ends at `end` is free. */
  release(end: number): void {
    const newest = end & ~this.#chunkMask;
    let oldest = newest;
    while (arena[oldest]! >= 0) oldest = arena[oldest]!;
    arena[oldest] = this.#freeChunk;
    this.#freeChunk = newest;
  }

  /** End of the chain that is left when its newest chunk, which ends at `end`, is taken away; -1: nothing is left. */
  #endBefore(end: number): number {
    const previous = arena[end & ~this.#chunkMask]!;
    return previous < 0 ? -1 : previous + this.chunk.fullAt;
  }

  isEmpty(): boolean {
    return this.pending === 0 && this.#staged < 0 && this.overflow.minDuePs() === Infinity;
  }

  /** Packets that are due some time. */
  packets(): number {
    this.settle();
    let packets = this.overflow.packets;
    for (let mailbox = 0; mailbox < this.slots * this.#nodes; mailbox++) {
      for (let end = arena[this.#endsAt + mailbox]!; end >= 0; end = this.#endBefore(end)) {
        const first = (end & ~this.#chunkMask) + CHUNK_HEADER;
        for (let address = first; address < end; address += this.recordWords) if ((arena[address]! & PORT_MASK) < FIRST_CLASS) packets++;
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

  /** Begins a chunk behind the chain of a mailbox that ends at `end`, and returns the address of its first record. */
  #openChunk(slot: number, node: number, end: number): number {
    if (end < 0) {
      const partition = this.#partition;
      if (partition !== null && partition.owner[node] !== partition.index) {
        this.#addForeign(slot * this.#nodes + node);
      } else {
        arena[this.activeAt + slot * this.activeWords + (node >> 5)]! |= 1 << node;
        this.pending++;
      }
    }
    return this.#takeChunk(end) + CHUNK_HEADER;
  }

  /** A chunk behind the chain that ends at `end`; -1: the first of a chain. */
  #takeChunk(end: number): number {
    let chunk = this.#freeChunk;
    if (chunk >= 0) {
      this.#freeChunk = arena[chunk]!;
    } else {
      if (this.#freshChunk === this.#freshEnd) this.#takeFresh();
      chunk = this.#freshChunk;
      this.#freshChunk += this.chunk.words;
    }
    arena[chunk] = end < 0 ? -1 : end & ~this.#chunkMask;
    return chunk;
  }

  #takeFresh(): void {
    const { words, mask } = this.chunk;
    const length = this.#nextChunks * words;
    this.#freshChunk = (this.#region.space(length + words) + mask) & ~mask;
    this.#freshEnd = this.#freshChunk + length;
    this.#nextChunks = Math.min(MOST_CHUNKS, 2 * this.#nextChunks);
  }

  /** Room for one record, kept by the caller until `freeCell`. */
  takeCell(): number {
    if (this.#freeCell < 0) {
      const chunk = this.#takeChunk(-1);
      for (let at = this.#lastRecord; at >= CHUNK_HEADER; at -= this.recordWords) this.freeCell(chunk + at);
    }
    const cell = this.#freeCell;
    this.#freeCell = arena[cell]!;
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
    const end = arena[this.#endsAt + mailbox]!;
    const chunk = end & ~this.#chunkMask;
    const first = chunk + CHUNK_HEADER;
    const words = end - first;
    out[at] = mailbox;
    out[at + 1] = words;
    for (let i = 0; i < words; i++) out[at + 2 + i] = arena[first + i]!;
    const before = this.#endBefore(end);
    arena[this.#endsAt + mailbox] = before;
    if (before < 0) this.#foreignCount--;
    arena[chunk] = this.#freeChunk;
    this.#freeChunk = chunk;
    return words + 2;
  }

  /** Takes the records of a chunk that another partition sent, and returns how many words they took. */
  receive(from: Int32Array, at: number): number {
    const mailbox = from[at]!;
    const words = from[at + 1]!;
    const node = mailbox % this.#nodes;
    const slot = (mailbox - node) / this.#nodes;
    const first = at + 2;
    for (let i = 0; i < words; i += this.recordWords) {
      let address = arena[this.#endsAt + mailbox]!;
      if ((address & this.#chunkMask) > this.#lastRecord) address = this.#openChunk(slot, node, address);
      arena[this.#endsAt + mailbox] = address + this.recordWords;
      for (let word = 0; word < this.recordWords; word++) arena[address + word] = from[first + i + word]!;
    }
    return words + 2;
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
    let address = this.#staged;
    if ((address & this.#chunkMask) > this.#lastRecord) address = this.#takeChunk(address) + CHUNK_HEADER;
    this.#staged = address + this.recordWords;
    this.#stagedDuePs.push(this.clock[DUE]!);
    this.#stagedNode.push(node);
    arena[address] = port;
    return address;
  }

  /** Parks what was staged. */
  settle(): void {
    if (this.#staged < 0) return;
    let index = this.#stagedDuePs.length;
    for (let end = this.#staged; end >= 0; end = this.#endBefore(end)) {
      const first = (end & ~this.#chunkMask) + CHUNK_HEADER;
      for (let address = end - this.recordWords; address >= first; address -= this.recordWords) {
        index--;
        this.overflow.park(this.#stagedDuePs[index]!, this.#stagedNode[index]!, arena[address]!, address);
      }
    }
    this.release(this.#staged);
    this.#staged = -1;
    this.#stagedDuePs = [];
    this.#stagedNode = [];
  }
}
