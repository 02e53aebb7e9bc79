import type { Arrival, LossClassifier, Verdict } from './loss-classifier.ts';

/**
 * Losses on the air leave the time that the lost packets would have taken: the packet after n of them comes when it would have come
 * anyway (Biaz and Vaidya 1999); mBiaz has a narrower window.
 */
export class Biaz implements LossClassifier {
  readonly #width: number;
  #leastGapS = Infinity;

  /** @param width of the window in least gaps: 1, or 0.25 for mBiaz */
  constructor(width: number) {
    this.#width = width;
  }

  onArrival({ gapS }: Arrival): void {
    if (gapS > 0 && gapS < this.#leastGapS) this.#leastGapS = gapS;
  }

  classify(lost: number, { gapS }: Arrival): Verdict {
    const low = (lost + 1) * this.#leastGapS;
    return gapS >= low && gapS < low + this.#width * this.#leastGapS ? 'wireless' : 'congestion';
  }
}
