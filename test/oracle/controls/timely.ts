import type { TimelySpec } from '../../../sim/base/transport-spec.ts';
import type { AckNews, CongestionControl, ControlContext } from '../congestion.ts';

/** docs/model-congestion.md, section 6. */
export class Timely implements CongestionControl {
  readonly #spec: TimelySpec;
  readonly #lineBps: number;
  readonly #storesEveryAck: boolean;
  #rate: number;
  #stored: number;
  #difference = 0;
  #stage = 0;
  #lastUpdate = 0;
  #lastRttPs: number | null = null;
  #cutEnd = 0;

  constructor(spec: TimelySpec, { lineBps, bugs }: ControlContext) {
    this.#spec = spec;
    this.#lineBps = lineBps;
    this.#storesEveryAck = bugs.has('a-round-an-answer');
    this.#rate = lineBps;
    this.#stored = lineBps;
  }

  windowBytes = (): number => Infinity;
  rateBps = (): number => this.#rate;

  hearAck({ una, next, rttPs }: AckNews): void {
    if (una >= this.#cutEnd) this.#cutEnd = 0;
    if (rttPs === null) return;
    const isRound = una > this.#lastUpdate || this.#storesEveryAck;
    if (this.#lastRttPs === null) {
      if (isRound) {
        this.#lastRttPs = rttPs;
        this.#lastUpdate = next;
      }
      return;
    }
    const { ewma, beta, minRttPs, lowDelayPs, highDelayPs, minRateBps, hyperAfter } = this.#spec;
    const difference = (1 - ewma) * this.#difference + ewma * (rttPs - this.#lastRttPs);
    const gradient = difference / minRttPs;
    let stage = 0;
    if (rttPs < lowDelayPs || (rttPs <= highDelayPs && gradient <= 0)) {
      const additive = this.#spec.additiveIncreaseBps ?? this.#lineBps / 1000;
      const hyper = this.#spec.hyperIncreaseBps ?? this.#lineBps / 200;
      this.#rate = Math.min(this.#lineBps, this.#stored + (this.#stage < hyperAfter ? additive : hyper));
      stage = this.#stage + 1;
    } else {
      const factor = rttPs > highDelayPs ? 1 - beta * (1 - highDelayPs / rttPs) : Math.max(0, 1 - beta * gradient);
      this.#rate = Math.max(minRateBps, this.#stored * factor);
    }
    if (!isRound) return;
    this.#stored = this.#rate;
    this.#stage = stage;
    this.#difference = difference;
    this.#lastRttPs = rttPs;
    this.#lastUpdate = next;
  }

  hearTrim({ next }: { readonly next: number }): void {
    if (this.#cutEnd !== 0) return;
    this.#rate = Math.max(this.#spec.minRateBps, this.#rate / 2);
    this.#stored = this.#rate;
    this.#stage = 0;
    this.#cutEnd = next;
  }

  hearLoss(): void {}
  hearTimeout(): void {}
  hearTransmission(): void {}
  close(): void {}
}
