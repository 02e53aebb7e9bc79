import type { DctcpUecSpec } from '../base/transport-spec.ts';
import type { ControlContext, CongestionControl } from './congestion-control.ts';
import { doubles } from '../engine/arena.ts';

/**
 * The DCTCP-like control of uet-htsim: every unmarked ACK adds its share of a packet a window, every marked one takes a part of what it
 * acknowledges. No moving average, so it needs no rounds and tolerates reordering.
 */
export class DctcpUec implements CongestionControl {
  readonly rateBps = null;
  readonly windowAt: number;
  readonly #windowBytes: Float64Array;
  readonly windowStride = 1;
  readonly hearsTransmissions = false;
  readonly needsRtt = false;
  readonly needsTelemetry = false;
  readonly #fullBytes: number;
  readonly #minBytes: number;
  readonly #maxBytes: number;
  readonly #decrease: number;

  constructor(spec: DctcpUecSpec, { region, flows, limits, fullBytes, lineRateBps }: ControlContext) {
    this.#fullBytes = fullBytes;
    this.#minBytes = spec.minWindowBytes ?? fullBytes;
    this.#maxBytes = spec.maxWindowBytes ?? 1.5 * ((limits.baseRttPs * lineRateBps) / 8e12);
    this.#decrease = spec.decrease;
    this.windowAt = region.doubles(flows);
    this.#windowBytes = doubles.subarray(this.windowAt, this.windowAt + flows).fill(spec.initialWindowBytes ?? this.#maxBytes);
  }

  onTelemetry(): void {}

  onAck(flow: number, newlyBytes: number, isMarked: boolean): void {
    const window = this.#windowBytes[flow]!;
    if (isMarked) this.#windowBytes[flow] = window - newlyBytes * this.#decrease;
    else this.#windowBytes[flow] = window + (newlyBytes * this.#fullBytes) / window;
    this.#clamp(flow);
  }

  onNack(flow: number, bytes: number): void {
    this.#windowBytes[flow]! -= bytes;
    this.#clamp(flow);
  }

  onLoss(flow: number): void {
    this.onNack(flow, this.#fullBytes);
  }

  giveUpPacket(flow: number): void {
    this.onNack(flow, this.#fullBytes);
  }

  onTimeout(flow: number, bytes: number): void {
    if (bytes > 0) this.onNack(flow, bytes);
    else this.#windowBytes[flow] = this.#minBytes;
  }

  onTransmit(): void {}

  #clamp(flow: number): void {
    this.#windowBytes[flow] = Math.min(this.#maxBytes, Math.max(this.#minBytes, this.#windowBytes[flow]!));
  }
}
