import { ConfigError } from '../../sim/base/errors.ts';
import { COLLECTIVE_ALGORITHMS, type CollectiveAlgorithm, type CollectiveSpec } from '../../sim/base/collective-spec.ts';
import { type Schedule, ScheduleBuilder } from '../../sim/base/schedule.ts';
import { powerOfTwoBelow } from './blocks.ts';
import { CollectiveCall, type MessageObserver } from './collective-call.ts';
import { directAllGather, directAllReduce, directAllToAll, directReduceScatter } from './direct.ts';
import { halvingDoublingAllReduce, recursiveDoublingAllGather, recursiveHalvingReduceScatter } from './halving-doubling.ts';
import { pairwiseAllToAll } from './pairwise.ts';
import { ringAllGather, ringAllReduce, ringReduceScatter } from './ring.ts';

type Generator = (call: CollectiveCall, sizeBytes: number) => void;

type AlgorithmOf<K extends CollectiveSpec['kind']> = (typeof COLLECTIVE_ALGORITHMS)[K][number];

const GENERATORS: { readonly [K in CollectiveSpec['kind']]: Readonly<Record<AlgorithmOf<K>, Generator>> } = {
  'all-reduce': { ring: ringAllReduce, direct: directAllReduce, 'halving-doubling': halvingDoublingAllReduce },
  'all-gather': { ring: ringAllGather, direct: directAllGather, 'recursive-doubling': recursiveDoublingAllGather },
  'reduce-scatter': { ring: ringReduceScatter, direct: directReduceScatter, 'recursive-halving': recursiveHalvingReduceScatter },
  'all-to-all': { direct: directAllToAll, pairwise: pairwiseAllToAll },
};

/** Why `algorithm` cannot run on `members` ranks, or null. */
export function algorithmProblem(kind: CollectiveSpec['kind'], algorithm: CollectiveAlgorithm, members: number): string | null {
  if (!(COLLECTIVE_ALGORITHMS[kind] as readonly string[]).includes(algorithm)) {
    return `${kind} has no algorithm ${algorithm}; it has ${COLLECTIVE_ALGORITHMS[kind].join(', ')}`;
  }
  if (algorithm === 'recursive-doubling' && powerOfTwoBelow(members) !== members) {
    return `${kind} by recursive-doubling needs a power of two of ranks, not ${members}`;
  }
  return null;
}

/** Adds one collective to a Schedule. `sizeBytes` has the nccl-tests meaning; `algorithmProblem` must have returned null. */
export function emitCollective(
  kind: CollectiveSpec['kind'],
  algorithm: CollectiveAlgorithm,
  sizeBytes: number,
  call: CollectiveCall,
): void {
  const generators: Readonly<Record<string, Generator>> = GENERATORS[kind];
  generators[algorithm]!(call, sizeBytes);
}

/**
 * The Schedule of one collective over ranks 0..p-1. Phases are its steps, `all-reduce step 3`; a step without a message has no phase.
 *
 * @param observe told of every message and the blocks it carries
 * @throws ConfigError when the collective has no such algorithm, or the algorithm not for this number of ranks
 */
export function collectiveSchedule(spec: CollectiveSpec, observe?: MessageObserver): Schedule {
  const { kind, algorithm, sizeBytes, ranks } = spec;
  const problem = algorithmProblem(kind, algorithm, ranks);
  if (problem !== null) {
    throw new ConfigError('E140', problem, { where: { path: 'workload.algorithm' }, hint: 'choose another algorithm or number of ranks' });
  }
  const builder = new ScheduleBuilder(ranks);
  const call = new CollectiveCall(
    builder,
    Array.from({ length: ranks }, (_, rank) => rank),
    { phaseOfStep: (step) => builder.phase(`${kind} step ${step}`), ...(observe === undefined ? {} : { observe }) },
  );
  emitCollective(kind, algorithm, sizeBytes, call);
  return builder.build();
}
