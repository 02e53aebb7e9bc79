import type { DcqcnSpec } from '../base/transport-spec.ts';
import { NOW, START } from '../engine/record.ts';
import type { ControlContext, CongestionControl } from './congestion-control.ts';
import { noWindow } from './no-window.ts';

// A flow's words in the state: two cache lines a flow.
const WORDS = 16;
/** Target rate, bit/s; the current rate stands in `rateBps`. */
const TARGET = 0;
const ALPHA = 1;
/** Timer and byte counter events since the last notification. */
const TICKS = 2;
const BYTE_EVENTS = 3;
const COUNTED = 4;
/** Instant of the next timer event; Infinity before the first notification. */
const NEXT_TICK = 5;
/** Instant from which on a mark is a notification at once. */
const CNP_END = 6;
/** Instant of the notification that waits for the end of the interval; Infinity: none. */
const PENDING_CNP = 7;
/** The earlier of the two above: nothing changes before. */
const DUE = 8;

/** Below this alpha has no effect on any rate; it ends the decay, whose steps would otherwise never end. */
export const LEAST_ALPHA = 1e-12;

/**
 * DCQCN as its paper has it (Zhu et al., SIGCOMM'15): a congestion notification cuts the rate by alpha / 2; a timer and a byte counter bring
 * it back, by halving the way to the target, then by raising the target. Marks are echoed on ACKs and made into notifications here.
 *
 * Timers are no events: what was due is made good, in time order, when the flow next sends or hears something.
 */
export class Dcqcn implements CongestionControl {
  readonly rateBps: Float64Array;
  readonly windowAt: number;
  readonly windowStride = 0;
  readonly hearsTransmissions = true;
  readonly needsRtt = false;
  readonly needsTelemetry = false;
  readonly #spec: DcqcnSpec;
  readonly #additiveBps: number;
  readonly #hyperBps: number;
  readonly #lineBps: number;
  readonly #clock: Float64Array;
  readonly #state: Float64Array;

  constructor(spec: DcqcnSpec, { region, flows, lineRateBps, clock }: ControlContext) {
    this.windowAt = noWindow(region);
    this.#spec = spec;
    this.#additiveBps = spec.additiveIncreaseBps ?? lineRateBps / 20;
    this.#hyperBps = spec.hyperIncreaseBps ?? lineRateBps / 10;
    this.#lineBps = lineRateBps;
    this.#clock = clock;
    this.rateBps = new Float64Array(flows).fill(lineRateBps);
    this.#state = new Float64Array(flows * WORDS);
    for (let at = 0; at < this.#state.length; at += WORDS) {
      this.#state[at + TARGET] = lineRateBps;
      this.#state[at + ALPHA] = 1;
      this.#state[at + NEXT_TICK] = Infinity;
      this.#state[at + CNP_END] = -Infinity;
      this.#state[at + PENDING_CNP] = Infinity;
      this.#state[at + DUE] = Infinity;
    }
  }

  onTelemetry(): void {}

