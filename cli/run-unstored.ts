import type { CellRecord } from '../analysis/rows.ts';
import { isWireless, stopPacketsOf } from '../sweep/any-scenario.ts';
import type { TraceFile } from '../sweep/trace-file.ts';
import { earlyEnd } from './early-end.ts';
import type { LoadedCells } from './load.ts';
import { showNotices } from './notices.ts';
import type { LimitOptions, ThreadsOptions } from './options.ts';
import { runDisplay } from './run-progress.ts';
import type { Terminal } from './terminal.ts';

/**
 * Runs the one cell and stores nothing but its trace, if one is asked for. A run is synchronous, so it has a thread of its own: this one
 * hears Ctrl-C and watches the clock, and either ends the run with what it has.
 */
export async function runUnstored(
  input: LoadedCells,
  { wallLimit, threads }: LimitOptions & ThreadsOptions,
  terminal: Terminal,
  trace?: TraceFile,
): Promise<CellRecord> {
  const { workerPool } = await import('../sweep/pool.ts');
  const { errorOf } = await import('../sweep/outcome.ts');
  const cell = input.cells.at(0);
  const { runId, seed, swept, scenario } = cell;
  const display = runDisplay(terminal, stopPacketsOf(scenario));
  const pool = await workerPool(1);
  const end = earlyEnd({ wallLimit: wallLimit ?? null, interruptStopsCells: true, say: display.message });
  try {
    const spec = { runId, seed, swept, scenario, ...(trace === undefined ? {} : { trace }) };
    const outcome = await pool.run(spec, { onProgress: display.update, stop: end.stop }, threads);
    display.clear();
    if (outcome.kind === 'failed') {
      return input.at(cell, () => {
        throw errorOf(outcome.failure);
      });
    }
    const { kind, record, notices } = outcome;
    showNotices(notices, terminal);
    if (trace !== undefined) terminal.note(`wrote ${trace.path}; open it in ui.perfetto.dev or chrome://tracing`);
    else if (!isWireless(scenario) && scenario.probes !== null && scenario.fidelity === 'packet') {
      terminal.note('note: what probes record is kept with --out DIR only');
    }
    if (record.unfinishedReason !== null) terminal.err(`${terminal.alarm('did not finish:')} ${record.unfinishedReason}`);
    if (kind === 'stopped') process.exitCode = end.isInterrupted() ? 130 : 1;
    else if (record.unfinishedReason !== null) process.exitCode = 1;
    return record;
  } finally {
    end.close();
    await pool.close();
  }
}
