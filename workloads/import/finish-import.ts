import { dependents } from '../../sim/base/dependents.ts';
import { ImportError } from '../../sim/base/errors.ts';
import { RECV, type Schedule, SEND } from '../../sim/base/schedule.ts';

/** Names an operation for a person, such as `node 17 of trace.3.et`. */
export type NameOperation = (op: number) => string;

/**
 * Checks an imported Schedule and numbers its phases: the phase of a message is the most sends before it on any dependency path, over
 * all ranks (a message joins its send to its receive).
 *
 * @param builtWith one phase for all messages; replaced
 * @throws ImportError when operations wait for each other in a circle; the message prints one circle
 */
export function finishImport(builtWith: Schedule, file: string, name: NameOperation): Schedule {
  const { ops, kind, match, depOffset, depOp } = builtWith;
  const waiting = new Int32Array(ops);
  const next = dependents(builtWith);
  for (let op = 0; op < ops; op++) waiting[op] = depOffset[op + 1]! - depOffset[op]! + (kind[op] === RECV ? 1 : 0);

  const depth = new Int32Array(ops);
  const order = new Int32Array(ops);
  let ready = 0;
  for (let op = 0; op < ops; op++) if (waiting[op] === 0) order[ready++] = op;
  for (let i = 0; i < ready; i++) {
    const op = order[i]!;
    const reached = depth[op]! + (kind[op] === SEND ? 1 : 0);
    const follow = (waiter: number): void => {
      depth[waiter] = Math.max(depth[waiter]!, reached);
      if (--waiting[waiter]! === 0) order[ready++] = waiter;
    };
    for (let e = next.offset[op]!; e < next.offset[op + 1]!; e++) follow(next.op[e]!);
    if (kind[op] === SEND) follow(match[op]!);
  }
  if (ready < ops) {
    const circle = findCircle(
      waiting.findIndex((count) => count > 0),
      (op) => {
        const send = kind[op] === RECV ? [match[op]!] : [];
        return [...send, ...depOp.subarray(depOffset[op]!, depOffset[op + 1]!)].find((dep) => waiting[dep]! > 0)!;
      },
    );
    throw new ImportError('E402', `operations wait for each other in a circle: ${circle.map(name).join(' waits for ')}`, {
      where: { file },
      hint: 'remove one of these dependencies',
    });
  }

  const phase = new Int32Array(ops).fill(-1);
  let phases = 0;
  for (let op = 0; op < ops; op++) {
    if (kind[op] !== SEND) continue;
    phase[op] = depth[op]!;
    phase[match[op]!] = depth[op]!;
    phases = Math.max(phases, depth[op]! + 1);
  }
  return { ...builtWith, phase, phaseNames: Array.from({ length: phases }, (_, d) => `after ${d} sends`) };
}

/** Follows `waitsFor` from `start` until a place repeats, and returns the circle with its first place also at the end. */
export function findCircle<T>(start: T, waitsFor: (place: T) => T): T[] {
  const path: T[] = [];
  const at = new Map<T, number>();
  let place = start;
  while (!at.has(place)) {
    at.set(place, path.length);
    path.push(place);
    place = waitsFor(place);
  }
  return [...path.slice(at.get(place)), place];
}
