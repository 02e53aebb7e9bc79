import { Command } from 'commander';
import type { CellRecord, Row } from '../../analysis/rows.ts';
import { JOB_COLUMNS } from '../../analysis/rows.ts';
import { ConfigError } from '../../sim/base/errors.ts';
import { tableColumns, toCsv } from '../../sweep/csv.ts';
import { dryRun } from '../dry-run.ts';
import { humanValue } from '../human-value.ts';
import { earlyEnd } from '../early-end.ts';
import type { LoadedCells } from '../load.ts';
import { loadSingle } from '../load.ts';
import type { ConfigOptions, FolderOptions, Format, LimitOptions, OutputOptions, ThreadsOptions } from '../options.ts';
import {
  formatOf,
  withConfigOptions,
  withFolderOptions,
  withJobsOption,
  withLimitOption,
  withOutputOptions,
  withThreadsOption,
} from '../options.ts';
import { showNotices } from '../notices.ts';
import { jsonDocument } from '../print-rows.ts';
import { runDisplay } from '../run-progress.ts';
import type { Terminal } from '../terminal.ts';
import { alignedTable, markdownTable } from '../text-table.ts';
import { runToFolder } from '../run-to-folder.ts';

/** Of a single run people compare more digits than fit the table of a sweep. */
const RUN_DIGITS = 6;

type RunCommandOptions = ConfigOptions & OutputOptions & FolderOptions & ThreadsOptions & LimitOptions;

/** `netsim run CONFIG`: runs the one cell of a config and prints its row. */
export function runCommand(terminal: Terminal): Command {
  const command = new Command('run')
    .description('run the one cell of a config and print its row')
    .argument('<config>', 'YAML or JSON file');
  withConfigOptions(command);
  withJobsOption(command, 'as for sweep; one cell runs at a time anyway');
  withThreadsOption(command);
  withLimitOption(command);
  withFolderOptions(command, 'nothing is written');
  withOutputOptions(command, ['table', 'csv', 'json', 'markdown']);
  return command.action(async (config: string, options: RunCommandOptions) => {
    if (options.out === undefined && options.resume === true) {
      throw new ConfigError('E162', '--resume needs a result folder', { hint: 'name it with --out' });
    }
    const input = await loadSingle(config, options);
    if (options.threads !== undefined) {
      const { checkThreads } = await import('../../sweep/thread-team.ts');
      checkThreads(input.cells.at(0).scenario, options.threads);
    }
    if (options.dryRun === true) {
      dryRun(input.cells, options.out ?? null, options, terminal);
      return;
    }
    if (options.out === undefined) {
      printRecord(await runUnstored(input, options, terminal), formatOf(options), terminal);
      return;
    }
    const outcome = await runToFolder(input, options.out, options, terminal);
    process.exitCode = outcome.exitCode;
    for (const record of outcome.records) printRecord(record, formatOf(options), terminal);
  });
}

/**
 * Runs and stores nothing. A run is synchronous, so it has a thread of its own: this one hears Ctrl-C and watches the clock, and either
 * ends the run with what it has.
 */
async function runUnstored(
  input: LoadedCells,
  { wallLimit, threads }: LimitOptions & ThreadsOptions,
  terminal: Terminal,
): Promise<CellRecord> {
  const { workerPool } = await import('../../sweep/pool.ts');
  const { errorOf } = await import('../../sweep/outcome.ts');
  const cell = input.cells.at(0);
  const { runId, seed, swept, scenario } = cell;
  const display = runDisplay(terminal, scenario.stopPackets);
  const pool = await workerPool(1);
  const end = earlyEnd({ wallLimit: wallLimit ?? null, interruptStopsCells: true, say: display.message });
  try {
    const outcome = await pool.run({ runId, seed, swept, scenario }, { onProgress: display.update, stop: end.stop }, threads);
    display.clear();
    if (outcome.kind === 'failed') {
      return input.at(cell, () => {
        throw errorOf(outcome.failure);
      });
    }
    const { kind, record, notices } = outcome;
    showNotices(notices, terminal);
    if (scenario.probes !== null) terminal.note('note: what probes record is kept with --out DIR only');
    if (record.unfinishedReason !== null) terminal.err(`${terminal.alarm('did not finish:')} ${record.unfinishedReason}`);
    if (kind === 'stopped') process.exitCode = end.isInterrupted() ? 130 : 1;
    else if (record.unfinishedReason !== null) process.exitCode = 1;
    return record;
  } finally {
    end.close();
    await pool.close();
  }
}

function printRecord(record: CellRecord, format: Format, terminal: Terminal): void {
  const { row, jobs, unfinishedReason } = record;
  if (format === 'json') {
    const unfinished = unfinishedReason === null ? {} : { unfinished_reason: unfinishedReason };
    terminal.out(jsonDocument({ ...row, ...(jobs.length === 0 ? {} : { jobs }), ...unfinished }));
    return;
  }
  if (format === 'csv') {
    terminal.out(toCsv(tableColumns([]), [row]));
    return;
  }
  const known = Object.entries(row).filter(([, value]) => value !== null);
  const table = { columns: ['column', 'value'], rows: known.map(([column, value]) => [column, humanValue(column, value, RUN_DIGITS)]) };
  const print = format === 'markdown' ? markdownTable : alignedTable;
  terminal.out(print(table));
  if (jobs.length > 0) terminal.out(`\n${print(jobTable(jobs))}`);
}

const jobTable = (jobs: readonly Row[]): { readonly columns: readonly string[]; readonly rows: readonly (readonly string[])[] } => ({
  columns: [...JOB_COLUMNS],
  rows: jobs.map((job) => JOB_COLUMNS.map((column) => humanValue(column, job[column], RUN_DIGITS))),
});
