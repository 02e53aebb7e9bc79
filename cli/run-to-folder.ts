import type { SweepInput, SweepOptions, SweepOutcome } from '../sweep/run-sweep.ts';
import { stopPacketsOf } from '../sweep/any-scenario.ts';
import type { TraceFile } from '../sweep/trace-file.ts';
import type { EarlyEnd } from './early-end.ts';
import { earlyEnd } from './early-end.ts';
import { showNotices } from './notices.ts';
import type { FolderOptions, LimitOptions, ThreadsOptions } from './options.ts';
import type { Terminal } from './terminal.ts';

type ToFolderOptions = FolderOptions & LimitOptions & ThreadsOptions & { readonly jobs?: number };

/** Runs the cells of a sweep into a result folder with progress, notices, Ctrl-C and the wall limit. */
export async function sweepToFolder(input: SweepInput, dir: string, options: ToFolderOptions, terminal: Terminal): Promise<SweepOutcome> {
  const { defaultJobs } = await import('../sweep/pool.ts');
  const { liveProgress } = await import('./live-progress.ts');
  const progress = liveProgress(terminal);
  const end = earlyEnd({ wallLimit: options.wallLimit ?? null, interruptStopsCells: false, say: progress.message });
  try {
    const outcome = await intoFolder(input, end, {
      dir,
      jobs: options.jobs ?? defaultJobs(),
      resume: options.resume === true,
      signal: end.signal,
      control: { stop: end.stop },
      onProgress: progress.update,
      onMessage: progress.message,
    });
    progress.finish();
    sumUp(outcome, terminal);
    return outcome;
  } finally {
    progress.stop();
    end.close();
  }
}

/** The same for the one cell of a run: its own progress is shown, and Ctrl-C ends it, never so early that it has no row. */
export async function runToFolder(
  input: SweepInput,
  dir: string,
  options: ToFolderOptions,
  terminal: Terminal,
  trace?: TraceFile,
): Promise<SweepOutcome> {
  const { runDisplay } = await import('./run-progress.ts');
  const display = runDisplay(terminal, stopPacketsOf(input.cells.at(0).scenario));
  const end = earlyEnd({ wallLimit: options.wallLimit ?? null, interruptStopsCells: true, say: display.message });
  try {
    const outcome = await intoFolder(input, end, {
      dir,
      jobs: 1,
      threads: options.threads ?? 1,
      resume: options.resume === true,
      control: { stop: end.stop, onProgress: display.update },
      ...(trace === undefined ? {} : { trace }),
      onMessage: display.message,
    });
    display.clear();
    sumUp(outcome, terminal);
    return outcome;
  } finally {
    display.clear();
    end.close();
  }
}

/** 130 is for Ctrl-C: what the clock has ended did not finish (1). */
async function intoFolder(input: SweepInput, end: EarlyEnd, options: SweepOptions): Promise<SweepOutcome> {
  const { runSweep } = await import('../sweep/run-sweep.ts');
  const outcome = await runSweep(input, options);
  if (!outcome.interrupted || end.isInterrupted()) return outcome;
  return { ...outcome, exitCode: outcome.failures.some(({ failure }) => failure.exitCode === 3) ? 3 : 1 };
}

function sumUp(outcome: SweepOutcome, terminal: Terminal): void {
  const { dir, notices, interrupted } = outcome;
  showNotices(notices, terminal);
  if (interrupted) terminal.note(`not all done: add --resume to go on with ${dir}`);
  else terminal.note(`results in ${dir}: results.csv, report.html, manifest.json`);
}
