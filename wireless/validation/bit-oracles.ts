import { fromDb } from '../math/decibel.ts';
import { bpskAwgn, bpskNakagami, bpskRayleigh, qamAwgn, qamRayleigh } from '../oracles/bit-error-rate.ts';
import type { RandomStream } from '../random-stream.ts';
import { mean, type Oracle } from './oracle.ts';

/** Power gain of a fade. */
type Fade = (stream: RandomStream) => number;
const STEADY: Fade = () => 1;
const RAYLEIGH: Fade = (stream) => stream.exponential();

/** Share of wrong bits of BPSK, sent as +1 over noise of variance 1 / (2 snr). */
const bpskBits =
  (snr: number, fade: Fade, bits: number) =>
  (stream: RandomStream): number =>
    mean(bits, () => (Math.sqrt(2 * snr * fade(stream)) + stream.normal() < 0 ? 1 : 0));

/** The same where errors are rare: the noise is drawn around the decision threshold and each error weighted by how rare it was. */
const rareBpskBits =
  (snr: number, bits: number) =>
  (stream: RandomStream): number => {
    const distance = Math.sqrt(2 * snr);
    return mean(bits, () => {
      const noise = stream.normal() - distance;
      return noise < -distance ? Math.exp(noise * distance + (distance * distance) / 2) : 0;
    });
  };

const gray = (level: number): number => level ^ (level >> 1);

function onesIn(value: number): number {
  let count = 0;
  for (let rest = value; rest > 0; rest &= rest - 1) count++;
  return count;
}

/** Share of wrong bits of square QAM with `levels` amplitudes a dimension, one dimension at a time. */
const qamBits =
  (snr: number, levels: number, fade: Fade, symbols: number) =>
  (stream: RandomStream): number => {
    const bits = Math.log2(levels);
    // Half the distance of two amplitudes, for unit symbol energy over two dimensions.
    const half = Math.sqrt(3 / (2 * (levels * levels - 1)));
    return mean(symbols, () => {
      const gain = Math.sqrt(fade(stream));
      const sent = stream.below(levels);
      const received = gain * half * (2 * sent - levels + 1) + stream.normal() / Math.sqrt(2 * snr);
      const decided = Math.max(0, Math.min(levels - 1, Math.round((received / (gain * half) + levels - 1) / 2)));
      return onesIn(gray(sent) ^ gray(decided)) / bits;
    });
  };

/** Rows 1 to 5: bit error rates. */
export const BIT_ORACLES: readonly Oracle[] = [
  { row: 1, name: 'BPSK', point: '10 dB', expected: bpskAwgn(10), replica: rareBpskBits(10, 40_000) },
  { row: 2, name: 'BPSK, Rayleigh', point: '10 dB', expected: bpskRayleigh(10), replica: bpskBits(10, RAYLEIGH, 60_000) },
  { row: 2, name: 'BPSK, Rayleigh', point: '20 dB', expected: bpskRayleigh(100), replica: bpskBits(100, RAYLEIGH, 250_000) },
  {
    row: 3,
    name: 'BPSK, Nakagami m = 2',
    point: '10 dB',
    expected: bpskNakagami(10, 2),
    replica: bpskBits(10, (stream) => stream.gamma(2) / 2, 150_000),
  },
  { row: 4, name: '16-QAM', point: '15 dB', expected: qamAwgn(fromDb(15), 4), replica: qamBits(fromDb(15), 4, STEADY, 150_000) },
  { row: 4, name: '16-QAM, Rayleigh', point: '20 dB', expected: qamRayleigh(100, 4), replica: qamBits(100, 4, RAYLEIGH, 60_000) },
  { row: 5, name: '64-QAM, Rayleigh', point: '20 dB', expected: qamRayleigh(100, 8), replica: qamBits(100, 8, RAYLEIGH, 40_000) },
];
