import { AGAIN } from '../base/packet.ts';
import { arena, doubles } from '../engine/arena.ts';
import { NOW, RTT, START } from '../engine/record.ts';

/** What hears of the packets that are found lost: a balancer. */
export interface LossListener {
  onLoss(flow: number, entropy: number): void;
  onTimeout(flow: number, entropy: number): void;
}

/** Words of a slot with a record, log2: its first, which is the sender's, then these. */
export const RECORD_SLOT_LOG2 = 2;
/** Entropy, and number of transmissions. */
const SENDS = 1;
/** Double: start of the latest transmission, ps. */
const SENT_PS = 1;

const ENTROPY_MASK = 0xffff;
const SENDS_SHIFT = 16;
/** More transmissions than these are not told apart. */
const MAX_SENDS = 3;

/** When the packets of a sender were sent, how often, and with which entropy: in their slots (packet-rings.ts). */
export class SendRecords {
  readonly #clock: Float64Array;

  constructor(clock: Float64Array) {
    this.#clock = clock;
  }

  /** The packet of this slot has not been sent yet. */
  clear(slot: number): void {
    arena[slot + SENDS] = 0;
  }

  /** The packet of this slot starts at clock[START]. */
  note(slot: number, entropy: number): void {
    const sends = Math.min(MAX_SENDS, (arena[slot + SENDS]! >>> SENDS_SHIFT) + 1);
    arena[slot + SENDS] = (sends << SENDS_SHIFT) | entropy;
    doubles[(slot >> 1) + SENT_PS] = this.#clock[START]!;
  }

  /** Start of the slot's latest transmission. */
  sentPs(slot: number): number {
    return doubles[(slot >> 1) + SENT_PS]!;
  }

  entropy(slot: number): number {
    return arena[slot + SENDS]! & ENTROPY_MASK;
  }

  /**
   * Sets clock[RTT] to the sample of the answer at `address`, which came at clock[NOW] to the outstanding packet of this slot. A packet
   * sent twice gives one only if the answer says that it is to the second transmission; one sent more often, none.
   */
  sample(slot: number, address: number): void {
    const sends = arena[slot + SENDS]! >>> SENDS_SHIFT;
    const isKnown = sends === 1 || (sends === 2 && (arena[address + 3]! & AGAIN) !== 0);
    this.#clock[RTT] = isKnown ? this.#clock[NOW]! - doubles[(slot >> 1) + SENT_PS]! : -1;
  }

  noSample(): void {
    this.#clock[RTT] = -1;
  }
}
