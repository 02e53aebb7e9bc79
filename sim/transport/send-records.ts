import { AGAIN } from '../base/packet.ts';
import { NOW, RTT, START } from '../engine/record.ts';
import { arena } from '../engine/arena.ts';

/** What hears of the packets that are found lost: a balancer. */
export interface LossListener {
  onLoss(flow: number, entropy: number): void;
  onTimeout(flow: number, entropy: number): void;
}

const ENTROPY_MASK = 0xffff;
const SENDS_SHIFT = 16;
/** More transmissions than these are not told apart. */
const MAX_SENDS = 3;

/**
 * When the packets of a sender were sent, how often, and with which entropy: side by side with the slots of its slab, whose numbers it
 * shares.
 */
export class SendRecords {
  /** Start of each slot's latest transmission, ps. */
  times = new Float64Array(0);
  readonly #clock: Float64Array;
  /** Entropy, and number of transmissions. */
  #words = new Int32Array(0);

  constructor(clock: Float64Array) {
    this.#clock = clock;
  }

  /** The slab has `slots` now. */
  fit(slots: number): void {
    if (slots <= this.#words.length) return;
    const times = new Float64Array(slots);
    times.set(this.times);
    this.times = times;
    const words = new Int32Array(slots);
    words.set(this.#words);
    this.#words = words;
  }

  move(from: number, to: number): void {
    this.times[to] = this.times[from]!;
    this.#words[to] = this.#words[from]!;
  }

  /** The packet of this slot has not been sent yet. */
  clear(slot: number): void {
    this.#words[slot] = 0;
  }

  /** The packet of this slot starts at clock[START]. */
  note(slot: number, entropy: number): void {
    const sends = Math.min(MAX_SENDS, (this.#words[slot]! >>> SENDS_SHIFT) + 1);
    this.#words[slot] = (sends << SENDS_SHIFT) | entropy;
    this.times[slot] = this.#clock[START]!;
  }

  entropy(slot: number): number {
    return this.#words[slot]! & ENTROPY_MASK;
  }

  /**
   * Sets clock[RTT] to the sample of the answer at `address`, which came at clock[NOW] to the outstanding packet of this slot. A packet
   * sent twice gives one only if the answer says that it is to the second transmission; one sent more often, none.
   */
  sample(slot: number, address: number): void {
    const sends = this.#words[slot]! >>> SENDS_SHIFT;
    const isKnown = sends === 1 || (sends === 2 && (arena[address + 3]! & AGAIN) !== 0);
    this.#clock[RTT] = isKnown ? this.#clock[NOW]! - this.times[slot]! : -1;
  }

  noSample(): void {
    this.#clock[RTT] = -1;
  }
}
