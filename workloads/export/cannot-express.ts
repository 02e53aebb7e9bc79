import { ConfigError } from '../../sim/base/errors.ts';
import { COMPUTE, type Schedule, SEND } from '../../sim/base/schedule.ts';

/** An operation for a person: `send 12 (rank 3 to rank 4, 65536 B)`. */
export function operationName({ kind, rank, peer, bytes, durationPs }: Schedule, op: number): string {
  if (kind[op] === COMPUTE) return `compute ${op} (rank ${rank[op]}, ${durationPs[op]! / 1e6} us)`;
  const [word, way] = kind[op] === SEND ? ['send', 'to'] : ['receive', 'from'];
  return `${word} ${op} (rank ${rank[op]} ${way} rank ${peer[op]}, ${bytes[op]} B)`;
}

/** The error for an operation that a format has no words for. */
export function cannotExpress(format: string, schedule: Schedule, op: number, why: string, hint: string): ConfigError {
  return new ConfigError('E180', `${format} cannot express ${operationName(schedule, op)}: ${why}`, { hint });
}
