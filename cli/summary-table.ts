import { formatValue } from '../analysis/charts/dimensions.ts';
import type { Row } from '../analysis/rows.ts';
import { groupBy, summarize } from '../analysis/statistics.ts';
import { humanValue } from './human-value.ts';
import type { TextTable } from './text-table.ts';

/** The columns that tell most, with their headings; a column that is empty or the same trivial value in all rows is left out. */
const TELLING: readonly { readonly column: string; readonly heading: string; readonly dullAt?: number }[] = [
  { column: 'completion_time_us', heading: 'completion' },
  { column: 'slowdown', heading: 'slowdown' },
  { column: 'fct_p99_us', heading: 'fct p99' },
  { column: 'congestion_ratio', heading: 'congestion' },
  { column: 'worst_phase_congestion_ratio', heading: 'worst phase' },
  { column: 'queue_max_bytes', heading: 'max queue' },
  { column: 'drops', heading: 'drops', dullAt: 0 },
  { column: 'retransmits', heading: 'retransmits', dullAt: 0 },
  { column: 'spectral_efficiency', heading: 'bit/symbol' },
  { column: 'goodput_bps', heading: 'goodput' },
  { column: 'residual_loss', heading: 'residual loss' },
  { column: 'psnr_db', heading: 'PSNR dB' },
  { column: 'mos', heading: 'MOS' },
  { column: 'deadline_miss', heading: 'deadline miss' },
  { column: 'energy_per_bit_j', heading: 'J/bit' },
];

/**
 * A short table for people: one line a combination of swept values, over its seeds the mean and, for the completion time, the half-width
 * of its 95 % t-interval.
 */
export function summaryTable(rows: readonly Row[], sweptKeys: readonly string[]): TextTable {
  const keys = sweptKeys.filter((key) => key !== 'seed');
  const groups = [...groupBy(rows, (row) => JSON.stringify(keys.map((key) => row[key] ?? null))).values()];
  const repeated = groups.some((group) => group.length > 1);
  const anyUnfinished = rows.some((row) => row['finished'] === false);
  const telling = TELLING.filter(({ column, dullAt }) => rows.some((row) => typeof row[column] === 'number' && row[column] !== dullAt));
  return {
    columns: [
      ...keys,
      ...(repeated ? ['seeds'] : []),
      ...telling.map(({ column, heading }) => (repeated && column === 'completion_time_us' ? `${heading} ± 95 %` : heading)),
      ...(anyUnfinished ? ['finished'] : []),
    ],
    rows: groups.map((group) => [
      ...keys.map((key) => formatValue(key, group[0]![key] ?? null)),
      ...(repeated ? [String(group.length)] : []),
      ...telling.map(({ column }) => meanText(group, column)),
      ...(anyUnfinished ? [`${group.filter((row) => row['finished'] === true).length} of ${group.length}`] : []),
    ]),
  };
}

function meanText(group: readonly Row[], column: string): string {
  const values = group.map((row) => row[column]).filter((value) => typeof value === 'number');
  if (values.length === 0) return '-';
  const { mean, interval } = summarize(values);
  const text = humanValue(column, mean);
  const half = interval === null ? 0 : interval.high - mean;
  return column === 'completion_time_us' && half > 0 ? `${text} ± ${humanValue(column, half)}` : text;
}
