import type { SendRecords } from './send-records.ts';
import { Slab } from './slab.ts';

/** First ring of a flow: at most so many slots (log2). */
const FIRST_LOG2 = 6;

/**
 * A ring of slots for each open flow, one a packet in [una, una + ring size), in a slab that grows with what is in flight. Packet `seq` is in
 * slot base + (seq & mask).
 */
export class PacketRings extends Slab {
  /** Of the ring that `grow` returned last: its size less one. */
  grownMask = 0;
  readonly #records: SendRecords | null;

  /** @param records kept side by side with the slots; null: none are */
  constructor(records: SendRecords | null) {
    super();
    this.#records = records;
  }

  /**
   * Gives a flow of `packets` its first ring (`base` -1), or one twice as large, which keeps the slots of packets [una, next).
   *
   * @param fill of new slots
   * @returns the new ring's base; its size stands in `grownMask`
   */
  grow(base: number, mask: number, packets: number, una: number, next: number, fill: number): number {
    const records = this.#records;
    const log2 = base < 0 ? Math.min(FIRST_LOG2, Math.ceil(Math.log2(packets))) : Math.log2(mask + 1) + 1;
    const grownBase = this.take(log2, fill);
    const grownMask = 2 ** log2 - 1;
    const { words } = this;
    if (records !== null) records.fit(words.length);
    if (base >= 0) {
      for (let seq = una; seq < next; seq++) {
        words[grownBase + (seq & grownMask)] = words[base + (seq & mask)]!;
        if (records !== null) records.move(base + (seq & mask), grownBase + (seq & grownMask));
      }
      this.giveBack(base, mask);
    }
    this.grownMask = grownMask;
    return grownBase;
  }

  /** The ring (base, mask) is free; base -1: there is none. */
  giveBack(base: number, mask: number): void {
    if (base >= 0) this.release(base, Math.log2(mask + 1));
  }
}
