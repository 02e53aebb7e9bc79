/** A rooted tree over nodes 0 .. n-1. */
export interface Tree {
  readonly root: number;
  /** Of the root: -1. */
  readonly parent: readonly number[];
  /** In the order in which they are served. */
  readonly children: readonly (readonly number[])[];
}

/**
 * The binary tree of NCCL (`ncclGetBtree`), made from the bits of the node: node 0 is the root; with b the lowest set bit of x its parent is
 * x - b with bit 2b set, or x - b if there is no such node. Its depth is ceil(lg n).
 */
export function binaryTree(nodes: number): Tree {
  const parent = Array.from({ length: nodes }, (_, x) => parentOf(x, nodes));
  const children: number[][] = parent.map(() => []);
  parent.forEach((up, x) => {
    if (up >= 0) children[up]!.push(x);
  });
  return { root: 0, parent, children };
}

function parentOf(x: number, nodes: number): number {
  if (x === 0) return -1;
  const bit = x & -x;
  const up = (x - bit) | (2 * bit);
  return up < nodes ? up : x - bit;
}

/**
 * The second tree of the pair (Sanders, Speck, Traeff, "Two-tree algorithms for full bandwidth broadcast, reduction and scan", 2009): the first
 * one mirrored (x becomes n-1-x) if n is even, else shifted by one. With n even a node is inner in one of both at most; with n odd one
 * node is inner in both.
 */
export function secondTree(nodes: number): Tree {
  const rename = nodes % 2 === 0 ? (x: number) => nodes - 1 - x : (x: number) => (x + 1) % nodes;
  return renamed(binaryTree(nodes), rename);
}

/** Node x of the tree becomes `rename(x)`. */
export function renamed({ root, parent, children }: Tree, rename: (x: number) => number): Tree {
  const parents: number[] = [];
  const childLists: number[][] = [];
  parent.forEach((up, x) => {
    parents[rename(x)] = up < 0 ? -1 : rename(up);
    childLists[rename(x)] = children[x]!.map(rename);
  });
  return { root: rename(root), parent: parents, children: childLists };
}

/**
 * A tree over servers as one over their ranks: in each server a chain of the local ranks `first`, first + 1, .. (mod perServer), whose head
 * is joined to those of other servers. The servers below come before the own chain.
 */
export function treeOfServers(servers: Tree, perServer: number, first: number): Tree {
  if (perServer === 1) return servers;
  const parent: number[] = [];
  const children: number[][] = [];
  const rankAt = (server: number, place: number): number => server * perServer + ((first + place) % perServer);
  servers.parent.forEach((up, server) => {
    for (let place = 0; place < perServer; place++) {
      const rank = rankAt(server, place);
      parent[rank] = place > 0 ? rankAt(server, place - 1) : up < 0 ? -1 : rankAt(up, 0);
      const chain = place + 1 < perServer ? [rankAt(server, place + 1)] : [];
      children[rank] = place === 0 ? [...servers.children[server]!.map((below) => rankAt(below, 0)), ...chain] : chain;
    }
  });
  return { root: rankAt(servers.root, 0), parent, children };
}

/** Nodes from the root down, every one behind its parent. */
export function topDown({ root, children }: Tree): number[] {
  const order = [root];
  for (let i = 0; i < order.length; i++) order.push(...children[order[i]!]!);
  return order;
}
