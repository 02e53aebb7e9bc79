import type { SweepView } from './charts/dimensions.ts';
import { describeRow } from './charts/dimensions.ts';
import { PREDICTIONS } from './charts/input.ts';
import { verdicts } from './verdicts.ts';

/** Error that is allowed for all comparisons of a sweep together. */
export const LEVEL = 0.01;

/** One column of one closed form against the runs that it predicts. */
export interface TheoryCheck {
  readonly oracle: string;
  readonly column: string;
  /** Combinations of swept values that were compared. */
  readonly points: number;
  /** Combinations where the event never came: too rare for these runs to say anything. */
  readonly unseen: number;
  /** Largest |mean / prediction - 1|, and of which combination. */
  readonly largest: { readonly deviation: number; readonly where: string };
  /** Combinations that differ from the prediction. */
  readonly failing: readonly { readonly where: string; readonly expected: number; readonly mean: number }[];
}

/**
 * All closed forms against all runs with at least two seeds, each combination one comparison by Student's t over its seeds, all together at
 * `LEVEL` by Holm's method.
 */
export function theoryChecks({ groups, dimensions }: SweepView): TheoryCheck[] {
  const points = groups.flatMap(({ records }) => {
    const { theory = {}, row } = records[0]!;
    const where = describeRow(dimensions, row);
    return PREDICTIONS.flatMap((oracle) =>
      Object.entries(theory[oracle] ?? {}).flatMap(([column, expected]) => {
        const estimates = records.map((record) => record.row[column]).filter((value) => typeof value === 'number');
        return typeof expected === 'number' && estimates.length > 1 ? [{ oracle, column, where, expected, estimates }] : [];
      }),
    );
  });
  const isSeen = ({ estimates }: { readonly estimates: readonly number[] }): boolean => estimates.some((value) => value !== 0);
  const seen = points.filter(isSeen);
  const judged = verdicts(seen, LEVEL).map((verdict, i) => ({ ...seen[i]!, ...verdict }));
  const names = [...new Set(points.map(({ oracle, column }) => `${oracle} ${column}`))];
  return names.map((name) => {
    const [oracle, column] = name.split(' ') as [string, string];
    const own = judged.filter((of) => of.oracle === oracle && of.column === column);
    const largest = own
      .map(({ mean, expected, where }) => ({ deviation: Math.abs(mean / expected - 1), where }))
      .reduce((a, b) => (b.deviation > a.deviation ? b : a), { deviation: 0, where: '' });
    const all = points.filter((of) => of.oracle === oracle && of.column === column).length;
    const failing = own.filter(({ holds }) => !holds).map(({ where, expected, mean }) => ({ where, expected, mean }));
    return { oracle, column, points: own.length, unseen: all - own.length, largest, failing };
  });
}
