import type { CollectiveSpec } from '../../sim/base/collective-spec.ts';
import { evenBlocks, upTo } from './blocks.ts';
import type { DataMeaning } from './check.ts';
import { groupsOf } from './collective.ts';
import { evenExchange, type ExchangeData, unevenExchange } from './exchange-data.ts';

/** What each collective is to bring about. Groups use the same bytes, each for its own ranks. */
export function meaningOf(spec: CollectiveSpec): DataMeaning {
  const groups = groupsOf(spec.ranks, spec);
  const groupOf = new Map(groups.flatMap((group) => group.map((rank, member) => [rank, { group, member }] as const)));
  const { reduces, holds, wants } = ofMembers(spec, groups[0]!.length);
  return {
    reduces,
    holds: (rank) => holds(groupOf.get(rank)!.member),
    wants(rank) {
      const { group, member } = groupOf.get(rank)!;
      return wants(member).map(({ data, from }) => ({ data, from: from.map((i) => group[i]!) }));
    },
  };
}

function ofMembers({ kind, sizeBytes, root = 0, sizes }: CollectiveSpec, p: number): DataMeaning {
  const all = upTo(p);
  const vector = evenBlocks(sizeBytes, 1).of(0);
  const blocks = evenBlocks(sizeBytes, p);
  const atRoot = (rank: number, data: DataMeaning['wants']): ReturnType<DataMeaning['wants']> => (rank === root ? data(rank) : []);
  const ownBlocks = (): ReturnType<DataMeaning['wants']> => all.map((i) => ({ data: blocks.of(i), from: [i] }));
  const exchange = (data: ExchangeData): DataMeaning => ({
    reduces: false,
    holds: (r) => all.flatMap((d) => data.of(r, d)),
    wants: (d) => all.map((r) => ({ data: data.of(r, d), from: [r] })),
  });
  switch (kind) {
    case 'all-reduce':
      return { reduces: true, holds: () => vector, wants: () => [{ data: vector, from: all }] };
    case 'reduce-scatter':
      return { reduces: true, holds: () => vector, wants: (rank) => [{ data: blocks.of(rank), from: all }] };
    case 'reduce':
      return { reduces: true, holds: () => vector, wants: (rank) => atRoot(rank, () => [{ data: vector, from: all }]) };
    case 'all-gather':
      return { reduces: false, holds: (rank) => blocks.of(rank), wants: ownBlocks };
    case 'gather':
      return { reduces: false, holds: (rank) => blocks.of(rank), wants: (rank) => atRoot(rank, ownBlocks) };
    case 'scatter':
      return {
        reduces: false,
        holds: (rank) => (rank === root ? vector : []),
        wants: (rank) => [{ data: blocks.of(rank), from: [root] }],
      };
    case 'broadcast':
      return { reduces: false, holds: (rank) => (rank === root ? vector : []), wants: () => [{ data: vector, from: [root] }] };
    case 'all-to-all':
      return exchange(evenExchange(sizeBytes, p));
    case 'all-to-all-v':
      return exchange(unevenExchange(sizes!));
    case 'send-recv': {
      const own = (rank: number) => evenBlocks(sizeBytes, 1, rank * sizeBytes).of(0);
      return { reduces: false, holds: own, wants: (rank) => [{ data: own((rank - 1 + p) % p), from: [(rank - 1 + p) % p] }] };
    }
    case 'barrier':
      return { reduces: false, holds: () => [], wants: () => [] };
  }
}
