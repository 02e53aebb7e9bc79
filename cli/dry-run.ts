import { formatValue } from '../analysis/charts/dimensions.ts';
import { ConfigError } from '../sim/base/errors.ts';
import type { CellList } from '../sweep/cells.ts';
import { readCell } from '../sweep/cell-store.ts';
import { plainValue, toCsv } from '../sweep/csv.ts';
import { sweptKeys } from '../sweep/labels.ts';
import { checkResultDir, leftOutWarning } from '../sweep/result-dir.ts';
import type { FolderOptions, OutputOptions } from './options.ts';
import { formatOf } from './options.ts';
import { jsonDocument } from './print-rows.ts';
import type { Terminal } from './terminal.ts';
import { alignedTable, markdownTable } from './text-table.ts';

/** Lists what would run and what `dir` (null: no folder) holds already, and says if a run would refuse `dir`. Writes nothing. */
export function dryRun(list: CellList, dir: string | null, options: FolderOptions & OutputOptions, terminal: Terminal): void {
  const cells = list.keys;
  const stored = cells.map((cell) => dir !== null && readCell(dir, cell.runId).kind === 'found');
  if (dir !== null)
    noteRefusal(
      dir,
      options.resume === true,
      cells.map((cell) => cell.runId),
      terminal,
    );
  const keys = sweptKeys(cells).filter((key) => key !== 'seed');
  const columns = ['run_id', 'seed', ...keys, 'stored'];
  const format = formatOf(options);
  if (format === 'json' || format === 'nccl-tests-json') {
    const listed = cells.map((cell, i) => ({ run_id: cell.runId, seed: cell.seed, ...cell.swept, stored: stored[i]! }));
    return terminal.out(jsonDocument({ out: dir, cells: listed }));
  }
  if (format === 'csv') {
    const rows = cells.map((cell, i) => ({ ...cell.swept, run_id: cell.runId, seed: cell.seed, stored: stored[i]! }));
    return terminal.out(toCsv(columns, rows));
  }
  const table = {
    columns,
    rows: cells.map((cell, i) => [
      cell.runId,
      plainValue(cell.seed),
      ...keys.map((key) => formatValue(key, cell.swept[key] ?? null)),
      stored[i] ? 'yes' : 'no',
    ]),
  };
  terminal.out(format === 'markdown' ? markdownTable(table) : alignedTable(table));
  terminal.note(
    `${cells.length} cells, ${stored.filter(Boolean).length} of them stored${dir === null ? '' : ` in ${dir}`}; nothing was run`,
  );
}

function noteRefusal(dir: string, resume: boolean, runIds: readonly string[], terminal: Terminal): void {
  try {
    const leftOut = checkResultDir(dir, resume, runIds);
    if (leftOut > 0) terminal.err(leftOutWarning(dir, leftOut));
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    terminal.note(`a run would be refused: ${error.describe()}`);
  }
}
