import type { CellRecord, Row, Value } from '../rows.ts';
import { groupBy } from '../statistics.ts';
import { columnName, formatExact, formatNumber, measureOfColumn, measureOfKey } from './format.ts';
import type { Measure } from './format.ts';
import type { ChartInput } from './input.ts';

/**
 * One direction in which a sweep varies: a swept key, or several keys that vary together (`zip`, `list`), such as a collective and its
 * algorithm. Only keys with at least two values make a dimension.
 */
export interface Dimension {
  readonly keys: readonly string[];
  readonly title: string;
  readonly measure: Measure;
  /** Ascending if all are numbers, else in the order of the records. */
  readonly values: readonly DimensionValue[];
}

export interface DimensionValue {
  readonly id: string;
  readonly label: string;
  /** null for a word, and where several keys vary together. */
  readonly number: number | null;
}

/** The runs that differ in their seed only, in the order of the seeds. */
export interface CellGroup {
  readonly id: string;
  readonly records: readonly CellRecord[];
}

/** A sweep, sorted for drawing. */
export interface SweepView {
  readonly dimensions: readonly Dimension[];
  /** What the charts draw one line a value of: the balancer if it is swept, else the first dimension of several; null if there is none. */
  readonly series: Dimension | null;
  /** The dimensions but `series`. */
  readonly others: readonly Dimension[];
  readonly groups: readonly CellGroup[];
}

const SERIES_KEY = 'balancer';

export function sweepView(input: ChartInput): SweepView {
  const keys = input.sweptKeys.filter((key) => key !== 'seed' && distinct(input.records, [key]) > 1);
  // A part of a grid looks like keys that vary together: so keys are joined in complete results only.
  const complete = input.records.length >= input.expectedCells;
  const dimensions = (complete ? joinedKeys(input.records, keys) : keys.map((key) => [key])).map((joined) =>
    dimension(input.records, joined),
  );
  const balancer = dimensions.find(({ keys: of }) => of.some((key) => key === SERIES_KEY || key.startsWith(`${SERIES_KEY}.`)));
  const series = balancer ?? (dimensions.length > 1 ? dimensions[0]! : null);
  const groups = groupBy(input.records, (record) => idOf(input.sweptKeys, record.row));
  return {
    dimensions,
    series,
    others: dimensions.filter((other) => other !== series),
    groups: [...groups].map(([id, records]) => ({
      id,
      records: records.toSorted((a, b) => Number(a.row['seed']) - Number(b.row['seed'])),
    })),
  };
}

/** The dimension that `keys` span together in `records`. */
export function dimension(records: readonly CellRecord[], keys: readonly string[]): Dimension {
  const measure = keys.length === 1 ? measureOf(keys[0]!) : 'plain';
  const byId = new Map<string, DimensionValue>();
  for (const { row } of records) {
    const id = idOf(keys, row);
    const value = row[keys[0]!] ?? null;
    if (!byId.has(id))
      byId.set(id, { id, label: labelOf(keys, row), number: keys.length === 1 && typeof value === 'number' ? value : null });
  }
  const values = [...byId.values()];
  if (values.every(({ number }) => number !== null)) values.sort((a, b) => a.number! - b.number!);
  return { keys, title: keys.map(titleOf).join(', '), measure, values };
}

/** Identity of a row's values of `keys`. */
export const idOf = (keys: readonly string[], row: Row): string => JSON.stringify(keys.map((key) => row[key] ?? null));

/** A row's values of `keys`, for a person: `16 MiB`, or `all-reduce, direct`. Keys that the row does not have are left out. */
export const labelOf = (keys: readonly string[], row: Row): string =>
  keys
    .filter((key) => (row[key] ?? null) !== null)
    .map((key) => formatValue(key, row[key]!))
    .join(', ');

/** What a row is among others: `workload.size 16 MiB · topology.spines 8`, without the keys that it does not have; empty without dimensions. */
export const describeRow = (dimensions: readonly Dimension[], row: Row): string =>
  dimensions
    .map(
      ({ keys }) =>
        `${keys
          .filter((key) => keys.length === 1 || (row[key] ?? null) !== null)
          .map(titleOf)
          .join(', ')} ${labelOf(keys, row)}`,
    )
    .join(' · ');

/** A swept value or a result, for a person. */
export function formatValue(key: string, value: Value): string {
  if (value === null) return '';
  if (typeof value !== 'number') return String(value);
  if (measureOfKey(key) === 'plain' && measureOfColumn(key) !== 'plain') return formatNumber(value);
  return formatExact(value, measureOfKey(key));
}

/** Whether, in these records, the values of the keys `by` settle the value of `key`. */
export const isDetermined = (records: readonly CellRecord[], key: string, by: readonly string[]): boolean =>
  distinct(records, [...by, key]) === distinct(records, by);

const titleOf = (key: string): string => (measureOfKey(key) === 'plain' && measureOfColumn(key) !== 'plain' ? columnName(key) : key);

const measureOf = (key: string): Measure => (measureOfKey(key) === 'plain' ? measureOfColumn(key) : measureOfKey(key));

const distinct = (records: readonly CellRecord[], keys: readonly string[]): number =>
  new Set(records.map(({ row }) => idOf(keys, row))).size;

/** Joins keys whose pairs of values do not all occur: they were not varied independently. Keeps the order of the keys. */
function joinedKeys(records: readonly CellRecord[], keys: readonly string[]): string[][] {
  const root = keys.map((_, i) => i);
  for (let a = 0; a < keys.length; a++) {
    for (let b = a + 1; b < keys.length; b++) {
      const pairs = distinct(records, [keys[a]!, keys[b]!]);
      if (pairs === distinct(records, [keys[a]!]) * distinct(records, [keys[b]!])) continue;
      const [keep, drop] = [Math.min(root[a]!, root[b]!), Math.max(root[a]!, root[b]!)];
      root.forEach((r, i) => {
        if (r === drop) root[i] = keep;
      });
    }
  }
  return [...new Set(root)].map((r) => keys.filter((_, i) => root[i] === r));
}
