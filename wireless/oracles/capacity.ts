import { e1, expIntegral } from '../math/exponential-integral.ts';
import { integrate } from '../math/quadrature.ts';

/**
 * Capacities of a Rayleigh channel in bits a symbol (Goldsmith and Varaiya, "Capacity of fading channels with channel side information",
 * IEEE Trans. Inf. Theory 43(6), 1997). Mean SNR linear.
 */

/** P(log2(1 + SNR) < rate). */
export const outageProbability = (rate: number, meanSnr: number): number => -Math.expm1(-(2 ** rate - 1) / meanSnr);

/** The rate that is missed with probability `outage`. */
export const outageCapacity = (outage: number, meanSnr: number): number => Math.log2(1 - meanSnr * Math.log1p(-outage));

/** At constant power. */
export const ergodicCapacity = (meanSnr: number): number => Math.LOG2E * Math.exp(1 / meanSnr) * e1(1 / meanSnr);

export interface WaterFilling {
  /** Below this SNR nothing is sent. */
  readonly cutoffSnr: number;
  readonly capacity: number;
}

/** Power poured over the SNR so that its mean is kept: 1/cutoff - 1/SNR above the cutoff. */
export function waterFilling(meanSnr: number): WaterFilling {
  const spent = (cutoff: number): number => Math.exp(-cutoff / meanSnr) / cutoff - e1(cutoff / meanSnr) / meanSnr - 1;
  let low = 1e-12;
  // All power is spent above 1 only.
  let high = 1;
  for (let step = 0; step < 200 && high - low > 1e-16 * high; step++) {
    const middle = (low + high) / 2;
    if (spent(middle) > 0) low = middle;
    else high = middle;
  }
  const cutoffSnr = (low + high) / 2;
  return { cutoffSnr, capacity: Math.LOG2E * e1(cutoffSnr / meanSnr) };
}

/** Truncated channel inversion with cutoff `cutoffSnr`. */
export const truncatedInversionCapacity = (cutoffSnr: number, meanSnr: number): number =>
  Math.log2(1 + meanSnr / e1(cutoffSnr / meanSnr)) * Math.exp(-cutoffSnr / meanSnr);

/** Effective capacity -log2 E[(1 + SNR)^-beta] / beta (Wu and Negi 2003), beta = theta * T * B / ln 2 the strictness of the delay bound. */
export const effectiveCapacity = (meanSnr: number, beta: number): number =>
  -(Math.log2(expIntegral(beta, 1 / meanSnr) / meanSnr) + Math.LOG2E / meanSnr) / beta;

/** Mean of the best of `users` Rayleigh channels, in units of the mean SNR: the harmonic number. */
export function bestOf(users: number): number {
  let sum = 0;
  for (let i = users; i >= 1; i--) sum += 1 / i;
  return sum;
}

/** Sum rate when the best of `users` alike Rayleigh channels is served. */
export const opportunisticRate = (users: number, meanSnr: number): number =>
  integrate(
    (u) => Math.log2(1 + meanSnr * u) * users * Math.exp(-u) * (-Math.expm1(-u)) ** (users - 1),
    [0, 1e-4, 1e-3, 0.01, 0.05, 0.1, 0.25, 0.5, 1, 2, 3, 4, 6, 8, 10, 13, 16, 20, 25, 32, 40, 60],
  );
