import type { PullScalingSpec } from '../../sim/base/transport-spec.ts';
import type { Bug } from './bugs.ts';
import { TRIMMED } from './event-log.ts';
import type { Packet } from './packet.ts';

/** docs/model-transport.md 6.3: by how much a receiver slows its grants down. */
export class PullScale {
  scale = 1;
  readonly #spec: PullScalingSpec;
  readonly #intervalPs: number;
  readonly #bugs: ReadonlySet<Bug>;
  #beginPs: number | null = null;
  #markedPart = 0;
  #increasesInRow = 0;
  #came: Packet[] = [];

  constructor(spec: PullScalingSpec, baseRttPs: number, bugs: ReadonlySet<Bug>) {
    this.#spec = spec;
    this.#intervalPs = spec.intervalPs ?? baseRttPs;
    this.#bugs = bugs;
  }

  hear(packet: Packet, timePs: number): void {
    if (this.#beginPs !== null && timePs >= this.#beginPs + this.#intervalPs) {
      this.#end(this.#came);
      this.#came = [];
      this.#beginPs = timePs;
    }
    this.#beginPs ??= timePs;
    this.#came.push(packet);
  }

  #end(packets: readonly Packet[]): void {
    const { ecnWeight, ecnTarget, ecnGain, increase, minScale } = this.#spec;
    const countsAllTrims = this.#bugs.has('last-hop-slows-grants');
    const trims = packets.filter(({ type, lastHop }) => type === TRIMMED && (countsAllTrims || !lastHop)).length;
    const marks = packets.filter(({ marked }) => marked).length;
    this.#markedPart = (1 - ecnWeight) * this.#markedPart + ecnWeight * (marks / packets.length);
    const excess = this.#markedPart - ecnTarget;
    this.scale -= trims / packets.length;
    if (excess > 0) this.scale *= 1 - excess * ecnGain;
    if (trims === 0 && excess <= 0) {
      this.scale += marks === 0 ? increase * 2 ** this.#increasesInRow : increase;
      this.#increasesInRow++;
    } else {
      this.#increasesInRow = 0;
    }
    this.scale = Math.max(minScale, Math.min(1, this.scale));
  }
}
