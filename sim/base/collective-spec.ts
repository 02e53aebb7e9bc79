/** `sizeBytes` has the nccl-tests meaning of the collective (docs: reference on collectives). */
export interface CollectiveSpec {
  readonly kind: 'all-reduce' | 'all-gather' | 'reduce-scatter' | 'all-to-all';
  readonly algorithm: CollectiveAlgorithm;
  readonly sizeBytes: number;
  readonly ranks: number;
}

export type CollectiveAlgorithm = 'ring' | 'direct' | 'halving-doubling' | 'recursive-doubling' | 'recursive-halving' | 'pairwise';

/** Which algorithms each collective has; the first is its default. */
export const COLLECTIVE_ALGORITHMS = {
  'all-reduce': ['ring', 'direct', 'halving-doubling'],
  'all-gather': ['ring', 'direct', 'recursive-doubling'],
  'reduce-scatter': ['ring', 'direct', 'recursive-halving'],
  'all-to-all': ['direct', 'pairwise'],
} as const satisfies Record<CollectiveSpec['kind'], readonly CollectiveAlgorithm[]>;
