import type { CollectiveShape } from '../../sim/base/collective-spec.ts';
import { binaryTree, renamed, secondTree, topDown, type Tree, treeOfServers } from './binary-trees.ts';
import { evenBlocks, partOf, upTo } from './blocks.ts';
import type { CollectiveCall } from './collective-call.ts';
import type { VectorPart } from './vector-part.ts';

/** Edges from each node to the root. */
function depths(tree: Tree): number[] {
  const depth: number[] = [];
  for (const x of topDown(tree)) depth[x] = x === tree.root ? 0 : depth[tree.parent[x]!]! + 1;
  return depth;
}

/**
 * Down a tree in chunks: a node sends a chunk to its children in their order as soon as it has got it. `ready(chunk)`: what the root waits for
 * before it sends a chunk. A message's step is its chunk plus the depth of its sender. Returns what brings each chunk to each node.
 */
export function down(
  call: CollectiveCall,
  tree: Tree,
  part: VectorPart,
  firstStep: number,
  ready: (chunk: number) => readonly number[],
): (readonly number[])[][] {
  const blocks = evenBlocks(part.bytes, part.chunks, part.from);
  const depth = depths(tree);
  const order = topDown(tree);
  return upTo(part.chunks).map((chunk) => {
    const data = blocks.of(chunk);
    const arrived: (readonly number[])[] = order.map(() => []);
    if (data.length === 0) return arrived;
    arrived[tree.root] = ready(chunk);
    for (const x of order) {
      // The sends to further children follow the first one.
      let waits = arrived[x]!;
      for (const child of tree.children[x]!) {
        arrived[child] = [call.sendAfter(firstStep + chunk + depth[x]!, x, child, data, 'copy', waits)];
        waits = [];
      }
    }
    return arrived;
  });
}

/**
 * Up a tree: a node sends a chunk when it has its `own(node, chunk)`, operations to wait for, and has added those of all its children. Returns
 * what brings each chunk to the root.
 */
export function up(
  call: CollectiveCall,
  tree: Tree,
  part: VectorPart,
  firstStep: number,
  own: (node: number, chunk: number) => readonly number[],
): number[][] {
  const blocks = evenBlocks(part.bytes, part.chunks, part.from);
  const depth = depths(tree);
  const height = Math.max(...depth);
  const order = topDown(tree).reverse();
  return upTo(part.chunks).map((chunk) => {
    const data = blocks.of(chunk);
    const added = upTo(order.length).map((x) => [...own(x, chunk)]);
    if (data.length === 0) return [];
    for (const x of order) {
      if (x === tree.root) continue;
      const parent = tree.parent[x]!;
      added[parent]!.push(call.sendAfter(firstStep + chunk + height - depth[x]!, x, parent, data, 'reduce', added[x]!));
    }
    return added[tree.root]!;
  });
}

/** The tree over the members, or over their servers with a chain in each, beginning at local rank `first`. */
const over = (tree: (nodes: number) => Tree, members: number, perServer: number, first: number): Tree =>
  treeOfServers(tree(members / perServer), perServer, first);

export function treeBroadcast(call: CollectiveCall, sizeBytes: number, { root = 0, chunks = 1 }: CollectiveShape): void {
  const tree = renamed(binaryTree(call.size), (v) => (v + root) % call.size);
  down(call, tree, { from: 0, bytes: sizeBytes, chunks }, 0, () => []);
}

/** Up and down one tree, both at once: sends up and sends down are two orders of starts. */
function upAndDown(call: CollectiveCall, tree: Tree, part: VectorPart): void {
  const everyone = upTo(call.size);
  const firstStepDown = Math.max(...depths(tree));
  let sums: number[][] = [];
  call.concurrently([everyone, everyone], (lane, direction) => {
    if (direction === 0) sums = up(lane, tree, part, 0, () => []);
    else down(lane, tree, part, firstStepDown, (chunk) => sums[chunk]!);
  });
}

export function treeAllReduce(call: CollectiveCall, sizeBytes: number, { chunks = 1, ranksPerServer = 1 }: CollectiveShape): void {
  upAndDown(call, over(binaryTree, call.size, ranksPerServer, 0), { from: 0, bytes: sizeBytes, chunks });
}

/**
 * Half of each channel's part of the vector over each of two trees. In servers of several ranks the first tree of channel c has its heads at
 * local rank c, the second one at the next: with as many channels as ranks in a server all NICs carry the same.
 */
export function doubleBinaryTreeAllReduce(
  call: CollectiveCall,
  sizeBytes: number,
  { channels = 1, chunks = 1, ranksPerServer = 1 }: CollectiveShape,
): void {
  const everyone = upTo(call.size);
  const lanes = upTo(channels).flatMap((channel) =>
    [binaryTree, secondTree].map((tree, half) => ({
      tree: over(tree, call.size, ranksPerServer, (channel + half) % ranksPerServer),
      part: { ...partOf(partOf({ from: 0, bytes: sizeBytes }, channel, channels), half, 2), chunks },
    })),
  );
  call.concurrently(
    lanes.map(() => everyone),
    (lane, index) => upAndDown(lane, lanes[index]!.tree, lanes[index]!.part),
  );
}
