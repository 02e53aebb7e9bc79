import { COMPUTE, type Schedule } from '../../sim/base/schedule.ts';
import type { Slices } from './slices.ts';

/** A step of a collective: the messages of one phase, over all ranks (rank -1) or of one. */
export interface Span {
  readonly rank: number;
  readonly phase: number;
  fromNs: number;
  toNs: number;
}

/** From the first begin to the last end of the messages of each phase, in order of phases. */
export const phaseSpans = (schedule: Schedule, slices: Slices): Span[] => spans(schedule, slices, () => -1);

/** The same for each rank by itself; none where there is one phase, which says nothing. */
export const stepSpans = (schedule: Schedule, slices: Slices): Span[] =>
  schedule.phaseNames.length < 2 ? [] : spans(schedule, slices, (op) => schedule.rank[op]!);

function spans({ kind, phase, phaseNames }: Schedule, { op, fromNs, toNs }: Slices, rankOf: (op: number) => number): Span[] {
  const found = new Map<number, Span>();
  op.forEach((each, slice) => {
    if (kind[each] === COMPUTE) return;
    const rank = rankOf(each);
    const key = (rank + 1) * phaseNames.length + phase[each]!;
    const span = found.get(key);
    if (span === undefined) found.set(key, { rank, phase: phase[each]!, fromNs: fromNs[slice]!, toNs: toNs[slice]! });
    else {
      span.fromNs = Math.min(span.fromNs, fromNs[slice]!);
      span.toNs = Math.max(span.toNs, toNs[slice]!);
    }
  });
  return [...found.values()].sort((a, b) => a.rank - b.rank || a.phase - b.phase);
}
