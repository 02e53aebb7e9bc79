import type { FixedSpec } from '../base/scenario.ts';
import type { CongestionControl } from './congestion-control.ts';

/** `fixed`: a constant rate, and a constant window if there is one. For theory, and for runs without congestion control. */
export class Fixed implements CongestionControl {
  readonly rateBps: Float64Array | null;
  readonly #windowBytes: number;

  constructor(spec: FixedSpec, flows: number, lineRateBps: number) {
    this.#windowBytes = spec.windowBytes ?? Infinity;
    const isPaced = spec.rateBps !== null && spec.rateBps < lineRateBps;
    this.rateBps = isPaced ? new Float64Array(flows).fill(spec.rateBps!) : null;
  }

  windowBytes(): number {
    return this.#windowBytes;
  }

  onAck(): void {}

  onLoss(): void {}

  onTimeout(): void {}
}
