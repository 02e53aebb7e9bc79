import { describe, expect, test } from 'vitest';
import { SEND } from '../../../sim/base/schedule.ts';
import { ncclRounds } from '../../../workloads/collectives/all-to-all.ts';
import { binaryTree, secondTree, topDown, type Tree, treeOfServers } from '../../../workloads/collectives/binary-trees.ts';
import { collectiveSchedule, groupsOf } from '../../../workloads/collectives/collective.ts';
import { membersPerServer, shapeProblem } from '../../../workloads/collectives/shape-problem.ts';

const upTo = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

const depthOf = ({ parent }: Tree, x: number): number => (parent[x] === -1 ? 0 : 1 + depthOf({ parent } as Tree, parent[x]!));

describe('binary trees over 2..64 nodes', () => {
  test('have one root, agree on parents and children, reach all, and are ceil(lg q) deep', () => {
    for (let q = 2; q <= 64; q++) {
      for (const tree of [binaryTree(q), secondTree(q)]) {
        expect(topDown(tree).toSorted((a, b) => a - b)).toEqual(upTo(q));
        upTo(q).forEach((x) => tree.children[x]!.forEach((child) => expect(tree.parent[child]).toBe(x)));
        expect(tree.parent.filter((up) => up === -1)).toEqual([-1]);
        expect(Math.max(...upTo(q).map((x) => depthOf(tree, x)))).toBe(Math.ceil(Math.log2(q)));
        expect(Math.max(...tree.children.map((below) => below.length))).toBeLessThanOrEqual(2);
      }
    }
  });

  test('have children by the bits: left x - b/2; right x + b/2, or with smaller steps where there is no such node', () => {
    for (let q = 2; q <= 64; q++) {
      const { children } = binaryTree(q);
      expect(children[0]).toEqual([2 ** Math.ceil(Math.log2(q)) / 2]);
      for (let x = 1; x < q; x++) {
        const bit = x & -x;
        let right = bit / 2;
        while (right >= 1 && x + right >= q) right /= 2;
        expect(children[x]).toEqual(bit === 1 ? [] : [x - bit / 2, ...(right >= 1 ? [x + right] : [])]);
      }
    }
  });

  test('have no inner node in common if q is even, else one', () => {
    for (let q = 3; q <= 64; q++) {
      const [first, second] = [binaryTree(q), secondTree(q)];
      const inBoth = upTo(q).filter((x) => first.children[x]!.length > 0 && second.children[x]!.length > 0);
      expect([q, inBoth.length]).toEqual([q, q % 2]);
    }
  });

  test('over servers are chains in them, joined at their heads', () => {
    const { root, parent, children } = treeOfServers(binaryTree(4), 3, 1);
    expect([root, parent[1], parent[2], parent[0]]).toEqual([1, -1, 1, 2]);
    // Server 2 is the only child of server 0; its children are the servers 1 and 3.
    expect([children[1], children[7], parent[4], parent[10]]).toEqual([[7, 2], [4, 10, 8], 7, 7]);
  });
});

describe("NCCL's rounds", () => {
  test.each([
    [8, 8],
    [16, 8],
    [24, 8],
    [48, 4],
    [7, 1],
    [12, 6],
    [40, 10],
  ])('%i ranks in servers of %i: every round is a permutation, and every pair meets once', (members, perServer) => {
    const rounds = ncclRounds(members, perServer);
    expect(rounds.length).toBe(members);
    for (const peer of rounds) expect(new Set(upTo(members).map(peer)).size).toBe(members);
    for (const r of upTo(members)) expect(new Set(rounds.map((peer) => peer(r))).size).toBe(members);
  });

  test('visit 16 groups in the order 0 1 3 6 10 15 5 12 4 13 7 2 14 11 9 8', () => {
    const rounds = ncclRounds(16, 1);
    expect(rounds.map((peer) => peer(0))).toEqual([0, 1, 3, 6, 10, 15, 5, 12, 4, 13, 7, 2, 14, 11, 9, 8]);
  });
});

