import {
  type COLLECTIVE_ALGORITHMS,
  type CollectiveAlgorithm,
  type CollectiveKind,
  type CollectiveShape,
  type CollectiveSpec,
} from '../../sim/base/collective-spec.ts';
import { ConfigError } from '../../sim/base/errors.ts';
import { type Schedule, ScheduleBuilder } from '../../sim/base/schedule.ts';
import { bruckAllToAll, ncclAllToAll, ncclAllToAllV, ringAllToAll, twoStepAllToAll } from './all-to-all.ts';
import { evenBlocks, upTo } from './blocks.ts';
import { chainAllReduce, chainBroadcast, chainReduce } from './chain.ts';
import { CollectiveCall, type MessageObserver } from './collective-call.ts';
import { directAllGather, directAllReduce, directAllToAll, directAllToAllV, directReduceScatter, oneShotAllReduce } from './direct.ts';
import { bruckAllGather, disseminationBarrier, neighborExchangeAllGather } from './gathering.ts';
import {
  halvingDoublingAllReduce,
  rabenseifnerReduce,
  recursiveDoublingAllGather,
  recursiveDoublingAllReduce,
  recursiveDoublingReduceScatter,
  recursiveHalvingReduceScatter,
} from './halving-doubling.ts';
import { nvlsAllGather, nvlsAllReduce, nvlsReduceScatter, nvlsTreeAllReduce } from './nvls.ts';
import { pairwiseAllToAll, pairwiseAllToAllV, pairwiseReduceScatter } from './pairwise.ts';
import { ringAllGather, ringAllReduce, ringReduceScatter, ringShift } from './ring.ts';
import { binomialBroadcast, binomialGather, binomialReduce, binomialScatter, linearGather, linearScatter } from './rooted.ts';
import { scatterAllGatherBroadcast } from './scatter-allgather.ts';
import { membersPerServer, shapeProblem } from './shape-problem.ts';
import { hierarchicalAllGather, hierarchicalAllReduce, torusAllReduce } from './torus.ts';
import { doubleBinaryTreeAllReduce, treeAllReduce, treeBroadcast } from './tree.ts';

type Generator = (call: CollectiveCall, sizeBytes: number, shape: CollectiveShape) => void;

type AlgorithmOf<K extends CollectiveKind> = (typeof COLLECTIVE_ALGORITHMS)[K][number];

const GENERATORS: { readonly [K in CollectiveKind]: Readonly<Record<AlgorithmOf<K>, Generator>> } = {
  'all-reduce': {
    ring: ringAllReduce,
    direct: directAllReduce,
    'halving-doubling': halvingDoublingAllReduce,
    'recursive-doubling': recursiveDoublingAllReduce,
    'one-shot': oneShotAllReduce,
    tree: treeAllReduce,
    'double-binary-tree': doubleBinaryTreeAllReduce,
    chain: chainAllReduce,
    hierarchical: hierarchicalAllReduce,
    torus: torusAllReduce,
    nvls: nvlsAllReduce,
    'nvls-tree': nvlsTreeAllReduce,
  },
  'all-gather': {
    ring: ringAllGather,
    direct: directAllGather,
    'recursive-doubling': (call, sizeBytes) => recursiveDoublingAllGather(call, evenBlocks(sizeBytes, call.size)),
    bruck: bruckAllGather,
    'neighbor-exchange': neighborExchangeAllGather,
    hierarchical: hierarchicalAllGather,
    nvls: nvlsAllGather,
  },
  'reduce-scatter': {
    ring: ringReduceScatter,
    direct: directReduceScatter,
    'recursive-halving': recursiveHalvingReduceScatter,
    pairwise: pairwiseReduceScatter,
    'recursive-doubling': recursiveDoublingReduceScatter,
    nvls: nvlsReduceScatter,
  },
  broadcast: {
    binomial: binomialBroadcast,
    'scatter-allgather': scatterAllGatherBroadcast,
    chain: chainBroadcast,
    tree: treeBroadcast,
  },
  reduce: { binomial: binomialReduce, rabenseifner: rabenseifnerReduce, chain: chainReduce },
  gather: { binomial: binomialGather, linear: linearGather },
  scatter: { binomial: binomialScatter, linear: linearScatter },
  'all-to-all': {
    direct: directAllToAll,
    pairwise: pairwiseAllToAll,
    windowed: directAllToAll,
    bruck: bruckAllToAll,
    ring: ringAllToAll,
    'two-step': twoStepAllToAll,
    nccl: ncclAllToAll,
  },
  'all-to-all-v': { direct: directAllToAllV, pairwise: pairwiseAllToAllV, windowed: directAllToAllV, nccl: ncclAllToAllV },
  barrier: { dissemination: disseminationBarrier },
  'send-recv': { ring: ringShift },
};

