import type { SweepInput, SweepOutcome } from '../sweep/run-sweep.ts';
import { onInterrupt } from './interrupt.ts';
import { showNotices } from './notices.ts';
import type { FolderOptions } from './options.ts';
import type { Terminal } from './terminal.ts';

/** Runs into a result folder with progress, notices and Ctrl-C. */
export async function runToFolder(
  input: SweepInput,
  dir: string,
  options: FolderOptions & { readonly jobs?: number },
  terminal: Terminal,
): Promise<SweepOutcome> {
  const { runSweep } = await import('../sweep/run-sweep.ts');
  const { defaultJobs } = await import('../sweep/pool.ts');
  const { liveProgress } = await import('./live-progress.ts');
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
    showNotices(outcome.notices, terminal);
    if (outcome.interrupted) terminal.note(`interrupted: add --resume to go on with ${dir}`);
    else terminal.note(`results in ${dir}: results.csv, report.html, manifest.json`);
    return outcome;
  } finally {
    progress.stop();
    interrupt.stop();
  }
}
