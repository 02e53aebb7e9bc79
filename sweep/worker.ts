import type { CellOutcome } from './outcome.ts';
import type { CellSpec } from './run-cell.ts';
import { attemptCell } from './run-cell.ts';

/** Entry of a worker thread: the pool calls it once a cell. */
export default function work(spec: CellSpec): CellOutcome {
  return attemptCell(spec);
}
