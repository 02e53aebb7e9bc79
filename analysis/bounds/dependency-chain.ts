import { dependents } from '../../sim/base/dependents.ts';
import { CellError } from '../../sim/base/errors.ts';
import { COMPUTE, RECV, SEND, type Schedule } from '../../sim/base/schedule.ts';

/**
 * The longest dependency chain: when the last operation would end if nothing but the Schedule's own order held anybody up.
 *
 * An operation starts when its dependencies have ended, or started where the edge waits for that. A send ends `arrivalPs +
 * returnPs` after its start, a receive when it has started and its message has arrived, a compute after its duration. O(operations +
 * edges).
 *
 * @param arrivalPs of a send operation: from its start to the arrival of the last byte
 * @param returnPs of a send operation: from there to the arrival of the ACK
 * @throws CellError when operations wait for each other, so that the Schedule can never end
 */
export function longestChainPs(schedule: Schedule, arrivalPs: Float64Array, returnPs: Float64Array): number {
  const { ops, kind, match, durationPs, depOffset } = schedule;
  const startPs = new Float64Array(ops);
  const endPs = new Float64Array(ops);
  const waitsForStart = new Int32Array(ops); // dependencies still open
  const waitsForEnd = new Uint8Array(ops); // its own start, and of a receive the message
  const { offset, op: waiting, onStart } = dependents(schedule);

  // Two events an operation: 2 op = it starts, 2 op + 1 = it ends. Their times are final when they become ready.
  const ready = new Int32Array(2 * ops);
  let pushed = 0;
  for (let op = 0; op < ops; op++) {
    waitsForStart[op] = depOffset[op + 1]! - depOffset[op]!;
    waitsForEnd[op] = kind[op] === RECV ? 2 : 1;
    if (waitsForStart[op] === 0) ready[pushed++] = 2 * op;
  }
  const end = (op: number, timePs: number): void => {
    if (timePs > endPs[op]!) endPs[op] = timePs;
    if (--waitsForEnd[op]! === 0) ready[pushed++] = 2 * op + 1;
  };
  let latestPs = 0;
  for (let i = 0; i < pushed; i++) {
    const op = ready[i]! >> 1;
    const isStart = (ready[i]! & 1) === 0;
    const timePs = isStart ? startPs[op]! : endPs[op]!;
    for (let e = offset[op]!; e < offset[op + 1]!; e++) {
      if ((onStart[e] === 1) !== isStart) continue;
      const next = waiting[e]!;
      if (timePs > startPs[next]!) startPs[next] = timePs;
      if (--waitsForStart[next]! === 0) ready[pushed++] = 2 * next;
    }
    if (!isStart) {
      if (timePs > latestPs) latestPs = timePs;
    } else if (kind[op] === SEND) {
      const arrivesPs = timePs + arrivalPs[op]!;
      end(match[op]!, arrivesPs);
      end(op, arrivesPs + returnPs[op]!);
    } else {
      end(op, timePs + (kind[op] === COMPUTE ? durationPs[op]! : 0));
    }
  }
  if (pushed < 2 * ops) {
    const stuck = waitsForStart.findIndex((open) => open > 0);
    throw new CellError('E220', `the schedule can never end: operation ${stuck} of rank ${schedule.rank[stuck]} waits for itself`, {
      hint: 'look for a cycle of dependencies in the workload file',
    });
  }
  return latestPs;
}
