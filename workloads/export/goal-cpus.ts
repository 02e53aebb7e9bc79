import { COMPUTE, type Schedule } from '../../sim/base/schedule.ts';
import { cannotExpress } from './cannot-express.ts';
import type { RankOrder } from './rank-order.ts';

/** CPU numbers have 8 bits. */
const MOST_CPUS = 256;

/**
 * A CPU for each calc, by operation (0 for messages). GOAL runs the calcs of one CPU one after the other, a Schedule as soon as they may:
 * so two calcs share a CPU only where one waits for the end of the other anyway. In the order of the file, a calc takes the CPU of the
 * latest calc that must have ended before it, if no other calc has come to that CPU since; else the first CPU that is still unused.
 *
 * @throws ConfigError naming the first compute of a rank that needs a 257th CPU
 */
export function goalCpus(schedule: Schedule, { offset, order }: RankOrder, place: Int32Array): Uint8Array {
  const { ops, ranks, kind, depOffset, depOp, depOnStart } = schedule;
  const cpus = new Uint8Array(ops);
  /** The calc that has the CPU of a calc after it; -1: none. */
  const successor = new Int32Array(ops).fill(-1);
  /** The latest calc that must have ended before an operation starts, of those that are the last of their CPU; -1: none. */
  const before = new Int32Array(ops).fill(-1);
  for (let rank = 0; rank < ranks; rank++) {
    let used = 0;
    for (let i = offset[rank]!; i < offset[rank + 1]!; i++) {
      const op = order[i]!;
      let latest = -1;
      for (let edge = depOffset[op]!; edge < depOffset[op + 1]!; edge++) {
        const dep = depOp[edge]!;
        const calc = kind[dep] === COMPUTE && depOnStart[edge] === 0 ? dep : before[dep]!;
        if (calc >= 0 && successor[calc]! < 0 && (latest < 0 || place[calc]! > place[latest]!)) latest = calc;
      }
      before[op] = latest;
      if (kind[op] !== COMPUTE) continue;
      if (latest >= 0) successor[latest] = op;
      else if (used === MOST_CPUS) {
        const why = `more than ${MOST_CPUS} computations of its rank may overlap, and a rank has ${MOST_CPUS} CPUs`;
        throw cannotExpress('GOAL', schedule, op, why, 'make computations of a rank wait for each other');
      }
      cpus[op] = latest >= 0 ? cpus[latest]! : used++;
    }
  }
  return cpus;
}
