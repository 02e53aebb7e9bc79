import type { Arrival, LossClassifier, Verdict } from './loss-classifier.ts';

/** Losses are congestion while trip times are high: from above half of their range until below a third of it (Tobe et al. 2000). */
export class Spike implements LossClassifier {
  #leastS = Infinity;
  #mostS = -Infinity;
  #isHigh = false;

  onArrival({ tripS }: Arrival): void {
    if (tripS < this.#leastS) this.#leastS = tripS;
    if (tripS > this.#mostS) this.#mostS = tripS;
    const range = this.#mostS - this.#leastS;
    if (!this.#isHigh && tripS > this.#leastS + range / 2) this.#isHigh = true;
    else if (this.#isHigh && tripS < this.#leastS + range / 3) this.#isHigh = false;
  }

  classify(): Verdict {
    return this.#isHigh ? 'congestion' : 'wireless';
  }
}
