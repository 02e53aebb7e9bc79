import { arena, type Region } from '../engine/arena.ts';
import { Slab } from './slab.ts';

/** First ring of a flow: at most so many slots (log2). */
const FIRST_LOG2 = 6;

/**
 * A ring of slots for each open flow, one a packet in [una, una + ring size), in a slab that grows with what is in flight. Packet `seq` is in
 * the slot at base + ((seq & mask) << slotLog2); the first word of a slot is the state of its packet.
 */
export class PacketRings extends Slab {
  /** Words of a slot, log2. */
  readonly slotLog2: number;
  /** Of the ring that `grow` returned last: its slots less one. */
  grownMask = 0;

  constructor(region: Region, slotLog2: number) {
    super(region);
    this.slotLog2 = slotLog2;
  }

  /**
   * Gives a flow of `packets` its first ring (`base` -1), or one twice as large, which keeps the slots of packets [una, next).
   *
   * @param fill of new slots
   * @returns the new ring's base; its size stands in `grownMask`
   */
  grow(base: number, mask: number, packets: number, una: number, next: number, fill: number): number {
    const { slotLog2 } = this;
    const log2 = base < 0 ? Math.min(FIRST_LOG2, Math.ceil(Math.log2(packets))) : Math.log2(mask + 1) + 1;
    const grownBase = this.take(log2 + slotLog2, fill);
    const grownMask = 2 ** log2 - 1;
    if (base >= 0) {
      for (let seq = una; seq < next; seq++) {
        const from = base + ((seq & mask) << slotLog2);
        arena.copyWithin(grownBase + ((seq & grownMask) << slotLog2), from, from + (1 << slotLog2));
      }
      this.giveBack(base, mask);
    }
    this.grownMask = grownMask;
    return grownBase;
  }

  /** The ring (base, mask) is free; base -1: there is none. */
  giveBack(base: number, mask: number): void {
    if (base >= 0) this.release(base, Math.log2(mask + 1) + this.slotLog2);
  }
}
