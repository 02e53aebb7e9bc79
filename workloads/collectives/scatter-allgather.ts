import type { CollectiveShape } from '../../sim/base/collective-spec.ts';
import { type Blocks, evenBlocks, powerOfTwoBelow, roundBlocks, upTo } from './blocks.ts';
import type { CollectiveCall } from './collective-call.ts';
import { recursiveDoublingAllGather } from './halving-doubling.ts';
import { Ring } from './ring.ts';
import { binomialScatter, distancesDown, memberOf } from './rooted.ts';

/** Scatter of p blocks, then their all-gather: recursive doubling if p is a power of two, else a ring from the root on (van de Geijn). */
export function scatterAllGatherBroadcast(call: CollectiveCall, sizeBytes: number, shape: CollectiveShape): void {
  const p = call.size;
  const { root = 0 } = shape;
  binomialScatter(call, sizeBytes, shape);
  const order = upTo(p).map((v) => memberOf(v, root, p));
  const firstStep = distancesDown(p).length;
  call.concurrently([order], (part) => {
    const blocks = evenBlocks(sizeBytes, p);
    // Member v of the part holds the block of member v + root.
    const ofPart: Blocks = { of: (first, count = 1) => roundBlocks(blocks, first + root, count, p) };
    if (powerOfTwoBelow(p) === p) recursiveDoublingAllGather(part, ofPart, firstStep);
    else new Ring(part, upTo(p), [ofPart]).pass(firstStep, 0, 'copy');
  });
}
