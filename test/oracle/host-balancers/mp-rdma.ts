import type { MpRdmaSpec } from '../../../sim/base/balancer-spec.ts';
import { FlowChoice, type Echo, type FlowView } from './flow-choice.ts';

/** Section 9: L. */
export const bitmapOf = (spec: MpRdmaSpec, bdpPackets: number): number =>
  spec.bitmap === null ? Math.max(64, 2 * spec.delta, Math.ceil(2 * bdpPackets)) : spec.bitmap;

/** Section 9. */
export class MpRdma extends FlowChoice {
  readonly #spec: MpRdmaSpec;
  #highest = -1;
  #clocked: number[] = [];
  #latest: number | null = null;
  #heardTimeoutPs: number | null = null;

  constructor(view: FlowView, spec: MpRdmaSpec) {
    super(view);
    this.#spec = spec;
  }

  next(): number {
    const { draws } = this.view;
    const known = this.#clocked.shift() ?? this.#latest;
    if (known === null) return draws.draw16();
    if (this.#spec.probe === 0) return known;
    const probes = (draws.next() >>> 0) / 2 ** 32 < this.#spec.probe;
    return probes ? draws.draw16() : known;
  }

  override hearAck({ entropy, number }: Echo): void {
    this.#highest = Math.max(this.#highest, number);
    if (this.#highest - number > this.#spec.delta && !this.view.has('late-paths-kept')) {
      this.view.giveUpPacket();
      return;
    }
    this.#latest = entropy;
    if (this.#clocked.length < this.#room() || this.view.has('every-ack-clocks')) this.#clocked.push(entropy);
  }

  override hearTimeout(_entropy: number | null, timePs: number): void {
    if (timePs === this.#heardTimeoutPs) return;
    this.#heardTimeoutPs = timePs;
    this.#clocked = [];
    this.#latest = null;
  }

  #room(): number {
    const { windowPackets, inFlightPackets } = this.view;
    const outstanding = inFlightPackets();
    const room = windowPackets() - Math.ceil(outstanding);
    return outstanding <= 0 && room < 1 ? 1 : room;
  }
}
