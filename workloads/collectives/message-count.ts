import type { CollectiveSpec } from '../../sim/base/collective-spec.ts';
import { countSends } from '../../sim/base/schedule.ts';
import { powerOfTwoBelow, upTo } from './blocks.ts';
import { collectiveSchedule } from './collective.ts';
import { membersPerServer } from './shape-problem.ts';

/**
 * Messages of a collective whose blocks have a byte each, by the closed forms of its algorithm and without making them. Only with PXN those
 * of algorithms that send few are made.
 */
export function collectiveMessages(spec: CollectiveSpec): number {
  const members = spec.groups?.size ?? spec.ranks;
  if (members < 2) return 0;
  const barriers = spec.sync === 'step' ? (stepCount(spec, members) - 1) * members * ceilLog2(members) : 0;
  return (spec.ranks / members) * ((spec.pxn === true ? withProxies(spec, members) : ofMembers(spec, members)) + barriers);
}

const ceilLog2 = (n: number): number => Math.ceil(Math.log2(n));

/** The power of two of a folding algorithm, and how many members fold. */
function folding(p: number): { readonly core: number; readonly doublings: number; readonly folded: number } {
  const core = powerOfTwoBelow(p);
  return { core, doublings: Math.log2(core), folded: p - core };
}

function ofMembers(spec: CollectiveSpec, p: number): number {
  const { kind, algorithm, channels = 1, bidirectional = false, chunks = 1, dims = [] } = spec;
  const pairs = p * (p - 1);
  const lanes = channels * (bidirectional ? 2 : 1) * chunks;
  const { core, doublings, folded } = folding(p);
  const inServer = membersPerServer(p, spec);
  const servers = p / inServer;
  const bothWays = kind === 'all-reduce' ? 2 : 1;
  switch (algorithm) {
    case 'ring':
      return kind === 'send-recv' ? p : bothWays * pairs * lanes;
    case 'direct':
      return bothWays * pairs;
    case 'windowed':
    case 'nccl':
    case 'pairwise':
    case 'one-shot':
      return pairs;
    // Members beyond the power of two fold into a neighbour before, and get their result from it after.
    case 'halving-doubling':
      return 2 * core * doublings + 2 * folded;
    case 'recursive-halving':
    case 'recursive-doubling':
      return core * doublings + 2 * folded;
    case 'bruck':
    case 'dissemination':
      return p * ceilLog2(p);
    case 'neighbor-exchange':
      return (p * p) / 2;
    case 'chain':
    case 'tree':
      return bothWays * (p - 1) * chunks * channels;
    case 'double-binary-tree':
      return 4 * (p - 1) * chunks * channels;
    case 'hierarchical':
    case 'two-step':
      return bothWays * p * (inServer - 1 + servers - 1);
    case 'nvls':
      return bothWays * pairs * chunks;
    // Two halves of each local rank's shard, each up and down a tree.
    case 'nvls-tree':
      return 4 * p * (inServer - 1) * chunks + 4 * inServer * (servers - 1) * chunks;
    case 'torus':
      return 2 * p * dims.reduce((sum, length) => sum + length - 1, 0);
    case 'binomial':
    case 'linear':
      return p - 1;
    case 'scatter-allgather':
      return p - 1 + (core === p ? p * doublings : pairs);
    case 'rabenseifner':
      return folded + core * doublings + core - 1;
  }
}

/** A message to another rail of another server is two. */
function withProxies(spec: CollectiveSpec, p: number): number {
  const { groups: _, ...alone } = spec;
  const { kind, algorithm, root = 0, channels = 1, bidirectional = false, chunks = 1 } = spec;
  const inServer = membersPerServer(p, spec);
  const servers = p / inServer;
  const bothWays = kind === 'all-reduce' ? 2 : 1;
  if (algorithm === 'chain') {
    // A ring's hops between servers, but for the one into the root where its channel enters the root's server there.
    const into = upTo(channels).filter((channel) => channel % inServer === root % inServer).length;
    return ofMembers(spec, p) + (servers > 1 ? bothWays * (servers * channels - into) * chunks : 0);
  }
  /** Of one round of a ring: the hops between servers. */
  const borders = servers > 1 ? servers : 0;
  switch (algorithm) {
    case 'direct':
    case 'windowed':
    case 'nccl':
    case 'pairwise':
      return ofMembers(spec, p) + bothWays * p * (servers - 1) * (inServer - 1);
    case 'ring':
      if (kind === 'send-recv') return p + borders;
      return ofMembers(spec, p) + bothWays * (p - 1) * borders * channels * (bidirectional ? 2 : 1) * chunks;
    default: {
      const sizeBytes = kind === 'barrier' ? 0 : p * channels * chunks;
      return countSends(collectiveSchedule({ ...alone, ranks: p, ranksPerServer: inServer, sizeBytes }));
    }
  }
}

/** Steps of the algorithms that may have a barrier between them. */
function stepCount({ kind, algorithm }: CollectiveSpec, p: number): number {
  const { doublings, folded } = folding(p);
  const folds = folded > 0 ? 2 : 0;
  switch (algorithm) {
    case 'ring':
      return kind === 'all-reduce' ? 2 * (p - 1) : kind === 'send-recv' ? 1 : p - 1;
    case 'pairwise':
      return p - 1;
    case 'direct':
      return kind === 'all-reduce' ? 2 : 1;
    case 'halving-doubling':
      return 2 * doublings + folds;
    case 'recursive-halving':
    case 'recursive-doubling':
      return doublings + folds;
    case 'rabenseifner':
      return 2 * doublings + folds / 2;
    case 'neighbor-exchange':
      return p / 2;
    default:
      return ceilLog2(p);
  }
}
