import type { MessagePort } from 'node:worker_threads';
import { nowAndThen } from './now-and-then.ts';
import type { CellOutcome } from './outcome.ts';
import type { CellSpec } from './run-cell.ts';
import { attemptCell } from './run-cell.ts';
import { StopFlag } from './stop-flag.ts';

export interface WorkerTask {
  readonly spec: CellSpec;
  /** Where progress goes; null: nobody looks. */
  readonly progressPort: MessagePort | null;
  /** Of the flag that ends the run; null: nothing does. */
  readonly stopMemory: SharedArrayBuffer | null;
}

/** Entry of a worker thread: the pool calls it once a cell. */
export default function work({ spec, progressPort, stopMemory }: WorkerTask): CellOutcome {
  const stop = stopMemory === null ? null : new StopFlag(stopMemory);
  return attemptCell(spec, {
    ...(progressPort === null ? {} : { onProgress: nowAndThen((progress) => progressPort.postMessage(progress, [])) }),
    ...(stop === null ? {} : { shouldStop: () => stop.isRaised }),
  });
}