/** Why `algorithm` cannot run on `members` ranks in this shape, or null. */
export function algorithmProblem(
  kind: CollectiveKind,
  algorithm: CollectiveAlgorithm,
  members: number,
  shape: CollectiveShape = {},
): string | null {
  return shapeProblem(kind, algorithm, members, shape)?.message ?? null;
}

/**
 * Adds one collective over the members of a call to a Schedule. `sizeBytes` has the nccl-tests meaning; `algorithmProblem` must have returned
 * null. Of the shape only the stride of `groups` counts here, which says how far apart the members are; `sync`, `reduceRateBps` and
 * `pxn` are options of the call.
 */
export function emitCollective(
  kind: CollectiveKind,
  algorithm: CollectiveAlgorithm,
  sizeBytes: number,
  call: CollectiveCall,
  shape: CollectiveShape = {},
): void {
  if (call.size < 2) return;
  const generators: Readonly<Record<string, Generator>> = GENERATORS[kind];
  generators[algorithm]!(call, sizeBytes, { ...shape, ranksPerServer: membersPerServer(call.size, shape) });
}

/** The ranks of each group: `size` of them, `stride` apart, in the order of their first ranks. */
export function groupsOf(ranks: number, { groups }: CollectiveShape): number[][] {
  if (groups === undefined) return [upTo(ranks)];
  const { size, stride } = groups;
  return upTo(ranks / size).map((g) => {
    const first = Math.floor(g / stride) * size * stride + (g % stride);
    return upTo(size).map((i) => first + i * stride);
  });
}

/**
 * The Schedule of one collective over ranks 0..p-1, or of one in each group of them. Phases are its steps, `all-reduce step 3`; a step
 * without a message has no phase.
 *
 * @param observe told of every message and what it carries, in numbers of ranks
 * @throws ConfigError when the collective has no such algorithm, or the algorithm not for this number of ranks or this shape
 */
export function collectiveSchedule(spec: CollectiveSpec, observe?: MessageObserver): Schedule {
  const { kind, algorithm, sizeBytes, ranks, sync, reduceRateBps, pxn = false, ranksPerServer } = spec;
  const problem = shapeProblem(kind, algorithm, ranks, spec);
  if (problem !== null) {
    throw new ConfigError('E140', problem.message, { where: { path: `workload.${problem.key}` }, hint: problem.hint });
  }
  const builder = new ScheduleBuilder(ranks);
  const call = new CollectiveCall(builder, upTo(ranks), {
    phaseOfStep: (step) => builder.phase(`${kind} step ${step}`),
    sync,
    reduceRateBps,
    pxnRanksPerServer: pxn ? ranksPerServer : undefined,
    ...(observe === undefined ? {} : { observe }),
  });
  if (spec.groups === undefined) emitCollective(kind, algorithm, sizeBytes, call, spec);
  else call.concurrently(groupsOf(ranks, spec), (group) => emitCollective(kind, algorithm, sizeBytes, group, spec));
  return builder.build();
}
