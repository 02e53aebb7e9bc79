import type { OperationTimes } from '../../sim/base/measures.ts';
import { MinHeap } from '../../sim/base/min-heap.ts';
import { COMPUTE, RECV, type Schedule } from '../../sim/base/schedule.ts';

/** Operations as slices of a timeline, in order of their begins; at most as many as there is room for. */
export interface Slices {
  readonly op: Int32Array;
  /** By slice, in whole ns: rounding keeps the order of times, so slices of a lane stay disjoint. */
  readonly fromNs: Float64Array;
  readonly toNs: Float64Array;
  /** By slice: the lane among those of its rank and kind. Slices of a lane follow each other. */
  readonly lane: Int32Array;
  /** By operation; -1: it has none. */
  readonly sliceOf: Int32Array;
  /** Slices that there was no room for: the last ones to begin. */
  readonly leftOut: number;
  /** Operations that never started, and those that started and did not end. */
  readonly notStarted: number;
  readonly notEnded: number;
}

/** Times of a trace are in whole ns. */
export const nsOf = (ps: number): number => Math.round(ps / 1000);

/**
 * A compute and a send last from start to end, a receive from the later of its start and that of its send: it may have been ready since
 * the run began. What did not end lasts until `runEndPs`. Computes of length 0 have no slice.
 *
 * @param room the most slices
 */
export function slicesOf(schedule: Schedule, { startPs, endPs }: OperationTimes, runEndPs: number, room: number): Slices {
  const { ops, kind, match, durationPs } = schedule;
  const beginPs = new Float64Array(ops).fill(NaN);
  let notStarted = 0;
  let notEnded = 0;
  for (let op = 0; op < ops; op++) {
    if (Number.isNaN(startPs[op])) notStarted++;
    else if (Number.isNaN(endPs[op])) notEnded++;
    if (kind[op] === COMPUTE && durationPs[op] === 0) continue;
    beginPs[op] = kind[op] === RECV ? Math.max(startPs[op]!, startPs[match[op]!]!) : startPs[op]!;
  }
  const drawn = Int32Array.from({ length: ops }, (_, op) => op).filter((op) => !Number.isNaN(beginPs[op]));
  drawn.sort((a, b) => beginPs[a]! - beginPs[b]! || a - b);
  const op = drawn.slice(0, room);
  const fromNs = Float64Array.from(op, (each) => nsOf(beginPs[each]!));
  const toNs = Float64Array.from(op, (each) => nsOf(Number.isNaN(endPs[each]) ? runEndPs : endPs[each]!));
  const sliceOf = new Int32Array(ops).fill(-1);
  op.forEach((each, slice) => (sliceOf[each] = slice));
  const lane = lanes(schedule, op, fromNs, toNs);
  return { op, fromNs, toNs, lane, sliceOf, leftOut: drawn.length - op.length, notStarted, notEnded };
}

/** The lowest lane that is free, in order of begins. */
function lanes({ rank, kind }: Schedule, op: Int32Array, fromNs: Float64Array, toNs: Float64Array): Int32Array {
  const lanesOf = new Map<number, Lanes>();
  return op.map((each, slice) => {
    const key = 3 * rank[each]! + kind[each]!;
    let own = lanesOf.get(key);
    if (own === undefined) lanesOf.set(key, (own = new Lanes()));
    return own.take(fromNs[slice]!, toNs[slice]!);
  });
}

/** Colours intervals that come in order of their begins with the fewest lanes, n of them in n log n steps. */
class Lanes {
  #count = 0;
  readonly #free = new MinHeap<number>((a, b) => a < b);
  readonly #taken = new MinHeap<{ readonly lane: number; readonly toNs: number }>((a, b) =>
    a.toNs === b.toNs ? a.lane < b.lane : a.toNs < b.toNs,
  );

  take(fromNs: number, toNs: number): number {
    for (let first = this.#taken.peek(); first !== undefined && first.toNs <= fromNs; first = this.#taken.peek()) {
      this.#free.push(first.lane);
      this.#taken.pop();
    }
    const lane = this.#free.pop() ?? this.#count++;
    this.#taken.push({ lane, toNs });
    return lane;
  }
}
