import { Command } from 'commander';
import { ConfigError } from '../../sim/base/errors.ts';
import type { SweepInput, SweepOutcome } from '../../sweep/run-sweep.ts';
import { dryRun } from '../dry-run.ts';
import { onInterrupt } from '../interrupt.ts';
import { loadSweep } from '../load.ts';
import type { ConfigOptions, FolderOptions, OutputOptions } from '../options.ts';
import { formatOf, withConfigOptions, withFolderOptions, withJobsOption, withOutputOptions } from '../options.ts';
import { printRows } from '../print-rows.ts';
import type { Terminal } from '../terminal.ts';

/** Above this many cells a sweep must be confirmed: most often a grid was multiplied by mistake. */
const MAX_CELLS_UNASKED = 10_000;

interface SweepCommandOptions extends ConfigOptions, OutputOptions, FolderOptions {
  readonly jobs?: number;
  readonly yes?: true;
}

/** `netsim sweep CONFIG`: runs every cell, stores the rows, writes the report. */
export function sweepCommand(terminal: Terminal): Command {
  const command = new Command('sweep')
    .description('run every cell of a config and write the table, the manifest and the report')
    .argument('<config>', 'YAML or JSON file');
  withConfigOptions(command);
  withJobsOption(command);
  withFolderOptions(command, 'out/<name of the config>');
  withOutputOptions(command, ['table', 'csv', 'json', 'markdown']);
  command.option('--yes', `run more than ${MAX_CELLS_UNASKED} cells`);
  return command.action(async (config: string, options: SweepCommandOptions) => {
    const input = await loadSweep(config, options);
    const { cells } = input;
    const dir = options.out ?? `out/${input.name}`;
    if (options.dryRun === true) {
      await dryRun(cells, dir, options, terminal);
      return;
    }
    if (cells.length > MAX_CELLS_UNASKED && options.yes !== true) {
      throw new ConfigError('E160', `the sweep has ${cells.length} cells`, { hint: 'add --yes to run that many' });
    }
    const outcome = await runToFolder(input, dir, options, terminal);
    printRows(
      outcome.records.map((record) => record.row),
      outcome.sweptKeys,
      formatOf(options),
      terminal,
      (rows) => ({
        out: dir,
        finished: !outcome.interrupted,
        cells: rows,
        failures: outcome.failures.map(({ cell, failure, repeat }) => ({ run_id: cell.runId, message: failure.message, repeat })),
      }),
    );
    process.exitCode = outcome.exitCode;
  });
}

/** Runs into a result folder with progress, notices and Ctrl-C. */
export async function runToFolder(
  input: SweepInput,
  dir: string,
  options: FolderOptions & { readonly jobs?: number; readonly debug?: true },
  terminal: Terminal,
): Promise<SweepOutcome> {
  const { runSweep } = await import('../../sweep/run-sweep.ts');
  const { defaultJobs } = await import('../../sweep/pool.ts');
  const { liveProgress } = await import('../live-progress.ts');
  const progress = liveProgress(terminal);
  const interrupt = onInterrupt(() => progress.message('interrupted: the running cells are finished and kept; again to stop at once'));
  try {
    const outcome = await runSweep(input, {
      dir,
      jobs: options.jobs ?? defaultJobs(),
      resume: options.resume === true,
      signal: interrupt.signal,
      onProgress: (state) => progress.update(state),
      onMessage: (text) => progress.message(text),
    });
    progress.finish();
    if (outcome.interrupted) terminal.note(`interrupted: add --resume to go on with ${dir}`);
    else terminal.note(`results in ${dir}: results.csv, report.html, manifest.json`);
    return outcome;
  } finally {
    progress.stop();
    interrupt.stop();
  }
}
