import type { SwiftSpec } from '../../../sim/base/transport-spec.ts';
import type { AckNews, CongestionControl, ControlContext, TrimNews } from '../congestion.ts';
import { clamp } from './clamp.ts';
import { DelayMedian } from './delay-median.ts';

/** docs/model-congestion.md, section 7. */
export class Swift implements CongestionControl {
  readonly #spec: SwiftSpec;
  readonly #context: ControlContext;
  readonly #median: DelayMedian;
  readonly #baseDelayPs: number;
  readonly #hopScalePs: number;
  readonly #flowScalePs: number;
  readonly #max: number;
  #cwnd: number;
  #rate: number;
  #lastRttPs: number;
  #lastDecreasePs = -Infinity;

  constructor(spec: SwiftSpec, context: ControlContext) {
    const { limits, fullBytes, lineBps, bugs } = context;
    this.#spec = spec;
    this.#context = context;
    this.#median = new DelayMedian(spec.median, bugs);
    this.#baseDelayPs = spec.baseDelayPs ?? limits.baseRttPs + 5e6;
    this.#hopScalePs = spec.hopScalePs ?? this.#baseDelayPs / 6.55;
    this.#flowScalePs = spec.flowScalePs ?? 5 * this.#baseDelayPs;
    this.#max = spec.maxWindowBytes ?? 1000 * fullBytes;
    this.#cwnd = spec.initialWindowBytes ?? limits.bdpBytes;
    this.#lastRttPs = limits.baseRttPs;
    this.#rate = lineBps;
    this.#pace();
  }

  windowBytes = (): number => this.#cwnd;
  rateBps = (): number => this.#rate;

  hearAck({ rttPs, newlyBytes, timePs }: AckNews): void {
    if (rttPs === null) return;
    const { ai, beta, maxDecrease, minWindowBytes } = this.#spec;
    const { fullBytes, bugs } = this.#context;
    this.#lastRttPs = rttPs;
    const delayPs = this.#median.add(rttPs);
    const targetPs = this.#targetPs();
    if (delayPs < targetPs) {
      this.#cwnd += this.#cwnd >= fullBytes ? (fullBytes * ai * newlyBytes) / this.#cwnd : ai * newlyBytes;
    } else if (timePs - this.#lastDecreasePs >= rttPs || bugs.has('decrease-at-every-answer')) {
      this.#cwnd *= Math.max(1 - (beta * (delayPs - targetPs)) / delayPs, 1 - maxDecrease);
      this.#lastDecreasePs = timePs;
    }
    this.#cwnd = clamp(this.#cwnd, minWindowBytes, this.#max);
    this.#pace();
  }

  hearTrim({ timePs }: TrimNews): void {
    this.hearLoss(0, timePs);
  }

  hearLoss(_next: number, timePs: number): void {
    if (timePs - this.#lastDecreasePs >= this.#lastRttPs) this.hearTimeout(0, timePs);
    else this.#pace();
  }

  hearTimeout(_bytes: number, timePs: number): void {
    this.#cwnd = Math.max(this.#spec.minWindowBytes, this.#cwnd * (1 - this.#spec.maxDecrease));
    this.#lastDecreasePs = timePs;
    this.#pace();
  }

  hearTransmission(): void {}
  close(): void {}

  #targetPs(): number {
    const { flowScaleMin, flowScaleMax } = this.#spec;
    const { hops, fullBytes } = this.#context;
    const alpha = this.#flowScalePs / (1 / Math.sqrt(flowScaleMin) - 1 / Math.sqrt(flowScaleMax));
    const beta = -alpha / Math.sqrt(flowScaleMax);
    const ofFlows = clamp(alpha / Math.sqrt(this.#cwnd / fullBytes) + beta, 0, this.#flowScalePs);
    return this.#baseDelayPs + hops * this.#hopScalePs + ofFlows;
  }

  #pace(): void {
    const { fullBytes, lineBps } = this.#context;
    this.#rate = this.#cwnd >= fullBytes ? lineBps : Math.min(lineBps, (this.#cwnd * 8e12) / this.#lastRttPs);
  }
}
