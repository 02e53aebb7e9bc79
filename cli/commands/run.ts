import { Command } from 'commander';
import type { CellRecord } from '../../analysis/rows.ts';
import { ConfigError } from '../../sim/base/errors.ts';
import { tableColumns, toCsv } from '../../sweep/csv.ts';
import { dryRun } from '../dry-run.ts';
import { humanValue } from '../human-value.ts';
import { onInterrupt } from '../interrupt.ts';
import type { LoadedCells } from '../load.ts';
import { loadSingle } from '../load.ts';
import type { ConfigOptions, FolderOptions, Format, OutputOptions } from '../options.ts';
import { formatOf, withConfigOptions, withFolderOptions, withJobsOption, withOutputOptions } from '../options.ts';
import { showNotices } from '../notices.ts';
import { jsonDocument } from '../print-rows.ts';
import { runProgress } from '../run-progress.ts';
import type { Terminal } from '../terminal.ts';
import { alignedTable, markdownTable } from '../text-table.ts';
import { runToFolder } from '../run-to-folder.ts';

/** Of a single run people compare more digits than fit the table of a sweep. */
const RUN_DIGITS = 6;

type RunCommandOptions = ConfigOptions & OutputOptions & FolderOptions;

/** `netsim run CONFIG`: runs the one cell of a config and prints its row. */
export function runCommand(terminal: Terminal): Command {
  const command = new Command('run')
    .description('run the one cell of a config and print its row')
    .argument('<config>', 'YAML or JSON file');
  withConfigOptions(command);
  withJobsOption(command, 'as for sweep; one cell runs at a time anyway');
  withFolderOptions(command, 'nothing is written');
  withOutputOptions(command, ['table', 'csv', 'json', 'markdown']);
  return command.action(async (config: string, options: RunCommandOptions) => {
    if (options.out === undefined && options.resume === true) {
      throw new ConfigError('E162', '--resume needs a result folder', { hint: 'name it with --out' });
    }
    const input = await loadSingle(config, options);
    if (options.dryRun === true) {
      dryRun(input.cells, options.out ?? null, options, terminal);
      return;
    }
    if (options.out === undefined) {
      const record = await runUnstored(input, terminal);
      if (record !== null) printRecord(record, formatOf(options), terminal);
      return;
    }
    const outcome = await runToFolder(input, options.out, { ...options, jobs: 1 }, terminal);
    process.exitCode = outcome.exitCode;
    for (const record of outcome.records) printRecord(record, formatOf(options), terminal);
  });
}

/**
 * Runs and stores nothing: there is nothing to keep when it is interrupted (null). A run is synchronous, so it has a thread of its own:
 * this one hears Ctrl-C.
 */
async function runUnstored(input: LoadedCells, terminal: Terminal): Promise<CellRecord | null> {
  const { workerPool } = await import('../../sweep/pool.ts');
  const { errorOf } = await import('../../sweep/outcome.ts');
  const progress = runProgress(terminal);
  const pool = await workerPool(1);
  const interrupt = onInterrupt(() => void pool.destroy());
  try {
    const cell = input.cells[0]!;
    const { runId, seed, swept, scenario } = cell;
    const outcome = await pool.watch({ runId, seed, swept, scenario }, progress.update);
    progress.finish();
    if (interrupt.signal.aborted) {
      terminal.err('interrupted');
      process.exitCode = 130;
      return null;
    }
    if (outcome.kind === 'failed') {
      return input.at(cell, () => {
        throw errorOf(outcome.failure);
      });
    }
    const { record, notices } = outcome;
    showNotices(notices, terminal);
    if (record.unfinishedReason !== null) {
      terminal.err(`${terminal.alarm('did not finish:')} ${record.unfinishedReason}`);
      process.exitCode = 1;
    }
    return record;
  } finally {
    interrupt.stop();
    await pool.destroy();
  }
}

function printRecord(record: CellRecord, format: Format, terminal: Terminal): void {
  const { row, unfinishedReason } = record;
  if (format === 'json') {
    terminal.out(jsonDocument(unfinishedReason === null ? row : { ...row, unfinished_reason: unfinishedReason }));
    return;
  }
  if (format === 'csv') {
    terminal.out(toCsv(tableColumns([]), [row]));
    return;
  }
  const known = Object.entries(row).filter(([, value]) => value !== null);
  const table = { columns: ['column', 'value'], rows: known.map(([column, value]) => [column, humanValue(column, value, RUN_DIGITS)]) };
  terminal.out(format === 'markdown' ? markdownTable(table) : alignedTable(table));
}
