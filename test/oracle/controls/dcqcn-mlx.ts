import type { DcqcnMlxSpec } from '../../../sim/base/transport-spec.ts';
import type { AckNews, CongestionControl, ControlContext, TrimNews } from '../congestion.ts';

const ALPHA = 0;
const INCREASE = 1;
const DECREASE = 2;

/** docs/model-congestion.md, section 4, with an event for every timer. */
export class DcqcnMlx implements CongestionControl {
  readonly #spec: DcqcnMlxSpec;
  readonly #context: ControlContext;
  #rate: number;
  #target: number;
  #alpha = 1;
  #stage = 0;
  #flagAlpha = false;
  #flagDecrease = false;
  #hasBegun = false;
  #isClosed = false;
  /** When the next increase is due. */
  #increasePs = Infinity;

  constructor(spec: DcqcnMlxSpec, context: ControlContext) {
    this.#spec = spec;
    this.#context = context;
    this.#rate = context.lineBps;
    this.#target = context.lineBps;
  }

  windowBytes = (): number => Infinity;
  rateBps = (): number => this.#rate;

  hearAck({ marked, timePs }: AckNews): void {
    if (marked) this.#flag(timePs);
  }

  hearTrim({ timePs }: TrimNews): void {
    this.#flag(timePs);
  }

  hearLoss(): void {}
  hearTimeout(): void {}
  hearTransmission(): void {}

  close(): void {
    this.#isClosed = true;
  }

  #flag(timePs: number): void {
    if (this.#hasBegun) {
      this.#flagAlpha = true;
      this.#flagDecrease = true;
      return;
    }
    const { minRateBps, firstCnpFactor, alphaTimerPs, decreaseTimerPs } = this.#spec;
    this.#hasBegun = true;
    this.#alpha = 1;
    this.#flagDecrease = true;
    this.#rate = Math.max(minRateBps, firstCnpFactor * this.#rate);
    this.#target = this.#rate;
    const phasePs = this.#context.bugs.has('timers-in-phase') ? 0 : 1000;
    this.#at(timePs + alphaTimerPs, ALPHA, this.#moveAlpha);
    this.#at(timePs + phasePs + decreaseTimerPs, DECREASE, this.#decrease);
  }

  #at(timePs: number, place: number, act: (timePs: number) => void): void {
    this.#context.schedule(timePs, place, () => {
      if (!this.#isClosed) act(timePs);
    });
  }

  readonly #moveAlpha = (timePs: number): void => {
    const { g, alphaTimerPs } = this.#spec;
    this.#alpha = (1 - g) * this.#alpha + (this.#flagAlpha ? g : 0);
    if (this.#alpha < 1e-12) this.#alpha = 0;
    this.#flagAlpha = false;
    this.#at(timePs + alphaTimerPs, ALPHA, this.#moveAlpha);
  };

  readonly #decrease = (timePs: number): void => {
    const { clampTarget, minRateBps, decreaseTimerPs, increaseTimerPs } = this.#spec;
    if (this.#flagDecrease) {
      if (clampTarget || this.#stage > 0) this.#target = this.#rate;
      this.#rate = Math.max(minRateBps, this.#rate * (1 - this.#alpha / 2));
      this.#stage = 0;
      this.#flagDecrease = false;
      this.#increaseAt(timePs + increaseTimerPs);
    }
    this.#at(timePs + decreaseTimerPs, DECREASE, this.#decrease);
  };

  #increaseAt(timePs: number): void {
    this.#increasePs = timePs;
    this.#at(timePs, INCREASE, (duePs) => {
      if (duePs === this.#increasePs) this.#increase(duePs);
    });
  }

  #increase(timePs: number): void {
    const { fastRecovery, additiveIncreaseBps, hyperIncreaseBps, increaseTimerPs } = this.#spec;
    const { lineBps } = this.#context;
    if (this.#stage === fastRecovery) this.#target = Math.min(lineBps, this.#target + (additiveIncreaseBps ?? lineBps / 5000));
    if (this.#stage > fastRecovery) this.#target = Math.min(lineBps, this.#target + (hyperIncreaseBps ?? lineBps / 500));
    this.#rate = (this.#rate + this.#target) / 2;
    this.#stage++;
    this.#increaseAt(timePs + increaseTimerPs);
  }
}
