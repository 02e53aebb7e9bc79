import type { NsccSpec } from '../base/transport-spec.ts';
import { NOW, RTT } from '../engine/record.ts';
import type { ControlContext, CongestionControl } from './congestion-control.ts';
import { DelayMedian } from './delay-median.ts';
import { nsccConstants, type NsccConstants } from './nscc-constants.ts';
import { doubles } from '../engine/arena.ts';

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
  readonly windowAt: number;
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
  readonly #delay = new Float64Array(2);
  /** null: the latest sample counts. */
  readonly #median: DelayMedian | null;

  constructor(spec: NsccSpec, context: ControlContext) {
    const { region, flows, limits, lineRateBps, clock, hasReceiverCredit } = context;
    this.#spec = spec;
    this.#constants = nsccConstants(spec, { ...context, baseRttPs: limits.baseRttPs });
    this.#networkRttPs = limits.baseRttPs;
    this.#gate = 2 ** spec.quickAdaptGate;
    this.#lineBps = lineRateBps;
    this.#hasReceiverCredit = hasReceiverCredit;
    this.#clock = clock;
    this.#median = spec.median > 1 ? new DelayMedian(flows, spec.median) : null;
    this.windowAt = region.doubles(flows * WORDS);
    for (let flow = 0; flow < flows; flow++) {
      const at = this.#of(flow);
      doubles[(at + WINDOW) | 0] = this.#constants.maxWindowBytes;
      doubles[(at + MAX_WINDOW) | 0] = this.#constants.maxWindowBytes;
      doubles[(at + LAST_DECREASE) | 0] = -Infinity;
      doubles[(at + LAST_ADJUST) | 0] = -Infinity;
      doubles[(at + BASE) | 0] = limits.baseRttPs;
    }
  }

  /** First double of the flow's state. */
  #of(flow: number): number {
    return (this.windowAt + flow * WORDS) | 0;
  }

  onTelemetry(): void {}

  onAck(flow: number, newlyBytes: number, isMarked: boolean, _una: number, _next: number, inFlightBytes: number): void {
    const at = this.#of(flow);
    doubles[(at + ACHIEVED) | 0]! += newlyBytes;
    doubles[(at + RECEIVED) | 0]! += newlyBytes;
    doubles[(at + IGNORED) | 0]! += newlyBytes;
    this.#lowerBase(at);
    this.#measureDelay(flow, isMarked);
    if (this.#quickAdapt(at, isMarked, false, inFlightBytes)) return;
    const { targetDelayPs, fairIncreaseBytes, proportionalBytesPerPs } = this.#constants;
    const delayPs = this.#delay[DELAY]!;
    if (!isMarked && delayPs >= targetDelayPs) {
      doubles[(at + INCREASE) | 0]! += fairIncreaseBytes * newlyBytes;
    } else if (!isMarked) {
      this.#fastIncrease(at, newlyBytes);
      if (doubles[(at + IS_FAST) | 0] === 0)
        doubles[(at + INCREASE) | 0]! += proportionalBytesPerPs * newlyBytes * (targetDelayPs - delayPs);
    } else if (delayPs >= targetDelayPs) {
      this.#decrease(at);
    }
    this.#clamp(at);
    this.#adjust(at);
  }

  onNack(flow: number, bytes: number, isLastHop: boolean, inFlightBytes: number): void {
    const at = this.#of(flow);
    const { averageWeight } = this.#spec;
    doubles[(at + IGNORED) | 0]! += bytes;
    this.#lowerBase(at);
    doubles[(at + AVERAGE) | 0] = averageWeight * this.#networkRttPs + (1 - averageWeight) * doubles[(at + AVERAGE) | 0]!;
    doubles[(at + TRIGGER) | 0] = 1;
    this.#delay[DELAY] = 0;
    if (this.#quickAdapt(at, true, true, inFlightBytes)) return;
    // The receiver's credit deals with what its own link cannot take.
    if (!(this.#hasReceiverCredit && isLastHop)) this.#shrink(at, bytes);
  }

  onLoss(flow: number): void {
    doubles[this.#of(flow) + TRIGGER] = 1;
  }

  onTimeout(flow: number, bytes: number): void {
    if (bytes > 0) this.#shrink(this.#of(flow), bytes);
    else doubles[this.#of(flow) + WINDOW] = this.#constants.minWindowBytes;
  }

  onTransmit(): void {}

  /** The base round-trip time follows every smaller sample; the largest window follows it. */
  #lowerBase(at: number): void {
    const rttPs = this.#clock[RTT]!;
    if (rttPs < 0 || rttPs >= doubles[(at + BASE) | 0]!) return;
    doubles[(at + BASE) | 0] = rttPs;
    if (this.#spec.maxWindowBytes === null) doubles[(at + MAX_WINDOW) | 0] = 1.5 * ((rttPs * this.#lineBps) / 8e12);
  }

  /** Queueing delay of the ACK in hand, and its moving average; an ACK without a sample counts as the average. */
  #measureDelay(flow: number, isMarked: boolean): void {
    const at = this.#of(flow);
    const delay = this.#delay;
    if (this.#clock[RTT]! < 0) {
      delay[DELAY] = doubles[(at + AVERAGE) | 0]!;
      return;
    }
    delay[DELAY] = this.#clock[RTT]!;
    if (this.#median !== null) {
      delay[SAMPLE] = this.#clock[RTT]!;
      this.#median.take(flow, delay, SAMPLE, DELAY);
    }
    delay[DELAY]! -= doubles[(at + BASE) | 0]!;
    const weight = this.#spec.averageWeight;
    // A long delay without a mark is one bad path: it counts as a short one.
    const isOutlier = !isMarked && delay[DELAY]! > this.#constants.targetDelayPs;
    const news = isOutlier ? (weight * doubles[(at + BASE) | 0]!) / 4 : weight * delay[DELAY]!;
    doubles[(at + AVERAGE) | 0] = news + (1 - weight) * doubles[(at + AVERAGE) | 0]!;
  }

  /** Whether the answer is dealt with: it belongs to what quick adapt ignores, or quick adapt acts now. */
  #quickAdapt(at: number, isMarked: boolean, isLost: boolean, inFlightBytes: number): boolean {
    let isDone = false;
    if (doubles[(at + IGNORED) | 0]! < doubles[(at + TO_IGNORE) | 0]! && isMarked) {
      isDone = true;
    } else if (this.#clock[NOW]! > doubles[(at + QA_END) | 0]!) {
      const { quickAdaptDelayPs, minWindowBytes, targetDelayPs } = this.#constants;
      const isAsked = isLost || doubles[(at + TRIGGER) | 0] === 1 || this.#delay[DELAY]! > quickAdaptDelayPs;
      if (doubles[(at + QA_END) | 0] !== 0 && isAsked && doubles[(at + ACHIEVED) | 0]! < doubles[(at + MAX_WINDOW) | 0]! / this.#gate) {
        doubles[(at + WINDOW) | 0] = Math.max(minWindowBytes, doubles[(at + ACHIEVED) | 0]!);
        doubles[(at + TO_IGNORE) | 0] = inFlightBytes;
        doubles[(at + IGNORED) | 0] = 0;
        doubles[(at + TRIGGER) | 0] = 0;
        isDone = true;
      }
      doubles[(at + ACHIEVED) | 0] = 0;
      doubles[(at + QA_END) | 0] = this.#clock[NOW]! + doubles[(at + BASE) | 0]! + targetDelayPs;
    }
    if (isDone) {
      doubles[(at + INCREASE) | 0] = 0;
      doubles[(at + RECEIVED) | 0] = 0;
    }
    return isDone;
  }

  #fastIncrease(at: number, newlyBytes: number): void {
    if (this.#delay[DELAY]! < this.#spec.fastDelayPs) {
      doubles[(at + FAST_COUNT) | 0]! += newlyBytes;
      if (doubles[(at + FAST_COUNT) | 0]! > doubles[(at + WINDOW) | 0]! || doubles[(at + IS_FAST) | 0] === 1) {
        doubles[(at + WINDOW) | 0]! += newlyBytes * this.#constants.fastIncrease;
        doubles[(at + IS_FAST) | 0] = 1;
        return;
      }
    } else {
      doubles[(at + FAST_COUNT) | 0] = 0;
    }
    doubles[(at + IS_FAST) | 0] = 0;
  }

  #decrease(at: number): void {
    doubles[(at + IS_FAST) | 0] = 0;
    doubles[(at + FAST_COUNT) | 0] = 0;
    const { targetDelayPs } = this.#constants;
    const averagePs = doubles[(at + AVERAGE) | 0]!;
    if (averagePs <= targetDelayPs || this.#clock[NOW]! - doubles[(at + LAST_DECREASE) | 0]! <= doubles[(at + BASE) | 0]!) return;
    const { gamma, maxDecrease } = this.#spec;
    doubles[(at + WINDOW) | 0]! *= Math.max(1 - (gamma * (averagePs - targetDelayPs)) / averagePs, 1 - maxDecrease);
    doubles[(at + LAST_DECREASE) | 0] = this.#clock[NOW]!;
  }

  /** Applies the accumulated increase once enough bytes or enough time have passed. */
  #adjust(at: number): void {
    const { adjustSizeBytes, adjustTimePs, etaBytes } = this.#constants;
    const sinceLastPs = this.#clock[NOW]! - doubles[(at + LAST_ADJUST) | 0]!;
    if (doubles[(at + RECEIVED) | 0]! <= adjustSizeBytes && sinceLastPs <= adjustTimePs) return;
    doubles[(at + WINDOW) | 0]! += doubles[(at + INCREASE) | 0]! / doubles[(at + WINDOW) | 0]!;
    if (sinceLastPs >= adjustTimePs) {
      doubles[(at + WINDOW) | 0]! += etaBytes;
      doubles[(at + LAST_ADJUST) | 0] = this.#clock[NOW]!;
    }
    doubles[(at + INCREASE) | 0] = 0;
    doubles[(at + RECEIVED) | 0] = 0;
    this.#clamp(at);
  }

  #shrink(at: number, bytes: number): void {
    doubles[(at + WINDOW) | 0]! -= bytes;
    this.#clamp(at);
  }

  #clamp(at: number): void {
    doubles[(at + WINDOW) | 0] = Math.min(
      doubles[(at + MAX_WINDOW) | 0]!,
      Math.max(this.#constants.minWindowBytes, doubles[(at + WINDOW) | 0]!),
    );
  }
}
