import { erfc } from '../math/gamma.ts';

/** BPSK without fading, at Eb/N0 = `snr`. */
export const bpskAwgn = (snr: number): number => erfc(Math.sqrt(snr)) / 2;

/** BPSK on a Rayleigh channel. */
export const bpskRayleigh = (meanSnr: number): number => bpskNakagami(meanSnr, 1);

/** BPSK on a Nakagami channel with whole m: maximum-ratio combining of m Rayleigh branches. */
export function bpskNakagami(meanSnr: number, m: number): number {
  const mu = Math.sqrt(meanSnr / (m + meanSnr));
  // (1 - mu) / 2 without cancellation.
  const miss = m / ((m + meanSnr) * 2 * (1 + mu));
  let term = 1;
  let sum = 0;
  for (let k = 0; k < m; k++) {
    if (k > 0) term *= ((m - 1 + k) / k) * ((1 + mu) / 2);
    sum += term;
  }
  return miss ** m * sum;
}

/**
 * Rectangular I x J QAM with Gray mapping, exact, at Es/N0 = `snr` (Cho and Yoon, "On the general BER expression of one- and two-dimensional
 * amplitude modulations", IEEE Trans. Commun. 50(7), 2002).
 */
export const qamAwgn = (snr: number, levelsI: number, levelsJ = levelsI): number =>
  qam(levelsI, levelsJ, (squaredDistance) => erfc(Math.sqrt(squaredDistance * snr)));

/** The same on a Rayleigh channel: the mean of erfc(sqrt(c snr)) is 1 - sqrt(c meanSnr / (1 + c meanSnr)). */
export const qamRayleigh = (meanSnr: number, levelsI: number, levelsJ = levelsI): number =>
  qam(levelsI, levelsJ, (squaredDistance) => {
    const c = squaredDistance * meanSnr;
    return 1 / ((1 + c) * (1 + Math.sqrt(c / (1 + c))));
  });

/** @param tail twice the probability that noise passes a distance whose square is given, in units of the symbol energy */
function qam(levelsI: number, levelsJ: number, tail: (squaredDistance: number) => number): number {
  const w2 = 3 / (levelsI * levelsI + levelsJ * levelsJ - 2);
  let sum = 0;
  for (const levels of [levelsI, levelsJ]) for (let k = 1; k <= Math.log2(levels); k++) sum += bitError(k, levels, w2, tail);
  return sum / (Math.log2(levelsI) + Math.log2(levelsJ));
}

/** Error rate of bit k of one dimension with `levels` amplitudes. */
function bitError(k: number, levels: number, w2: number, tail: (squaredDistance: number) => number): number {
  let sum = 0;
  for (let i = 0; i < (1 - 2 ** -k) * levels; i++) {
    const folds = Math.floor((i * 2 ** (k - 1)) / levels);
    const sign = folds % 2 === 0 ? 1 : -1;
    sum += sign * (2 ** (k - 1) - Math.floor((i * 2 ** (k - 1)) / levels + 0.5)) * tail((2 * i + 1) ** 2 * w2);
  }
  return sum / levels;
}
