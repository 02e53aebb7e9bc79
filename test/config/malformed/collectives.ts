import type { MalformedConfig } from './base.ts';
import { withWorkload } from './base.ts';

const bad = (name: string, workload: string, error: string): MalformedConfig => ({ name, content: withWorkload(workload), error });

/** Collectives whose keys do not go together, on 4 hosts. */
export const COLLECTIVES: readonly MalformedConfig[] = [
  bad(
    'an algorithm of another rooted collective',
    '{ kind: broadcast, size: 1MiB, algorithm: bruck }',
    '8:53 workload.algorithm: unknown word "bruck" (one of: binomial, scatter-allgather, chain, tree, auto)',
  ),
  bad(
    'what NCCL decides, and servers that it would need',
    '{ kind: all-reduce, size: 1MiB, algorithm: auto, pxn: true }',
    '8:65 workload.pxn: pxn beside algorithm: auto (remove it, or choose an algorithm)',
  ),
  bad('a root that is no rank', '{ kind: broadcast, size: 1MiB, root: 4 }', '8:48 workload.root: no member 4 (members are 0 to 3)'),
  bad(
    'channels of an algorithm without',
    '{ kind: all-reduce, size: 1MiB, algorithm: direct, channels: 2 }',
    '8:72 workload.channels: all-reduce direct has no channels (remove it; it belongs to all-reduce ring, all-reduce chain, all-reduce double-binary-tree)',
  ),
  bad(
    'a window without an algorithm for it',
    '{ kind: all-to-all, size: 1MiB, window: 2 }',
    '8:51 workload.window: all-to-all direct has no window (remove it; it belongs to all-to-all windowed, all-to-all nccl)',
  ),
  bad(
    'an algorithm without its window',
    '{ kind: all-to-all, size: 1MiB, algorithm: windowed }',
    '8:1 workload.window: all-to-all by windowed needs a window (such as window: 8)',
  ),
  bad(
    'a torus without dimensions',
    '{ kind: all-reduce, size: 1MiB, algorithm: torus }',
    '8:1 workload.dims: all-reduce by torus needs dims (such as dims: [2, 2])',
  ),
  bad(
    'a torus of other ranks',
    '{ kind: all-reduce, size: 1MiB, algorithm: torus, dims: [2, 3] }',
    '8:67 workload.dims: 2 x 3 is not 4 ranks (their product must be 4)',
  ),
  bad(
    'neighbours of an odd number',
    '{ kind: all-gather, size: 1MiB, ranks: 3, algorithm: neighbor-exchange }',
    '8:64 workload.algorithm: all-gather by neighbor-exchange needs an even number of ranks, not 3 (choose another algorithm or number of ranks)',
  ),
  bad(
    'a hierarchy without servers',
    '{ kind: all-reduce, size: 1MiB, algorithm: hierarchical }',
    '8:1 workload.ranksPerServer: all-reduce hierarchical needs servers of several ranks (give ranksPerServer)',
  ),
  bad(
    'servers that do not divide the ranks',
    '{ kind: all-reduce, size: 1MiB, algorithm: hierarchical, ranksPerServer: 3 }',
    '8:84 workload.ranksPerServer: 4 ranks in servers of 3 (the ranks must be a multiple; ranksPerServer: 1 is no servers)',
  ),
  bad(
    'groups that do not divide the ranks',
    '{ kind: all-reduce, size: 1MiB, groups: { size: 3 } }',
    '8:51 workload.groups: 4 ranks in groups of 3 at a stride of 1 (the ranks must be a multiple of 3)',
  ),
  bad(
    'a matrix of other ranks',
    '{ kind: all-to-all-v, sizes: [[0B, 1B], [1B, 0B]] }',
    '8:40 workload.sizes: a matrix that is not 4 x 4 (one row a sender, one size a receiver)',
  ),
  bad(
    'barriers between steps that overlap',
    '{ kind: all-reduce, size: 1MiB, chunks: 2, sync: step }',
    '8:60 workload.sync: all-reduce ring has no steps that a barrier could stand between (remove sync, or choose an algorithm of steps without chunks and channels)',
  ),
  bad(
    'a size of a matrix',
    "{ kind: all-to-all-v, sizes: [['1', 1B], [1B, 1B]] }",
    '8:42 workload.sizes[0][0]: "1" has no unit (write a number with one of B, kB, MB, GB, TB, KiB, MiB, GiB, TiB)',
  ),
];
