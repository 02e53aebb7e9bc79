import { blockBytes } from './blocks.ts';
import type { BlockAction, CollectiveCall } from './collective-call.ts';

/**
 * Ring algorithms: every step each member sends one of p blocks to its successor. Bandwidth-optimal for any p (Patarasu and Yuan,
 * "Bandwidth optimal all-reduce algorithms for clusters of workstations", 2009).
 *
 * An empty block (vector shorter than p bytes) is not sent: what a step sends is the block that arrived in the step before, so a
 * block that is empty is empty all the way round and nobody waits for it.
 */

/** p-1 steps; in step s member r sends block (r - offset - s) mod p. */
function ringSteps(call: CollectiveCall, firstStep: number, sizeBytes: number, offset: number, action: BlockAction): void {
  const p = call.size;
  for (let s = 0; s < p - 1; s++) {
    for (let r = 0; r < p; r++) {
      const block = (r - offset - s + 2 * p) % p;
      const bytes = blockBytes(block, 1, sizeBytes, p);
      if (bytes > 0) call.sendInOrder(firstStep + s, r, (r + 1) % p, bytes, block, 1, action);
    }
    call.endStep();
  }
}

/** Step s = 0..p-2: r sends block (r-1-s) mod p to r+1, which adds it. Member r ends with block r complete. */
export function ringReduceScatter(call: CollectiveCall, sizeBytes: number): void {
  ringSteps(call, 0, sizeBytes, 1, 'reduce');
}

/** Step s = 0..p-2: r sends block (r-s) mod p to r+1. */
export function ringAllGather(call: CollectiveCall, sizeBytes: number): void {
  ringSteps(call, 0, sizeBytes, 0, 'copy');
}

/** Reduce-scatter, then all-gather, on one ring: 2(p-1) messages of n/p a member. */
export function ringAllReduce(call: CollectiveCall, sizeBytes: number): void {
  ringSteps(call, 0, sizeBytes, 1, 'reduce');
  ringSteps(call, call.size - 1, sizeBytes, 0, 'copy');
}
