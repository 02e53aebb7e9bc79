import type { LinkBudgetSpec } from '../../sim/base/radio-spec.ts';
import { toDb } from '../math/decibel.ts';

const LIGHT_MPS = 299_792_458;
const NOISE_DBM_PER_HZ = -174;
const REFERENCE_M = 1;

/** Path loss in dB: free space up to 1 m, beyond it with the given exponent. */
export function pathLossDb({ distanceM, exponent, carrierHz }: LinkBudgetSpec): number {
  const atReference = 20 * Math.log10((4 * Math.PI * REFERENCE_M * carrierHz) / LIGHT_MPS);
  return atReference + 10 * exponent * Math.log10(distanceM / REFERENCE_M);
}

/** Mean SNR in dB at transmit power `transmitW`. */
export function meanSnrDb(budget: LinkBudgetSpec, transmitW: number): number {
  const noiseDbm = NOISE_DBM_PER_HZ + toDb(budget.bandwidthHz) + budget.noiseFigureDb;
  return toDb(transmitW * 1e3) + budget.gainsDb - pathLossDb(budget) - noiseDbm;
}
