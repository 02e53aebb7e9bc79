import {
  COLLECTIVE_ALGORITHMS,
  type CollectiveAlgorithm,
  type CollectiveKind,
  type CollectiveShape,
} from '../../sim/base/collective-spec.ts';
import { powerOfTwoBelow } from './blocks.ts';

/** What does not fit in the spec of a collective: the key, why, and what to do. */
export interface ShapeProblem {
  readonly key: 'algorithm' | keyof CollectiveShape;
  readonly message: string;
  readonly hint: string;
}

/** The algorithms of a collective but for some. */
const others = (kind: CollectiveKind, ...without: readonly CollectiveAlgorithm[]): string[] =>
  COLLECTIVE_ALGORITHMS[kind].filter((algorithm) => !without.includes(algorithm)).map((algorithm) => `${kind} ${algorithm}`);

/** Keys of a shape that only some algorithms take, and which. A kind alone: all its algorithms. */
const TAKEN_BY = {
  channels: [
    ...['all-reduce ring', 'all-gather ring', 'reduce-scatter ring', 'broadcast chain', 'reduce chain', 'all-reduce chain'],
    'all-reduce double-binary-tree',
  ],
  bidirectional: ['all-reduce ring', 'all-gather ring', 'reduce-scatter ring'],
  chunks: [
    ...['all-reduce ring', 'all-gather ring', 'reduce-scatter ring', 'broadcast chain', 'reduce chain', 'all-reduce chain'],
    ...['broadcast tree', 'all-reduce tree', 'all-reduce double-binary-tree', 'all-reduce nvls', 'all-reduce nvls-tree'],
  ],
  window: [
    ...['all-reduce direct', 'all-gather direct', 'reduce-scatter direct'],
    ...['all-to-all windowed', 'all-to-all nccl', 'all-to-all-v windowed', 'all-to-all-v nccl'],
  ],
  order: ['all-reduce halving-doubling'],
  dims: ['all-reduce torus'],
  root: ['broadcast', 'reduce', 'gather', 'scatter'],
  // The switch of NVLS adds.
  reduceRateBps: [...others('all-reduce', 'nvls', 'nvls-tree'), ...others('reduce-scatter', 'nvls'), 'reduce'],
  sizes: ['all-to-all-v'],
  // Left out: those whose messages between servers stay on their rails.
  pxn: [
    ...others('all-reduce', 'tree', 'double-binary-tree', 'hierarchical', 'nvls', 'nvls-tree'),
    ...others('all-gather', 'hierarchical', 'nvls'),
    ...others('reduce-scatter', 'nvls'),
    ...others('all-to-all', 'two-step'),
    ...['broadcast', 'reduce', 'gather', 'scatter', 'all-to-all-v', 'barrier', 'send-recv'],
  ],
} as const satisfies Partial<Record<keyof CollectiveShape, readonly string[]>>;

/** Algorithms whose steps are one after the other for all members, so that a barrier can stand between them. */
const WITHOUT_STEPS = /chain|tree|torus|hierarchical|two-step|scatter-allgather|windowed|nccl|nvls|linear|one-shot/;

/** Algorithms that are built from servers, whatever else they are given. */
const USES_SERVERS = /hierarchical|two-step|nccl|nvls|^all-reduce (tree|double-binary-tree)/;
const NEEDS_SERVERS = /hierarchical|two-step|nvls/;

/** How many members of a collective (or of a group) a server has: with a stride, only some of its ranks take part. At most all of them. */
export function membersPerServer(members: number, { ranksPerServer = 1, groups }: CollectiveShape): number {
  return Math.min(members, Math.max(1, Math.floor(ranksPerServer / (groups?.stride ?? 1))));
}

/** Whether every group has as many members on each of its servers: none lies across the border of two that it does not fill. */
function liesOnServers(ranks: number, { ranksPerServer = 1, groups }: CollectiveShape): boolean {
  if (groups === undefined || groups.stride >= ranksPerServer || ranks <= ranksPerServer) return true;
  const span = groups.size * groups.stride;
  return ranksPerServer % groups.stride === 0 && (span >= ranksPerServer || ranksPerServer % span === 0);
}

/** The first thing that is wrong with a collective over `ranks` ranks, or null. */
export function shapeProblem(
  kind: CollectiveKind,
  algorithm: CollectiveAlgorithm,
  ranks: number,
  shape: CollectiveShape,
): ShapeProblem | null {
  const name = `${kind} ${algorithm}`;
  if (!(COLLECTIVE_ALGORITHMS[kind] as readonly string[]).includes(algorithm)) {
    return {
      key: 'algorithm',
      message: `${kind} has no algorithm ${algorithm}; it has ${COLLECTIVE_ALGORITHMS[kind].join(', ')}`,
      hint: 'choose one of these',
    };
  }
  const { groups } = shape;
  if (groups !== undefined && ranks % (groups.size * groups.stride) !== 0) {
    return {
      key: 'groups',
      message: `${ranks} ranks in groups of ${groups.size} at a stride of ${groups.stride}`,
      hint: `the ranks must be a multiple of ${groups.size * groups.stride}`,
    };
  }
  const members = groups?.size ?? ranks;
  return foreignKey(kind, algorithm, shape) ?? missingKey(kind, algorithm, members, shape) ?? unfit(name, algorithm, ranks, shape);
}

