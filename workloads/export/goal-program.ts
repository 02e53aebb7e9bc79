import type { ConfigError } from '../../sim/base/errors.ts';
import { COMPUTE, type Schedule, SEND } from '../../sim/base/schedule.ts';
import { PS_PER_UNIT, type TimeUnit } from '../../sim/base/time-unit.ts';
import { cannotExpress } from './cannot-express.ts';
import { goalCpus } from './goal-cpus.ts';
import { messageTags, rankOrder } from './rank-order.ts';

/** ATLAHS has an int for the bytes of a message. */
export const MOST_ATLAHS_BYTES = 2 ** 31 - 1;

/** A Schedule in GOAL's terms, for both of its forms. GOAL leaves the unit of a calc to the simulator, by convention it is ns. */
export interface GoalProgram {
  readonly schedule: Schedule;
  /** Operations of rank r in the order of the file: order[offset[r] .. offset[r + 1]). */
  readonly offset: Int32Array;
  readonly order: Int32Array;
  /** Of each operation among those of its rank. */
  readonly place: Int32Array;
  /** By operation. */
  readonly tags: Int32Array;
  readonly cpus: Uint8Array;
  /** By operation: bytes of a message, time of a calc. */
  readonly amount: Float64Array;
}

/**
 * @throws ConfigError naming the first compute that is no whole number of time units, more computes of a rank at once than it has CPUs,
 *   or operations that wait for each other in a circle
 */
export function goalProgram(schedule: Schedule, timeUnit: TimeUnit): GoalProgram {
  const { ops, kind, bytes, durationPs } = schedule;
  const amount = new Float64Array(ops);
  for (let op = 0; op < ops; op++) {
    amount[op] = kind[op] === COMPUTE ? durationPs[op]! / PS_PER_UNIT[timeUnit] : bytes[op]!;
    if (!Number.isInteger(amount[op])) throw fraction(schedule, op, timeUnit);
  }
  const { offset, order } = rankOrder(schedule, 'GOAL');
  const place = new Int32Array(ops);
  for (let rank = 0; rank < schedule.ranks; rank++) {
    for (let i = offset[rank]!; i < offset[rank + 1]!; i++) place[order[i]!] = i - offset[rank]!;
  }
  const cpus = goalCpus(schedule, { offset, order }, place);
  return { schedule, offset, order, place, tags: messageTags(schedule), cpus, amount };
}

function fraction(schedule: Schedule, op: number, unit: TimeUnit): ConfigError {
  return cannotExpress('GOAL', schedule, op, `it lasts no whole number of ${unit}`, 'say --time-unit ps');
}

/** Messages that ATLAHS cannot hold. */
export const countOverAtlahs = ({ kind, bytes }: Schedule): number =>
  kind.reduce((count, each, op) => (each === SEND && bytes[op]! > MOST_ATLAHS_BYTES ? count + 1 : count), 0);
