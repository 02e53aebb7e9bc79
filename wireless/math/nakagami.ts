import { besselJ0 } from './bessel.ts';
import { gammaP, gammaQ, lnGamma } from './gamma.ts';
import { noncentralChiSquareCdf } from './noncentral-chi-square.ts';

/**
 * Laws of the signal-to-noise ratio on a Nakagami-m channel (m = 1: Rayleigh): the SNR is meanSnr * G / m with G ~ Gamma(m, 1). All SNR are
 * linear, Es/N0.
 */

/** Density at `snr`. */
export const snrDensity = (snr: number, meanSnr: number, m: number): number =>
  Math.exp(m * Math.log(m / meanSnr) + (m - 1) * Math.log(snr) - (m * snr) / meanSnr - lnGamma(m));

/** P(SNR < snr). */
export const snrCdf = (snr: number, meanSnr: number, m: number): number => gammaP(m, (m * snr) / meanSnr);

/** P(low <= SNR < high), from the tails where those are the smaller numbers. */
export function snrProbability(low: number, high: number, meanSnr: number, m: number): number {
  const a = (m * low) / meanSnr;
  const b = (m * high) / meanSnr;
  return a < m ? gammaP(m, b) - gammaP(m, a) : gammaQ(m, a) - gammaQ(m, b);
}

/** Downward crossings of `snr` a second at a Doppler frequency of `dopplerHz` (Clarke's spectrum; Yacoub, Bautista and Guedes 1999). */
export function levelCrossingRate(snr: number, meanSnr: number, m: number, dopplerHz: number): number {
  if (snr === Infinity) return 0;
  const x = (m * snr) / meanSnr;
  return x === 0 ? 0 : Math.sqrt(2 * Math.PI) * dopplerHz * Math.exp((m - 0.5) * Math.log(x) - x - lnGamma(m));
}

/** Mean duration of a fade below `snr`, in seconds. */
export const averageFadeDurationS = (snr: number, meanSnr: number, m: number, dopplerHz: number): number =>
  snrCdf(snr, meanSnr, m) / levelCrossingRate(snr, meanSnr, m, dopplerHz);

/** Correlation of the power of two samples of a Clarke channel `delayS` apart: J0^2. */
export const powerCorrelation = (dopplerHz: number, delayS: number): number => besselJ0(2 * Math.PI * dopplerHz * delayS) ** 2;

/** P(SNR < y now | SNR was x), with power correlation rho < 1 between the two (bivariate Nakagami law). */
export function snrCdfGiven(y: number, x: number, meanSnr: number, m: number, rho: number): number {
  const scale = meanSnr * (1 - rho);
  return noncentralChiSquareCdf((2 * m * y) / scale, 2 * m, (2 * m * rho * x) / scale);
}
