import type { CollectiveShape } from '../../sim/base/collective-spec.ts';
import { type Blocks, type Data, evenBlocks, powerOfTwoBelow, roundBlocks } from './blocks.ts';
import type { CollectiveCall } from './collective-call.ts';
import { othersInTurn } from './exchange-data.ts';

/**
 * Rooted collectives number the members from the root on: v = (r - root) mod p. Binomial trees: v, a multiple of 2^(k+1), is the parent of
 * v + 2^k.
 */
export const memberOf = (v: number, root: number, members: number): number => (v + root) % members;

/** Powers of two below `members`, descending: ceil(lg p) of them. */
export const distancesDown = (members: number): number[] => {
  const all: number[] = [];
  for (let distance = powerOfTwoBelow(Math.max(1, members - 1)); distance >= 1 && members > 1; distance /= 2) all.push(distance);
  return all;
};

/** The edges of the binomial tree from the farthest children on, a step for each distance: (step, parent v, child v, distance). */
function eachEdge(
  members: number,
  distances: readonly number[],
  visit: (step: number, v: number, distance: number) => void,
  end: () => void,
): void {
  distances.forEach((distance, step) => {
    for (let v = 0; v + distance < members; v += 2 * distance) visit(step, v, distance);
    end();
  });
}

/** The blocks of v, v+1, .. below v + count, counted from the root. */
const subtree = (blocks: Blocks, v: number, count: number, root: number, members: number): Data =>
  roundBlocks(blocks, v + root, Math.min(count, members - v), members);

/** Whoever has the vector sends it to the farthest member of its half, in ceil(lg p) steps. */
export function binomialBroadcast(call: CollectiveCall, sizeBytes: number, { root = 0 }: CollectiveShape): void {
  const p = call.size;
  const data = evenBlocks(sizeBytes, 1).of(0);
  eachEdge(
    p,
    distancesDown(p),
    (step, v, distance) => call.sendInOrder(step, memberOf(v, root, p), memberOf(v + distance, root, p), data, 'copy'),
    () => call.endStep(),
  );
}

/** The broadcast backwards. */
export function binomialReduce(call: CollectiveCall, sizeBytes: number, { root = 0 }: CollectiveShape): void {
  const p = call.size;
  const data = evenBlocks(sizeBytes, 1).of(0);
  eachEdge(
    p,
    distancesDown(p).reverse(),
    (step, v, distance) => call.sendInOrder(step, memberOf(v + distance, root, p), memberOf(v, root, p), data, 'reduce'),
    () => call.endStep(),
  );
}

/** v sends v + 2^k the blocks of its subtree. Empty subtrees are empty all the way down. */
export function binomialScatter(call: CollectiveCall, sizeBytes: number, { root = 0 }: CollectiveShape): void {
  const p = call.size;
  const blocks = evenBlocks(sizeBytes, p);
  eachEdge(
    p,
    distancesDown(p),
    (step, v, distance) => {
      const data = subtree(blocks, v + distance, distance, root, p);
      if (data.length > 0) call.sendInOrder(step, memberOf(v, root, p), memberOf(v + distance, root, p), data, 'copy');
    },
    () => call.endStep(),
  );
}

/** The scatter backwards. */
export function binomialGather(call: CollectiveCall, sizeBytes: number, { root = 0 }: CollectiveShape): void {
  const p = call.size;
  gatherBlocks(
    call,
    0,
    p,
    (v, count) => subtree(evenBlocks(sizeBytes, p), v, count, root, p),
    (v) => memberOf(v, root, p),
  );
}

/** Gathers what `dataOf(v, count)` says of v, v+1, .. at v = 0, over `parts` members `memberAt(v)`. */
export function gatherBlocks(
  call: CollectiveCall,
  firstStep: number,
  parts: number,
  dataOf: (v: number, count: number) => Data,
  memberAt: (v: number) => number,
): void {
  eachEdge(
    parts,
    distancesDown(parts).reverse(),
    (step, v, distance) => {
      const data = dataOf(v + distance, distance);
      if (data.length > 0) call.sendInOrder(firstStep + step, memberAt(v + distance), memberAt(v), data, 'copy');
    },
    () => call.endStep(),
  );
}

/** The root posts everyone's block at once. */
export function linearScatter(call: CollectiveCall, sizeBytes: number, { root = 0 }: CollectiveShape): void {
  const blocks = evenBlocks(sizeBytes, call.size);
  for (const r of othersInTurn(root, call.size)) {
    const data = blocks.of(r);
    if (data.length > 0) call.post(0, root, r, data, 'copy');
  }
}

/** Everyone sends its block to the root at once. */
export function linearGather(call: CollectiveCall, sizeBytes: number, { root = 0 }: CollectiveShape): void {
  const blocks = evenBlocks(sizeBytes, call.size);
  for (const r of othersInTurn(root, call.size)) {
    const data = blocks.of(r);
    if (data.length > 0) call.post(0, r, root, data, 'copy');
  }
}
