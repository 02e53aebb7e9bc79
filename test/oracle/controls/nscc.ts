import type { NsccSpec } from '../../../sim/base/transport-spec.ts';
import type { AckNews, CongestionControl, ControlContext, TrimNews } from '../congestion.ts';
import { clamp } from './clamp.ts';
import { DelayMedian } from './delay-median.ts';

/** docs/model-congestion.md, section 8. */
export class Nscc implements CongestionControl {
  readonly #spec: NsccSpec;
  readonly #context: ControlContext;
  readonly #median: DelayMedian;
  readonly #scale: number;
  readonly #targetPs: number;
  readonly #min: number;
  #basePs: number;
  #maxWindow: number;
  #cwnd: number;
  #increase = 0;
  #received = 0;
  #averagePs = 0;
  #fastCount = 0;
  #isIncreasing = false;
  #lastDecreasePs = -Infinity;
  #lastAdjustPs = -Infinity;
  #achieved = 0;
  #adaptEndPs = 0;
  #toIgnore = 0;
  #ignored = 0;
  #trigger = false;

  constructor(spec: NsccSpec, context: ControlContext) {
    const { limits, fullBytes, lineBps, trims, bugs } = context;
    this.#spec = spec;
    this.#context = context;
    this.#median = new DelayMedian(spec.median, bugs);
    this.#scale = (limits.baseRttPs * lineBps) / 8e12 / spec.referenceBdpBytes;
    this.#targetPs = spec.targetDelayPs ?? (trims ? 0.75 * limits.baseRttPs : limits.baseRttPs);
    this.#min = spec.minWindowBytes ?? fullBytes;
    this.#basePs = limits.baseRttPs;
    this.#maxWindow = this.#windowOfBase();
    this.#cwnd = this.#maxWindow;
  }

  windowBytes = (): number => this.#cwnd;
  rateBps = (): number => Infinity;

