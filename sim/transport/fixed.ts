import type { FixedSpec } from '../base/transport-spec.ts';
import type { CongestionControl, ControlContext } from './congestion-control.ts';
import { doubles } from '../engine/arena.ts';
import { noWindow } from './no-window.ts';

/** `fixed`: a constant rate, and a constant window if there is one. For theory, and for runs without congestion control. */
export class Fixed implements CongestionControl {
  readonly rateBps: Float64Array | null;
  readonly windowAt: number;
  readonly hearsTransmissions = false;
  readonly needsRtt = false;
  readonly needsTelemetry = false;
  readonly windowStride = 0;

  constructor(spec: FixedSpec, { region, flows, lineRateBps }: Pick<ControlContext, 'region' | 'flows' | 'lineRateBps'>) {
    this.windowAt = noWindow(region);
    if (spec.windowBytes !== null) doubles[this.windowAt] = spec.windowBytes;
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
