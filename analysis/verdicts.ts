import { type Interval, studentProbability, summarize } from './statistics.ts';

/** A prediction, and independent estimates of what it predicts. */
export interface Comparison {
  readonly expected: number;
  /** At least two. */
  readonly estimates: readonly number[];
}

export interface Verdict {
  readonly mean: number;
  /** 95 % t-interval of the mean. */
  readonly interval: Interval;
  /** P(estimates this far from the prediction, were it right), by Student's t, two-sided. */
  readonly pValue: number;
  readonly holds: boolean;
}

/**
 * Holds predictions against estimates, all together at `level`: Holm's step-down method ("A simple sequentially rejective multiple test
 * procedure", 1979), so that the chance of calling any right prediction wrong is at most `level`.
 */
export function verdicts(comparisons: readonly Comparison[], level: number): Verdict[] {
  const judged = comparisons.map(({ expected, estimates }) => {
    const { mean, interval, standardDeviation, n } = summarize(estimates);
    const distance = Math.abs(mean - expected) * Math.sqrt(n);
    // Estimates without any spread are right or wrong.
    const pValue = standardDeviation === 0 ? (distance === 0 ? 1 : 0) : 1 - studentProbability(distance / standardDeviation!, n - 1);
    return { mean, interval: interval!, pValue };
  });
  const order = judged.map((_, i) => i).sort((a, b) => judged[a]!.pValue - judged[b]!.pValue);
  const holds = new Array<boolean>(judged.length).fill(true);
  for (const [rank, i] of order.entries()) {
    if (judged[i]!.pValue > level / (judged.length - rank)) break;
    holds[i] = false;
  }
  return judged.map((verdict, i) => ({ ...verdict, holds: holds[i]! }));
}
