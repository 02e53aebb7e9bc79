import type { Arrival, LossClassifier, Verdict } from './loss-classifier.ts';

/** Losses are congestion where a packet was marked within a round-trip time before them. */
export class EcnClassifier implements LossClassifier {
  readonly #rttS: number;
  #markedAtS = -Infinity;

  constructor(rttS: number) {
    this.#rttS = rttS;
  }

  onArrival({ isMarked, nowS }: Arrival): void {
    if (isMarked) this.#markedAtS = nowS;
  }

  classify(_lost: number, { nowS }: Arrival): Verdict {
    return nowS - this.#markedAtS <= this.#rttS ? 'congestion' : 'wireless';
  }
}
