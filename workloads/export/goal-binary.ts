import { dependents } from '../../sim/base/dependents.ts';
import { COMPUTE, RECV, SEND } from '../../sim/base/schedule.ts';
import type { GoalProgram } from './goal-program.ts';

const MAGIC = 4223;
const NODE_BYTES = 39;
/** Number of ranks, largest CPU and NIC; start and end of each rank. */
const HEAD_BYTES = 6;
const RANK_BYTES = 16;
const TYPES: Readonly<Record<number, number>> = { [SEND]: 1, [RECV]: 2, [COMPUTE]: 3 };
/** Nodes of one piece. */
const PIECE_NODES = 4096;

/**
 * A program in the binary form of GOAL that LogGOPSim's converter makes of the text, in pieces: little-endian, packed. The file stores for
 * each node who waits for it; offsets count from behind the magic number.
 */
export function* goalBinary(program: GoalProgram): Generator<Uint8Array> {
  const { ranks, ops } = program.schedule;
  const roots = new Int32Array(ranks);
  const edges = new Int32Array(ranks);
  const { rank, depOffset } = program.schedule;
  for (let op = 0; op < ops; op++) {
    const waits = depOffset[op + 1]! - depOffset[op]!;
    edges[rank[op]!]! += waits;
    if (waits === 0) roots[rank[op]!]!++;
  }
  yield head(program, roots, edges);
  const next = dependents(program.schedule);
  for (let r = 0; r < ranks; r++) {
    yield rootNodes(program, r, roots[r]!);
    yield* nodes(program, r, next);
    yield appendix(program, r, edges[r]!, next);
  }
}

type Next = ReturnType<typeof dependents>;

function head({ schedule: { ranks }, offset, cpus }: GoalProgram, roots: Int32Array, edges: Int32Array): Uint8Array {
  const bytes = new Uint8Array(8 + HEAD_BYTES + RANK_BYTES * ranks);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(MAGIC), true);
  view.setUint32(8, ranks, true);
  view.setUint8(
    12,
    cpus.reduce((most, cpu) => Math.max(most, cpu), 0),
  );
  let end = HEAD_BYTES + RANK_BYTES * ranks;
  for (let rank = 0; rank < ranks; rank++) {
    const start = end;
    end += 8 + 4 * roots[rank]! + NODE_BYTES * (offset[rank + 1]! - offset[rank]!) + 4 * edges[rank]!;
    view.setBigUint64(14 + RANK_BYTES * rank, BigInt(start), true);
    view.setBigUint64(22 + RANK_BYTES * rank, BigInt(end), true);
  }
  return bytes;
}

function rootNodes({ schedule, offset, order }: GoalProgram, rank: number, count: number): Uint8Array {
  const { depOffset } = schedule;
  const bytes = new Uint8Array(8 + 4 * count);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, offset[rank + 1]! - offset[rank]!, true);
  view.setUint32(4, count, true);
  let at = 8;
  for (let i = offset[rank]!; i < offset[rank + 1]!; i++) {
    if (depOffset[order[i]!] !== depOffset[order[i]! + 1]) continue;
    view.setUint32(at, i - offset[rank]!, true);
    at += 4;
  }
  return bytes;
}

function* nodes({ schedule, offset, order, tags, cpus, amount }: GoalProgram, rank: number, next: Next): Generator<Uint8Array> {
  const { kind, peer, depOffset } = schedule;
  let edge = 0;
  for (let first = offset[rank]!; first < offset[rank + 1]!; first += PIECE_NODES) {
    const last = Math.min(first + PIECE_NODES, offset[rank + 1]!);
    const bytes = new Uint8Array(NODE_BYTES * (last - first));
    const view = new DataView(bytes.buffer);
    for (let i = first; i < last; i++) {
      const op = order[i]!;
      const at = NODE_BYTES * (i - first);
      const waiters = next.offset[op + 1]! - next.offset[op]!;
      const ofStart = next.onStart.subarray(next.offset[op]!, next.offset[op + 1]!).reduce((sum, on) => sum + on, 0);
      view.setUint32(at, depOffset[op + 1]! - depOffset[op]!, true);
      view.setInt8(at + 4, TYPES[kind[op]!]!);
      view.setUint32(at + 5, kind[op] === COMPUTE ? 0 : peer[op]!, true);
      view.setBigUint64(at + 9, BigInt(amount[op]!), true);
      view.setUint32(at + 17, tags[op]!, true);
      view.setUint8(at + 21, cpus[op]!);
      view.setUint32(at + 23, waiters - ofStart, true);
      view.setUint32(at + 27, edge, true);
      view.setUint32(at + 31, ofStart, true);
      view.setUint32(at + 35, edge + waiters - ofStart, true);
      edge += waiters;
    }
    yield bytes;
  }
}

/** Of each node who waits for its end, then who waits for its start; each ascending. */
function appendix({ offset, order, place }: GoalProgram, rank: number, edges: number, next: Next): Uint8Array {
  const bytes = new Uint8Array(4 * edges);
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (let i = offset[rank]!; i < offset[rank + 1]!; i++) {
    const op = order[i]!;
    for (const onStart of [0, 1]) {
      const places: number[] = [];
      for (let e = next.offset[op]!; e < next.offset[op + 1]!; e++) if (next.onStart[e] === onStart) places.push(place[next.op[e]!]!);
      for (const waiter of places.sort((a, b) => a - b)) {
        view.setUint32(at, waiter, true);
        at += 4;
      }
    }
  }
  return bytes;
}
