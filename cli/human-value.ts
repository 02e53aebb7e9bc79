import { displayUnit, formatNumber, measureOfColumn } from '../analysis/charts/format.ts';
import type { Value } from '../analysis/rows.ts';

/** A value of a result column for a person: `digits` significant digits in the unit that fits. Unknown values are a dash. */
export function humanValue(column: string, value: Value | undefined, digits = 4): string {
  if (value === null || value === undefined) return '-';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'string') return value;
  // The quantiles of a load are named after it: max_link_load_bytes_p95.
  const unit = displayUnit(measureOfColumn(column.replace(/_(mean|max|p\d+)$/, '')), value);
  return `${formatNumber(value / unit.factor, digits)} ${unit.symbol}`.trimEnd();
}
