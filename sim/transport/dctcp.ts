import type { DctcpSpec } from '../base/transport-spec.ts';
import type { CongestionControl, ControlContext } from './congestion-control.ts';
import { doubles } from '../engine/arena.ts';

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
  readonly windowAt: number;
  readonly hearsTransmissions = false;
  readonly needsRtt = false;
  readonly needsTelemetry = false;
  readonly windowStride = WORDS;
  readonly #g: number;
  readonly #minBytes: number;
  readonly #fullBytes: number;

  constructor(spec: DctcpSpec, { region, flows, limits, fullBytes }: Pick<ControlContext, 'region' | 'flows' | 'limits' | 'fullBytes'>) {
    this.#g = spec.g;
    this.#minBytes = limits.minWindowBytes;
    this.#fullBytes = fullBytes;
    this.windowAt = region.doubles(flows * WORDS);
    for (let flow = 0; flow < flows; flow++) {
      const at = this.#of(flow);
      doubles[(at + WINDOW) | 0] = limits.initialWindowBytes;
      doubles[(at + SLOW_START) | 0] = limits.initialWindowBytes;
      doubles[(at + ALPHA) | 0] = 1;
      doubles[(at + WINDOW_END) | 0] = -1;
      doubles[(at + CUT_END) | 0] = -1;
    }
  }

  onAck(flow: number, newlyBytes: number, isMarked: boolean, una: number, next: number): void {
    const at = this.#of(flow);
    doubles[(at + ACKED) | 0]! += newlyBytes;
    if (isMarked) doubles[(at + MARKED) | 0]! += newlyBytes;
    if (una >= doubles[(at + WINDOW_END) | 0]!) this.#endObservation(at, next);
    if (una >= doubles[(at + CUT_END) | 0]!) doubles[(at + CUT_END) | 0] = -1;
    if (doubles[(at + CUT_END) | 0]! >= 0) return;
    const window = doubles[(at + WINDOW) | 0]!;
    if (isMarked) {
      doubles[(at + WINDOW) | 0] = window * (1 - doubles[(at + ALPHA) | 0]! / 2);
      this.#wasCut(at, next);
    } else if (window < doubles[(at + SLOW_START) | 0]!) {
      doubles[(at + WINDOW) | 0] = window + newlyBytes;
    } else {
      doubles[(at + WINDOW) | 0] = window + (this.#fullBytes * newlyBytes) / window;
    }
  }

  onLoss(flow: number, next: number): void {
    const at = this.#of(flow);
    if (doubles[(at + CUT_END) | 0]! >= 0) return;
    doubles[(at + WINDOW) | 0]! /= 2;
    this.#wasCut(at, next);
  }

  /** First double of the flow's state. */
  #of(flow: number): number {
    return (this.windowAt + flow * WORDS) | 0;
  }

  onTelemetry(): void {}

  /** A trimmed packet counts as a lost one. */
  onNack(flow: number, _bytes: number, _isLastHop: boolean, _inFlightBytes: number, next: number): void {
    this.onLoss(flow, next);
  }

  onTransmit(): void {}

  onTimeout(flow: number): void {
    const at = this.#of(flow);
    doubles[(at + SLOW_START) | 0] = Math.max(this.#minBytes, doubles[(at + WINDOW) | 0]! / 2);
    doubles[(at + WINDOW) | 0] = this.#minBytes;
    doubles[(at + CUT_END) | 0] = -1;
  }

  #endObservation(at: number, next: number): void {
    if (doubles[(at + WINDOW_END) | 0]! >= 0) {
      const fraction = doubles[(at + ACKED) | 0]! > 0 ? doubles[(at + MARKED) | 0]! / doubles[(at + ACKED) | 0]! : 0;
      doubles[(at + ALPHA) | 0] = (1 - this.#g) * doubles[(at + ALPHA) | 0]! + this.#g * fraction;
      doubles[(at + ACKED) | 0] = 0;
      doubles[(at + MARKED) | 0] = 0;
    }
    doubles[(at + WINDOW_END) | 0] = next;
  }

  #wasCut(at: number, next: number): void {
    const window = Math.max(this.#minBytes, doubles[(at + WINDOW) | 0]!);
    doubles[(at + WINDOW) | 0] = window;
    doubles[(at + SLOW_START) | 0] = window;
    doubles[(at + CUT_END) | 0] = next;
  }
}
