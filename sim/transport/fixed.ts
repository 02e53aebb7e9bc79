import type { FixedSpec } from '../base/transport-spec.ts';
import type { CongestionControl } from './congestion-control.ts';

/** `fixed`: a constant rate, and a constant window if there is one. For theory, and for runs without congestion control. */
export class Fixed implements CongestionControl {
  readonly rateBps: Float64Array | null;
  readonly windowBytes: Float64Array;
  readonly hearsTransmissions = false;
  readonly needsRtt = false;
  readonly needsTelemetry = false;
  readonly windowStride = 0;

  constructor(spec: FixedSpec, flows: number, lineRateBps: number) {
    this.windowBytes = Float64Array.of(spec.windowBytes ?? Infinity);
    const isPaced = spec.rateBps !== null && spec.rateBps < lineRateBps;
    this.rateBps = isPaced ? new Float64Array(flows).fill(spec.rateBps!) : null;
  }

  onAck(): void {}

  onLoss(): void {}

  onTelemetry(): void {}

  onNack(): void {}

  onTransmit(): void {}

  onTimeout(): void {}
}
