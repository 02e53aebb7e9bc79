import type { RandomStream } from '../random-stream.ts';
import type { SignalId, SignalSpec } from '../scenario.ts';

/** A value that has become visible, and how old it is. */
export interface Reading {
  readonly value: number;
  readonly ageS: number;
}

interface Channel {
  readonly spec: SignalSpec;
  /** Published and not yet visible, in order. */
  readonly underWay: { readonly value: number; readonly atPs: number }[];
  visible: { readonly value: number; readonly atPs: number } | null;
}

/**
 * All that one layer tells another passes here. A signal that is switched off says nothing, and its reader falls back on what it can know
 * by itself; one that is on comes late, costs bits, and may get lost.
 */
export class SignalBus {
  readonly #channels = new Map<SignalId, Channel>();
  readonly #stream: RandomStream;
  #bits = 0;
  /** Bits that want airtime and have not had it. */
  #inBandBits = 0;

  constructor(signals: Readonly<Record<SignalId, SignalSpec>>, stream: RandomStream) {
    this.#stream = stream;
    for (const [id, spec] of Object.entries(signals)) this.#channels.set(id as SignalId, { spec, underWay: [], visible: null });
  }

  isOn(id: SignalId): boolean {
    return this.#channels.get(id)!.spec.enabled;
  }

  publish(id: SignalId, value: number, nowPs: number): void {
    const { spec, underWay } = this.#channels.get(id)!;
    if (!spec.enabled) return;
    this.#bits += spec.bits;
    if (spec.inBand) this.#inBandBits += spec.bits;
    if (spec.lossProbability > 0 && this.#stream.uniform() < spec.lossProbability) return;
    underWay.push({ value, atPs: nowPs });
  }

  /** The newest value that is visible; null: there is none, or the signal is off. */
  read(id: SignalId, nowPs: number): Reading | null {
    const channel = this.#channels.get(id)!;
    if (!channel.spec.enabled) return null;
    while (channel.underWay.length > 0 && channel.underWay[0]!.atPs + channel.spec.delayPs <= nowPs) {
      channel.visible = channel.underWay.shift()!;
    }
    return channel.visible === null ? null : { value: channel.visible.value, ageS: (nowPs - channel.visible.atPs) / 1e12 };
  }

  /** Bits that signalling has taken so far. */
  get bits(): number {
    return this.#bits;
  }

  /** Takes up to `most` of the bits that wait for airtime. */
  takeInBandBits(most: number): number {
    const taken = Math.min(most, this.#inBandBits);
    this.#inBandBits -= taken;
    return taken;
  }
}
