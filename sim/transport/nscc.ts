import type { NsccSpec } from '../base/transport-spec.ts';
import { NOW, RTT } from '../engine/record.ts';
import type { ControlContext, CongestionControl } from './congestion-control.ts';
import { DelayMedian } from './delay-median.ts';
import { nsccConstants, type NsccConstants } from './nscc-constants.ts';

// A flow's words in the state: two cache lines a flow.
const WORDS = 16;
/** First, so that the window of flow f is at f * WORDS. */
const WINDOW = 0;
/** Increase that waits for the next adjustment: bytes of window x bytes. */
const INCREASE = 1;
/** Bytes acknowledged since the last adjustment. */
const RECEIVED = 2;
/** Moving average of the queueing delay, ps. */
const AVERAGE = 3;
/** Bytes acknowledged in a row over empty queues. */
const FAST_COUNT = 4;
/** 1: in fast increase. */
const IS_FAST = 5;
const LAST_DECREASE = 6;
const LAST_ADJUST = 7;
/** Bytes acknowledged in this period of quick adapt, which ends at QA_END (0: none yet). */
const ACHIEVED = 8;
const QA_END = 9;
/** After quick adapt, answers to this many bytes, those outstanding then, say nothing new; and how many of them have come. */
const TO_IGNORE = 10;
const IGNORED = 11;
/** 1: a packet was trimmed or lost, which asks for quick adapt. */
const TRIGGER = 12;
/** Least round-trip time seen, at first that of the network. */
const BASE = 13;
const MAX_WINDOW = 14;

// Places of the queueing delay of the answer in hand: sample, the one that counts.
const SAMPLE = 0;
const DELAY = 1;

/**
 * NSCC, the sender-based control of Ultra Ethernet (UEC 1.0), as implemented in uet-htsim: marks and queueing delay together choose between
 * proportional, fair and fast increase, and decrease; quick adapt falls to what was really delivered. Windows and steps are not truncated.
 */
export class Nscc implements CongestionControl {
  readonly rateBps = null;
  readonly windowBytes: Float64Array;
  readonly windowStride = WORDS;
  readonly hearsTransmissions = false;
  readonly needsRtt = true;
  readonly needsTelemetry = false;
  readonly #spec: NsccSpec;
  readonly #constants: NsccConstants;
  readonly #networkRttPs: number;
  readonly #gate: number;
  readonly #lineBps: number;
  readonly #hasReceiverCredit: boolean;
  readonly #clock: Float64Array;
  readonly #state: Float64Array;
  readonly #delay = new Float64Array(2);
  /** null: the latest sample counts. */
  readonly #median: DelayMedian | null;

  constructor(spec: NsccSpec, context: ControlContext) {
    const { flows, limits, lineRateBps, clock, hasReceiverCredit } = context;
    this.#spec = spec;
    this.#constants = nsccConstants(spec, { ...context, baseRttPs: limits.baseRttPs });
    this.#networkRttPs = limits.baseRttPs;
    this.#gate = 2 ** spec.quickAdaptGate;
    this.#lineBps = lineRateBps;
    this.#hasReceiverCredit = hasReceiverCredit;
    this.#clock = clock;
    this.#median = spec.median > 1 ? new DelayMedian(flows, spec.median) : null;
    this.#state = new Float64Array(flows * WORDS);
    this.windowBytes = this.#state;
    for (let at = 0; at < this.#state.length; at += WORDS) {
      this.#state[at + WINDOW] = this.#constants.maxWindowBytes;
      this.#state[at + MAX_WINDOW] = this.#constants.maxWindowBytes;
      this.#state[at + LAST_DECREASE] = -Infinity;
      this.#state[at + LAST_ADJUST] = -Infinity;
      this.#state[at + BASE] = limits.baseRttPs;
    }
  }

  onTelemetry(): void {}

