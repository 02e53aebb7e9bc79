import type { CollectiveShape } from '../../sim/base/collective-spec.ts';
import { type Blocks, evenBlocks, partOf, type Piece, upTo } from './blocks.ts';
import type { CollectiveCall } from './collective-call.ts';
import { Ring } from './ring.ts';

/** Lines of a torus along one dimension: members that differ in that coordinate only, in its order. */
function lines(members: number, length: number, stride: number): number[][] {
  const all: number[][] = [];
  for (let r = 0; r < members; r++) {
    if (Math.floor(r / stride) % length === 0) all.push(upTo(length).map((i) => r + i * stride));
  }
  return all;
}

/**
 * All-reduce over a torus: reduce-scatter by rings along dimension 1, 2, .., D, each on the part that the one before left a member with; then
 * all-gather along D, .., 1. Dimension 1 is that of neighbouring ranks.
 */
export function torusAllReduce(call: CollectiveCall, sizeBytes: number, { dims = [] }: CollectiveShape): void {
  const p = call.size;
  /** The part of the vector that each member works on. */
  let parts: Piece[] = upTo(p).map(() => ({ from: 0, bytes: sizeBytes }));
  const undo: (() => void)[] = [];
  let step = 0;
  let stride = 1;
  for (const length of dims) {
    const along = lines(p, length, stride);
    const before = parts;
    const firstStep = step;
    call.concurrently(along, (line, i) =>
      new Ring(line, upTo(length), [blocksOf(before[along[i]![0]!]!, length)]).pass(firstStep, 1, 'reduce'),
    );
    parts = upTo(p).map((r) => partOf(before[r]!, Math.floor(r / stride) % length, length));
    undo.push(() => {
      const first = step;
      call.concurrently(along, (line, i) =>
        new Ring(line, upTo(length), [blocksOf(before[along[i]![0]!]!, length)]).pass(first, 0, 'copy'),
      );
      step += length - 1;
    });
    step += length - 1;
    stride *= length;
  }
  for (const gather of undo.reverse()) gather();
}

const blocksOf = ({ from, bytes }: Piece, length: number): Blocks => evenBlocks(bytes, length, from);

/** Reduce-scatter in every server, all-reduce of each local rank's part over the servers, all-gather in every server: a torus. */
export function hierarchicalAllReduce(call: CollectiveCall, sizeBytes: number, { ranksPerServer = 1 }: CollectiveShape): void {
  torusAllReduce(call, sizeBytes, { dims: [ranksPerServer, call.size / ranksPerServer] });
}

/** A ring over the ranks of one local number, then a ring in every server, whose blocks are what each local rank has gathered. */
export function hierarchicalAllGather(call: CollectiveCall, sizeBytes: number, { ranksPerServer: g = 1 }: CollectiveShape): void {
  const servers = call.size / g;
  const blocks = evenBlocks(sizeBytes, call.size);
  const rails = lines(call.size, servers, g);
  call.concurrently(rails, (rail, i) => {
    const ofRail: Blocks = { of: (server) => blocks.of(rails[i]![server]!) };
    new Ring(rail, upTo(servers), [ofRail]).pass(0, 0, 'copy');
  });
  call.concurrently(lines(call.size, g, 1), (server) => {
    const gathered: Blocks = { of: (local) => rails[local]!.flatMap((r) => blocks.of(r)) };
    new Ring(server, upTo(g), [gathered]).pass(servers - 1, 0, 'copy');
  });
}
