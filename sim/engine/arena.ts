import { CellError } from '../base/errors.ts';
import { CLOCK_PLACES } from './record.ts';

/**
 * The memory of packet runs, laid out as a C program would: one block, reserved when this module is loaded, in which the tables that every packet meets lie side
 * by side, each at an offset of its own.
 *
 * The reason is speed. V8 compiles an access to an array that is a constant of the module to the bounds check and the access itself, with
 * address and length in the code; an array in a field costs four instructions and three registers more, in every iteration of every loop
 * (docs/performance.md). A reserve costs address space only: the system gives pages when they are first written.
 *
 * Sizes in bytes, the first that the system grants: offsets in words are int32, so no more than 8 GiB.
 */
const RESERVES = [2 ** 33, 2 ** 32, 2 ** 31, 2 ** 30, 2 ** 29, 2 ** 28].map((bytes) => bytes - 64);

/** Tables begin on a cache line. */
export const LINE_WORDS = 16;

function reserve(): ArrayBuffer {
  for (const bytes of RESERVES) {
    try {
      return new ArrayBuffer(bytes);
    } catch {
      // Not so much here: a 32-bit machine, a limit on address space.
    }
  }
  return new ArrayBuffer(2 ** 27);
}

const buffer = reserve();

/** All of the memory as int32 words. */
export const arena: Int32Array = new Int32Array(buffer);
/** The same memory as doubles: double i is words 2i and 2i + 1. */
export const doubles: Float64Array = new Float64Array(buffer);

/** The clock of the engine that runs: the first doubles of the arena, so that a place of it (record.ts) is an index in `doubles`. */
export const clock: Float64Array = doubles.subarray(0, CLOCK_PLACES);

/** Words below this have been used since the start: they may hold anything. */
let usedWords = 0;
/** Regions in the order of their creation, and the end of the last. */
const regions: Region[] = [];
let endWord = 2 * CLOCK_PLACES;

/**
 * What one run uses of the memory. Tables are taken one by one and given back all at once. Runs that overlap may be released in any order, but what
 * lies below a region that is still held is not used again before that one is released.
 */
export class Region {
  /** Taken so far. */
  bytes = 0;
  #endWord = endWord;
  #isReleased = false;

  constructor() {
    regions.push(this);
  }

  /** Index in `arena` of the first of `count` words, all 0. */
  words(count: number): number {
    const dirtyEnd = usedWords;
    const at = this.space(count);
    if (at < dirtyEnd) arena.fill(0, at, Math.min(dirtyEnd, at + count));
    return at;
  }

  /** Index in `arena` of a copy of a table. */
  copy(table: Int32Array): number {
    const at = this.space(table.length);
    arena.set(table, at);
    return at;
  }

  /** Index in `doubles` of the first of `count` doubles, all 0. */
  doubles(count: number): number {
    return this.words(2 * count) / 2;
  }

  /** As `words`, but whatever was there before is still there. */
  space(count: number): number {
    const at = endWord;
    const end = at + Math.ceil(count / LINE_WORDS) * LINE_WORDS;
    if (end > arena.length) {
      throw new CellError(
        'E232',
        `the run needs more memory than the ${Math.round((4 * arena.length) / 2 ** 20)} MiB that netsim could reserve`,
        {
          hint: 'limit the flows that are open or the packets that are in flight at once: a window (transport), a queue (switch.queue), fewer ranks',
        },
      );
    }
    endWord = end;
    usedWords = Math.max(usedWords, end);
    this.#endWord = end;
    this.bytes += 4 * (end - at);
    return at;
  }

  /** Gives everything back. Nothing may use it after that. */
  release(): void {
    this.#isReleased = true;
    while (regions.length > 0 && regions[regions.length - 1]!.#isReleased) regions.pop();
    endWord = regions.reduce((end, region) => Math.max(end, region.#endWord), 2 * CLOCK_PLACES);
  }
}