  onAck(flow: number, _newlyBytes: number, isMarked: boolean): void {
    if (this.#clock[NOW]! >= this.#state[flow * WORDS + DUE]!) this.#bringUpTo(flow, NOW);
    if (isMarked) this.#mark(flow);
  }

  /** A header whose payload was cut has met a full queue: a mark. */
  onNack(flow: number): void {
    this.onAck(flow, 0, true);
  }

  onLoss(): void {}

  onTimeout(): void {}

  onTransmit(flow: number, bytes: number): void {
    const state = this.#state;
    const at = flow * WORDS;
    if (this.#clock[START]! >= state[at + DUE]!) this.#bringUpTo(flow, START);
    if (state[at + NEXT_TICK] === Infinity) return;
    state[at + COUNTED]! += bytes;
    while (state[at + COUNTED]! >= this.#spec.byteCounterBytes) {
      state[at + COUNTED]! -= this.#spec.byteCounterBytes;
      state[at + BYTE_EVENTS]!++;
      this.#increase(flow);
    }
  }

  /** A marked packet is heard of at clock[NOW]. */
  #mark(flow: number): void {
    const state = this.#state;
    const at = flow * WORDS;
    if (this.#clock[NOW]! >= state[at + CNP_END]!) {
      state[at + PENDING_CNP] = this.#clock[NOW]!;
      this.#notify(flow);
    } else {
      state[at + PENDING_CNP] = state[at + CNP_END]!;
      state[at + DUE] = Math.min(state[at + NEXT_TICK]!, state[at + CNP_END]!);
    }
  }

  /** Everything that is due at or before clock[place]. */
  #bringUpTo(flow: number, place: number): void {
    const state = this.#state;
    const at = flow * WORDS;
    const timePs = this.#clock[place]!;
    while (state[at + DUE]! <= timePs) {
      if (state[at + PENDING_CNP]! <= state[at + NEXT_TICK]!) this.#notify(flow);
      else if (this.#isAtRest(flow)) this.#skipTicks(flow, place);
      else this.#tick(flow);
    }
  }

  /** The congestion notification due at PENDING_CNP. */
  #notify(flow: number): void {
    const state = this.#state;
    const at = flow * WORDS;
    const { g, minRateBps, timerPs, cnpIntervalPs } = this.#spec;
    const timePs = state[at + PENDING_CNP]!;
    state[at + TARGET] = this.rateBps[flow]!;
    this.rateBps[flow] = Math.max(minRateBps, this.rateBps[flow]! * (1 - state[at + ALPHA]! / 2));
    state[at + ALPHA] = (1 - g) * state[at + ALPHA]! + g;
    state[at + TICKS] = 0;
    state[at + BYTE_EVENTS] = 0;
    state[at + COUNTED] = 0;
    state[at + NEXT_TICK] = timePs + timerPs;
    state[at + CNP_END] = timePs + cnpIntervalPs;
    state[at + PENDING_CNP] = Infinity;
    state[at + DUE] = state[at + NEXT_TICK]!;
  }

  #tick(flow: number): void {
    const state = this.#state;
    const at = flow * WORDS;
    const alpha = (1 - this.#spec.g) * state[at + ALPHA]!;
    state[at + ALPHA] = alpha < LEAST_ALPHA ? 0 : alpha;
    state[at + TICKS]!++;
    this.#increase(flow);
    state[at + NEXT_TICK]! += this.#spec.timerPs;
    state[at + DUE] = Math.min(state[at + NEXT_TICK]!, state[at + PENDING_CNP]!);
  }

  /** Ticks only count. */
  #isAtRest(flow: number): boolean {
    return this.rateBps[flow]! >= this.#lineBps && this.#state[flow * WORDS + ALPHA] === 0;
  }

  /** All ticks up to clock[place], or to the pending notification that comes sooner; one at that very instant does not come. */
  #skipTicks(flow: number, place: number): void {
    const state = this.#state;
    const at = flow * WORDS;
    const aheadPs = Math.min(this.#clock[place]!, state[at + PENDING_CNP]! - 1) - state[at + NEXT_TICK]!;
    const ticks = Math.floor(aheadPs / this.#spec.timerPs) + 1;
    state[at + TICKS]! += ticks;
    state[at + NEXT_TICK]! += ticks * this.#spec.timerPs;
    state[at + DUE] = Math.min(state[at + NEXT_TICK]!, state[at + PENDING_CNP]!);
  }

  #increase(flow: number): void {
    const rateBps = this.rateBps[flow]!;
    if (rateBps >= this.#lineBps) return;
    const state = this.#state;
    const at = flow * WORDS;
    const { fastRecovery } = this.#spec;
    const least = Math.min(state[at + TICKS]!, state[at + BYTE_EVENTS]!);
    if (least > fastRecovery) state[at + TARGET]! += (least - fastRecovery) * this.#hyperBps;
    else if (Math.max(state[at + TICKS]!, state[at + BYTE_EVENTS]!) > fastRecovery) state[at + TARGET]! += this.#additiveBps;
    this.rateBps[flow] = Math.min(this.#lineBps, (state[at + TARGET]! + rateBps) / 2);
  }
}
