import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { MessageChannel } from 'node:worker_threads';
import type { Piscina } from 'piscina';
import type { RunProgress } from '../sim/packet-run.ts';
import type { CellOutcome } from './outcome.ts';
import { failureOf } from './outcome.ts';
import type { CellSpec } from './run-cell.ts';
import type { StopFlag } from './stop-flag.ts';
import { threadArgv } from './start-thread.ts';
import { runOnThreads } from './thread-team.ts';
import type { WorkerTask } from './worker.ts';

/** What a running cell is followed and ended by. */
export interface CellControl {
  readonly onProgress?: (progress: RunProgress) => void;
  /** When it is raised the run ends soon, with what it has: its outcome is `stopped`. */
  readonly stop?: StopFlag;
}

/** Runs cells, several at a time if called several times. Never rejects: a cell that fails says so in its outcome. */
export interface CellRunner {
  /** @param threads of this cell; the outcome does not depend on it. Default: 1 */
  run(spec: CellSpec, control?: CellControl, threads?: number): Promise<CellOutcome>;
  close(): Promise<void>;
}

export const defaultJobs = (): number => availableParallelism();

/**
 * Runs `jobs` cells at once on a pool of worker threads, or a cell on threads of its own. One worker is a pool too, not a call in this
 * thread: a run is synchronous, and this thread must stay free to hear Ctrl-C and to draw progress.
 */
export function workerPool(jobs: number): Promise<CellRunner> {
  let pool: Promise<Piscina<WorkerTask, CellOutcome>> | null = null;
  const run = async (task: WorkerTask): Promise<CellOutcome> => {
    try {
      pool ??= startPool(jobs);
      return await (await pool).run(task, { transferList: task.progressPort === null ? [] : [task.progressPort] });
    } catch (error) {
      // The worker itself died, for instance out of memory: the runs of the others go on.
      const hint = 'if memory ran out, use fewer jobs (-j) or NODE_OPTIONS=--max-old-space-size=<MB>';
      return { kind: 'failed', failure: { ...failureOf(error), code: 'E210', internal: false, hint } };
    }
  };
  return Promise.resolve({
    run: async (spec, control = {}, threads = 1) => {
      if (threads > 1) return runOnThreads(spec, threads, control);
      const { onProgress, stop } = control;
      const stopMemory = stop?.memory ?? null;
      if (onProgress === undefined) return run({ spec, progressPort: null, stopMemory });
      const { port1, port2 } = new MessageChannel();
      port1.on('message', onProgress);
      try {
        return await run({ spec, progressPort: port2, stopMemory });
      } finally {
        port1.close();
      }
    },
    close: async () => (await pool)?.close(),
  });
}

async function startPool(jobs: number): Promise<Piscina<WorkerTask, CellOutcome>> {
  const { Piscina } = await import('piscina');
  const file = new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js', import.meta.url);
  return new Piscina<WorkerTask, CellOutcome>({
    filename: fileURLToPath(file),
    execArgv: threadArgv(file),
    minThreads: jobs,
    maxThreads: jobs,
  });
}
