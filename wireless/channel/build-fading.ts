import type { ComplexGain } from '../csi/reporter.ts';
import { RandomStream } from '../random-stream.ts';
import type { ChannelSpec } from '../../sim/base/radio-spec.ts';
import { BlockNakagami, BlockRician, ClarkeFading, ClarkeNakagami, type Fading, MappedNakagami, Steady } from './fading.ts';
import { Shadowed } from './shadowing.ts';

/** The fading of a user's channel, and its complex gain where it has one (Rayleigh and Rician). */
export function buildFading(
  spec: ChannelSpec,
  slotS: number,
  seed: number,
  user: number,
): { readonly fading: Fading; readonly gain: ComplexGain | null } {
  const { fading, gain } = unshadowed(spec, slotS, new RandomStream(seed, 'wireless-fading', user));
  const { sigmaDb, correlationM, speedMps } = spec.shadowing;
  if (sigmaDb === 0) return { fading, gain };
  const stream = new RandomStream(seed, 'wireless-shadowing', user);
  return { fading: new Shadowed(fading, sigmaDb, correlationM, speedMps * slotS, stream), gain: null };
}

function unshadowed(spec: ChannelSpec, slotS: number, stream: RandomStream): { fading: Fading; gain: ComplexGain | null } {
  const { m, riceFactor, correlation, sinusoids, dopplerHz } = spec;
  const isBlock = correlation === 'block';
  const complex = (k: number): { fading: Fading; gain: ComplexGain } => {
    const fading = isBlock ? new BlockRician(k, stream) : new ClarkeFading(sinusoids, dopplerHz, slotS, k, stream);
    return { fading, gain: fading };
  };
  switch (spec.fading) {
    case 'none':
      return { fading: new Steady(), gain: null };
    case 'rayleigh':
      return complex(0);
    case 'rician':
      return complex(riceFactor);
    case 'nakagami':
      if (m === 1) return complex(0);
      if (isBlock) return { fading: new BlockNakagami(m, stream), gain: null };
      return Number.isInteger(m)
        ? { fading: new ClarkeNakagami(m, sinusoids, dopplerHz, slotS, stream), gain: null }
        : { fading: new MappedNakagami(m, sinusoids, dopplerHz, slotS, stream), gain: null };
  }
}
