import type { StartSpec } from '../sim/base/job-spec.ts';
import { setupStream } from '../sim/base/random.ts';
import { COMPUTE, type Schedule } from '../sim/base/schedule.ts';

/**
 * The Schedule with ranks that begin late and stragglers that compute longer (docs/mixed-traffic.md 2): a compute before all that a late
 * rank does. The same Schedule where everybody begins at once.
 *
 * @param seed of the job
 */
export function withLateRanks(schedule: Schedule, start: StartSpec, seed: number): Schedule {
  const stragglers = stragglersOf(start, schedule.ranks, seed);
  const slowed = slowComputes(schedule, stragglers, start.stragglers?.slowdown ?? 1);
  return delayRanks(slowed, startTimes(start, stragglers, seed));
}

/** 1: the rank is a straggler. */
function stragglersOf({ stragglers }: StartSpec, ranks: number, seed: number): Uint8Array {
  const isStraggler = new Uint8Array(ranks);
  if (stragglers === null) return isStraggler;
  const order = setupStream(seed, 'stragglers', 0).shuffle(Int32Array.from({ length: ranks }, (_, rank) => rank));
  const count = Math.max(1, Math.round(stragglers.fraction * ranks));
  for (const rank of order.subarray(0, count)) isStraggler[rank] = 1;
  return isStraggler;
}

/** When each rank begins. */
function startTimes({ startPs, startJitterPs, stragglers }: StartSpec, isStraggler: Uint8Array, seed: number): Float64Array {
  const delayPs = stragglers?.delayPs ?? 0;
  const times = Float64Array.from(isStraggler, (is) => startPs + is * delayPs);
  const mostNs = Math.floor(startJitterPs / 1000);
  if (mostNs === 0) return times;
  const stream = setupStream(seed, 'start-jitter', 0);
  return times.map((timePs) => timePs + 1000 * stream.integer(mostNs + 1));
}

function slowComputes(schedule: Schedule, isStraggler: Uint8Array, slowdown: number): Schedule {
  if (slowdown === 1) return schedule;
  const { kind, rank, durationPs } = schedule;
  const slowed = durationPs.map((ps, op) => (kind[op] === COMPUTE && isStraggler[rank[op]!] === 1 ? Math.round(slowdown * ps) : ps));
  return { ...schedule, durationPs: slowed };
}

/** A compute for every rank that begins after 0 and has operations; those of its operations that wait for nothing wait for it. */
function delayRanks(schedule: Schedule, startPs: Float64Array): Schedule {
  const { ops, depOffset, rank } = schedule;
  const hasOps = new Uint8Array(schedule.ranks);
  for (const own of rank) hasOps[own] = 1;
  const computeOf = new Int32Array(schedule.ranks).fill(-1);
  const late: number[] = [];
  startPs.forEach((timePs, r) => {
    if (timePs <= 0 || hasOps[r] === 0) return;
    computeOf[r] = ops + late.length;
    late.push(r);
  });
  if (late.length === 0) return schedule;

  const added = late.length;
  const isHeld = (op: number): boolean => depOffset[op] === depOffset[op + 1] && computeOf[rank[op]!]! >= 0;
  const newOffset = new Int32Array(ops + added + 1);
  for (let op = 0; op < ops; op++) {
    newOffset[op + 1] = newOffset[op]! + (isHeld(op) ? 1 : depOffset[op + 1]! - depOffset[op]!);
  }
  const edges = newOffset[ops]!;
  newOffset.fill(edges, ops + 1);
  const depOp = new Int32Array(edges);
  const depOnStart = new Uint8Array(edges);
  for (let op = 0; op < ops; op++) {
    const first = newOffset[op]!;
    if (isHeld(op)) {
      depOp[first] = computeOf[rank[op]!]!;
      continue;
    }
    depOp.set(schedule.depOp.subarray(depOffset[op]!, depOffset[op + 1]!), first);
    depOnStart.set(schedule.depOnStart.subarray(depOffset[op]!, depOffset[op + 1]!), first);
  }
  const fill = (value: number): number[] => late.map(() => value);
  return {
    ...schedule,
    ops: ops + added,
    kind: joined(schedule.kind, fill(COMPUTE)),
    rank: joined(rank, late),
    peer: joined(schedule.peer, fill(-1)),
    bytes: joined(schedule.bytes, fill(0)),
    durationPs: joined(
      schedule.durationPs,
      late.map((r) => startPs[r]!),
    ),
    match: joined(schedule.match, fill(-1)),
    phase: joined(schedule.phase, fill(-1)),
    jobOfOp: joined(schedule.jobOfOp, fill(0)),
    depOffset: newOffset,
    depOp,
    depOnStart,
    ...(schedule.switchOperation === undefined ? {} : { switchOperation: joined(schedule.switchOperation, fill(-1)) }),
  };
}

function joined<T extends Int32Array | Float64Array | Uint8Array>(column: T, more: readonly number[]): T {
  const longer = new (column.constructor as new (length: number) => T)(column.length + more.length);
  longer.set(column);
  longer.set(more, column.length);
  return longer;
}
