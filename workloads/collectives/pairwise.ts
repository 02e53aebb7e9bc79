import { blockBytes, powerOfTwoBelow } from './blocks.ts';
import type { CollectiveCall } from './collective-call.ts';

/**
 * Pairwise all-to-all: p-1 steps, each a permutation. In step s = 1..p-1 member r sends block d of its n bytes to d = r xor s if p is a
 * power of two, else to d = (r+s) mod p. Steps are numbered from 0 in the Schedule.
 *
 * A member starts a step when its receive of the step before has ended, which is what makes it differ from `direct`: the order is a
 * hand-shake, not a flow of data. Blocks of 0 bytes are therefore sent as empty messages.
 */
export function pairwiseAllToAll(call: CollectiveCall, sizeBytes: number): void {
  const p = call.size;
  const isPowerOfTwo = powerOfTwoBelow(p) === p;
  for (let s = 1; s < p; s++) {
    for (let r = 0; r < p; r++) {
      const dst = isPowerOfTwo ? r ^ s : (r + s) % p;
      call.sendInOrder(s - 1, r, dst, blockBytes(dst, 1, sizeBytes, p), dst, 1, 'copy');
    }
    call.endStep();
  }
}
