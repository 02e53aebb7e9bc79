import { COMPUTE, RECV, type Schedule, SEND } from '../../../sim/base/schedule.ts';

/** A second, independent reader of both forms of GOAL, for programs in which (source, tag) names a message; times are in ps. */

interface Node {
  readonly kind: number;
  readonly peer: number;
  readonly amount: number;
  readonly tag: number;
  readonly deps: { readonly node: number; readonly onStart: boolean }[];
}

export function readGoalText(text: string): Schedule {
  const ranks: Node[][] = [];
  let labels = new Map<string, number>();
  for (const line of text.split('\n')) {
    const words = line
      .trim()
      .split(/[\s:{}]+/)
      .filter((word) => word !== '');
    if (words[0] === undefined || words[0] === 'num_ranks') continue;
    const nodes = ranks.at(-1);
    if (words[0] === 'rank') {
      ranks.push([]);
      labels = new Map();
    } else if (words[1]!.endsWith('requires')) {
      nodes![labels.get(words[0])!]!.deps.push({ node: labels.get(words[2]!)!, onStart: words[1] === 'irequires' });
    } else {
      labels.set(words[0], nodes!.length);
      const kind = { send: SEND, recv: RECV, calc: COMPUTE }[words[1]!]!;
      const isMessage = kind !== COMPUTE;
      nodes!.push({
        kind,
        peer: isMessage ? Number(words[4]) : -1,
        amount: Number.parseInt(words[2]!, 10),
        tag: isMessage ? Number(words[6]) : 0,
        deps: [],
      });
    }
  }
  return scheduleOf(ranks);
}

export function readGoalBinary(bytes: Uint8Array): Schedule {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getBigUint64(0, true) !== 4223n) throw new Error('magic');
  const count = view.getUint32(8, true);
  const ranks = Array.from({ length: count }, (_, rank): Node[] => {
    const start = 8 + Number(view.getBigUint64(14 + 16 * rank, true));
    const end = 8 + Number(view.getBigUint64(22 + 16 * rank, true));
    const nodeCount = view.getUint32(start, true);
    const rootCount = view.getUint32(start + 4, true);
    const at = (node: number): number => start + 8 + 4 * rootCount + 39 * node;
    const nodes = Array.from({ length: nodeCount }, (_node, node): Node => {
      const kind = [-1, SEND, RECV, COMPUTE][view.getInt8(at(node) + 4)]!;
      const peer = kind === COMPUTE ? -1 : view.getUint32(at(node) + 5, true);
      return { kind, peer, amount: Number(view.getBigUint64(at(node) + 9, true)), tag: view.getUint32(at(node) + 17, true), deps: [] };
    });
    for (let node = 0; node < nodeCount; node++) {
      for (const [onStart, field] of [
        [false, 23],
        [true, 31],
      ] as const) {
        const [waiters, first] = [view.getUint32(at(node) + field, true), view.getUint32(at(node) + field + 4, true)];
        for (let i = first; i < first + waiters; i++) nodes[view.getUint32(at(nodeCount) + 4 * i, true)]!.deps.push({ node, onStart });
      }
    }
    const edges = nodes.reduce((sum, { deps }) => sum + deps.length, 0);
    if (end !== at(nodeCount) + 4 * edges) throw new Error('end of a rank');
    const roots = nodes.flatMap(({ deps }, node) => (deps.length === 0 ? [node] : []));
    roots.forEach((root, i) => {
      if (view.getUint32(start + 8 + 4 * i, true) !== root) throw new Error('roots');
    });
    nodes.forEach(({ deps }, node) => {
      if (view.getUint32(at(node), true) !== deps.length) throw new Error('count of dependencies');
    });
    return nodes;
  });
  return scheduleOf(ranks);
}

function scheduleOf(ranks: readonly (readonly Node[])[]): Schedule {
  const firstOp = ranks.map((_, rank) => ranks.slice(0, rank).reduce((sum, nodes) => sum + nodes.length, 0));
  const all = ranks.flatMap((nodes, rank) => nodes.map((node) => ({ ...node, rank })));
  const messageKey = (kind: number, rank: number, peer: number, tag: number): string => [kind, rank, peer, tag].join(' ');
  const byKey = new Map<string, number>();
  all.forEach(({ kind, rank, peer, tag }, op) => {
    if (kind === COMPUTE) return;
    const key = messageKey(kind, rank, peer, tag);
    if (byKey.has(key)) throw new Error(`two messages ${key}`);
    byKey.set(key, op);
  });
  const edges = all.flatMap(({ deps, rank }) => deps.map(({ node, onStart }) => ({ op: firstOp[rank]! + node, onStart })));
  let edge = 0;
  return {
    ranks: ranks.length,
    ops: all.length,
    kind: Uint8Array.from(all, ({ kind }) => kind),
    rank: Int32Array.from(all, ({ rank }) => rank),
    peer: Int32Array.from(all, ({ peer }) => peer),
    bytes: Float64Array.from(all, ({ kind, amount }) => (kind === COMPUTE ? 0 : amount)),
    durationPs: Float64Array.from(all, ({ kind, amount }) => (kind === COMPUTE ? amount : 0)),
    match: Int32Array.from(all, ({ kind, rank, peer, tag }) =>
      kind === COMPUTE ? -1 : byKey.get(messageKey(kind === SEND ? RECV : SEND, peer, rank, tag))!,
    ),
    jobOfOp: new Uint8Array(all.length),
    channel: new Int32Array(all.length),
    phase: Int32Array.from(all, ({ kind, tag }) => (kind === COMPUTE ? -1 : tag)),
    phaseNames: [],
    depOffset: Int32Array.from([0, ...all.map(({ deps }) => (edge += deps.length))]),
    depOp: Int32Array.from(edges, ({ op }) => op),
    depOnStart: Uint8Array.from(edges, ({ onStart }) => Number(onStart)),
  };
}
