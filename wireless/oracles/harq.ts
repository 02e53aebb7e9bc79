import { gammaP } from '../math/gamma.ts';

/**
 * Hybrid ARQ on a Rayleigh channel with independent rounds, first-round rate `rate` bits a symbol (Caire and Tuninetti, "The throughput of
 * hybrid-ARQ protocols for the Gaussian collision channel", IEEE Trans. Inf. Theory 47(5), 2001).
 */
export type Combining = 'none' | 'chase' | 'ir';

/** P(not decoded after l rounds), l = 1..rounds. */
export function harqOutage(combining: Combining, rate: number, meanSnr: number, rounds: number): Float64Array {
  const t = (2 ** rate - 1) / meanSnr;
  switch (combining) {
    case 'none':
      return Float64Array.from({ length: rounds }, (_, l) => (-Math.expm1(-t)) ** (l + 1));
    case 'chase':
      return Float64Array.from({ length: rounds }, (_, l) => gammaP(l + 1, t));
    case 'ir':
      return incrementalOutage(rate, meanSnr, rounds);
  }
}

/** Intervals of the convolution on [0, rate]; its error falls with their square. */
const INTERVALS = 4000;

/**
 * P(sum of log2(1 + SNR_i) < rate): the distribution of the sum of one more round is the convolution of the last one with the density of a
 * round. Trapezoidal rule on two grids, and Richardson's extrapolation of the two.
 */
function incrementalOutage(rate: number, meanSnr: number, rounds: number): Float64Array {
  const coarse = convolved(rate, meanSnr, rounds, INTERVALS / 2);
  return convolved(rate, meanSnr, rounds, INTERVALS).map((fine, l) => fine + (fine - coarse[l]!) / 3);
}

function convolved(rate: number, meanSnr: number, rounds: number, intervals: number): Float64Array {
  const step = rate / intervals;
  const density = Float64Array.from({ length: intervals + 1 }, (_, i) => {
    const power = 2 ** (i * step);
    return ((Math.LN2 * power) / meanSnr) * Math.exp(-(power - 1) / meanSnr);
  });
  // Distribution function of the sum so far, on the grid.
  let cdf = Float64Array.from({ length: intervals + 1 }, (_, i) => -Math.expm1(-(2 ** (i * step) - 1) / meanSnr));
  const outage = new Float64Array(rounds);
  for (let l = 0; l < rounds; l++) {
    outage[l] = cdf[intervals]!;
    if (l === rounds - 1) break;
    const next = new Float64Array(intervals + 1);
    for (let i = 1; i <= intervals; i++) {
      let sum = (cdf[0]! * density[i]! + cdf[i]! * density[0]!) / 2;
      for (let j = 1; j < i; j++) sum += cdf[j]! * density[i - j]!;
      next[i] = sum * step;
    }
    cdf = next;
  }
  return outage;
}

/** Bits a symbol delivered, by renewal: rate * (1 - p_L) over the mean number of rounds. */
export function harqThroughput(outage: Float64Array, rate: number): number {
  let rounds = 1;
  for (let l = 0; l < outage.length - 1; l++) rounds += outage[l]!;
  return (rate * (1 - outage.at(-1)!)) / rounds;
}