  onAck(flow: number, newlyBytes: number, isMarked: boolean, _una: number, _next: number, inFlightBytes: number): void {
    const state = this.#state;
    const at = flow * WORDS;
    state[at + ACHIEVED]! += newlyBytes;
    state[at + RECEIVED]! += newlyBytes;
    state[at + IGNORED]! += newlyBytes;
    this.#lowerBase(at);
    this.#measureDelay(flow, isMarked);
    if (this.#quickAdapt(at, isMarked, false, inFlightBytes)) return;
    const { targetDelayPs, fairIncreaseBytes, proportionalBytesPerPs } = this.#constants;
    const delayPs = this.#delay[DELAY]!;
    if (!isMarked && delayPs >= targetDelayPs) {
      state[at + INCREASE]! += fairIncreaseBytes * newlyBytes;
    } else if (!isMarked) {
      this.#fastIncrease(at, newlyBytes);
      if (state[at + IS_FAST] === 0) state[at + INCREASE]! += proportionalBytesPerPs * newlyBytes * (targetDelayPs - delayPs);
    } else if (delayPs >= targetDelayPs) {
      this.#decrease(at);
    }
    this.#clamp(at);
    this.#adjust(at);
  }

  onNack(flow: number, bytes: number, isLastHop: boolean, inFlightBytes: number): void {
    const state = this.#state;
    const at = flow * WORDS;
    const { averageWeight } = this.#spec;
    state[at + IGNORED]! += bytes;
    this.#lowerBase(at);
    state[at + AVERAGE] = averageWeight * this.#networkRttPs + (1 - averageWeight) * state[at + AVERAGE]!;
    state[at + TRIGGER] = 1;
    this.#delay[DELAY] = 0;
    if (this.#quickAdapt(at, true, true, inFlightBytes)) return;
    // The receiver's credit deals with what its own link cannot take.
    if (!(this.#hasReceiverCredit && isLastHop)) this.#shrink(at, bytes);
  }

  onLoss(flow: number): void {
    this.#state[flow * WORDS + TRIGGER] = 1;
  }

  onTimeout(flow: number, bytes: number): void {
    if (bytes > 0) this.#shrink(flow * WORDS, bytes);
    else this.#state[flow * WORDS + WINDOW] = this.#constants.minWindowBytes;
  }

  onTransmit(): void {}

  /** The base round-trip time follows every smaller sample; the largest window follows it. */
  #lowerBase(at: number): void {
    const rttPs = this.#clock[RTT]!;
    if (rttPs < 0 || rttPs >= this.#state[at + BASE]!) return;
    this.#state[at + BASE] = rttPs;
    if (this.#spec.maxWindowBytes === null) this.#state[at + MAX_WINDOW] = 1.5 * ((rttPs * this.#lineBps) / 8e12);
  }

  /** Queueing delay of the ACK in hand, and its moving average; an ACK without a sample counts as the average. */
  #measureDelay(flow: number, isMarked: boolean): void {
    const state = this.#state;
    const at = flow * WORDS;
    const delay = this.#delay;
    if (this.#clock[RTT]! < 0) {
      delay[DELAY] = state[at + AVERAGE]!;
      return;
    }
    delay[DELAY] = this.#clock[RTT]!;
    if (this.#median !== null) {
      delay[SAMPLE] = this.#clock[RTT]!;
      this.#median.take(flow, delay, SAMPLE, DELAY);
    }
    delay[DELAY]! -= state[at + BASE]!;
    const weight = this.#spec.averageWeight;
    // A long delay without a mark is one bad path: it counts as a short one.
    const isOutlier = !isMarked && delay[DELAY]! > this.#constants.targetDelayPs;
    const news = isOutlier ? (weight * state[at + BASE]!) / 4 : weight * delay[DELAY]!;
    state[at + AVERAGE] = news + (1 - weight) * state[at + AVERAGE]!;
  }

  /** Whether the answer is dealt with: it belongs to what quick adapt ignores, or quick adapt acts now. */
  #quickAdapt(at: number, isMarked: boolean, isLost: boolean, inFlightBytes: number): boolean {
    const state = this.#state;
    let isDone = false;
    if (state[at + IGNORED]! < state[at + TO_IGNORE]! && isMarked) {
      isDone = true;
    } else if (this.#clock[NOW]! > state[at + QA_END]!) {
      const { quickAdaptDelayPs, minWindowBytes, targetDelayPs } = this.#constants;
      const isAsked = isLost || state[at + TRIGGER] === 1 || this.#delay[DELAY]! > quickAdaptDelayPs;
      if (state[at + QA_END] !== 0 && isAsked && state[at + ACHIEVED]! < state[at + MAX_WINDOW]! / this.#gate) {
        state[at + WINDOW] = Math.max(minWindowBytes, state[at + ACHIEVED]!);
        state[at + TO_IGNORE] = inFlightBytes;
        state[at + IGNORED] = 0;
        state[at + TRIGGER] = 0;
        isDone = true;
      }
      state[at + ACHIEVED] = 0;
      state[at + QA_END] = this.#clock[NOW]! + state[at + BASE]! + targetDelayPs;
    }
    if (isDone) {
      state[at + INCREASE] = 0;
      state[at + RECEIVED] = 0;
    }
    return isDone;
  }

  #fastIncrease(at: number, newlyBytes: number): void {
    const state = this.#state;
    if (this.#delay[DELAY]! < this.#spec.fastDelayPs) {
      state[at + FAST_COUNT]! += newlyBytes;
      if (state[at + FAST_COUNT]! > state[at + WINDOW]! || state[at + IS_FAST] === 1) {
        state[at + WINDOW]! += newlyBytes * this.#constants.fastIncrease;
        state[at + IS_FAST] = 1;
        return;
      }
    } else {
      state[at + FAST_COUNT] = 0;
    }
    state[at + IS_FAST] = 0;
  }

  #decrease(at: number): void {
    const state = this.#state;
    state[at + IS_FAST] = 0;
    state[at + FAST_COUNT] = 0;
    const { targetDelayPs } = this.#constants;
    const averagePs = state[at + AVERAGE]!;
    if (averagePs <= targetDelayPs || this.#clock[NOW]! - state[at + LAST_DECREASE]! <= state[at + BASE]!) return;
    const { gamma, maxDecrease } = this.#spec;
    state[at + WINDOW]! *= Math.max(1 - (gamma * (averagePs - targetDelayPs)) / averagePs, 1 - maxDecrease);
    state[at + LAST_DECREASE] = this.#clock[NOW]!;
  }

  /** Applies the accumulated increase once enough bytes or enough time have passed. */
  #adjust(at: number): void {
    const state = this.#state;
    const { adjustSizeBytes, adjustTimePs, etaBytes } = this.#constants;
    const sinceLastPs = this.#clock[NOW]! - state[at + LAST_ADJUST]!;
    if (state[at + RECEIVED]! <= adjustSizeBytes && sinceLastPs <= adjustTimePs) return;
    state[at + WINDOW]! += state[at + INCREASE]! / state[at + WINDOW]!;
    if (sinceLastPs >= adjustTimePs) {
      state[at + WINDOW]! += etaBytes;
      state[at + LAST_ADJUST] = this.#clock[NOW]!;
    }
    state[at + INCREASE] = 0;
    state[at + RECEIVED] = 0;
    this.#clamp(at);
  }

  #shrink(at: number, bytes: number): void {
    this.#state[at + WINDOW]! -= bytes;
    this.#clamp(at);
  }

  #clamp(at: number): void {
    const state = this.#state;
    state[at + WINDOW] = Math.min(state[at + MAX_WINDOW]!, Math.max(this.#constants.minWindowBytes, state[at + WINDOW]!));
  }
}
