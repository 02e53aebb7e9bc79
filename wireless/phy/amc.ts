import { gammaQ } from '../math/gamma.ts';
import { snrProbability } from '../math/nakagami.ts';
import type { PhyMode } from './modes.ts';

/**
 * Which mode at which SNR: mode n (1..N) from thresholds[n] on up to thresholds[n + 1], mode 0 (silence) below thresholds[1];
 * thresholds[0] = 0, thresholds[N + 1] = Infinity.
 */
export type Thresholds = Float64Array;

/** The mode for `snr`; 0: no transmission. */
export function selectMode(thresholds: Thresholds, snr: number): number {
  let mode = thresholds.length - 2;
  while (mode > 0 && snr < thresholds[mode]!) mode--;
  return mode;
}

/** Packet error rate that a link with loss target `loss` after `retransmissions` allows each attempt. */
export const targetPer = (loss: number, retransmissions: number): number => loss ** (1 / (retransmissions + 1));

const withEnds = (inner: readonly number[]): Thresholds => Float64Array.from([0, ...inner, Infinity]);

/**
 * Rule A: no attempt has a packet error rate above `perTarget`: threshold n is where mode n reaches it (Liu, Zhou and Giannakis 2004).
 */
export const instantaneousThresholds = (modes: readonly PhyMode[], perTarget: number): Thresholds =>
  withEnds(modes.map(({ a, g }) => Math.log(a / perTarget) / g));

/**
 * Rule B: the mean packet error rate inside each mode is `perTarget`; from the top mode down. Where even the mode's own threshold
 * keeps it below, that is the threshold; a mode that cannot reach it below the next one is never chosen (Liu, Zhou and Giannakis 2005).
 */
export function meanThresholds(modes: readonly PhyMode[], perTarget: number, meanSnr: number, m: number): Thresholds {
  const inner = new Array<number>(modes.length);
  let above = Infinity;
  for (let n = modes.length - 1; n >= 0; n--) {
    const phy = modes[n]!;
    inner[n] = above = thresholdForMean(phy, perTarget, above, meanSnr, m);
  }
  return withEnds(inner);
}

function thresholdForMean(phy: PhyMode, perTarget: number, above: number, meanSnr: number, m: number): number {
  let low = phy.thresholdSnr;
  if (low >= above) return above;
  const excess = (threshold: number): number => meanPerInside(phy, threshold, above, meanSnr, m) - perTarget;
  if (excess(low) <= 0) return low;
  // The mean falls as the threshold rises; towards `above` it tends to the error rate there.
  let high = above === Infinity ? 2 * low : above;
  if (above === Infinity) while (excess(high) > 0) high *= 2;
  else if (phy.a * Math.exp(-phy.g * above) >= perTarget) return above;
  for (let step = 0; step < 200 && high - low > 1e-15 * high; step++) {
    const middle = (low + high) / 2;
    if (excess(middle) > 0) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** Mean of a e^(-g snr) over the SNR from `low` to `high`, times the probability of being there. */
export function perMass({ a, g }: PhyMode, low: number, high: number, meanSnr: number, m: number): number {
  const b = m / meanSnr + g;
  return a * (m / (meanSnr * b)) ** m * (gammaQ(m, b * low) - gammaQ(m, b * high));
}

/** Mean packet error rate of a mode chosen between `low` and `high`, without its cap at 1. */
export const meanPerInside = (phy: PhyMode, low: number, high: number, meanSnr: number, m: number): number =>
  perMass(phy, low, high, meanSnr, m) / snrProbability(low, high, meanSnr, m);

/** Probability of each mode 0..N at a time drawn at random. */
export const modeProbabilities = (thresholds: Thresholds, meanSnr: number, m: number): Float64Array =>
  Float64Array.from({ length: thresholds.length - 1 }, (_, n) => snrProbability(thresholds[n]!, thresholds[n + 1]!, meanSnr, m));
