import { ScheduleBuilder, type Schedule } from '../../sim/base/schedule.ts';

/** A piece of a random Schedule. Ranks are taken modulo their number, so that every value shrinks freely. */
export type Traffic =
  /** One message after `startPs`; its receive is ready after `receivePs`. */
  | { kind: 'flow'; src: number; dst: number; bytes: number; startPs: number; receivePs: number }
  /** Every rank to the one `shift` further. */
  | { kind: 'permutation'; shift: number; bytes: number }
  /** The ranks after `receiver` to it. */
  | { kind: 'incast'; senders: number; receiver: number; bytes: number }
  /** One rank to `fan` others at once: a batch for Ethereal. */
  | { kind: 'burst'; src: number; fan: number; bytes: number }
  /** A message handed on from rank to rank. */
  | { kind: 'chain'; first: number; hops: number; bytes: number }
  /** Sends of one rank that follow each other by start. */
  | { kind: 'stream'; src: number; dst: number; messages: number; bytes: number }
  /** Computations of one rank that end at one instant, with a send after each. */
  | { kind: 'computations'; rank: number; count: number; durationPs: number; bytes: number }
  /** Steps of a ring: each send waits for the receive of the step before and for the start of the send before. */
  | { kind: 'ring'; steps: number; bytes: number }
  /** Messages and computations in any order, each after earlier ones of its rank. */
  | { kind: 'graph'; nodes: readonly GraphNode[] };

/** Operations of a rank are those that it began before: its sends, receives and computations. */
export interface GraphNode {
  readonly rank: number;
  /** null: a computation. */
  readonly message: { readonly dst: number; readonly bytes: number } | null;
  readonly durationPs: number;
  /** It waits for these earlier operations of its rank, counted from the latest. */
  readonly after: readonly Predecessor[];
  /** So does the receive of its message, of those of the receiver. */
  readonly receiveAfter: readonly Predecessor[];
}

export interface Predecessor {
  readonly back: number;
  readonly waitFor: 'end' | 'start';
}

/** Packs the traffic into a Schedule for `ranks` ranks, each piece a phase of its own. */
export function buildTraffic(traffic: readonly Traffic[], ranks: number): Schedule {
  const builder = new ScheduleBuilder(ranks);
  traffic.forEach((piece, i) => addTraffic(builder, piece, ranks, builder.phase(`${i} ${piece.kind}`)));
  return builder.build();
}

function addTraffic(builder: ScheduleBuilder, piece: Traffic, ranks: number, phase: number): void {
  /** The message from `src` to the rank `distance` further, which is never `src` itself. */
  const send = (src: number, distance: number, bytes: number, channel = 0): number =>
    builder.message(src % ranks, ((src % ranks) + 1 + (distance % (ranks - 1))) % ranks, bytes, phase, channel);
  switch (piece.kind) {
    case 'flow': {
      const message = send(piece.src, piece.dst, piece.bytes);
      if (piece.startPs > 0) builder.after(message, builder.compute(piece.src % ranks, piece.startPs));
      const receiver = ((piece.src % ranks) + 1 + (piece.dst % (ranks - 1))) % ranks;
      if (piece.receivePs > 0) builder.after(message + 1, builder.compute(receiver, piece.receivePs));
      return;
    }
    case 'permutation':
      for (let r = 0; r < ranks; r++) send(r, piece.shift, piece.bytes);
      return;
    case 'incast':
      for (let i = 0; i < Math.min(piece.senders, ranks - 1); i++) {
        const src = (piece.receiver + 1 + i) % ranks;
        builder.message(src, piece.receiver % ranks, piece.bytes, phase);
      }
      return;
    case 'burst':
      for (let i = 0; i < Math.min(piece.fan, ranks - 1); i++) send(piece.src, i, piece.bytes);
      return;
    case 'chain': {
      let previous = -1;
      for (let hop = 0; hop < piece.hops; hop++) {
        const message = send(piece.first + hop, 0, piece.bytes);
        if (previous >= 0) builder.after(message, previous + 1);
        previous = message;
      }
      return;
    }
    case 'stream': {
      let previous = -1;
      for (let i = 0; i < piece.messages; i++) {
        const message = send(piece.src, piece.dst, piece.bytes, (i % 3) >> 1);
        if (previous >= 0) builder.after(message, previous, 'start');
        previous = message;
      }
      return;
    }
    case 'computations':
      for (let i = 0; i < piece.count; i++) {
        const compute = builder.compute(piece.rank % ranks, piece.durationPs);
        builder.after(send(piece.rank, i, piece.bytes), compute);
      }
      return;
    case 'ring': {
      let previous: number[] = [];
      for (let step = 0; step < piece.steps; step++) {
        const current = Array.from({ length: ranks }, (_, r) => send(r, 0, piece.bytes, step % 2));
        previous.forEach((message, r) => {
          builder.after(current[r]!, message, 'start');
          builder.after(current[(r + 1) % ranks]!, message + 1);
        });
        previous = current;
      }
      return;
    }
    case 'graph':
      addGraph(builder, piece.nodes, ranks, send);
      return;
  }
}

/** Edges lead from earlier to later operations, so nothing can wait for itself. */
function addGraph(
  builder: ScheduleBuilder,
  nodes: readonly GraphNode[],
  ranks: number,
  send: (src: number, distance: number, bytes: number) => number,
): void {
  const opsOf = Array.from({ length: ranks }, (): number[] => []);
  const join = (op: number, rank: number, predecessors: readonly Predecessor[]): void => {
    const earlier = opsOf[rank]!;
    const chosen = new Set<number>();
    for (const { back, waitFor } of predecessors) {
      if (earlier.length === 0) break;
      const predecessor = earlier[earlier.length - 1 - (back % earlier.length)]!;
      if (!chosen.has(predecessor)) builder.after(op, predecessor, waitFor);
      chosen.add(predecessor);
    }
    earlier.push(op);
  };
  for (const { rank, message, durationPs, after, receiveAfter } of nodes) {
    const src = rank % ranks;
    if (message === null) {
      join(builder.compute(src, durationPs), src, after);
    } else {
      const op = send(src, message.dst, message.bytes);
      join(op, src, after);
      join(op + 1, (src + 1 + (message.dst % (ranks - 1))) % ranks, receiveAfter);
    }
  }
}
