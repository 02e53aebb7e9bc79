import type { CollectiveShape } from '../../sim/base/collective-spec.ts';
import { upTo } from './blocks.ts';
import type { BlockAction, CollectiveCall } from './collective-call.ts';
import { evenExchange, type ExchangeData, gatherExchange, othersInTurn, reduceExchange, unevenExchange } from './exchange-data.ts';

/**
 * Direct algorithms: a member posts its p-1 messages at once, in the order r+1, r+2, .. (mod p). With a fixed order 0, 1, 2, .. all
 * members would hit member 0 first. Empty blocks are not sent: no data depends on them.
 *
 * @param window messages of a member that may be under way; the next one waits until the one `window` places before it is acknowledged
 */
function postToAll(call: CollectiveCall, step: number, data: ExchangeData, action: BlockAction, window = Infinity): void {
  for (let r = 0; r < call.size; r++) postInTurn(call, step, r, othersInTurn(r, call.size), data, action, window);
}

/** Member r's messages to `destinations`, at most `window` under way. */
export function postInTurn(
  call: CollectiveCall,
  step: number,
  r: number,
  destinations: readonly number[],
  data: ExchangeData,
  action: BlockAction,
  window: number,
): void {
  const sends: number[] = [];
  for (const d of destinations) {
    const sent = data.of(r, d);
    if (sent.length === 0) continue;
    const before = sends[sends.length - window];
    sends.push(call.post(step, r, d, sent, action, before === undefined ? [] : [before]));
  }
}

/** Each member sends its own contribution to block d to member d. */
export function directReduceScatter(call: CollectiveCall, sizeBytes: number, { window }: CollectiveShape): void {
  postToAll(call, 0, reduceExchange(sizeBytes, call.size), 'reduce', window);
}

/** Each member sends its block to all others. */
export function directAllGather(call: CollectiveCall, sizeBytes: number, { window }: CollectiveShape): void {
  postToAll(call, 0, gatherExchange(sizeBytes, call.size), 'copy', window);
}

/** Reduce-scatter, then all-gather; a member starts the second phase when all its receives of the first have ended. */
export function directAllReduce(call: CollectiveCall, sizeBytes: number, { window }: CollectiveShape): void {
  postToAll(call, 0, reduceExchange(sizeBytes, call.size), 'reduce', window);
  call.waitForReceives();
  postToAll(call, 1, gatherExchange(sizeBytes, call.size), 'copy', window);
}

/** Every member sends its vector to all others, at once, and adds what it gets. */
export function oneShotAllReduce(call: CollectiveCall, sizeBytes: number): void {
  const sends = upTo(call.size).map((r) =>
    othersInTurn(r, call.size).map((d) => call.post(0, r, d, [{ from: 0, bytes: sizeBytes }], 'reduce')),
  );
  call.holdArrivals(sends);
}

/** Block d of the sender's n bytes goes to member d. */
export function directAllToAll(call: CollectiveCall, sizeBytes: number, { window }: CollectiveShape): void {
  postToAll(call, 0, evenExchange(sizeBytes, call.size), 'copy', window);
}

/** All-to-all with the sizes of a matrix. */
export function directAllToAllV(call: CollectiveCall, _sizeBytes: number, { sizes, window }: CollectiveShape): void {
  postToAll(call, 0, unevenExchange(sizes!), 'copy', window);
}
