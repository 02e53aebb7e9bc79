import { COMPUTE, type Schedule } from '../../sim/base/schedule.ts';

/**
 * Whether an operation is a join: a compute of length 0, which only stands for the set of operations that it waits for (`afterAll`). It
 * starts and ends in one instant, so who waits for it, by start or by end, waits for that set.
 */
export const isJoin = ({ kind, durationPs }: Schedule, op: number): boolean => kind[op] === COMPUTE && durationPs[op] === 0;

/** What an operation waits for once joins are replaced by what they wait for. Ascending, without repetition. */
export interface Waits {
  /** Operations that must have ended. */
  readonly ends: readonly number[];
  /** Operations that must have started. */
  readonly starts: readonly number[];
}

export const NO_WAITS: Waits = { ends: [], starts: [] };

/** Answers what operations wait for; operations behind one join share one answer, as an object. */
export class WaitsOfOperations {
  readonly #schedule: Schedule;
  readonly #ofJoin = new Map<number, Waits>();

  constructor(schedule: Schedule) {
    this.#schedule = schedule;
  }

  of(op: number): Waits {
    const { depOffset, depOp } = this.#schedule;
    const first = depOffset[op]!;
    const count = depOffset[op + 1]! - first;
    if (count === 0) return NO_WAITS;
    if (count === 1 && isJoin(this.#schedule, depOp[first]!)) return this.#join(depOp[first]!);
    return this.#gather(op);
  }

  /** Without recursion: joins may follow each other in a chain as long as the Schedule. */
  #join(top: number): Waits {
    const stack = [top];
    while (stack.length > 0) {
      const join = stack.at(-1)!;
      const inner = this.#ofJoin.has(join) ? [] : this.#joinsBefore(join).filter((op) => !this.#ofJoin.has(op));
      if (inner.length > 0) stack.push(...inner);
      else {
        if (!this.#ofJoin.has(join)) this.#ofJoin.set(join, this.#gather(join));
        stack.pop();
      }
    }
    return this.#ofJoin.get(top)!;
  }

  #joinsBefore(op: number): number[] {
    const { depOffset, depOp } = this.#schedule;
    return [...depOp.subarray(depOffset[op]!, depOffset[op + 1]!)].filter((dep) => isJoin(this.#schedule, dep));
  }

  #gather(op: number): Waits {
    const { depOffset, depOp, depOnStart } = this.#schedule;
    const ends = new Set<number>();
    const starts = new Set<number>();
    for (let edge = depOffset[op]!; edge < depOffset[op + 1]!; edge++) {
      const dep = depOp[edge]!;
      if (!isJoin(this.#schedule, dep)) (depOnStart[edge] === 1 ? starts : ends).add(dep);
      else {
        const waits = this.#join(dep);
        for (const end of waits.ends) ends.add(end);
        for (const start of waits.starts) starts.add(start);
      }
    }
    const ascending = (ops: Iterable<number>): number[] => [...ops].sort((a, b) => a - b);
    return { ends: ascending(ends), starts: ascending([...starts].filter((start) => !ends.has(start))) };
  }
}
