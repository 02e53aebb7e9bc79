import type { DctcpSpec } from '../base/transport-spec.ts';
import type { Limits } from '../derive.ts';
import type { CongestionControl } from './congestion-control.ts';

// A flow's words in the state: one cache line a flow.
const WORDS = 8;
/** First, so that the window of flow f is at f * WORDS. */
const WINDOW = 0;
/** Below this window the flow is in slow start. */
const SLOW_START = 1;
/** Moving average of the marked fraction. */
const ALPHA = 2;
/** Bytes acknowledged, and acknowledged with a mark, in this observation window. */
const ACKED = 3;
const MARKED = 4;
/** The observation window ends when this packet is acknowledged; -1 before the first ACK. */
const WINDOW_END = 5;
/** The window was cut and is not cut again before this packet is acknowledged; -1: free to be cut. */
const CUT_END = 6;

/**
 * DCTCP in its window form (Alizadeh et al., SIGCOMM'10; RFC 8257): the window is cut in proportion to the fraction of marked bytes,
 * at most once a window of data. Starts at one BDP, as RDMA NICs start at line rate, so slow start only follows a timeout.
 */
export class Dctcp implements CongestionControl {
  readonly rateBps = null;
  readonly windowBytes: Float64Array;
  readonly hearsTransmissions = false;
  readonly needsRtt = false;
  readonly needsTelemetry = false;
  readonly windowStride = WORDS;
  readonly #g: number;
  readonly #minBytes: number;
  readonly #fullBytes: number;
  readonly #state: Float64Array;

  constructor(spec: DctcpSpec, flows: number, limits: Limits, fullBytes: number) {
    this.#g = spec.g;
    this.#minBytes = limits.minWindowBytes;
    this.#fullBytes = fullBytes;
    this.#state = new Float64Array(flows * WORDS);
    this.windowBytes = this.#state;
    for (let at = 0; at < this.#state.length; at += WORDS) {
      this.#state[at + WINDOW] = limits.initialWindowBytes;
      this.#state[at + SLOW_START] = limits.initialWindowBytes;
      this.#state[at + ALPHA] = 1;
      this.#state[at + WINDOW_END] = -1;
      this.#state[at + CUT_END] = -1;
    }
  }

  onAck(flow: number, newlyBytes: number, isMarked: boolean, una: number, next: number): void {
    const state = this.#state;
    const at = flow * WORDS;
    state[at + ACKED]! += newlyBytes;
    if (isMarked) state[at + MARKED]! += newlyBytes;
    if (una >= state[at + WINDOW_END]!) this.#endObservation(at, next);
    if (una >= state[at + CUT_END]!) state[at + CUT_END] = -1;
    if (state[at + CUT_END]! >= 0) return;
    const window = state[at + WINDOW]!;
    if (isMarked) {
      state[at + WINDOW] = window * (1 - state[at + ALPHA]! / 2);
      this.#wasCut(at, next);
    } else if (window < state[at + SLOW_START]!) {
      state[at + WINDOW] = window + newlyBytes;
    } else {
      state[at + WINDOW] = window + (this.#fullBytes * newlyBytes) / window;
    }
  }

  onLoss(flow: number, next: number): void {
    const at = flow * WORDS;
    if (this.#state[at + CUT_END]! >= 0) return;
    this.#state[at + WINDOW]! /= 2;
    this.#wasCut(at, next);
  }

  onTelemetry(): void {}

  /** A trimmed packet counts as a lost one. */
  onNack(flow: number, _bytes: number, _isLastHop: boolean, _inFlightBytes: number, next: number): void {
    this.onLoss(flow, next);
  }

  onTransmit(): void {}

  onTimeout(flow: number): void {
    const at = flow * WORDS;
    this.#state[at + SLOW_START] = Math.max(this.#minBytes, this.#state[at + WINDOW]! / 2);
    this.#state[at + WINDOW] = this.#minBytes;
    this.#state[at + CUT_END] = -1;
  }

  #endObservation(at: number, next: number): void {
    const state = this.#state;
    if (state[at + WINDOW_END]! >= 0) {
      const fraction = state[at + ACKED]! > 0 ? state[at + MARKED]! / state[at + ACKED]! : 0;
      state[at + ALPHA] = (1 - this.#g) * state[at + ALPHA]! + this.#g * fraction;
      state[at + ACKED] = 0;
      state[at + MARKED] = 0;
    }
    state[at + WINDOW_END] = next;
  }

  #wasCut(at: number, next: number): void {
    const window = Math.max(this.#minBytes, this.#state[at + WINDOW]!);
    this.#state[at + WINDOW] = window;
    this.#state[at + SLOW_START] = window;
    this.#state[at + CUT_END] = next;
  }
}
