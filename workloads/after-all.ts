import type { ScheduleBuilder } from '../sim/base/schedule.ts';

/** Stands for "no operation to wait for". */
export const NOTHING = -1;

/**
 * One operation of `rank` whose end means that all of `operations` have ended and all of `posted` have started. With nothing to wait
 * for it is NOTHING, with one end to wait for that operation itself; otherwise a compute of length 0 is added. Joining n
 * operations before m others costs n + m edges instead of n * m, which decides whether an all-to-all of a thousand ranks fits in memory.
 */
export function afterAll(builder: ScheduleBuilder, rank: number, operations: readonly number[], posted: readonly number[] = []): number {
  const waits = operations.filter((op) => op !== NOTHING);
  if (posted.length === 0 && waits.length <= 1) return waits[0] ?? NOTHING;
  const join = builder.compute(rank, 0);
  for (const op of waits) builder.after(join, op);
  for (const op of posted) builder.after(join, op, 'start');
  return join;
}