  hearAck({ newlyBytes, marked, rttPs, inFlightBytes, timePs }: AckNews): void {
    this.#hearSample(rttPs);
    this.#achieved += newlyBytes;
    this.#received += newlyBytes;
    this.#ignored += newlyBytes;
    let delayPs = this.#averagePs;
    if (rttPs !== null) {
      delayPs = this.#median.add(rttPs) - this.#basePs;
      this.#average(delayPs, marked);
    }
    if (this.#quickAdapt(false, marked, delayPs, inFlightBytes, timePs)) return;
    if (marked) {
      if (delayPs >= this.#targetPs) this.#decrease(timePs);
    } else if (delayPs >= this.#targetPs) {
      this.#increase += this.#spec.fairIncrease * this.#context.payloadBytes * this.#scale * newlyBytes;
    } else {
      this.#fast(newlyBytes, delayPs);
      if (!this.#isIncreasing) this.#increase += this.#proportionalGain() * newlyBytes * (this.#targetPs - delayPs);
    }
    this.#cwnd = clamp(this.#cwnd, this.#min, this.#maxWindow);
    this.#adjust(timePs);
  }

  hearTrim({ bytes, lastHop, rttPs, inFlightBytes, timePs }: TrimNews): void {
    this.#hearSample(rttPs);
    this.#ignored += bytes;
    this.#average(this.#context.limits.baseRttPs, true);
    this.#trigger = true;
    if (this.#quickAdapt(true, true, 0, inFlightBytes, timePs)) return;
    if (lastHop && this.#spec.credit !== null) return;
    this.#cwnd = clamp(this.#cwnd - bytes, this.#min, this.#maxWindow);
  }

  hearLoss(): void {
    this.#trigger = true;
  }

  hearTimeout(bytes: number): void {
    this.#cwnd = bytes > 0 ? clamp(this.#cwnd - bytes, this.#min, this.#maxWindow) : this.#min;
  }

  hearTransmission(): void {}
  close(): void {}

  #windowOfBase(): number {
    return this.#spec.maxWindowBytes ?? (1.5 * this.#basePs * this.#context.lineBps) / 8e12;
  }

  #hearSample(rttPs: number | null): void {
    if (rttPs === null || rttPs >= this.#basePs) return;
    this.#basePs = rttPs;
    this.#maxWindow = this.#windowOfBase();
  }

  #average(delayPs: number, marked: boolean): void {
    const { averageWeight } = this.#spec;
    const isDoubtful = !marked && delayPs > this.#targetPs;
    const part = isDoubtful ? (averageWeight * this.#basePs) / 4 : averageWeight * delayPs;
    this.#averagePs = part + (1 - averageWeight) * this.#averagePs;
  }

  #proportionalGain(): number {
    const { proportional, referenceRttPs } = this.#spec;
    return (proportional * this.#context.payloadBytes * this.#scale) / referenceRttPs;
  }

  #fast(newlyBytes: number, delayPs: number): void {
    const { fastDelayPs, fastIncrease } = this.#spec;
    if (delayPs < fastDelayPs) {
      this.#fastCount += newlyBytes;
      if (this.#fastCount > this.#cwnd || this.#isIncreasing) {
        this.#cwnd += newlyBytes * (fastIncrease * this.#scale);
        this.#isIncreasing = true;
        return;
      }
    } else {
      this.#fastCount = 0;
    }
    this.#isIncreasing = false;
  }

  #decrease(timePs: number): void {
    const { gamma, maxDecrease } = this.#spec;
    this.#isIncreasing = false;
    this.#fastCount = 0;
    const isTimely = timePs - this.#lastDecreasePs > this.#basePs || this.#context.bugs.has('decrease-at-every-answer');
    if (this.#averagePs <= this.#targetPs || !isTimely) return;
    this.#cwnd *= Math.max(1 - (gamma * (this.#averagePs - this.#targetPs)) / this.#averagePs, 1 - maxDecrease);
    this.#lastDecreasePs = timePs;
  }

  #adjust(timePs: number): void {
    const { adjustSizeBytes, adjustTimePs, eta } = this.#spec;
    const { fullBytes, limits, payloadBytes } = this.#context;
    const afterPs = adjustTimePs ?? limits.baseRttPs;
    if (this.#received <= (adjustSizeBytes ?? 8 * fullBytes) && timePs - this.#lastAdjustPs <= afterPs) return;
    this.#cwnd += this.#increase / this.#cwnd;
    if (timePs - this.#lastAdjustPs >= afterPs) {
      this.#cwnd += eta * payloadBytes * this.#scale;
      this.#lastAdjustPs = timePs;
    }
    this.#increase = 0;
    this.#received = 0;
    this.#cwnd = clamp(this.#cwnd, this.#min, this.#maxWindow);
  }

  #quickAdapt(lost: boolean, marked: boolean, delayPs: number, inFlightBytes: number, timePs: number): boolean {
    const adapted = this.#adapts(lost, marked, delayPs, inFlightBytes, timePs);
    if (adapted) {
      this.#increase = 0;
      this.#received = 0;
    }
    return adapted;
  }

  #adapts(lost: boolean, marked: boolean, delayPs: number, inFlightBytes: number, timePs: number): boolean {
    const { quickAdaptDelayPs, quickAdaptGate } = this.#spec;
    if (this.#ignored < this.#toIgnore && marked) return true;
    if (timePs <= this.#adaptEndPs) return false;
    const isBad = this.#trigger || lost || delayPs > (quickAdaptDelayPs ?? 4 * this.#targetPs);
    const isLittle = this.#achieved < this.#maxWindow / 2 ** quickAdaptGate;
    const adapted = this.#adaptEndPs !== 0 && isBad && isLittle && !this.#context.bugs.has('no-quick-adapt');
    if (adapted) {
      this.#cwnd = Math.max(this.#achieved, this.#min);
      this.#toIgnore = inFlightBytes;
      this.#ignored = 0;
      this.#trigger = false;
    }
    this.#achieved = 0;
    this.#adaptEndPs = timePs + this.#basePs + this.#targetPs;
    return adapted;
  }
}
