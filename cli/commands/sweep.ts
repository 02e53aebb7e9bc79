import { Command } from 'commander';
import { ConfigError } from '../../sim/base/errors.ts';
import type { SweepOutcome } from '../../sweep/run-sweep.ts';
import { architectureSummary } from '../architecture-summary.ts';
import { dryRun } from '../dry-run.ts';
import { loadCells } from '../load.ts';
import type { ConfigOptions, FolderOptions, LimitOptions, OutputOptions } from '../options.ts';
import {
  formatOf,
  isNcclTests,
  withConfigOptions,
  withFolderOptions,
  withJobsOption,
  withLimitOption,
  withCollectiveOutputOptions,
} from '../options.ts';
import { checkNcclTests, ncclTestsTables } from '../nccl-tests-tables.ts';
import { printRows } from '../print-rows.ts';
import { sweepToFolder } from '../run-to-folder.ts';
import type { Terminal } from '../terminal.ts';
import { alignedTable, markdownTable } from '../text-table.ts';

/** Above this many cells a sweep must be confirmed: most often a grid was multiplied by mistake. */
const MAX_CELLS_UNASKED = 10_000;

interface SweepCommandOptions extends ConfigOptions, OutputOptions, FolderOptions, LimitOptions {
  readonly jobs?: number;
  readonly yes?: true;
}

/** `netsim sweep CONFIG`: runs every cell, stores the rows, writes the report. */
export function sweepCommand(terminal: Terminal): Command {
  const command = new Command('sweep')
    .description('run every cell of a config and write the table, the manifest and the report')
    .argument('<config>', 'YAML or JSON file');
  withConfigOptions(command);
  withJobsOption(command, 'cells that run at once (default: the cores this process may use)');
  withLimitOption(command);
  withFolderOptions(command, 'out/<name of the config>');
  withCollectiveOutputOptions(command);
  command.option('--yes', `run more than ${MAX_CELLS_UNASKED} cells`);
  return command.action(async (config: string, options: SweepCommandOptions) => {
    const input = await loadCells(config, options);
    const { cells } = input;
    const count = cells.keys.length;
    const format = formatOf(options);
    if (isNcclTests(format)) checkNcclTests(cells);
    const dir = options.out ?? `out/${input.name}`;
    if (options.dryRun === true) {
      dryRun(cells, dir, options, terminal);
      return;
    }
    if (count > MAX_CELLS_UNASKED && options.yes !== true) {
      throw new ConfigError('E160', `the sweep has ${count} cells`, { hint: 'add --yes to run that many' });
    }
    const outcome = await sweepToFolder(input, dir, options, terminal);
    process.exitCode = outcome.exitCode;
    if (isNcclTests(format)) {
      const rows = outcome.records.map((record) => record.row);
      terminal.out(ncclTestsTables(cells, rows, format));
      return;
    }
    printRows(
      outcome.records.map((record) => record.row),
      outcome.sweptKeys,
      format,
      terminal,
      (rows) => ({
        out: dir,
        finished: !outcome.interrupted,
        cells: rows,
        failures: outcome.failures.map(({ cell, failure, repeat }) => ({ run_id: cell.runId, message: failure.message, repeat })),
      }),
    );
    if (format === 'table' || format === 'markdown') printArchitectures(outcome, format, terminal);
  });
}

/** Below the rows of a wireless sweep over architectures: where the integrated one wins. */
function printArchitectures({ records, sweptKeys }: SweepOutcome, format: 'table' | 'markdown', terminal: Terminal): void {
  const summary = architectureSummary(records, sweptKeys);
  if (summary === null) return;
  const table = format === 'table' ? alignedTable(summary.table) : markdownTable(summary.table);
  terminal.out(`\n${table}\n${summary.lines.map((line) => `${line}\n`).join('')}`);
}
