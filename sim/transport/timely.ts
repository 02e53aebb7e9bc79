import type { TimelySpec } from '../base/transport-spec.ts';
import { RTT } from '../engine/record.ts';
import type { ControlContext, CongestionControl } from './congestion-control.ts';
import { noWindow } from './no-window.ts';

// A flow's words in the state: one cache line a flow.
const WORDS = 8;
/** The rate that a round starts from: every ACK within it computes anew from there. */
const REFERENCE = 0;
/** Moving average of the difference between the round-trip times of one round and the next, ps. */
const DIFFERENCE = 1;
/** Increases in a row. */
const STAGE = 2;
const LAST_UPDATE = 3;
/** Of the last round; -1: none. */
const LAST_RTT = 4;
/** Trimmed packets halve the rate no more before this packet is acknowledged; 0: free to be halved. */
const CUT_END = 5;

/** TIMELY (Mittal et al., SIGCOMM'15): the rate follows the gradient of the round-trip time between two thresholds. No window. */
export class Timely implements CongestionControl {
  readonly rateBps: Float64Array;
  readonly windowAt: number;
  readonly windowStride = 0;
  readonly hearsTransmissions = false;
  readonly needsRtt = true;
  readonly needsTelemetry = false;
  readonly #spec: TimelySpec;
  readonly #additiveBps: number;
  readonly #hyperBps: number;
  readonly #lineBps: number;
  readonly #clock: Float64Array;
  readonly #state: Float64Array;

  constructor(spec: TimelySpec, { region, flows, lineRateBps, clock }: ControlContext) {
    this.windowAt = noWindow(region);
    this.#spec = spec;
    this.#additiveBps = spec.additiveIncreaseBps ?? lineRateBps / 1000;
    this.#hyperBps = spec.hyperIncreaseBps ?? lineRateBps / 200;
    this.#lineBps = lineRateBps;
    this.#clock = clock;
    this.rateBps = new Float64Array(flows).fill(lineRateBps);
    this.#state = new Float64Array(flows * WORDS);
    for (let at = 0; at < this.#state.length; at += WORDS) {
      this.#state[at + REFERENCE] = lineRateBps;
      this.#state[at + LAST_RTT] = -1;
    }
  }

  onTelemetry(): void {}

  onAck(flow: number, _newlyBytes: number, _isMarked: boolean, una: number, next: number): void {
    const state = this.#state;
    const at = flow * WORDS;
    if (una >= state[at + CUT_END]!) state[at + CUT_END] = 0;
    const rttPs = this.#clock[RTT]!;
    if (rttPs < 0) return;
    const isRound = una > state[at + LAST_UPDATE]!;
    if (state[at + LAST_RTT]! >= 0) this.#react(flow, isRound);
    if (!isRound) return;
    state[at + LAST_RTT] = rttPs;
    state[at + LAST_UPDATE] = next;
  }

  /** A flow that is trimmed entirely would measure nothing: halved at most once a window of data. */
  onNack(flow: number, _bytes: number, _isLastHop: boolean, _inFlightBytes: number, next: number): void {
    const state = this.#state;
    const at = flow * WORDS;
    if (state[at + CUT_END]! > 0) return;
    this.rateBps[flow] = Math.max(this.#spec.minRateBps, this.rateBps[flow]! / 2);
    state[at + REFERENCE] = this.rateBps[flow]!;
    state[at + STAGE] = 0;
    state[at + CUT_END] = next;
  }

  onLoss(): void {}

  onTimeout(): void {}

  onTransmit(): void {}

  #react(flow: number, isRound: boolean): void {
    const state = this.#state;
    const at = flow * WORDS;
    const { ewma, beta, lowDelayPs, highDelayPs, minRttPs, hyperAfter, minRateBps } = this.#spec;
    const rttPs = this.#clock[RTT]!;
    const difference = (1 - ewma) * state[at + DIFFERENCE]! + ewma * (rttPs - state[at + LAST_RTT]!);
    const gradient = difference / minRttPs;
    const reference = state[at + REFERENCE]!;
    let stage = 0;
    if (rttPs < lowDelayPs || (rttPs <= highDelayPs && gradient <= 0)) {
      const stepBps = state[at + STAGE]! < hyperAfter ? this.#additiveBps : this.#hyperBps;
      this.rateBps[flow] = Math.min(this.#lineBps, reference + stepBps);
      stage = state[at + STAGE]! + 1;
    } else {
      const factor = rttPs > highDelayPs ? 1 - beta * (1 - highDelayPs / rttPs) : Math.max(0, 1 - beta * gradient);
      this.rateBps[flow] = Math.max(minRateBps, reference * factor);
    }
    if (!isRound) return;
    state[at + REFERENCE] = this.rateBps[flow]!;
    state[at + STAGE] = stage;
    state[at + DIFFERENCE] = difference;
  }
}
