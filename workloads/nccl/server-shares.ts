import type { CollectiveShape } from '../../sim/base/collective-spec.ts';
import { groupsOf } from '../collectives/collective.ts';
import type { ShapeProblem } from '../collectives/shape-problem.ts';

/** How a communicator lies on servers. */
export interface ServerShares {
  readonly servers: number;
  /** Members in the server that has the fewest. */
  readonly fewest: number;
}

/** How the ranks, or those of each group, lie on servers; null: not all groups alike, so that NCCL would tune each by itself. */
export function serverShares(ranks: number, shape: CollectiveShape): ServerShares | null {
  const [first, ...others] = groupsOf(ranks, shape).map((group) => sharesOf(group, shape));
  return others.every(({ servers, fewest }) => servers === first!.servers && fewest === first!.fewest) ? first! : null;
}

function sharesOf(group: readonly number[], { ranksPerServer = 1 }: CollectiveShape): ServerShares {
  const members = new Map<number, number>();
  for (const rank of group) {
    const server = Math.floor(rank / ranksPerServer);
    members.set(server, (members.get(server) ?? 0) + 1);
  }
  return { servers: members.size, fewest: [...members.values()].reduce((a, b) => Math.min(a, b)) };
}

/** Why `algorithm: auto` has no answer for these groups, or null. */
export function autoProblem(ranks: number, shape: CollectiveShape): ShapeProblem | null {
  const { groups, ranksPerServer } = shape;
  if (groups === undefined || serverShares(ranks, shape) !== null) return null;
  const { size, stride } = groups;
  return {
    key: 'groups',
    message: `groups of ${size} at a stride of ${stride} on servers of ${ranksPerServer} ranks differ in the servers they lie on: NCCL chooses for each`,
    hint: 'groups that fill servers or divide them, or an algorithm in place of auto',
  };
}
