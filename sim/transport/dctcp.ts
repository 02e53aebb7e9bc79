import type { DctcpSpec } from '../base/scenario.ts';
import type { Limits } from '../derive.ts';
import type { CongestionControl } from './congestion-control.ts';

/**
 * DCTCP in its window form (Alizadeh et al., SIGCOMM'10; RFC 8257): the window is cut in proportion to the fraction of marked bytes,
 * at most once a window of data. Starts at one BDP, as RDMA NICs start at line rate, so slow start only follows a timeout.
 */
export class Dctcp implements CongestionControl {
  readonly windowBytes: Float64Array;
  readonly rateBps = null;
  readonly #g: number;
  readonly #minBytes: number;
  readonly #fullBytes: number;
  readonly #slowStartBytes: Float64Array;
  /** Moving average of the marked fraction. */
  readonly #alpha: Float64Array;
  readonly #ackedBytes: Float64Array;
  readonly #markedBytes: Float64Array;
  /** The observation window ends when this packet is acknowledged; -1 before the first ACK. */
  readonly #windowEnd: Int32Array;
  /** The window was cut and is not cut again before this packet is acknowledged; -1: free to be cut. */
  readonly #cutEnd: Int32Array;

  constructor(spec: DctcpSpec, flows: number, limits: Limits, fullBytes: number) {
    this.#g = spec.g;
    this.#minBytes = limits.minWindowBytes;
    this.#fullBytes = fullBytes;
    this.windowBytes = new Float64Array(flows).fill(limits.initialWindowBytes);
    this.#slowStartBytes = new Float64Array(flows).fill(limits.initialWindowBytes);
    this.#alpha = new Float64Array(flows).fill(1);
    this.#ackedBytes = new Float64Array(flows);
    this.#markedBytes = new Float64Array(flows);
    this.#windowEnd = new Int32Array(flows).fill(-1);
    this.#cutEnd = new Int32Array(flows).fill(-1);
  }

  onAck(flow: number, newlyBytes: number, isMarked: boolean, una: number, next: number): void {
    this.#ackedBytes[flow]! += newlyBytes;
    if (isMarked) this.#markedBytes[flow]! += newlyBytes;
    if (una >= this.#windowEnd[flow]!) this.#endObservation(flow, next);
    if (una >= this.#cutEnd[flow]!) this.#cutEnd[flow] = -1;
    if (this.#cutEnd[flow]! >= 0) return;
    const window = this.windowBytes[flow]!;
    if (isMarked) this.#cut(flow, window * (1 - this.#alpha[flow]! / 2), next);
    else if (window < this.#slowStartBytes[flow]!) this.windowBytes[flow] = window + newlyBytes;
    else this.windowBytes[flow] = window + (this.#fullBytes * newlyBytes) / window;
  }

  onLoss(flow: number, next: number): void {
    if (this.#cutEnd[flow]! < 0) this.#cut(flow, this.windowBytes[flow]! / 2, next);
  }

  onTimeout(flow: number): void {
    this.#slowStartBytes[flow] = Math.max(this.#minBytes, this.windowBytes[flow]! / 2);
    this.windowBytes[flow] = this.#minBytes;
    this.#cutEnd[flow] = -1;
  }

  #endObservation(flow: number, next: number): void {
    if (this.#windowEnd[flow]! >= 0) {
      const acked = this.#ackedBytes[flow]!;
      const fraction = acked > 0 ? this.#markedBytes[flow]! / acked : 0;
      this.#alpha[flow] = (1 - this.#g) * this.#alpha[flow]! + this.#g * fraction;
      this.#ackedBytes[flow] = 0;
      this.#markedBytes[flow] = 0;
    }
    this.#windowEnd[flow] = next;
  }

  #cut(flow: number, toBytes: number, next: number): void {
    const window = Math.max(this.#minBytes, toBytes);
    this.windowBytes[flow] = window;
    this.#slowStartBytes[flow] = window;
    this.#cutEnd[flow] = next;
  }
}
