import type { SweepProgress } from '../sweep/progress.ts';
import { ProgressPrinter } from '../sweep/progress.ts';
import type { Terminal } from './terminal.ts';

/** Progress of a sweep on standard error, redrawn between its events too so that the clock moves. */
export interface LiveProgress {
  update(progress: SweepProgress): void;
  /** A line for the user; shown with `--quiet` too. */
  message(text: string): void;
  /** Prints the last state. */
  finish(): void;
  stop(): void;
}

export function liveProgress(terminal: Terminal): LiveProgress {
  if (terminal.quiet) {
    return { update: () => {}, message: (text) => terminal.err(text), finish: () => {}, stop: () => {} };
  }
  const printer = new ProgressPrinter(process.stderr, terminal.columns);
  let last: { readonly progress: SweepProgress; readonly atMs: number } | null = null;
  const ticker = setInterval(() => {
    if (last === null) return;
    const elapsedSeconds = last.progress.elapsedSeconds + (Date.now() - last.atMs) / 1000;
    printer.update({ ...last.progress, elapsedSeconds });
  }, 500);
  return {
    update: (progress) => {
      last = { progress, atMs: Date.now() };
      printer.update(progress);
    },
    message: (text) => printer.message(text),
    finish: () => {
      if (last !== null) printer.finish(last.progress);
    },
    stop: () => clearInterval(ticker),
  };
}
