import type { Arrival, LossClassifier, Verdict } from './loss-classifier.ts';

const GAIN = 1 / 32;

/**
 * A short trip time speaks for a loss on the air, and the more packets are missing the shorter it need be: below the mean plus z deviations,
 * z by the number of lost packets 1, 2, 3 and more (Cen, Cosman and Voelker 2003; implementations differ in z, so it is a setting).
 */
export class ZigZag implements LossClassifier {
  readonly #z: readonly number[];
  #meanS = NaN;
  #deviationS = 0;

  constructor(z: readonly [number, number, number, number]) {
    this.#z = z;
  }

  onArrival({ tripS }: Arrival): void {
    if (Number.isNaN(this.#meanS)) this.#meanS = tripS;
    this.#meanS += GAIN * (tripS - this.#meanS);
    this.#deviationS = (1 - 2 * GAIN) * this.#deviationS + 2 * GAIN * Math.abs(tripS - this.#meanS);
  }

  classify(lost: number, { tripS }: Arrival): Verdict {
    return tripS < this.#meanS + this.#z[Math.min(lost, 4) - 1]! * this.#deviationS ? 'wireless' : 'congestion';
  }
}
