import type { CollectiveSpec } from '../../sim/base/collective-spec.ts';
import type { WorkloadConfig } from './schema/workload.ts';

/** A Schedule of this many messages takes a few gigabytes; all-to-all among 4096 ranks, 16.8 million, is below. */
export const MAX_MESSAGES = 20_000_000;

/**
 * Messages of a workload, by the closed forms of its algorithm (docs/workloads.md) and without making them; every block has a byte and
 * every rank of an MoE layer a token for every other one, which is the most there can be. null: only the file can say.
 */
export function messageCount(workload: WorkloadConfig, ranks: number): number | null {
  switch (workload.kind) {
    case 'all-reduce':
    case 'all-gather':
    case 'reduce-scatter':
    case 'all-to-all':
      return collectiveMessages(workload.kind, workload.algorithm, ranks);
    case 'permutation':
      return ranks;
    case 'incast':
      return workload.senders;
    case 'flows':
      return workload.flows.length;
    case 'moe':
      return workload.layers * (workload.phase === 'training' ? 4 : 2) * ranks * (ranks - 1);
    case 'file':
      return null;
  }
}

function collectiveMessages(
  kind: CollectiveSpec['kind'],
  algorithm: Extract<WorkloadConfig, { kind: CollectiveSpec['kind'] }>['algorithm'],
  ranks: number,
): number {
  const allPairs = ranks * (ranks - 1);
  const doublings = Math.floor(Math.log2(ranks));
  const members = 2 ** doublings;
  switch (algorithm) {
    case 'ring':
    case 'direct':
      return kind === 'all-reduce' ? 2 * allPairs : allPairs;
    case 'pairwise':
      return allPairs;
    // Members beyond the power of two fold into a neighbour before, and get their result from it after.
    case 'halving-doubling':
      return 2 * members * doublings + 2 * (ranks - members);
    case 'recursive-halving':
      return members * doublings + 2 * (ranks - members);
    case 'recursive-doubling':
      return members * doublings;
  }
}
