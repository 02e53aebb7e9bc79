import type { CriticalShare, OperationTimes } from '../sim/base/measures.ts';
import { COMPUTE, RECV, type Schedule } from '../sim/base/schedule.ts';

/** A stretch of the critical path, from one operation. */
export interface CriticalStep {
  readonly op: number;
  readonly fromPs: number;
  readonly toPs: number;
}

/**
 * The chain of operations that the completion hangs on, from its end back to 0: of each operation the last thing that it waited for. A
 * receive that waited for its message hangs on the send, from the posting on; an operation that waited for another one's start hangs on
 * what that start waited for. Of equally late causes the one with the lowest number. The steps follow each other without a gap: their
 * lengths add up to the completion. Operations of length 0 are left out.
 */
export function criticalPath(schedule: Schedule, times: OperationTimes): CriticalStep[] {
  const { startPs, endPs } = times;
  const steps: CriticalStep[] = [];
  if (schedule.ops === 0) return [];
  let op = 0;
  for (let i = 1; i < schedule.ops; i++) if (endPs[i]! > endPs[op]!) op = i;
  /** Whether the path has come to the operation's end, or only to its start. */
  let atEnd = true;
  for (;;) {
    if (atEnd) {
      if (schedule.kind[op] === RECV && endPs[op]! > startPs[op]!) {
        const send = schedule.match[op]!;
        steps.push({ op, fromPs: startPs[send]!, toPs: endPs[op]! });
        op = send;
      } else if (endPs[op]! > startPs[op]!) steps.push({ op, fromPs: startPs[op]!, toPs: endPs[op]! });
      atEnd = false;
    }
    const edge = lastCause(schedule, times, op);
    if (edge === null) return steps.reverse();
    op = schedule.depOp[edge]!;
    atEnd = schedule.depOnStart[edge] === 0;
  }
}

/** The edge to what an operation's start waited for; null: nothing. */
function lastCause({ depOffset, depOp, depOnStart }: Schedule, { startPs, endPs }: OperationTimes, op: number): number | null {
  let cause: number | null = null;
  let latestPs = -1;
  for (let edge = depOffset[op]!; edge < depOffset[op + 1]!; edge++) {
    const ps = depOnStart[edge] === 1 ? startPs[depOp[edge]!]! : endPs[depOp[edge]!]!;
    if (ps > latestPs || (ps === latestPs && depOp[edge]! < depOp[cause!]!)) {
      cause = edge;
      latestPs = ps;
    }
  }
  return cause;
}

/** The critical path by groups, the largest first: `compute`, and messages by what `groupOf` calls their phase. */
export function criticalShares(schedule: Schedule, path: readonly CriticalStep[], groupOf: (phaseName: string) => string): CriticalShare[] {
  const totalPs = path.at(-1)?.toPs ?? 0;
  const groups = new Map<string, { ps: number; operations: number }>();
  for (const { op, fromPs, toPs } of path) {
    const group = schedule.kind[op] === COMPUTE ? 'compute' : groupOf(schedule.phaseNames[schedule.phase[op]!]!);
    const sum = groups.get(group) ?? { ps: 0, operations: 0 };
    groups.set(group, { ps: sum.ps + toPs - fromPs, operations: sum.operations + 1 });
  }
  return [...groups]
    .map(([group, { ps, operations }]) => ({ group, timeUs: ps / 1e6, share: ps / totalPs, operations }))
    .sort((a, b) => b.timeUs - a.timeUs || (a.group < b.group ? -1 : 1));
}
