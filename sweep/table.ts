import { join } from 'node:path';
import type { Row } from '../analysis/rows.ts';
import { csvLine, tableColumns } from './csv.ts';
import { writeAtomic } from './write-atomic.ts';

/** Writes DIR/results.csv: one row after the other, in the order given; they are asked for one at a time. */
export function writeTable(dir: string, sweptKeys: readonly string[], rows: Iterable<Row>): void {
  writeAtomic(join(dir, 'results.csv'), tableLines(tableColumns(sweptKeys), rows));
}

function* tableLines(columns: readonly string[], rows: Iterable<Row>): Generator<string> {
  yield csvLine(columns);
  for (const row of rows) yield csvLine(columns.map((column) => row[column]));
}
