import { blockBytes, blockStart, type Data, upTo } from './blocks.ts';

/** What each member sends to each other one in an exchange of everyone with everyone. Member r's bytes lie behind those of member r-1. */
export interface ExchangeData {
  /** What r sends to d. */
  of(r: number, d: number): Data;
}

/** All-to-all: member r's n bytes lie from r n on; block d of them goes to member d. */
export const evenExchange = (sizeBytes: number, members: number): ExchangeData => ({
  of(r, d) {
    const bytes = blockBytes(d, 1, sizeBytes, members);
    return bytes === 0 ? [] : [{ from: r * sizeBytes + blockStart(d, sizeBytes, members), bytes }];
  },
});

/** All-to-all-v: `sizes[r][d]` bytes from r to d, the rows one behind the other. */
export function unevenExchange(sizes: readonly (readonly number[])[]): ExchangeData {
  let at = 0;
  const starts = sizes.map((row) =>
    row.map((bytes) => {
      at += bytes;
      return at - bytes;
    }),
  );
  return {
    of(r, d) {
      const bytes = sizes[r]![d]!;
      return bytes === 0 ? [] : [{ from: starts[r]![d]!, bytes }];
    },
  };
}

/** Reduce-scatter: r's contribution to block d goes to member d. */
export const reduceExchange = (sizeBytes: number, members: number): ExchangeData => ({
  of(_r, d) {
    const bytes = blockBytes(d, 1, sizeBytes, members);
    return bytes === 0 ? [] : [{ from: blockStart(d, sizeBytes, members), bytes }];
  },
});

/** All-gather: r's block goes to all. */
export const gatherExchange = (sizeBytes: number, members: number): ExchangeData => {
  const { of } = reduceExchange(sizeBytes, members);
  return { of: (r) => of(r, r) };
};

/** Everything that the members in `sources` have for those in `destinations`. */
export const between = (exchange: ExchangeData, sources: readonly number[], destinations: readonly number[]): Data =>
  sources.flatMap((r) => destinations.flatMap((d) => exchange.of(r, d)));

/** r+1, r+2, .. (mod p): all others, as member r addresses them. */
export const othersInTurn = (r: number, members: number): number[] => upTo(members - 1).map((i) => (r + 1 + i) % members);
