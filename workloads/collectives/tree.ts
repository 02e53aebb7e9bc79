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
 * before it sends a chunk. A message's step is its chunk plus the depth of its sender.
 */
function down(call: CollectiveCall, tree: Tree, part: VectorPart, firstStep: number, ready: (chunk: number) => readonly number[]): void {
  const blocks = evenBlocks(part.bytes, part.chunks, part.from);
  const depth = depths(tree);
  const order = topDown(tree);
  const arrived = new Int32Array(order.length);
  for (let chunk = 0; chunk < part.chunks; chunk++) {
    const data = blocks.of(chunk);
    if (data.length === 0) continue;
    for (const x of order) {
      // The sends to further children follow the first one.
      let waits = x === tree.root ? ready(chunk) : [arrived[x]!];
      for (const child of tree.children[x]!) {
        arrived[child] = call.sendAfter(firstStep + chunk + depth[x]!, x, child, data, 'copy', waits);
        waits = [];
      }
    }
  }
}

/** Up a tree: a node sends a chunk when it has added those of all its children. Returns what brings each chunk to the root. */
function up(call: CollectiveCall, tree: Tree, part: VectorPart): number[][] {
  const blocks = evenBlocks(part.bytes, part.chunks, part.from);
  const depth = depths(tree);
  const height = Math.max(...depth);
  const order = topDown(tree).reverse();
  return upTo(part.chunks).map((chunk) => {
    const data = blocks.of(chunk);
    const added: number[][] = order.map(() => []);
    if (data.length === 0) return [];
    for (const x of order) {
      if (x === tree.root) continue;
      const parent = tree.parent[x]!;
      added[parent]!.push(call.sendAfter(chunk + height - depth[x]!, x, parent, data, 'reduce', added[x]!));
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
    if (direction === 0) sums = up(lane, tree, part);
    else down(lane, tree, part, firstStepDown, (chunk) => sums[chunk]!);
  });
}

export function treeAllReduce(call: CollectiveCall, sizeBytes: number, { chunks = 1, ranksPerServer = 1 }: CollectiveShape): void {
  upAndDown(call, over(binaryTree, call.size, ranksPerServer, 0), { from: 0, bytes: sizeBytes, chunks });
}

/** Half of the vector over each of two trees; in servers of several ranks the second one has its heads at local rank 1. */
export function doubleBinaryTreeAllReduce(
  call: CollectiveCall,
  sizeBytes: number,
  { chunks = 1, ranksPerServer = 1 }: CollectiveShape,
): void {
  const everyone = upTo(call.size);
  const trees = [over(binaryTree, call.size, ranksPerServer, 0), over(secondTree, call.size, ranksPerServer, 1 % ranksPerServer)];
  call.concurrently([everyone, everyone], (lane, half) => {
    upAndDown(lane, trees[half]!, { ...partOf({ from: 0, bytes: sizeBytes }, half, 2), chunks });
  });
}
