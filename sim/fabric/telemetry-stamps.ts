import { STAMP_QUEUE_BYTES, STAMP_TIME_PS, STAMP_TX_BYTES, type Telemetry } from '../transport/telemetry.ts';
import { TELEMETRY_WORDS } from '../engine/record-layout.ts';
import { arena } from '../engine/arena.ts';

// Doubles are whole numbers below 2^53 and stand in two words: a record is copied word by word here, and a pair need not be aligned.
const HALF = 0x8000_0000;

/** Adds a stamp to the telemetry at arena[at]: the number of stamps, then the stamps (engine/record-layout.ts). */
export function stamp(at: number, link: number, timePs: number, sentBytes: number, queueBytes: number): void {
  const place = at + 1 + TELEMETRY_WORDS * arena[at]!++;
  const timeHigh = Math.floor(timePs / HALF);
  const sentHigh = Math.floor(sentBytes / HALF);
  arena[place] = link;
  arena[place + 1] = queueBytes;
  arena[place + 2] = timeHigh;
  arena[place + 3] = timePs - timeHigh * HALF;
  arena[place + 4] = sentHigh;
  arena[place + 5] = sentBytes - sentHigh * HALF;
}

/** The telemetry of records in the engine's arena. */
export class TelemetryStamps implements Telemetry {
  readonly #word: number;

  /** @param word first word of the telemetry in a record */
  constructor(word: number) {
    this.#word = word;
  }

  hops(address: number): number {
    return arena[address + this.#word]!;
  }

  link(address: number, hop: number): number {
    return arena[this.#place(address, hop)]!;
  }

  read(address: number, hop: number, into: Float64Array): void {
    const place = this.#place(address, hop);
    into[STAMP_QUEUE_BYTES] = arena[place + 1]! >>> 0;
    into[STAMP_TIME_PS] = arena[place + 2]! * HALF + arena[place + 3]!;
    into[STAMP_TX_BYTES] = arena[place + 4]! * HALF + arena[place + 5]!;
  }

  #place(address: number, hop: number): number {
    return address + this.#word + 1 + TELEMETRY_WORDS * hop;
  }
}
