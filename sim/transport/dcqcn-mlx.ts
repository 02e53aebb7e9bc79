import type { DcqcnMlxSpec } from '../base/transport-spec.ts';
import { NOW, START } from '../engine/record.ts';
import type { ControlContext, CongestionControl } from './congestion-control.ts';
import { LEAST_ALPHA } from './dcqcn.ts';
import { noWindow } from './no-window.ts';

// A flow's words in the state: two cache lines a flow.
const WORDS = 16;
/** Target rate, bit/s; the current rate stands in `rateBps`. */
const TARGET = 0;
const ALPHA = 1;
/** Increases since the last decrease. */
const STAGE = 2;
/** 1: marked since the last alpha timer, and since the last decrease. */
const ALPHA_FLAG = 3;
const DECREASE_FLAG = 4;
/** Instants of the next alpha, decrease and increase timers; Infinity: does not run. */
const NEXT_ALPHA = 5;
const NEXT_DECREASE = 6;
const NEXT_INCREASE = 7;

/** The decrease timer starts this long after the alpha timer: it comes after it at common multiples. */
const PHASE_PS = 1000;

/**
 * DCQCN with three timers and no byte counter, after the hardware, as the HPCC ns-3 family has it: every mark sets flags; one timer moves
 * alpha, one cuts the rate if it was flagged, one raises it.
 *
 * Timers are no events: what was due is made good, in time order, when the flow next sends or hears something.
 */
export class DcqcnMlx implements CongestionControl {
  readonly rateBps: Float64Array;
  readonly windowAt: number;
  readonly windowStride = 0;
  readonly hearsTransmissions = true;
  readonly needsRtt = false;
  readonly needsTelemetry = false;
  readonly #spec: DcqcnMlxSpec;
  readonly #additiveBps: number;
  readonly #hyperBps: number;
  readonly #lineBps: number;
  readonly #clock: Float64Array;
  readonly #state: Float64Array;
  /** Argument of the timers: they run up to this instant. */
  readonly #until = new Float64Array(1);

  constructor(spec: DcqcnMlxSpec, { region, flows, lineRateBps, clock }: ControlContext) {
    this.windowAt = noWindow(region);
    this.#spec = spec;
    this.#additiveBps = spec.additiveIncreaseBps ?? lineRateBps / 5000;
    this.#hyperBps = spec.hyperIncreaseBps ?? lineRateBps / 500;
    this.#lineBps = lineRateBps;
    this.#clock = clock;
    this.rateBps = new Float64Array(flows).fill(lineRateBps);
    this.#state = new Float64Array(flows * WORDS);
    for (let at = 0; at < this.#state.length; at += WORDS) {
      this.#state[at + TARGET] = lineRateBps;
      this.#state[at + ALPHA] = 1;
      this.#state[at + NEXT_ALPHA] = Infinity;
      this.#state[at + NEXT_DECREASE] = Infinity;
      this.#state[at + NEXT_INCREASE] = Infinity;
    }
  }

  onTelemetry(): void {}

  onAck(flow: number, _newlyBytes: number, isMarked: boolean): void {
    this.#bringUpTo(flow, NOW);
    if (isMarked) this.#flag(flow);
  }

  /** A header whose payload was cut has met a full queue: a mark. */
  onNack(flow: number): void {
    this.onAck(flow, 0, true);
  }

  onLoss(): void {}

  onTimeout(): void {}

  onTransmit(flow: number): void {
    this.#bringUpTo(flow, START);
  }

