import type { CellView } from './scheduler.ts';

/** Averages stay at or above a bit a second (as in LTE-Sim), or a user who is never served would outweigh any priority. */
const LEAST_BPS = 1;

/** Every user's average rate in bits a slot, an exponential average that also falls while the user is not served. */
export class AverageRates {
  readonly bits: Float64Array;
  readonly #weight: number;

  constructor(users: number, averagingSlots: number) {
    // A first rate above 0: nobody's share is infinite.
    this.bits = new Float64Array(users).fill(1);
    this.#weight = 1 / averagingSlots;
  }

  endSlot({ users, slotS }: CellView, served: number, bits: number): void {
    const averages = this.bits;
    const least = LEAST_BPS * slotS;
    for (let user = 0; user < users; user++) {
      const before = averages[user]!;
      averages[user] = Math.max(least, before + this.#weight * ((user === served ? bits : 0) - before));
    }
  }
}
