import type { CollectiveShape } from '../../sim/base/collective-spec.ts';
import { NOTHING } from '../after-all.ts';
import { type Blocks, evenBlocks, partOf, partOfBlocks, upTo } from './blocks.ts';
import type { BlockAction, CollectiveCall } from './collective-call.ts';
import { channelOrder } from './vector-part.ts';

/**
 * Ring algorithms: every step each member sends one of p blocks to its successor. Bandwidth-optimal for any p (Patarasu and Yuan,
 * "Bandwidth optimal all-reduce algorithms for clusters of workstations", 2009).
 *
 * An empty block (vector shorter than p bytes) is not sent: what a step sends is the block that arrived in the step before, so a
 * block that is empty is empty all the way round and nobody waits for it.
 */
export class Ring {
  readonly #call: CollectiveCall;
  readonly #order: readonly number[];
  readonly #chunks: readonly Blocks[];
  /** What brought each chunk of the block that the member at each place sends next. */
  #arrived: Int32Array;

  /**
   * @param order members in the order of the ring; block i belongs to member i
   * @param chunks parts of the blocks that follow each other round the ring
   */
  constructor(call: CollectiveCall, order: readonly number[], chunks: readonly Blocks[]) {
    this.#call = call;
    this.#order = order;
    this.#chunks = chunks;
    this.#arrived = new Int32Array(order.length * chunks.length).fill(NOTHING);
  }

  /** p-1 steps; in step s the member at place i sends the block of the member at place (i - offset - s) mod p. */
  pass(firstStep: number, offset: number, action: BlockAction): void {
    const p = this.#order.length;
    const chunks = this.#chunks.length;
    for (let s = 0; s < p - 1; s++) {
      const arrived = new Int32Array(p * chunks).fill(NOTHING);
      for (let i = 0; i < p; i++) {
        const next = (i + 1) % p;
        const block = this.#order[(i - offset - s + 2 * p) % p]!;
        for (let c = 0; c < chunks; c++) {
          const data = this.#chunks[c]!.of(block);
          if (data.length === 0) continue;
          const before = this.#arrived[i * chunks + c]!;
          const waits = before === NOTHING ? [] : [before];
          arrived[next * chunks + c] = this.#call.sendAfter(firstStep + s, this.#order[i]!, this.#order[next]!, data, action, waits);
        }
      }
      this.#arrived = arrived;
    }
  }
}

/** The orders of the members in the channels of a ring. A channel in both directions is two. */
function channels(members: number, { channels = 1, bidirectional = false, ranksPerServer = 1 }: CollectiveShape): number[][] {
  return upTo(channels).flatMap((c) => {
    const order = channelOrder(members, c, ranksPerServer);
    return bidirectional ? [order, order.toReversed()] : [order];
  });
}

/** Runs `emit` for the ring of each channel. `blocksOf(c, k)`: the blocks of part c of k. */
export function ringChannels(
  call: CollectiveCall,
  shape: CollectiveShape,
  blocksOf: (part: number, parts: number) => Blocks,
  emit: (ring: Ring) => void,
): void {
  const { chunks = 1 } = shape;
  const orders = channels(call.size, shape);
  const ringOf = (part: CollectiveCall, channel: number): Ring =>
    new Ring(
      part,
      orders[channel]!,
      upTo(chunks).map((chunk) => partOfBlocks(blocksOf(channel, orders.length), chunk, chunks)),
    );
  if (orders.length === 1) emit(ringOf(call, 0));
  else call.inChannels(orders.length, (part, channel) => emit(ringOf(part, channel)));
}

/** Of each member's block, a channel carries a contiguous part. */
const blocksOfMembers = (members: number, sizeBytes: number) => (part: number, parts: number) =>
  partOfBlocks(evenBlocks(sizeBytes, members), part, parts);

/** A channel carries a contiguous part of the vector. */
const blocksOfVector = (members: number, sizeBytes: number) => (part: number, parts: number) => {
  const { from, bytes } = partOf({ from: 0, bytes: sizeBytes }, part, parts);
  return evenBlocks(bytes, members, from);
};

/** Step s = 0..p-2: r sends block (r-1-s) mod p to r+1, which adds it. Member r ends with block r complete. */
export function ringReduceScatter(call: CollectiveCall, sizeBytes: number, shape: CollectiveShape): void {
  ringChannels(call, shape, blocksOfMembers(call.size, sizeBytes), (ring) => ring.pass(0, 1, 'reduce'));
}

/** Step s = 0..p-2: r sends block (r-s) mod p to r+1. */
export function ringAllGather(call: CollectiveCall, sizeBytes: number, shape: CollectiveShape): void {
  ringChannels(call, shape, blocksOfMembers(call.size, sizeBytes), (ring) => ring.pass(0, 0, 'copy'));
}

/** Reduce-scatter, then all-gather, on one ring: 2(p-1) messages of n/p a member. */
export function ringAllReduce(call: CollectiveCall, sizeBytes: number, shape: CollectiveShape): void {
  ringChannels(call, shape, blocksOfVector(call.size, sizeBytes), (ring) => {
    ring.pass(0, 1, 'reduce');
    ring.pass(call.size - 1, 0, 'copy');
  });
}

/** Every member sends n bytes to the next, as nccl-tests' sendrecv does. Member r's bytes lie from r n on. */
export function ringShift(call: CollectiveCall, sizeBytes: number): void {
  for (let r = 0; r < call.size; r++) call.sendInOrder(0, r, (r + 1) % call.size, evenBlocks(sizeBytes, 1, r * sizeBytes).of(0), 'copy');
  call.endStep();
}
