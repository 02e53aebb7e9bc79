import { dependents } from '../../sim/base/dependents.ts';
import { groupBy } from '../../sim/base/group-by.ts';
import { type Schedule, SEND } from '../../sim/base/schedule.ts';
import { MinHeap } from '../../sim/base/min-heap.ts';
import { cannotExpress } from './cannot-express.ts';

/** The operations of each rank in an order in which each stands behind all it waits for. */
export interface RankOrder {
  /** Operations of rank r: order[offset[r] .. offset[r + 1]). */
  readonly offset: Int32Array;
  readonly order: Int32Array;
}

/**
 * Of the operations whose dependencies are written, the one of the lowest phase comes first (computes have phase -1), of one phase sends
 * before receives, then the one of the lowest number: so the steps of a collective stand one after the other.
 *
 * @throws ConfigError when operations of a rank wait for each other in a circle, or a switch adds or replicates messages
 */
export function rankOrder(schedule: Schedule, format: string): RankOrder {
  const { ranks, ops, rank, kind, phase, depOffset } = schedule;
  const switched = schedule.switchOperation?.findIndex((operation) => operation >= 0) ?? -1;
  if (switched >= 0)
    throw cannotExpress(
      format,
      schedule,
      switched,
      'an NVSwitch adds or replicates it',
      'use another algorithm than nvls; of auto: nccl: { nvls: false }',
    );
  const byRank = groupBy(ops, ranks, (op) => rank[op]!);
  const { offset } = byRank;
  const next = dependents(schedule);
  const waiting = Int32Array.from({ length: ops }, (_, op) => depOffset[op + 1]! - depOffset[op]!);
  const before = (a: number, b: number): boolean => {
    if (phase[a] !== phase[b]) return phase[a]! < phase[b]!;
    if ((kind[a] === SEND) !== (kind[b] === SEND)) return kind[a] === SEND;
    return a < b;
  };
  const order = new Int32Array(ops);
  for (let r = 0; r < ranks; r++) {
    const ready = new MinHeap<number>(before);
    for (let i = offset[r]!; i < offset[r + 1]!; i++) if (waiting[byRank.order[i]!] === 0) ready.push(byRank.order[i]!);
    let place = offset[r]!;
    for (let op = ready.pop(); op !== undefined; op = ready.pop()) {
      order[place++] = op;
      for (let i = next.offset[op]!; i < next.offset[op + 1]!; i++) if (--waiting[next.op[i]!]! === 0) ready.push(next.op[i]!);
    }
    if (place === offset[r + 1]) continue;
    const stuck = byRank.order.subarray(offset[r]!, offset[r + 1]!).find((op) => waiting[op]! > 0)!;
    throw cannotExpress(format, schedule, stuck, 'it waits for itself, through others', 'remove one of these dependencies');
  }
  return { offset, order };
}

/**
 * A tag for each message, by operation (send and receive have the same; computes 0), which tells it from the others of its pair of ranks:
 * its phase where that does, in the whole Schedule; else its number among the messages of its pair, in order of phase and then of sends.
 */
export function messageTags({ ops, kind, rank, peer, phase, match }: Schedule): Int32Array {
  const sends = Int32Array.from({ length: ops }, (_, op) => op).filter((op) => kind[op] === SEND);
  sends.sort((a, b) => rank[a]! - rank[b]! || peer[a]! - peer[b]! || phase[a]! - phase[b]! || a - b);
  const followsInPair = (i: number): boolean => i > 0 && rank[sends[i]!] === rank[sends[i - 1]!] && peer[sends[i]!] === peer[sends[i - 1]!];
  const phasesTell = sends.every((send, i) => !followsInPair(i) || phase[send] !== phase[sends[i - 1]!]);
  const tags = new Int32Array(ops);
  let number = 0;
  sends.forEach((send, i) => {
    number = followsInPair(i) ? number + 1 : 0;
    tags[send] = phasesTell ? phase[send]! : number;
    tags[match[send]!] = tags[send]!;
  });
  return tags;
}
