import type { Row } from '../analysis/rows.ts';
import { tableColumns, toCsv } from '../sweep/csv.ts';
import type { RowsFormat } from './options.ts';
import { summaryTable } from './summary-table.ts';
import type { Terminal } from './terminal.ts';
import { alignedTable, markdownTable } from './text-table.ts';

/** One JSON document with a final newline. */
export const jsonDocument = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

/**
 * Prints rows on standard output: all rows and columns as CSV or JSON, or a summary for people.
 *
 * @param document what the JSON form wraps the rows in
 */
export function printRows(
  rows: readonly Row[],
  sweptKeys: readonly string[],
  format: RowsFormat,
  terminal: Terminal,
  document: (rows: readonly Row[]) => unknown,
): void {
  switch (format) {
    case 'json':
      return terminal.out(jsonDocument(document(rows)));
    case 'csv':
      return terminal.out(toCsv(tableColumns(sweptKeys, rows[0]), rows));
    case 'markdown':
      return terminal.out(markdownTable(summaryTable(rows, sweptKeys)));
    case 'table':
      return terminal.out(alignedTable(summaryTable(rows, sweptKeys)));
  }
}
