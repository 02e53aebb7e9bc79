import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { MessageChannel } from 'node:worker_threads';
import type { RunProgress } from '../sim/simulate.ts';
import type { CellOutcome } from './outcome.ts';
import { failureOf } from './outcome.ts';
import type { CellSpec } from './run-cell.ts';
import type { WorkerTask } from './worker.ts';

/** Runs cells, several at a time if called several times. Never rejects: a cell that fails says so in its outcome. */
export interface CellRunner {
  run(spec: CellSpec): Promise<CellOutcome>;
  close(): Promise<void>;
}

export interface WorkerPool extends CellRunner {
  /** `run` of a cell whose progress somebody looks at. */
  watch(spec: CellSpec, onProgress: (progress: RunProgress) => void): Promise<CellOutcome>;
  /** Ends the threads at once; what runs comes out as failed. */
  destroy(): Promise<void>;
}

export const defaultJobs = (): number => availableParallelism();

/**
 * A pool of `jobs` worker threads. One worker is a pool too, not a call in this thread: a run is synchronous, and this thread must
 * stay free to hear Ctrl-C and to draw progress.
 *
 * From the TypeScript sources (development, tests) the worker is a `.ts` file and needs tsx; the built program loads the `.js` file.
 */
export async function workerPool(jobs: number): Promise<WorkerPool> {
  const { Piscina } = await import('piscina');
  const fromSource = import.meta.url.endsWith('.ts');
  const pool = new Piscina<WorkerTask, CellOutcome>({
    filename: fileURLToPath(new URL(fromSource ? './worker.ts' : './worker.js', import.meta.url)),
    execArgv: fromSource ? ['--import', pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href] : [],
    minThreads: jobs,
    maxThreads: jobs,
  });
  const run = async (task: WorkerTask): Promise<CellOutcome> => {
    try {
      return await pool.run(task, { transferList: task.progressPort === null ? [] : [task.progressPort] });
    } catch (error) {
      // The worker itself died, for instance out of memory: the runs of the others go on.
      const hint = 'if memory ran out, use fewer jobs (-j) or NODE_OPTIONS=--max-old-space-size=<MB>';
      return { kind: 'failed', failure: { ...failureOf(error), code: 'E210', internal: false, hint } };
    }
  };
  return {
    run: (spec) => run({ spec, progressPort: null }),
    watch: async (spec, onProgress) => {
      const { port1, port2 } = new MessageChannel();
      port1.on('message', onProgress);
      try {
        return await run({ spec, progressPort: port2 });
      } finally {
        port1.close();
      }
    },
    close: () => pool.close(),
    destroy: () => pool.destroy(),
  };
}
