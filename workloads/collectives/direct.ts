import { blockBytes } from './blocks.ts';
import type { BlockAction, CollectiveCall } from './collective-call.ts';

/**
 * Direct algorithms: a member posts its p-1 messages at once, in the order r+1, r+2, .. (mod p). With a fixed order 0, 1, 2, .. all
 * members would hit member 0 first. Empty blocks are not sent: no data depends on them.
 */
function postToAll(call: CollectiveCall, step: number, sizeBytes: number, sends: 'block of dst' | 'own block', action: BlockAction): void {
  const p = call.size;
  for (let r = 0; r < p; r++) {
    for (let shift = 1; shift < p; shift++) {
      const dst = (r + shift) % p;
      const block = sends === 'own block' ? r : dst;
      const bytes = blockBytes(block, 1, sizeBytes, p);
      if (bytes > 0) call.post(step, r, dst, bytes, block, 1, action);
    }
  }
}

/** Each member sends its own contribution to block d to member d. */
export function directReduceScatter(call: CollectiveCall, sizeBytes: number): void {
  postToAll(call, 0, sizeBytes, 'block of dst', 'reduce');
}

/** Each member sends its block to all others. */
export function directAllGather(call: CollectiveCall, sizeBytes: number): void {
  postToAll(call, 0, sizeBytes, 'own block', 'copy');
}

/** Reduce-scatter, then all-gather; a member starts the second phase when all its receives of the first have ended. */
export function directAllReduce(call: CollectiveCall, sizeBytes: number): void {
  postToAll(call, 0, sizeBytes, 'block of dst', 'reduce');
  call.waitForReceives();
  postToAll(call, 1, sizeBytes, 'own block', 'copy');
}

/** Block d of the sender's n bytes goes to member d. */
export function directAllToAll(call: CollectiveCall, sizeBytes: number): void {
  postToAll(call, 0, sizeBytes, 'block of dst', 'copy');
}
