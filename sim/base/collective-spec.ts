import type { NcclSpec } from './nccl-spec.ts';

export type CollectiveKind =
  | 'all-reduce'
  | 'all-gather'
  | 'reduce-scatter'
  | 'broadcast'
  | 'reduce'
  | 'gather'
  | 'scatter'
  | 'all-to-all'
  | 'all-to-all-v'
  | 'barrier'
  | 'send-recv';

/** `sizeBytes` has the nccl-tests meaning of the collective; of a barrier it is 0, of an all-to-all-v the largest row of `sizes`. */
export interface CollectiveSpec extends CollectiveShape {
  readonly kind: CollectiveKind;
  readonly algorithm: CollectiveAlgorithm;
  readonly sizeBytes: number;
  readonly ranks: number;
  /** `algorithm: auto`: NCCL's tuner is asked about these machines, and `algorithm` has no effect. */
  readonly nccl?: NcclSpec;
}

/** What an algorithm takes beside its size; docs/collectives.md says which takes what. Absent: its default. */
export interface CollectiveShape {
  /** Member (of each group) that a rooted collective starts or ends at; default 0. */
  readonly root?: number;
  /** Parallel rings, chains or pairs of trees, each with its own part of the data; default 1. */
  readonly channels?: number;
  /** Every channel is two rings, one in each direction, with half of its data each. */
  readonly bidirectional?: boolean;
  /** Parts that follow each other through a ring, chain or tree; default 1. */
  readonly chunks?: number;
  /** Messages of a member that may be under way at once. */
  readonly window?: number;
  /** Which partners the largest messages of halving-doubling go to; default `near-first`. */
  readonly order?: 'near-first' | 'far-first';
  /** Of a torus; the first is that of neighbouring ranks. */
  readonly dims?: readonly number[];
  /** Of an all-to-all-v: `sizes[r][d]` bytes go from member r to member d; what is on the diagonal stays. */
  readonly sizes?: readonly (readonly number[])[];
  /** Collectives side by side: `size` members each, `stride` ranks apart. Absent: one of all ranks. */
  readonly groups?: RankGroups;
  /** `step`: a barrier of empty messages between any two steps; default `local`. */
  readonly sync?: 'local' | 'step';
  /** Bits of a received message that are added in a second; absent: adding takes no time. */
  readonly reduceRateBps?: number;
  /** Rank r belongs to server floor(r / ranksPerServer); default 1. */
  readonly ranksPerServer?: number;
  /** What is meant for another rail goes over the rank of that rail in the sender's server. */
  readonly pxn?: boolean;
}

export interface RankGroups {
  readonly size: number;
  readonly stride: number;
}

/** Which algorithms each collective has; the first is its default. */
export const COLLECTIVE_ALGORITHMS = {
  'all-reduce': [
    'ring',
    'direct',
    'halving-doubling',
    'recursive-doubling',
    'one-shot',
    'tree',
    'double-binary-tree',
    'chain',
    'hierarchical',
    'torus',
    'nvls',
    'nvls-tree',
  ],
  'all-gather': ['ring', 'direct', 'recursive-doubling', 'bruck', 'neighbor-exchange', 'hierarchical', 'nvls'],
  'reduce-scatter': ['ring', 'direct', 'recursive-halving', 'pairwise', 'recursive-doubling', 'nvls'],
  broadcast: ['binomial', 'scatter-allgather', 'chain', 'tree'],
  reduce: ['binomial', 'rabenseifner', 'chain'],
  gather: ['binomial', 'linear'],
  scatter: ['binomial', 'linear'],
  'all-to-all': ['direct', 'pairwise', 'windowed', 'bruck', 'ring', 'two-step', 'nccl'],
  'all-to-all-v': ['direct', 'pairwise', 'windowed', 'nccl'],
  barrier: ['dissemination'],
  'send-recv': ['ring'],
} as const satisfies Record<CollectiveKind, readonly string[]>;

export type CollectiveAlgorithm = (typeof COLLECTIVE_ALGORITHMS)[CollectiveKind][number];
