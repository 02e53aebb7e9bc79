import type { MessagePort } from 'node:worker_threads';
import type { RunProgress } from '../sim/simulate.ts';
import type { CellOutcome } from './outcome.ts';
import type { CellSpec } from './run-cell.ts';
import { attemptCell } from './run-cell.ts';

export interface WorkerTask {
  readonly spec: CellSpec;
  /** Where progress goes; null: nobody looks. */
  readonly progressPort: MessagePort | null;
}

/** A person sees no more, and each message costs both threads time. */
const PROGRESS_INTERVAL_MS = 100;

/** Entry of a worker thread: the pool calls it once a cell. */
export default function work({ spec, progressPort }: WorkerTask): CellOutcome {
  if (progressPort === null) return attemptCell(spec);
  let sentMs = Date.now();
  return attemptCell(spec, (progress: RunProgress) => {
    const nowMs = Date.now();
    if (nowMs - sentMs < PROGRESS_INTERVAL_MS) return;
    sentMs = nowMs;
    progressPort.postMessage(progress, []);
  });
}
