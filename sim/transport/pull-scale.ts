import { CE, LAST_HOP, TRIMMED, TYPE_MASK } from '../base/packet.ts';
import type { PullScalingSpec } from '../base/transport-spec.ts';
import { NOW } from '../engine/record.ts';

/** With the interval that applies. */
export interface PullScaling extends PullScalingSpec {
  readonly intervalPs: number;
}

/**
 * Scales the grants of one host by what the fabric does to the packets that come (RCCC on oversubscribed fabrics): down by the part that
 * was cut before the last hop and by marks beyond a target, slowly up again without. An interval ends with the first packet after it.
 */
export class PullScale {
  /** Part of the pull rate that is granted. */
  scale = 1;
  readonly #scaling: PullScaling;
  readonly #clock: Float64Array;
  readonly #begin = Float64Array.of(-1);
  /** Moving average of the marked part. */
  #marked = 0;
  /** Increases in a row. */
  #row = 0;
  #packets = 0;
  #trims = 0;
  #marks = 0;

  constructor(scaling: PullScaling, clock: Float64Array) {
    this.#scaling = scaling;
    this.#clock = clock;
  }

  /** A data packet or header of `meta` (sim/base/packet.ts) comes at clock[NOW]. */
  count(meta: number): void {
    const nowPs = this.#clock[NOW]!;
    if (this.#begin[0]! < 0) this.#begin[0] = nowPs;
    else if (nowPs >= this.#begin[0]! + this.#scaling.intervalPs) {
      this.#endInterval();
      this.#begin[0] = nowPs;
    }
    this.#packets++;
    if ((meta & CE) !== 0) this.#marks++;
    if ((meta & TYPE_MASK) === TRIMMED && (meta & LAST_HOP) === 0) this.#trims++;
  }

  #endInterval(): void {
    const { ecnWeight, ecnTarget, ecnGain, increase, minScale } = this.#scaling;
    this.#marked = (1 - ecnWeight) * this.#marked + ecnWeight * (this.#marks / this.#packets);
    let scale = this.scale - this.#trims / this.#packets;
    const isMarked = this.#marked > ecnTarget;
    if (isMarked) scale *= 1 - (this.#marked - ecnTarget) * ecnGain;
    if (this.#trims === 0 && !isMarked) {
      scale += increase * (this.#marks === 0 ? 2 ** this.#row : 1);
      this.#row++;
    } else {
      this.#row = 0;
    }
    this.scale = Math.min(1, Math.max(minScale, scale));
    this.#packets = 0;
    this.#trims = 0;
    this.#marks = 0;
  }
}
