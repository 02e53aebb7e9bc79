import type { Row, Value } from '../analysis/rows.ts';
import { JOB_COLUMNS } from '../analysis/rows.ts';
import { resultColumnsOf } from './any-scenario.ts';

const KEY_COLUMNS = ['run_id', 'seed', 'fidelity'];

/**
 * Columns of a table of rows: the key columns, the swept keys that are no key column themselves, the results.
 *
 * @param row one of them; without rows: as of a fabric
 */
export const tableColumns = (sweptKeys: readonly string[], row: Row = {}): readonly string[] => [
  ...keyColumns(sweptKeys),
  ...resultColumnsOf(row),
];

/** Columns of a table of the jobs of runs. */
export const jobTableColumns = (sweptKeys: readonly string[]): readonly string[] => [...keyColumns(sweptKeys), ...JOB_COLUMNS];

const keyColumns = (sweptKeys: readonly string[]): readonly string[] => [
  ...KEY_COLUMNS,
  ...sweptKeys.filter((key) => !KEY_COLUMNS.includes(key)),
];

/** Text of one value: shortest round-trip number, `true`/`false`, empty for null. */
export const plainValue = (value: Value | undefined): string => (value === null || value === undefined ? '' : String(value));

/** A table as CSV (RFC 4180 quoting, LF line ends). A row without one of the columns has an empty field there. */
export const toCsv = (columns: readonly string[], rows: readonly Row[]): string =>
  [csvLine(columns), ...rows.map((row) => csvLine(columns.map((column) => row[column])))].join('');

/** One line of a CSV file, its line end included. */
export const csvLine = (fields: readonly (Value | undefined)[]): string =>
  `${fields.map((field) => quoted(plainValue(field))).join(',')}\n`;

const quoted = (field: string): string => (/[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field);
