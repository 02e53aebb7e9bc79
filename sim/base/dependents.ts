import { groupBy } from './group-by.ts';
import type { Schedule } from './schedule.ts';

/** The dependencies of a Schedule the other way round: operation i is waited for by op[offset[i] .. offset[i + 1]). */
export interface Dependents {
  readonly offset: Int32Array;
  readonly op: Int32Array;
  /** 1: only for its start; 0: for its end. */
  readonly onStart: Uint8Array;
}

/** Dependents of an operation stand in the order of their own numbers. */
export function dependents({ ops, depOffset, depOp, depOnStart }: Schedule): Dependents {
  const { offset, order: edges } = groupBy(depOp.length, ops, (edge) => depOp[edge]!);
  const waiter = new Int32Array(depOp.length);
  for (let op = 0; op < ops; op++) {
    for (let edge = depOffset[op]!; edge < depOffset[op + 1]!; edge++) waiter[edge] = op;
  }
  const op = new Int32Array(edges.length);
  const onStart = new Uint8Array(edges.length);
  for (let i = 0; i < edges.length; i++) {
    op[i] = waiter[edges[i]!]!;
    onStart[i] = depOnStart[edges[i]!]!;
  }
  return { offset, op, onStart };
}