/** A key that the algorithm does not take. A value that asks for nothing is none. */
function foreignKey(kind: CollectiveKind, algorithm: CollectiveAlgorithm, shape: CollectiveShape): ShapeProblem | null {
  const isOf = (taker: string, name: string): boolean => name === taker || name.startsWith(`${taker} `);
  for (const [key, takers] of Object.entries(TAKEN_BY) as [keyof typeof TAKEN_BY, readonly string[]][]) {
    const value = shape[key];
    const asksForNothing = value === undefined || value === false || ((key === 'channels' || key === 'chunks') && value === 1);
    if (asksForNothing || takers.some((taker) => isOf(taker, `${kind} ${algorithm}`))) continue;
    const alike = takers.filter((taker) => isOf(kind, taker));
    const belongs = (alike.length > 0 ? alike : takers).join(', ');
    return { key, message: `${kind} ${algorithm} has no ${WRITTEN[key] ?? key}`, hint: `remove it; it belongs to ${belongs}` };
  }
  return null;
}

/** Keys whose name in a config differs. */
const WRITTEN: Readonly<Partial<Record<keyof CollectiveShape, string>>> = { reduceRateBps: 'reduceRate' };

function missingKey(kind: CollectiveKind, algorithm: CollectiveAlgorithm, members: number, shape: CollectiveShape): ShapeProblem | null {
  if (algorithm === 'windowed' && shape.window === undefined) {
    return { key: 'window', message: `${kind} by windowed needs a window`, hint: 'such as window: 8' };
  }
  if (algorithm === 'torus' && shape.dims === undefined) {
    return { key: 'dims', message: `${kind} by torus needs dims`, hint: `such as dims: [2, ${Math.ceil(members / 2)}]` };
  }
  if (kind === 'all-to-all-v' && shape.sizes === undefined) {
    return { key: 'sizes', message: 'all-to-all-v needs sizes', hint: `${members} rows of ${members} sizes` };
  }
  return null;
}

function unfit(name: string, algorithm: CollectiveAlgorithm, ranks: number, shape: CollectiveShape): ShapeProblem | null {
  const members = shape.groups?.size ?? ranks;
  const { root = 0, dims, sizes, sync, chunks = 1, channels = 1, bidirectional = false, pxn = false } = shape;
  if (name === 'all-gather recursive-doubling' && powerOfTwoBelow(members) !== members) {
    return {
      key: 'algorithm',
      message: `all-gather by recursive-doubling needs a power of two of ranks, not ${members}`,
      hint: 'choose another algorithm or number of ranks',
    };
  }
  if (algorithm === 'neighbor-exchange' && members % 2 !== 0) {
    return {
      key: 'algorithm',
      message: `all-gather by neighbor-exchange needs an even number of ranks, not ${members}`,
      hint: 'choose another algorithm or number of ranks',
    };
  }
  if (root >= members) return { key: 'root', message: `no member ${root}`, hint: `members are 0 to ${members - 1}` };
  if (dims !== undefined && dims.reduce((a, b) => a * b, 1) !== members) {
    return { key: 'dims', message: `${dims.join(' x ')} is not ${members} ranks`, hint: `their product must be ${members}` };
  }
  if (sizes !== undefined && (sizes.length !== members || sizes.some((row) => row.length !== members))) {
    return { key: 'sizes', message: `a matrix that is not ${members} x ${members}`, hint: 'one row a sender, one size a receiver' };
  }
  if (sync === 'step' && (WITHOUT_STEPS.test(name) || chunks > 1 || channels > 1 || bidirectional || pxn)) {
    return {
      key: 'sync',
      message: `${name} has no steps that a barrier could stand between`,
      hint: 'remove sync, or choose an algorithm of steps without chunks and channels',
    };
  }
  return serverProblem(name, ranks, shape, channels > 1 || pxn, pxn);
}

function serverProblem(name: string, ranks: number, shape: CollectiveShape, needsWhole: boolean, pxn: boolean): ShapeProblem | null {
  const members = shape.groups?.size ?? ranks;
  const inServer = membersPerServer(members, shape);
  if ((NEEDS_SERVERS.test(name) || pxn) && inServer < 2) {
    return {
      key: 'ranksPerServer',
      message: `${name}${pxn ? ' with pxn' : ''} needs servers of several ranks`,
      hint: 'give ranksPerServer',
    };
  }
  if (name.endsWith('nvls') && inServer !== members) {
    return {
      key: 'ranksPerServer',
      message: `${name} adds in the switch of one server: ${members} ranks are on servers of ${inServer}`,
      hint: 'groups that fit in a server, or all-reduce by nvls-tree',
    };
  }
  if (name.endsWith('nvls-tree') && inServer === members) {
    return { key: 'ranksPerServer', message: `${name} joins servers, and all ${members} ranks are on one`, hint: 'algorithm: nvls' };
  }
  if (!USES_SERVERS.test(name) && !needsWhole) return null;
  if (members % inServer !== 0) {
    return {
      key: 'ranksPerServer',
      message: `${members} ranks in servers of ${inServer}`,
      hint: 'the ranks must be a multiple; ranksPerServer: 1 is no servers',
    };
  }
  if (!liesOnServers(ranks, shape)) {
    const { size, stride } = shape.groups!;
    return {
      key: 'groups',
      message: `groups of ${size} at a stride of ${stride} on servers of ${shape.ranksPerServer} ranks lie across their borders`,
      hint: 'groups that fill servers or divide them; ranksPerServer: 1 is no servers',
    };
  }
  return null;
}
