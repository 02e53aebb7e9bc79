import { Command, Option } from 'commander';
import type { CellRecord, Row } from '../../analysis/rows.ts';
import { CRITICAL_COLUMNS, JOB_COLUMNS } from '../../analysis/rows.ts';
import { ConfigError } from '../../sim/base/errors.ts';
import type { CellList } from '../../sweep/cells.ts';
import { tableColumns, toCsv } from '../../sweep/csv.ts';
import { dryRun } from '../dry-run.ts';
import { humanValue } from '../human-value.ts';
import { loadSingle, type LoadedCells } from '../load.ts';
import type { TraceFile } from '../../sweep/trace-file.ts';
import type { ConfigOptions, FolderOptions, Format, LimitOptions, OutputOptions, ThreadsOptions } from '../options.ts';
import {
  formatOf,
  isNcclTests,
  withConfigOptions,
  withFolderOptions,
  withJobsOption,
  withLimitOption,
  withCollectiveOutputOptions,
  withThreadsOption,
} from '../options.ts';
import { checkNcclTests, ncclTestsTables } from '../nccl-tests-tables.ts';
import { jsonDocument } from '../print-rows.ts';
import { runUnstored } from '../run-unstored.ts';
import type { Terminal } from '../terminal.ts';
import { alignedTable, markdownTable } from '../text-table.ts';
import { runToFolder } from '../run-to-folder.ts';

/** Of a single run people compare more digits than fit the table of a sweep. */
const RUN_DIGITS = 6;

type RunCommandOptions = ConfigOptions & OutputOptions & FolderOptions & ThreadsOptions & LimitOptions & { readonly trace?: string };

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
  withCollectiveOutputOptions(command);
  command.addOption(
    new Option('--trace <file>', 'also write the trace of the run, for ui.perfetto.dev or chrome://tracing').conflicts([
      'resume',
      'dryRun',
    ]),
  );
  return command.action(async (config: string, options: RunCommandOptions) => {
    if (options.out === undefined && options.resume === true) {
      throw new ConfigError('E162', '--resume needs a result folder', { hint: 'name it with --out' });
    }
    const input = await loadSingle(config, options);
    const format = formatOf(options);
    if (isNcclTests(format)) checkNcclTests(input.cells);
    if (options.threads !== undefined) {
      const { checkThreads } = await import('../../sweep/thread-team.ts');
      checkThreads(input.cells.at(0).scenario, options.threads);
    }
    if (options.dryRun === true) {
      dryRun(input.cells, options.out ?? null, options, terminal);
      return;
    }
    const trace = options.trace === undefined ? undefined : await traceTo(options.trace, input);
    if (options.out === undefined) {
      printRecord(await runUnstored(input, options, terminal, trace), format, input.cells, terminal);
      return;
    }
    const outcome = await runToFolder(input, options.out, options, terminal, trace);
    process.exitCode = outcome.exitCode;
    for (const record of outcome.records) printRecord(record, format, input.cells, terminal);
  });
}

async function traceTo(path: string, input: LoadedCells): Promise<TraceFile> {
  const { checkTraceFile } = await import('../../sweep/trace-file.ts');
  const { fabricOf } = await import('../../sweep/any-scenario.ts');
  const cell = input.cells.at(0);
  input.at(cell, () => checkTraceFile(path, fabricOf(cell.scenario, 'a trace')));
  return { path, maxEvents: input.trace!.maxEvents };
}

function printRecord(record: CellRecord, format: Format, cells: CellList, terminal: Terminal): void {
  const { row, jobs, unfinishedReason, criticalPath } = record;
  if (format === 'json') {
    const unfinished = unfinishedReason === null ? {} : { unfinished_reason: unfinishedReason };
    const critical = criticalPath === undefined ? {} : { critical_path: criticalPath };
    terminal.out(jsonDocument({ ...row, ...(jobs.length === 0 ? {} : { jobs }), ...critical, ...unfinished }));
    return;
  }
  if (format === 'csv') {
    terminal.out(toCsv(tableColumns([], row), [row]));
    return;
  }
  if (isNcclTests(format)) {
    terminal.out(ncclTestsTables(cells, [row], format));
    return;
  }
  const known = Object.entries(row).filter(([, value]) => value !== null);
  const table = { columns: ['column', 'value'], rows: known.map(([column, value]) => [column, humanValue(column, value, RUN_DIGITS)]) };
  const print = format === 'markdown' ? markdownTable : alignedTable;
  terminal.out(print(table));
  if (jobs.length > 0) terminal.out(`\n${print(linesTable(JOB_COLUMNS, jobs))}`);
  if (criticalPath !== undefined) terminal.out(`\ncritical path\n${print(linesTable(CRITICAL_COLUMNS, criticalPath))}`);
}

const linesTable = (
  columns: readonly string[],
  lines: readonly Row[],
): { readonly columns: readonly string[]; readonly rows: readonly (readonly string[])[] } => ({
  columns,
  rows: lines.map((line) => columns.map((column) => humanValue(column, line[column], RUN_DIGITS))),
});
