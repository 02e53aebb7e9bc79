import type { DctcpRateSpec } from '../base/transport-spec.ts';
import type { CongestionControl, ControlContext } from './congestion-control.ts';
import { noWindow } from './no-window.ts';

/**
 * DCTCP in the rate form of the HPCC ns-3 family and of the Ethereal simulator: starts at line rate, no window; the rate is cut by the
 * marked fraction of packets, at most once a round, and rises by a constant a round.
 */
export class DctcpRate implements CongestionControl {
  readonly rateBps: Float64Array;
  readonly windowAt: number;
  readonly hearsTransmissions = false;
  readonly needsRtt = false;
  readonly needsTelemetry = false;
  readonly windowStride = 0;
  readonly #g: number;
  readonly #increaseBps: number;
  readonly #minBps: number;
  readonly #lineBps: number;
  readonly #alpha: Float64Array;
  readonly #marks: Int32Array;
  /** Packets of the current round; 0 before the first. */
  readonly #batch: Int32Array;
  readonly #lastUpdate: Int32Array;
  /** The rate was cut and is not cut again before a packet above this is expected; -1: free to be cut. */
  readonly #cutEnd: Int32Array;

  constructor(spec: DctcpRateSpec, { region, flows, lineRateBps }: Pick<ControlContext, 'region' | 'flows' | 'lineRateBps'>) {
    this.windowAt = noWindow(region);
    this.#g = spec.g;
    this.#increaseBps = spec.additiveIncreaseBps;
    this.#minBps = spec.minRateBps;
    this.#lineBps = lineRateBps;
    this.rateBps = new Float64Array(flows).fill(lineRateBps);
    this.#alpha = new Float64Array(flows).fill(1);
    this.#marks = new Int32Array(flows);
    this.#batch = new Int32Array(flows);
    this.#lastUpdate = new Int32Array(flows);
    this.#cutEnd = new Int32Array(flows).fill(-1);
  }

  onAck(flow: number, _newlyBytes: number, isMarked: boolean, una: number, next: number): void {
    if (isMarked) this.#marks[flow]!++;
    const isNewRound = una > this.#lastUpdate[flow]!;
    if (isNewRound) this.#endRound(flow, una, next);
    if (una > this.#cutEnd[flow]!) this.#cutEnd[flow] = -1;
    if (isMarked && this.#cutEnd[flow]! < 0) {
      this.rateBps[flow] = Math.max(this.#minBps, this.rateBps[flow]! * (1 - this.#alpha[flow]! / 2));
      this.#cutEnd[flow] = next;
    }
    if (this.#cutEnd[flow]! < 0 && isNewRound) this.rateBps[flow] = Math.min(this.#lineBps, this.rateBps[flow]! + this.#increaseBps);
  }

  onLoss(): void {}

  onTelemetry(): void {}

  onNack(): void {}

  onTransmit(): void {}

  onTimeout(): void {}

  #endRound(flow: number, una: number, next: number): void {
    if (this.#batch[flow] === 0) {
      this.#batch[flow] = next + 1;
    } else {
      const fraction = Math.min(1, this.#marks[flow]! / this.#batch[flow]!);
      this.#alpha[flow] = (1 - this.#g) * this.#alpha[flow]! + this.#g * fraction;
      this.#marks[flow] = 0;
      this.#batch[flow] = next - una + 1;
    }
    this.#lastUpdate[flow] = next;
  }
}
