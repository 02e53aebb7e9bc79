import type { SwiftSpec } from '../base/transport-spec.ts';
import { NOW, RTT } from '../engine/record.ts';
import type { ControlContext, CongestionControl } from './congestion-control.ts';
import { DelayMedian } from './delay-median.ts';
import { doubles } from '../engine/arena.ts';

// A flow's words in the state: one cache line a flow.
const WORDS = 8;
/** First, so that the window of flow f is at f * WORDS. */
const WINDOW = 0;
const LAST_DECREASE = 1;
const LAST_RTT = 2;
/** Target delay without flow scaling. */
const TARGET = 3;

// Places of the delay that counts: in, out.
const SAMPLE = 0;
const DELAY = 1;

/**
 * Swift (Kumar et al., SIGCOMM'20), with the constants of htsim: the window follows the round-trip time towards a target that grows with the
 * hops, and with the flows that share the path. Windows below a packet are paced.
 */
export class Swift implements CongestionControl {
  readonly rateBps: Float64Array;
  readonly windowAt: number;
  readonly windowStride = WORDS;
  readonly hearsTransmissions = false;
  readonly needsRtt = true;
  readonly needsTelemetry = false;
  readonly #spec: SwiftSpec;
  readonly #flowScalePs: number;
  readonly #alphaPs: number;
  readonly #betaPs: number;
  readonly #minBytes: number;
  readonly #maxBytes: number;
  readonly #fullBytes: number;
  readonly #lineBps: number;
  readonly #clock: Float64Array;
  readonly #state: Float64Array;
  readonly #delay = new Float64Array(2);
  /** null: the latest sample counts. */
  readonly #median: DelayMedian | null;

  constructor(spec: SwiftSpec, { region, flows, limits, fullBytes, lineRateBps, clock, hopsOfFlow }: ControlContext) {
    this.#spec = spec;
    const basePs = spec.baseDelayPs ?? limits.baseRttPs + 5e6;
    const hopPs = spec.hopScalePs ?? basePs / 6.55;
    this.#flowScalePs = spec.flowScalePs ?? 5 * basePs;
    this.#alphaPs = this.#flowScalePs / (1 / Math.sqrt(spec.flowScaleMin) - 1 / Math.sqrt(spec.flowScaleMax));
    this.#betaPs = -this.#alphaPs / Math.sqrt(spec.flowScaleMax);
    this.#minBytes = spec.minWindowBytes;
    this.#maxBytes = spec.maxWindowBytes ?? 1000 * fullBytes;
    this.#fullBytes = fullBytes;
    this.#lineBps = lineRateBps;
    this.#clock = clock;
    this.#median = spec.median > 1 ? new DelayMedian(flows, spec.median) : null;
    this.rateBps = new Float64Array(flows).fill(lineRateBps);
    this.windowAt = region.doubles(flows * WORDS);
    this.#state = doubles.subarray(this.windowAt, this.windowAt + flows * WORDS);
    const hops = hopsOfFlow();
    for (let flow = 0; flow < flows; flow++) {
      const at = flow * WORDS;
      this.#state[at + WINDOW] = spec.initialWindowBytes ?? limits.bdpBytes;
      this.#state[at + LAST_DECREASE] = -Infinity;
      this.#state[at + LAST_RTT] = limits.baseRttPs;
      this.#state[at + TARGET] = basePs + hops[flow]! * hopPs;
      this.#pace(flow);
    }
  }

  onTelemetry(): void {}

  onAck(flow: number, newlyBytes: number): void {
    const rttPs = this.#clock[RTT]!;
    if (rttPs < 0) return;
    const state = this.#state;
    const at = flow * WORDS;
    const { ai, beta, maxDecrease } = this.#spec;
    state[at + LAST_RTT] = rttPs;
    const delay = this.#delay;
    delay[DELAY] = rttPs;
    if (this.#median !== null) {
      delay[SAMPLE] = rttPs;
      this.#median.take(flow, delay, SAMPLE, DELAY);
    }
    const delayPs = delay[DELAY]!;
    let window = state[at + WINDOW]!;
    const flowsPs = this.#alphaPs / Math.sqrt(window / this.#fullBytes) + this.#betaPs;
    const targetPs = state[at + TARGET]! + Math.min(this.#flowScalePs, Math.max(0, flowsPs));
    if (delayPs < targetPs) {
      window += window >= this.#fullBytes ? (this.#fullBytes * ai * newlyBytes) / window : ai * newlyBytes;
    } else if (this.#clock[NOW]! - state[at + LAST_DECREASE]! >= rttPs) {
      window *= Math.max(1 - (beta * (delayPs - targetPs)) / delayPs, 1 - maxDecrease);
      state[at + LAST_DECREASE] = this.#clock[NOW]!;
    }
    state[at + WINDOW] = Math.min(this.#maxBytes, Math.max(this.#minBytes, window));
    this.#pace(flow);
  }

  /** A trimmed packet counts as a lost one. */
  onNack(flow: number): void {
    this.onLoss(flow);
  }

  onLoss(flow: number): void {
    const at = flow * WORDS;
    if (this.#clock[NOW]! - this.#state[at + LAST_DECREASE]! >= this.#state[at + LAST_RTT]!) this.onTimeout(flow);
  }

  onTimeout(flow: number): void {
    const at = flow * WORDS;
    this.#state[at + WINDOW] = Math.max(this.#minBytes, this.#state[at + WINDOW]! * (1 - this.#spec.maxDecrease));
    this.#state[at + LAST_DECREASE] = this.#clock[NOW]!;
    this.#pace(flow);
  }

  onTransmit(): void {}

  /** A window below one packet: one packet every RTT x packet / window. */
  #pace(flow: number): void {
    const at = flow * WORDS;
    const window = this.#state[at + WINDOW]!;
    this.rateBps[flow] = window >= this.#fullBytes ? this.#lineBps : Math.min(this.#lineBps, (window * 8e12) / this.#state[at + LAST_RTT]!);
  }
}
