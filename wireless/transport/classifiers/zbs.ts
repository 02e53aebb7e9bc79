import { Biaz } from './biaz.ts';
import type { Arrival, LossClassifier, Verdict } from './loss-classifier.ts';
import { Spike } from './spike.ts';
import { ZigZag } from './zigzag.ts';

/** The base scheme that suits the conditions: Spike with empty queues, mBiaz with a busy wireless last hop, else ZigZag or Spike. */
export class ZigZagBiazSpike implements LossClassifier {
  readonly #zigZag: ZigZag;
  readonly #mBiaz = new Biaz(0.25);
  readonly #spike = new Spike();
  #leastTripS = Infinity;
  #leastGapS = Infinity;
  #meanGapS = NaN;

  constructor(z: readonly [number, number, number, number]) {
    this.#zigZag = new ZigZag(z);
  }

  onArrival(arrival: Arrival): void {
    for (const scheme of [this.#zigZag, this.#mBiaz, this.#spike]) scheme.onArrival(arrival);
    if (arrival.tripS < this.#leastTripS) this.#leastTripS = arrival.tripS;
    if (arrival.gapS > 0 && arrival.gapS < this.#leastGapS) this.#leastGapS = arrival.gapS;
    this.#meanGapS = Number.isNaN(this.#meanGapS) ? arrival.gapS : this.#meanGapS + (arrival.gapS - this.#meanGapS) / 8;
  }

  classify(lost: number, arrival: Arrival): Verdict {
    if (arrival.tripS < this.#leastTripS + 0.05 * this.#leastGapS) return this.#spike.classify();
    const spread = this.#meanGapS / this.#leastGapS;
    if (spread < 0.875) return this.#zigZag.classify(lost, arrival);
    if (spread < 1.5) return this.#mBiaz.classify(lost, arrival);
    return spread < 2 ? this.#zigZag.classify(lost, arrival) : this.#spike.classify();
  }
}
