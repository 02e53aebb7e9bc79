import type { CollectiveShape } from '../../sim/base/collective-spec.ts';
import { powerOfTwoBelow } from './blocks.ts';
import type { BlockAction, CollectiveCall } from './collective-call.ts';
import { evenExchange, type ExchangeData, reduceExchange, unevenExchange } from './exchange-data.ts';

/**
 * p-1 steps, each a permutation: in step s = 1..p-1 member r sends to `partner(r, s)`. Steps are numbered from 0 in the Schedule.
 *
 * A member starts a step when its receive of the step before has ended, which is what makes it differ from `direct`: the order is a
 * hand-shake, not a flow of data. Blocks of 0 bytes are therefore sent as empty messages.
 */
function inSteps(call: CollectiveCall, partner: (r: number, s: number) => number, data: ExchangeData, action: BlockAction): void {
  for (let s = 1; s < call.size; s++) {
    for (let r = 0; r < call.size; r++) {
      const dst = partner(r, s);
      call.sendInOrder(s - 1, r, dst, data.of(r, dst), action);
    }
    call.endStep();
  }
}

const shift = (members: number) => (r: number, s: number) => (r + s) % members;

/** r xor s if p is a power of two, else (r+s) mod p. */
const xorOrShift = (members: number) => (powerOfTwoBelow(members) === members ? (r: number, s: number) => r ^ s : shift(members));

/** Block d goes to member d. */
export function pairwiseAllToAll(call: CollectiveCall, sizeBytes: number): void {
  inSteps(call, xorOrShift(call.size), evenExchange(sizeBytes, call.size), 'copy');
}

/** All-to-all with the sizes of a matrix. */
export function pairwiseAllToAllV(call: CollectiveCall, _sizeBytes: number, { sizes }: CollectiveShape): void {
  inSteps(call, xorOrShift(call.size), unevenExchange(sizes!), 'copy');
}

/** In step s member r sends its own contribution to block (r+s) mod p to that member. */
export function pairwiseReduceScatter(call: CollectiveCall, sizeBytes: number): void {
  inSteps(call, shift(call.size), reduceExchange(sizeBytes, call.size), 'reduce');
}
