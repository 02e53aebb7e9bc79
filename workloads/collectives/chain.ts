import type { CollectiveShape } from '../../sim/base/collective-spec.ts';
import { NOTHING } from '../after-all.ts';
import { evenBlocks } from './blocks.ts';
import type { BlockAction, CollectiveCall } from './collective-call.ts';
import { channelOrder, inChannels, type VectorPart } from './vector-part.ts';

/**
 * The members v = 0, 1, .. from the root on pass the vector on in chunks: member v at place v sends a chunk to its neighbour as soon as it
 * has got (and added) it. A message's step is the place of its link plus its chunk.
 */
function passOn(
  call: CollectiveCall,
  { from, bytes, chunks }: VectorPart,
  links: readonly (readonly [src: number, dst: number])[],
  firstStep: number,
  action: BlockAction,
): void {
  const blocks = evenBlocks(bytes, chunks, from);
  let arrived = new Int32Array(chunks).fill(NOTHING);
  links.forEach(([src, dst], place) => {
    const next = new Int32Array(chunks).fill(NOTHING);
    for (let chunk = 0; chunk < chunks; chunk++) {
      const data = blocks.of(chunk);
      if (data.length === 0) continue;
      const before = arrived[chunk]!;
      next[chunk] = call.sendAfter(firstStep + place + chunk, src, dst, data, action, before === NOTHING ? [] : [before]);
    }
    arrived = next;
  });
}

/** Links of the chain from the root on: the order of a ring's channel, cut before the root. */
function linksDown(members: number, channel: number, { root = 0, ranksPerServer = 1 }: CollectiveShape): [number, number][] {
  const order = channelOrder(members, channel, ranksPerServer);
  const start = order.indexOf(root);
  return Array.from({ length: members - 1 }, (_, v) => [order[(start + v) % members]!, order[(start + v + 1) % members]!]);
}

const linksUp = (members: number, channel: number, shape: CollectiveShape): [number, number][] =>
  linksDown(members, channel, shape)
    .reverse()
    .map(([parent, child]) => [child, parent]);

export function chainBroadcast(call: CollectiveCall, sizeBytes: number, shape: CollectiveShape): void {
  inChannels(call, sizeBytes, shape, (lane, part, channel) => passOn(lane, part, linksDown(lane.size, channel, shape), 0, 'copy'));
}

export function chainReduce(call: CollectiveCall, sizeBytes: number, shape: CollectiveShape): void {
  inChannels(call, sizeBytes, shape, (lane, part, channel) => passOn(lane, part, linksUp(lane.size, channel, shape), 0, 'reduce'));
}

/** Up to member 0, and when it has all of its part, down again. */
export function chainAllReduce(call: CollectiveCall, sizeBytes: number, shape: CollectiveShape): void {
  inChannels(call, sizeBytes, shape, (lane, part, channel) => {
    passOn(lane, part, linksUp(lane.size, channel, shape), 0, 'reduce');
    lane.settle();
    passOn(lane, part, linksDown(lane.size, channel, shape), lane.size - 2 + part.chunks, 'copy');
  });
}
