import { COMPUTE, SEND } from '../../sim/base/schedule.ts';
import type { GoalProgram } from './goal-program.ts';

/**
 * A program as GOAL text (Hoefler, Siebert, Lumsdaine, "Group Operation Assembly Language", ICPP 2009, in the form that LogGOPSim reads),
 * in pieces: labels s0, r0, c0, .. in the order of the file, each operation followed by what it waits for, one `requires` a line.
 */
export function* goalText({ schedule, offset, order, tags, cpus, amount }: GoalProgram): Generator<string> {
  const { ranks, kind, peer, depOffset, depOp, depOnStart } = schedule;
  const number = new Int32Array(schedule.ops);
  const label = (op: number): string => `${kind[op] === SEND ? 's' : kind[op] === COMPUTE ? 'c' : 'r'}${number[op]}`;
  const calc = (op: number): string => `calc ${amount[op]}${cpus[op] === 0 ? '' : ` cpu ${cpus[op]}`}`;
  const message = (op: number): string => {
    const way = kind[op] === SEND ? 'to' : 'from';
    return `${kind[op] === SEND ? 'send' : 'recv'} ${amount[op]}b ${way} ${peer[op]} tag ${tags[op]}`;
  };
  yield `num_ranks ${ranks}\n`;
  for (let rank = 0; rank < ranks; rank++) {
    yield `\nrank ${rank} {\n`;
    const counts = [0, 0, 0];
    for (let i = offset[rank]!; i < offset[rank + 1]!; i++) {
      const op = order[i]!;
      number[op] = counts[kind[op]!]!++;
      const what = kind[op] === COMPUTE ? calc(op) : message(op);
      let lines = `${label(op)}: ${what}\n`;
      for (let edge = depOffset[op]!; edge < depOffset[op + 1]!; edge++) {
        lines += `${label(op)} ${depOnStart[edge] === 1 ? 'irequires' : 'requires'} ${label(depOp[edge]!)}\n`;
      }
      yield lines;
    }
    yield '}\n';
  }
}
