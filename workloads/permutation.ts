import { ConfigError } from '../sim/base/errors.ts';
import { type SetupStream, setupStream } from '../sim/base/random.ts';
import type { PermutationSpec } from '../sim/base/traffic-spec.ts';
import { type Schedule, ScheduleBuilder } from '../sim/base/schedule.ts';

/**
 * A uniform derangement: permutations are drawn by Fisher and Yates until one has no fixed point, e = 2.7 draws on average. Sattolo's
 * algorithm needs one draw but reaches only the permutations that are a single cycle, so that, for instance, no two ranks would ever
 * exchange with each other.
 */
function derangement(ranks: number, stream: SetupStream): Int32Array {
  const map = Int32Array.from({ length: ranks }, (_, rank) => rank);
  do stream.shuffle(map);
  while (map.some((dst, src) => dst === src));
  return map;
}

/**
 * Destination of every rank.
 *
 * @throws ConfigError when the pattern is no bijection of 0..ranks-1 or sends a rank to itself
 */
export function permutationMap(pattern: PermutationSpec['pattern'], ranks: number, seed: number): Int32Array {
  if (ranks < 2) {
    throw new ConfigError('E141', `a permutation of ${ranks} rank sends it to itself`, {
      where: { path: 'workload.ranks' },
      hint: 'use at least 2 ranks',
    });
  }
  if (pattern === 'random') return derangement(ranks, setupStream(seed, 'permutation', 0));

  const [multiply, add] = 'shift' in pattern ? [1, pattern.shift] : [pattern.multiply, pattern.add];
  const residue = (value: number): number => ((value % ranks) + ranks) % ranks;
  const map = new Int32Array(ranks);
  const sourceOf = new Int32Array(ranks).fill(-1);
  const name = 'shift' in pattern ? `a shift by ${pattern.shift}` : `${multiply} * rank + ${add}`;
  for (let rank = 0; rank < ranks; rank++) {
    const dst = (residue(multiply) * rank + residue(add)) % ranks;
    if (sourceOf[dst] !== -1) {
      throw new ConfigError('E142', `${name} (mod ${ranks}) is no permutation: ranks ${sourceOf[dst]} and ${rank} both send to ${dst}`, {
        where: { path: 'workload.pattern.multiply' },
        hint: `multiply must have no common divisor with ${ranks}`,
      });
    }
    if (dst === rank) {
      throw new ConfigError('E143', `${name} (mod ${ranks}) sends rank ${rank} to itself`, {
        where: { path: 'workload.pattern' },
        hint: 'shift' in pattern ? `shift must not be a multiple of ${ranks}` : 'choose another multiply or add',
      });
    }
    sourceOf[dst] = rank;
    map[rank] = dst;
  }
  return map;
}

/** One flow from every rank to its destination, all posted at time 0. */
export function permutationSchedule(spec: PermutationSpec, seed: number): Schedule {
  const builder = new ScheduleBuilder(spec.ranks);
  const map = permutationMap(spec.pattern, spec.ranks, seed);
  const phase = builder.phase('permutation');
  map.forEach((dst, src) => builder.message(src, dst, spec.sizeBytes, phase));
  return builder.build();
}
