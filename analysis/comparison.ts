import type { Interval } from './statistics.ts';
import { mean, summarize } from './statistics.ts';

/** A candidate in one scenario: its positive values (smaller is better) by seed, of the runs that finished. */
export interface Candidate {
  readonly label: string;
  readonly values: ReadonlyMap<number, number>;
  /** All its runs, finished or not. */
  readonly runs: number;
}

/**
 * - `best`: the smallest geometric mean
 * - `equal`: the same value as the best for every seed
 * - `no-difference`: the interval of the ratio holds 1
 * - `different`: it does not
 * - `one-seed`: a single pair, so no interval
 * - `incomplete`: not compared, because some of its runs did not finish or no seed is shared with the best
 */
export type Verdict = 'best' | 'equal' | 'no-difference' | 'different' | 'one-seed' | 'incomplete';

/** Where a candidate stands against the best. */
export interface Standing {
  readonly candidate: Candidate;
  readonly verdict: Verdict;
  /** Geometric mean, over the shared seeds, of its value over that of the best; null for `incomplete`. */
  readonly ratio: number | null;
  /** 95 % t-interval of that geometric mean; null without at least two pairs. */
  readonly interval: Interval | null;
  readonly pairs: number;
}

/**
 * Compares candidates seed by seed: run i of each met the same draws, so that the luck of a seed cancels in the ratio. The logarithms of
 * the ratios are averaged, which makes the result the same whichever of two candidates is the reference. The interval is not corrected
 * for the number of comparisons, nor for the best having been chosen from the same runs.
 *
 * @returns in the order of `candidates`; no `best` among them if no candidate finished all its runs
 */
export function compareToBest(candidates: readonly Candidate[]): Standing[] {
  const complete = candidates.filter(
    ({ values, runs }) => runs > 0 && values.size === runs && [...values.values()].every((value) => value > 0),
  );
  const seeds =
    complete.length === 0 ? [] : [...complete[0]!.values.keys()].filter((seed) => complete.every(({ values }) => values.has(seed)));
  const level = ({ values }: Candidate): number => mean(seeds.map((seed) => Math.log(values.get(seed)!)));
  const best = seeds.length === 0 ? undefined : complete.reduce((a, b) => (level(b) < level(a) ? b : a));
  return candidates.map((candidate): Standing => {
    if (best === undefined || !complete.includes(candidate))
      return { candidate, verdict: 'incomplete', ratio: null, interval: null, pairs: 0 };
    if (candidate === best) return { candidate, verdict: 'best', ratio: 1, interval: null, pairs: seeds.length };
    return against(best, candidate, seeds);
  });
}

function against(best: Candidate, candidate: Candidate, seeds: readonly number[]): Standing {
  const logs = seeds.map((seed) => Math.log(candidate.values.get(seed)! / best.values.get(seed)!));
  const { mean: centre, interval: logInterval } = summarize(logs);
  const interval = logInterval === null ? null : { low: Math.exp(logInterval.low), high: Math.exp(logInterval.high) };
  const common = { candidate, ratio: Math.exp(centre), interval, pairs: seeds.length };
  if (logs.every((log) => log === 0)) return { ...common, verdict: 'equal' };
  if (interval === null) return { ...common, verdict: 'one-seed' };
  return { ...common, verdict: interval.low <= 1 && interval.high >= 1 ? 'no-difference' : 'different' };
}