test('channels of a ring enter servers by ranks of their own', () => {
  const schedule = collectiveSchedule({
    kind: 'all-gather',
    algorithm: 'ring',
    sizeBytes: 8 * 4,
    ranks: 8,
    channels: 4,
    ranksPerServer: 4,
  });
  const crossing = upTo(schedule.ops).filter(
    (op) => schedule.kind[op] === SEND && Math.floor(schedule.rank[op]! / 4) !== Math.floor(schedule.peer[op]! / 4),
  );
  const hops = new Set(crossing.map((op) => `${schedule.rank[op]}-${schedule.peer[op]}`));
  expect([...hops].toSorted()).toEqual(['0-5', '1-6', '2-7', '3-4', '4-1', '5-2', '6-3', '7-0']);
});

test('channels of a chain are those of a ring, cut before the root', () => {
  const hopsOf = (kind: 'broadcast' | 'reduce', root: number): string[][] => {
    const schedule = collectiveSchedule({ kind, algorithm: 'chain', sizeBytes: 2, ranks: 6, channels: 2, ranksPerServer: 3, root });
    const sends = upTo(schedule.ops).filter((op) => schedule.kind[op] === SEND);
    return [sends.slice(0, 5), sends.slice(5)].map((half) => half.map((op) => `${schedule.rank[op]}-${schedule.peer[op]}`));
  };
  expect(hopsOf('broadcast', 0)).toEqual([
    ['0-1', '1-2', '2-3', '3-4', '4-5'],
    ['0-4', '4-5', '5-3', '3-1', '1-2'],
  ]);
  expect(hopsOf('reduce', 4)[1]).toEqual(['0-2', '2-1', '1-3', '3-5', '5-4']);
});

test('channels of a double binary tree have their heads at ranks of their own, so that every rank sends as much between servers', () => {
  const { ops, kind, rank, peer, bytes } = collectiveSchedule({
    kind: 'all-reduce',
    algorithm: 'double-binary-tree',
    sizeBytes: 2 * 4 * 100,
    ranks: 8,
    channels: 4,
    ranksPerServer: 4,
  });
  const crossing = upTo(ops).filter((op) => kind[op] === SEND && Math.floor(rank[op]! / 4) !== Math.floor(peer[op]! / 4));
  // Between two servers each tree has one edge, up and down.
  expect(crossing).toHaveLength(4 * 2 * 2);
  expect(crossing.every((op) => rank[op]! % 4 === peer[op]! % 4)).toBe(true);
  const sent = upTo(8).map((r) => crossing.filter((op) => rank[op] === r).reduce((sum, op) => sum + bytes[op]!, 0));
  expect(sent).toEqual(upTo(8).map(() => 200));
});

test('groups of 4 at a stride of 2 interleave', () => {
  expect(groupsOf(16, { groups: { size: 4, stride: 2 } })).toEqual([
    [0, 2, 4, 6],
    [1, 3, 5, 7],
    [8, 10, 12, 14],
    [9, 11, 13, 15],
  ]);
});

test('an algorithm of servers takes groups whose members lie in runs of one length on servers of their own, and no others', () => {
  const seen = { taken: 0, refused: 0 };
  for (const ranksPerServer of [2, 3, 4, 6, 8]) {
    for (const size of [2, 3, 4, 6, 8, 12]) {
      for (const stride of [1, 2, 3, 4, 5, 8]) {
        for (const blocks of [1, 2, 3]) {
          const ranks = blocks * size * stride;
          const shape = { ranksPerServer, groups: { size, stride } };
          const run = membersPerServer(size, shape);
          const server = (rank: number): number => Math.floor(rank / ranksPerServer);
          const isRight = groupsOf(ranks, shape).every(
            (group) =>
              size % run === 0 &&
              group.every((rank, i) => server(rank) === server(group[i - (i % run)]!)) &&
              new Set(group.map(server)).size === size / run,
          );
          seen[isRight ? 'taken' : 'refused']++;
          expect([shape, ranks, shapeProblem('all-reduce', 'tree', ranks, shape) === null]).toEqual([shape, ranks, isRight]);
        }
      }
    }
  }
  expect(Math.min(seen.taken, seen.refused)).toBeGreaterThan(100);
});
