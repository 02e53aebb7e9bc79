import { besselJ0 } from '../math/bessel.ts';
import type { CsiSpec } from '../../sim/base/radio-spec.ts';

/** Mean square errors of channel estimates, for a channel of unit power and pilots of mean SNR `meanSnr`. */

export const leastSquaresError = (meanSnr: number, pilots = 1): number => 1 / (pilots * meanSnr);
export const lmmseError = (meanSnr: number, pilots = 1): number => 1 / (1 + pilots * meanSnr);

export interface KalmanError {
  /** Before and after the pilot of a step, in the steady state. */
  readonly prior: number;
  readonly posterior: number;
  readonly gain: number;
}

/** Kalman filter over a first-order autoregressive channel with the correlation of Clarke's spectrum, one pilot every `stepS`. */
export function kalmanError(meanSnr: number, dopplerHz: number, stepS: number): KalmanError {
  const a2 = besselJ0(2 * Math.PI * dopplerHz * stepS) ** 2;
  const noise = 1 / meanSnr;
  const q = 1 - a2;
  // Positive root of P^2 + P (noise - a^2 noise - q) - q noise = 0.
  const b = noise * q - q;
  const prior = (-b + Math.sqrt(b * b + 4 * q * noise)) / 2;
  return { prior, posterior: (prior * noise) / (prior + noise), gain: prior / (prior + noise) };
}

/** A sample used `delayS` later as it is, or scaled by its correlation. */
export const delayError = (dopplerHz: number, delayS: number): number => 2 * (1 - besselJ0(2 * Math.PI * dopplerHz * delayS));
export const scaledDelayError = (dopplerHz: number, delayS: number): number => 1 - besselJ0(2 * Math.PI * dopplerHz * delayS) ** 2;

/** SNR of data that is decoded with an LMMSE estimate of error variance `error`, the error taken as noise. */
export const effectiveSnr = (snr: number, error: number): number => (snr * (1 - error)) / (1 + snr * error);

/** Mean square error of the estimator of a config, for a channel of unit power. */
export function estimationError({ estimator, pilots }: CsiSpec, meanSnr: number, dopplerHz: number, slotS: number): number {
  switch (estimator) {
    case 'perfect':
      return 0;
    case 'ls':
      return leastSquaresError(meanSnr, pilots);
    case 'lmmse':
      return lmmseError(meanSnr, pilots);
    case 'kalman':
      return kalmanError(meanSnr * pilots, dopplerHz, slotS).posterior;
  }
}