  #flag(flow: number): void {
    const state = this.#state;
    const at = flow * WORDS;
    state[at + DECREASE_FLAG] = 1;
    if (state[at + NEXT_ALPHA]! < Infinity) {
      state[at + ALPHA_FLAG] = 1;
      return;
    }
    const { alphaTimerPs, decreaseTimerPs, minRateBps, firstCnpFactor } = this.#spec;
    state[at + NEXT_ALPHA] = this.#clock[NOW]! + alphaTimerPs;
    state[at + NEXT_DECREASE] = this.#clock[NOW]! + PHASE_PS + decreaseTimerPs;
    this.rateBps[flow] = Math.max(minRateBps, firstCnpFactor * this.rateBps[flow]!);
    state[at + TARGET] = this.rateBps[flow]!;
  }

  /** All timers due at or before clock[place]; at one instant alpha, increase, decrease. */
  #bringUpTo(flow: number, place: number): void {
    const state = this.#state;
    const at = flow * WORDS;
    const untilPs = this.#clock[place]!;
    // After a flag, the next decrease timer is the first that does anything.
    while (state[at + DECREASE_FLAG] === 1 && state[at + NEXT_DECREASE]! <= untilPs) {
      this.#until[0] = state[at + NEXT_DECREASE]!;
      this.#moveAlpha(at);
      this.#increase(flow);
      this.#decrease(flow);
    }
    if (state[at + NEXT_ALPHA]! > untilPs && state[at + NEXT_INCREASE]! > untilPs && state[at + NEXT_DECREASE]! > untilPs) return;
    this.#until[0] = untilPs;
    this.#moveAlpha(at);
    this.#increase(flow);
    if (state[at + NEXT_DECREASE]! <= untilPs) {
      const { decreaseTimerPs } = this.#spec;
      state[at + NEXT_DECREASE]! += (Math.floor((untilPs - state[at + NEXT_DECREASE]!) / decreaseTimerPs) + 1) * decreaseTimerPs;
    }
  }

  #moveAlpha(at: number): void {
    const state = this.#state;
    if (state[at + NEXT_ALPHA]! > this.#until[0]!) return;
    const { g, alphaTimerPs } = this.#spec;
    let steps = Math.floor((this.#until[0]! - state[at + NEXT_ALPHA]!) / alphaTimerPs) + 1;
    state[at + NEXT_ALPHA]! += steps * alphaTimerPs;
    let alpha = state[at + ALPHA]!;
    if (state[at + ALPHA_FLAG] === 1) {
      alpha = (1 - g) * alpha + g;
      state[at + ALPHA_FLAG] = 0;
      steps--;
    }
    // Step by step, because a power would round differently; the steps end with alpha.
    for (; steps > 0 && alpha > 0; steps--) {
      alpha *= 1 - g;
      if (alpha < LEAST_ALPHA) alpha = 0;
    }
    state[at + ALPHA] = alpha;
  }

  #increase(flow: number): void {
    const state = this.#state;
    const at = flow * WORDS;
    const { increaseTimerPs, fastRecovery } = this.#spec;
    while (state[at + NEXT_INCREASE]! <= this.#until[0]!) {
      const rateBps = this.rateBps[flow]!;
      const targetBps = state[at + TARGET]!;
      if (state[at + STAGE]! > fastRecovery && rateBps === this.#lineBps && targetBps === this.#lineBps) {
        const steps = Math.floor((this.#until[0]! - state[at + NEXT_INCREASE]!) / increaseTimerPs) + 1;
        state[at + STAGE]! += steps;
        state[at + NEXT_INCREASE]! += steps * increaseTimerPs;
        return;
      }
      if (state[at + STAGE] === fastRecovery) state[at + TARGET] = Math.min(this.#lineBps, targetBps + this.#additiveBps);
      else if (state[at + STAGE]! > fastRecovery) state[at + TARGET] = Math.min(this.#lineBps, targetBps + this.#hyperBps);
      this.rateBps[flow] = (rateBps + state[at + TARGET]!) / 2;
      state[at + STAGE]!++;
      state[at + NEXT_INCREASE]! += increaseTimerPs;
    }
  }

  /** The flagged decrease timer due at NEXT_DECREASE. */
  #decrease(flow: number): void {
    const state = this.#state;
    const at = flow * WORDS;
    const { clampTarget, minRateBps, decreaseTimerPs, increaseTimerPs } = this.#spec;
    if (clampTarget || state[at + STAGE]! > 0) state[at + TARGET] = this.rateBps[flow]!;
    this.rateBps[flow] = Math.max(minRateBps, this.rateBps[flow]! * (1 - state[at + ALPHA]! / 2));
    state[at + STAGE] = 0;
    state[at + DECREASE_FLAG] = 0;
    state[at + NEXT_INCREASE] = state[at + NEXT_DECREASE]! + increaseTimerPs;
    state[at + NEXT_DECREASE]! += decreaseTimerPs;
  }
}
