import type { CollectiveShape } from '../../sim/base/collective-spec.ts';
import { binaryTree, secondTree, type Tree } from './binary-trees.ts';
import { type Blocks, type Data, evenBlocks, partOf, type Piece, upTo } from './blocks.ts';
import type { CollectiveCall } from './collective-call.ts';
import { down, up } from './tree.ts';

/**
 * NVLink SHARP (NCCL's NVLS): the switch of a server adds what its GPUs send for one of them, and replicates what one of them sends to all.
 * GPU j of a server deals with shard j of the vector. Only what crosses a link is a message: a GPU's own part of its sum stays.
 */

/** What the others have of the shard of member `local` of a server goes to it as one sum. Returns what brings it there. */
function addUp(call: CollectiveCall, step: number, server: readonly number[], local: number, data: Data): number[] {
  const owner = server[local]!;
  const others = server.filter((member) => member !== owner);
  return call.sendInSwitch(
    step,
    others.map((member) => [member, owner]),
    data,
    'reduce',
    [],
  );
}

/** The owner of a shard sends it to the others, once for all. */
function replicate(
  call: CollectiveCall,
  step: number,
  server: readonly number[],
  owner: number,
  data: Data,
  waits: readonly number[],
): void {
  const others = server.filter((member) => member !== owner);
  call.sendInSwitch(
    step,
    others.map((member) => [owner, member]),
    data,
    'copy',
    waits,
  );
}

/** Each member's block is the sum of what all have of it. */
export function nvlsReduceScatter(call: CollectiveCall, sizeBytes: number): void {
  const blocks = evenBlocks(sizeBytes, call.size);
  const all = upTo(call.size);
  for (const j of all) addUp(call, 0, all, j, blocks.of(j));
}

export function nvlsAllGather(call: CollectiveCall, sizeBytes: number): void {
  const blocks = evenBlocks(sizeBytes, call.size);
  const all = upTo(call.size);
  for (const j of all) replicate(call, 0, all, j, blocks.of(j), []);
}

/**
 * Both, in chunks: a member sends its parts of chunk c + 1 before the sum of chunk c that it replicates, and those of chunk c + 2 after it, so
 * that one chunk goes up while the one before goes down.
 */
export function nvlsAllReduce(call: CollectiveCall, sizeBytes: number, { chunks = 1 }: CollectiveShape): void {
  const p = call.size;
  const all = upTo(p);
  const shardOf = (chunk: number): Blocks => {
    const { from, bytes } = partOf({ from: 0, bytes: sizeBytes }, chunk, chunks);
    return evenBlocks(bytes, p, from);
  };
  let sums: number[][] = [];
  for (let chunk = 0; chunk <= chunks; chunk++) {
    const before = sums;
    if (chunk < chunks) sums = all.map((j) => addUp(call, 2 * chunk, all, j, shardOf(chunk).of(j)));
    if (chunk > 0) all.forEach((j) => replicate(call, 2 * chunk - 1, all, j, shardOf(chunk - 1).of(j), before[j]!));
  }
}

/**
 * NVLS in the servers and NCCL's pair of trees between them, one pair for each local number: half of shard j of every server goes up and down
 * each tree over the ranks of local number j. Each chunk goes on as soon as it is there.
 */
export function nvlsTreeAllReduce(call: CollectiveCall, sizeBytes: number, { chunks = 1, ranksPerServer: g = 1 }: CollectiveShape): void {
  const servers = upTo(call.size / g).map((v) => upTo(g).map((i) => v * g + i));
  const shards = evenBlocks(sizeBytes, g);
  const height = Math.ceil(Math.log2(servers.length));
  const streams = upTo(g).flatMap((local) =>
    [binaryTree, secondTree].map((tree, half): Stream => {
      const piece = shards.of(local)[0];
      return {
        local,
        tree: tree(servers.length),
        piece: piece === undefined ? { from: 0, bytes: 0 } : partOf(piece, half, 2),
        chunks,
        /** By server and chunk, what brings the other GPUs' parts, and then the result, to the rank of this local number. */
        sums: servers.map(() => []),
        results: servers.map(() => []),
      };
    }),
  );
  const everyone = upTo(call.size);
  const rails = streams.flatMap(({ local }) => {
    const rail = servers.map((server) => server[local]!);
    return [rail, rail];
  });
  call.concurrently([everyone, ...rails, everyone], (part, index) => {
    if (index === 0) {
      eachChunk(chunks, streams, (stream, chunk, data) =>
        servers.forEach((server, v) => (stream.sums[v]![chunk] = addUp(part, chunk, server, stream.local, data))),
      );
    } else if (index <= rails.length) {
      const stream = streams[(index - 1) >> 1]!;
      if (index % 2 === 1) stream.atRoot = up(part, stream.tree, vectorPart(stream), 1, (v, chunk) => stream.sums[v]![chunk] ?? []);
      else {
        const results = down(part, stream.tree, vectorPart(stream), 1 + height, (chunk) => stream.atRoot![chunk]!);
        servers.forEach((_, v) => (stream.results[v] = results.map((ofNodes) => ofNodes[v] ?? [])));
      }
    } else {
      eachChunk(chunks, streams, (stream, chunk, data) =>
        servers.forEach((server, v) =>
          replicate(part, 1 + 2 * height + chunk, server, server[stream.local]!, data, stream.results[v]![chunk]!),
        ),
      );
    }
  });
}

/** What goes over one tree. */
interface Stream {
  readonly local: number;
  readonly tree: Tree;
  readonly piece: Piece;
  readonly chunks: number;
  readonly sums: number[][][];
  readonly results: (readonly number[])[][];
  /** What brings each chunk to the root of the tree. */
  atRoot?: readonly (readonly number[])[];
}

const vectorPart = ({ piece, chunks }: Stream) => ({ ...piece, chunks });

function eachChunk(chunks: number, streams: readonly Stream[], emit: (stream: Stream, chunk: number, data: Data) => void): void {
  for (let chunk = 0; chunk < chunks; chunk++) {
    for (const stream of streams) {
      const data = evenBlocks(stream.piece.bytes, chunks, stream.piece.from).of(chunk);
      if (data.length > 0) emit(stream, chunk, data);
    }
  }
}
