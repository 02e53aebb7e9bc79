import { join } from 'node:path';
import type { CellRecord } from '../analysis/rows.ts';
import { tableColumns, toCsv } from './csv.ts';
import { writeAtomic } from './write-atomic.ts';

/** Writes DIR/results.csv: one row a record, in the order given. */
export function writeTable(dir: string, sweptKeys: readonly string[], records: readonly CellRecord[]): void {
  const rows = records.map((record) => record.row);
  writeAtomic(join(dir, 'results.csv'), toCsv(tableColumns(sweptKeys), rows));
}
