import { evenBlocks, roundBlocks, upTo } from './blocks.ts';
import type { CollectiveCall } from './collective-call.ts';

/**
 * Bruck's all-gather: in step k member r sends the min(2^k, p - 2^k) blocks from its own on, counted round, to r - 2^k. Any p; the last step
 * may be short. Empty messages are sent: later steps hang on all receives.
 */
export function bruckAllGather(call: CollectiveCall, sizeBytes: number): void {
  const p = call.size;
  const blocks = evenBlocks(sizeBytes, p);
  for (let k = 0, held = 1; held < p; k++, held *= 2) {
    for (let r = 0; r < p; r++) {
      call.sendInOrder(k, r, (r - held + p) % p, roundBlocks(blocks, r, Math.min(held, p - held), p), 'copy');
    }
    call.endStep();
  }
}

/**
 * Neighbour exchange (Chen, Sun, Wu, Lin, "Performance evaluation of allgather algorithms on terascale Linux cluster with fast Ethernet",
 * 2005): p/2 steps, p even. Step 0: even r with r+1, one block each. Step s: even r with r-1 if s is odd, else r+1, both passing on the two
 * blocks that arrived last; at s = 1 the pair's own.
 */
export function neighborExchangeAllGather(call: CollectiveCall, sizeBytes: number): void {
  const p = call.size;
  const blocks = evenBlocks(sizeBytes, p);
  /** First of the two blocks that each member passes on next. */
  let pairs = upTo(p).map((r) => r - (r % 2));
  for (let s = 0; s < p / 2; s++) {
    const next: number[] = [];
    for (let r = 0; r < p; r++) {
      const isUp = (r % 2 === 0) === (s % 2 === 0);
      const partner = (r + (isUp ? 1 : -1) + p) % p;
      call.sendInOrder(s, r, partner, s === 0 ? blocks.of(r) : blocks.of(pairs[r]!, 2), 'copy');
      next[partner] = pairs[r]!;
    }
    call.endStep();
    if (s > 0) pairs = next;
  }
}

/** The barrier: in step k an empty message to r + 2^k (Hensgen, Finkel, Manber 1988). */
export function disseminationBarrier(call: CollectiveCall): void {
  const p = call.size;
  for (let k = 0, distance = 1; distance < p; k++, distance *= 2) {
    for (let r = 0; r < p; r++) call.sendInOrder(k, r, (r + distance) % p, [], 'copy');
    call.endStep();
  }
}
