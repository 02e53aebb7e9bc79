import type { Row, Value } from '../analysis/rows.ts';
import { RESULT_COLUMNS } from '../analysis/rows.ts';

/** Columns of a table of rows: the key columns, the swept keys that are no key column themselves, the results. */
export function tableColumns(sweptKeys: readonly string[]): readonly string[] {
  const first = ['run_id', 'seed', 'fidelity'];
  return [...first, ...sweptKeys.filter((key) => !first.includes(key)), ...RESULT_COLUMNS];
}

/** Text of one value: shortest round-trip number, `true`/`false`, empty for null. */
export const plainValue = (value: Value | undefined): string => (value === null || value === undefined ? '' : String(value));

/** A table as CSV (RFC 4180 quoting, LF line ends). A row without one of the columns has an empty field there. */
export const toCsv = (columns: readonly string[], rows: readonly Row[]): string =>
  [csvLine(columns), ...rows.map((row) => csvLine(columns.map((column) => row[column])))].join('');

/** One line of a CSV file, its line end included. */
export const csvLine = (fields: readonly (Value | undefined)[]): string =>
  `${fields.map((field) => quoted(plainValue(field))).join(',')}\n`;

const quoted = (field: string): string => (/[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field);
