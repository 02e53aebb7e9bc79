import { ConfigError } from '../../sim/base/errors.ts';
import type { MoeSpec } from '../../sim/base/moe-spec.ts';

/** An expert-parallel group: it holds every expert, and its exchanges stay inside. */
export interface ExpertGroup {
  /** Its members' ranks, ascending. */
  readonly ranks: Int32Array;
  readonly size: number;
  /** Servers that it has members on, numbered from 0. */
  readonly servers: number;
  /** Of each member. */
  readonly serverOf: Int32Array;
  /** Every server has members with the same local indices: then member m is number m mod perServer of server floor(m / perServer). */
  readonly isGrid: boolean;
  /** Of a grid. */
  readonly perServer: number;
}

type GroupKeys = Pick<MoeSpec, 'ranks' | 'groupSize' | 'layout' | 'ranksPerServer'>;

/**
 * The expert-parallel groups of a job. `contiguous`: group q has the ranks from q * groupSize on; `strided`: the ranks q, q + n,
 * q + 2n, .. for n groups.
 *
 * @throws ConfigError when the ranks are no multiple of the group size
 */
export function expertGroups({ ranks, groupSize, layout, ranksPerServer }: GroupKeys): ExpertGroup[] {
  const size = groupSize ?? ranks;
  if (ranks % size !== 0) {
    throw new ConfigError('E147', `${ranks} ranks in groups of ${size}`, {
      where: { path: 'workload.groupSize' },
      hint: 'the ranks must be a multiple of the group size',
    });
  }
  const groups = ranks / size;
  return Array.from({ length: groups }, (_, q) =>
    groupOf(
      Int32Array.from({ length: size }, (_unused, i) => (layout === 'contiguous' ? q * size + i : q + i * groups)),
      ranksPerServer,
    ),
  );
}

/** A group of these ranks (ascending). */
export function groupOf(ranks: Int32Array, ranksPerServer: number): ExpertGroup {
  const size = ranks.length;
  const numbers = new Map<number, number>();
  const serverOf = ranks.map((rank) => {
    const server = Math.floor(rank / ranksPerServer);
    if (!numbers.has(server)) numbers.set(server, numbers.size);
    return numbers.get(server)!;
  });
  const servers = numbers.size;
  const perServer = size / servers;
  const isGrid = ranks.every(
    (rank, i) => serverOf[i] === Math.floor(i / perServer) && rank % ranksPerServer === ranks[i % perServer]! % ranksPerServer,
  );
  return { ranks, size, servers, serverOf, isGrid, perServer };
}
