import { COMPUTE, RECV, type Schedule, SEND } from '../../sim/base/schedule.ts';

export interface ExecutionHooks {
  /** The data of a send is read now. */
  readonly sendStarts?: (op: number) => void;
  /** The data of a receive is written now. */
  readonly receiveEnds?: (op: number) => void;
}

export interface Execution {
  readonly started: Int32Array;
  readonly ended: Int32Array;
  /** Operations that never ended. */
  readonly stuck: readonly number[];
}

/**
 * Runs a Schedule on a network of the worst kind: whatever may happen next happens in an arbitrary order (drawn from `seed`). A send may
 * start when its dependencies are met, its message arrives at any later time, its ACK at any time after that. What holds in every such
 * run holds on every fabric. `started` and `ended` number the events in the order in which they happened; -1: never.
 */
export function execute(schedule: Schedule, seed: number, hooks: ExecutionHooks = {}): Execution {
  const { ops, kind, match, depOffset, depOp, depOnStart } = schedule;
  const started = new Int32Array(ops).fill(-1);
  const ended = new Int32Array(ops).fill(-1);
  const missing = new Int32Array(ops);
  const dependents: { readonly op: number; readonly onStart: boolean }[][] = Array.from({ length: ops }, () => []);
  for (let op = 0; op < ops; op++) {
    for (let e = depOffset[op]!; e < depOffset[op + 1]!; e++) {
      dependents[depOp[e]!]!.push({ op, onStart: depOnStart[e] === 1 });
      missing[op]!++;
    }
    if (kind[op] === RECV) missing[op]!++; // its message
  }

  let clock = 0;
  let state = seed | 0 || 1;
  const draw = (n: number): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % n;
  };
  const possible: { readonly op: number; readonly event: 'go' | 'arrive' | 'end' }[] = [];
  const met = (op: number): void => {
    if (--missing[op]! === 0) possible.push({ op, event: 'go' });
  };
  const start = (op: number): void => {
    started[op] = clock++;
    for (const waiter of dependents[op]!) if (waiter.onStart) met(waiter.op);
  };
  const end = (op: number): void => {
    ended[op] = clock++;
    for (const waiter of dependents[op]!) if (!waiter.onStart) met(waiter.op);
  };
  for (let op = 0; op < ops; op++) if (missing[op] === 0) possible.push({ op, event: 'go' });

  while (possible.length > 0) {
    const pick = draw(possible.length);
    const { op, event } = possible[pick]!;
    possible[pick] = possible[possible.length - 1]!;
    possible.pop();
    if (event === 'arrive') {
      met(match[op]!);
      possible.push({ op, event: 'end' });
    } else if (event === 'end') {
      end(op);
    } else if (kind[op] === SEND) {
      start(op);
      hooks.sendStarts?.(op);
      possible.push({ op, event: 'arrive' });
    } else if (kind[op] === COMPUTE) {
      start(op);
      possible.push({ op, event: 'end' });
    } else {
      start(op);
      hooks.receiveEnds?.(op);
      end(op);
    }
  }
  const stuck = Array.from({ length: ops }, (_, op) => op).filter((op) => ended[op] === -1);
  return { started, ended, stuck };
}

/** Sends of a Schedule, in order. */
export const sendsOf = (schedule: Schedule): number[] =>
  Array.from({ length: schedule.ops }, (_, op) => op).filter((op) => schedule.kind[op] === SEND);

/** `kind of edge -> predecessor` of one operation, `end 4` or `start 2`. */
export const waitsOf = (schedule: Schedule, op: number): string[] =>
  Array.from({ length: schedule.depOffset[op + 1]! - schedule.depOffset[op]! }, (_, i) => {
    const edge = schedule.depOffset[op]! + i;
    return `${schedule.depOnStart[edge] === 1 ? 'start' : 'end'} ${schedule.depOp[edge]}`;
  }).sort();

/** Payload bytes that each rank sends. */
export function bytesSent(schedule: Schedule): number[] {
  const sent = Array.from({ length: schedule.ranks }, () => 0);
  for (const op of sendsOf(schedule)) sent[schedule.rank[op]!]! += schedule.bytes[op]!;
  return sent;
}
