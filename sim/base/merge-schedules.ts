import type { Schedule } from './schedule.ts';

/**
 * Several Schedules over the same ranks as one: the operations and phases of the first, then those of the second, and so on; those of the
 * i-th belong to job i.
 */
export function mergeSchedules(schedules: readonly Schedule[]): Schedule {
  const count = (of: (schedule: Schedule) => number): number => schedules.reduce((sum, schedule) => sum + of(schedule), 0);
  const ops = count((schedule) => schedule.ops);
  const edges = count(({ depOp }) => depOp.length);
  const merged = {
    ranks: schedules.reduce((most, { ranks }) => Math.max(most, ranks), 0),
    ops,
    kind: new Uint8Array(ops),
    rank: new Int32Array(ops),
    peer: new Int32Array(ops),
    bytes: new Float64Array(ops),
    durationPs: new Float64Array(ops),
    match: new Int32Array(ops),
    jobOfOp: new Uint8Array(ops),
    channel: new Int32Array(ops),
    phase: new Int32Array(ops),
    phaseNames: schedules.flatMap(({ phaseNames }) => phaseNames),
    depOffset: new Int32Array(ops + 1),
    depOp: new Int32Array(edges),
    depOnStart: new Uint8Array(edges),
  };
  const operations = new Int32Array(ops).fill(-1);
  let firstOperation = 0;
  let firstOp = 0;
  let firstPhase = 0;
  let firstEdge = 0;
  schedules.forEach((schedule, job) => {
    const moved = (op: number): number => (op < 0 ? op : op + firstOp);
    merged.kind.set(schedule.kind, firstOp);
    merged.rank.set(schedule.rank, firstOp);
    merged.peer.set(schedule.peer, firstOp);
    merged.bytes.set(schedule.bytes, firstOp);
    merged.durationPs.set(schedule.durationPs, firstOp);
    merged.match.set(schedule.match.map(moved), firstOp);
    merged.channel.set(schedule.channel, firstOp);
    merged.jobOfOp.fill(job, firstOp, firstOp + schedule.ops);
    merged.phase.set(
      schedule.phase.map((phase) => (phase < 0 ? phase : phase + firstPhase)),
      firstOp,
    );
    merged.depOffset.set(
      schedule.depOffset.map((edge) => edge + firstEdge),
      firstOp,
    );
    merged.depOp.set(schedule.depOp.map(moved), firstEdge);
    merged.depOnStart.set(schedule.depOnStart, firstEdge);
    let own = 0;
    schedule.switchOperation?.forEach((operation, op) => {
      if (operation < 0) return;
      operations[firstOp + op] = firstOperation + operation;
      own = Math.max(own, operation + 1);
    });
    firstOperation += own;
    firstOp += schedule.ops;
    firstPhase += schedule.phaseNames.length;
    firstEdge += schedule.depOp.length;
  });
  return firstOperation === 0 ? merged : { ...merged, switchOperation: operations };
}
