import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { CellRecord, Row } from '../analysis/rows.ts';
import { csvLine, jobTableColumns, tableColumns } from './csv.ts';
import { writeAtomic } from './write-atomic.ts';

/** Writes DIR/results.csv: one row after the other, in the order given; they are asked for one at a time. */
export function writeTable(dir: string, sweptKeys: readonly string[], rows: Iterable<Row>): void {
  writeAtomic(join(dir, 'results.csv'), resultLines(sweptKeys, rows));
}

/** Writes DIR/jobs.csv: a line for each job of each run, in their order; removes it where no run has several jobs. */
export function writeJobTable(dir: string, sweptKeys: readonly string[], records: readonly CellRecord[]): void {
  const file = join(dir, 'jobs.csv');
  if (records.every(({ jobs }) => jobs.length === 0)) rmSync(file, { force: true });
  else writeAtomic(file, tableLines(jobTableColumns(sweptKeys), jobRows(records)));
}

/** What identifies the run, and the columns of the job. */
function* jobRows(records: readonly CellRecord[]): Generator<Row> {
  for (const { row, jobs } of records) for (const job of jobs) yield { ...row, ...job };
}

function* resultLines(sweptKeys: readonly string[], rows: Iterable<Row>): Generator<string> {
  let columns: readonly string[] | null = null;
  for (const row of rows) {
    if (columns === null) yield csvLine((columns = tableColumns(sweptKeys, row)));
    yield csvLine(columns.map((column) => row[column]));
  }
  if (columns === null) yield csvLine(tableColumns(sweptKeys));
}

function* tableLines(columns: readonly string[], rows: Iterable<Row>): Generator<string> {
  yield csvLine(columns);
  for (const row of rows) yield csvLine(columns.map((column) => row[column]));
}
