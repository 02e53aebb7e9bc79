import type { Interval } from '../statistics.ts';
import { mean, summarize } from '../statistics.ts';

/** What a run cost and gave: the mean power of the cell in watts, and its quality (larger is better), such as a PSNR in dB. */
export interface CostAndQuality {
  readonly powerW: number;
  readonly quality: number;
}

/** One way of running a scenario: its runs by seed. */
export interface Setting {
  readonly label: string;
  readonly runs: ReadonlyMap<number, CostAndQuality>;
}

/** The means of a setting over its seeds. */
export interface MeanPoint extends CostAndQuality {
  readonly label: string;
}

/** Where a mean lies, with its 95 % t-interval: null for one seed. */
export interface Difference {
  readonly mean: number;
  readonly interval: Interval | null;
}

/**
 * - `better`, `worse`: the interval of the difference in quality leaves 0 out
 * - `undecided`: it holds 0
 * - `one-seed`: a single pair, so no interval
 * - `over-budget`: no setting gets by with the energy of the reference
 * - `no-pairs`: no seed is shared
 */
export type EqualEnergyVerdict = 'better' | 'worse' | 'undecided' | 'one-seed' | 'over-budget' | 'no-pairs';

export interface EqualEnergy {
  readonly verdict: EqualEnergyVerdict;
  /** Quality less that of the reference, over the pairs; null for `over-budget` and `no-pairs`. */
  readonly difference: Difference | null;
  /** What is spent, of what the reference spends, less 1: 0 or below, but for `over-budget`; null for `no-pairs`. */
  readonly energyChange: number | null;
  /** The one or two settings that share the time, with their shares. */
  readonly mix: readonly { readonly label: string; readonly share: number }[];
  readonly pairs: number;
}

/** The points that no other one beats in both power and quality, cheapest first; of equal ones the first. */
export function paretoFront<P extends CostAndQuality>(points: readonly P[]): P[] {
  const sorted = points.toSorted((a, b) => a.powerW - b.powerW || b.quality - a.quality);
  const front: P[] = [];
  for (const point of sorted) if (front.length === 0 || point.quality > front.at(-1)!.quality) front.push(point);
  return front;
}

export const meanPoint = ({ label, runs }: Setting, seeds: readonly number[]): MeanPoint => ({
  label,
  powerW: mean(seeds.map((seed) => runs.get(seed)!.powerW)),
  quality: mean(seeds.map((seed) => runs.get(seed)!.quality)),
});

/** Seeds that all settings have run, in the order of the first. */
export const sharedSeeds = ([first, ...others]: readonly Setting[]): number[] =>
  first === undefined ? [] : [...first.runs.keys()].filter((seed) => others.every(({ runs }) => runs.has(seed)));

/**
 * What `settings` (of one design, differing in how much energy they give for quality) reach with the energy of `reference`: it is a budget,
 * and what is left of it is not used. The settings on the Pareto front of the means over the seeds are what is offered; between neighbours
 * the two share the time, which is a straight line in power and, a mean over time, in quality. The share is the one at which the mean power
 * is the budget; above the front's dearest setting it is that setting alone. Quality is then compared seed by seed: run i of each met the
 * same channel, so the interval is that of paired differences. It is not corrected for the number of comparisons, nor for the front having
 * been chosen from the same runs.
 */
export function atEqualEnergy(reference: Setting, settings: readonly Setting[]): EqualEnergy {
  const seeds = sharedSeeds([reference, ...settings]);
  if (seeds.length === 0 || settings.length === 0) return { verdict: 'no-pairs', difference: null, energyChange: null, mix: [], pairs: 0 };
  const budgetW = meanPoint(reference, seeds).powerW;
  const front = paretoFront(settings.map((setting) => ({ ...meanPoint(setting, seeds), setting })));
  const dearer = front.findIndex(({ powerW }) => powerW > budgetW);
  if (dearer === 0) {
    const energyChange = front[0]!.powerW / budgetW - 1;
    return { verdict: 'over-budget', difference: null, energyChange, mix: [], pairs: seeds.length };
  }
  const low = front[(dearer < 0 ? front.length : dearer) - 1]!;
  const high = dearer < 0 ? low : front[dearer]!;
  const share = high === low ? 0 : (budgetW - low.powerW) / (high.powerW - low.powerW);
  const of = ({ runs }: Setting, seed: number): number => runs.get(seed)!.quality;
  const difference = differenceOf(
    seeds.map((seed) => (1 - share) * of(low.setting, seed) + share * of(high.setting, seed) - of(reference, seed)),
  );
  return {
    verdict: verdictOf(difference),
    difference,
    energyChange: ((1 - share) * low.powerW + share * high.powerW) / budgetW - 1,
    mix:
      share === 0 ? [{ label: low.label, share: 1 }] : [low, high].map(({ label }, i) => ({ label, share: i === 0 ? 1 - share : share })),
    pairs: seeds.length,
  };
}

/** Mean of paired differences with its 95 % t-interval. */
export function differenceOf(differences: readonly number[]): Difference {
  const { mean: centre, interval } = summarize(differences);
  return { mean: centre, interval };
}

export function verdictOf({ interval }: Difference): 'better' | 'worse' | 'undecided' | 'one-seed' {
  if (interval === null) return 'one-seed';
  if (interval.low > 0) return 'better';
  return interval.high < 0 ? 'worse' : 'undecided';
}
