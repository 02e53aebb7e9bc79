import { describe, expect, test } from 'vitest';
import { AT_ONCE, type StartSpec } from '../../sim/base/job-spec.ts';
import { setupStream } from '../../sim/base/random.ts';
import { COMPUTE, ScheduleBuilder, type Schedule } from '../../sim/base/schedule.ts';
import { withLateRanks } from '../../workloads/late-ranks.ts';

/** Ranks 0 and 1 exchange; rank 1 then computes and sends to rank 2; rank 3 has nothing to do. */
function exchange(): Schedule {
  const builder = new ScheduleBuilder(4);
  const phase = builder.phase('exchange');
  builder.message(0, 1, 10, phase);
  builder.message(1, 0, 20, phase);
  const compute = builder.compute(1, 1000);
  builder.after(compute, 1);
  builder.after(builder.message(1, 2, 30, phase), compute, 'start');
  return builder.build();
}

const depsOf = (schedule: Schedule, op: number) =>
  [...schedule.depOp.subarray(schedule.depOffset[op], schedule.depOffset[op + 1])].map((dep, i) => [
    dep,
    schedule.depOnStart[schedule.depOffset[op]! + i],
  ]);

const start = (changes: Partial<StartSpec>): StartSpec => ({ ...AT_ONCE, ...changes });

describe('ranks that begin late', () => {
  test('wait for a compute before all that waits for nothing, receives too', () => {
    const before = exchange();
    const late = withLateRanks(before, start({ startPs: 5000 }), 1);
    // Ranks 0, 1 and 2 have operations: three computes after the seven there were.
    expect(before.ops).toBe(7);
    expect([...late.rank.subarray(7)]).toEqual([0, 1, 2]);
    expect([...late.durationPs.subarray(7)]).toEqual([5000, 5000, 5000]);
    expect([...late.kind.subarray(7)]).toEqual([COMPUTE, COMPUTE, COMPUTE]);
    expect([0, 1, 2, 3, 4, 5, 6, 7].map((op) => depsOf(late, op))).toEqual([
      [[7, 0]], // send of 0
      [[8, 0]], // its receive at 1
      [[8, 0]], // send of 1
      [[7, 0]], // its receive at 0
      [[1, 0]], // the compute waits as before
      [[4, 1]],
      [[9, 0]], // receive at 2
      [],
    ]);
    expect([...late.match]).toEqual([...before.match, -1, -1, -1]);
    expect([...late.phase]).toEqual([...before.phase, -1, -1, -1]);
  });

  test('nothing changes where everybody begins at once', () => {
    const schedule = exchange();
    expect(withLateRanks(schedule, AT_ONCE, 1)).toBe(schedule);
  });

  test('jitter is a whole number of nanoseconds up to the limit, drawn for every rank in order', () => {
    const late = withLateRanks(exchange(), start({ startPs: 1, startJitterPs: 3999 }), 5);
    const stream = setupStream(5, 'start-jitter', 0);
    const drawn = Array.from({ length: 4 }, () => 1000 * stream.integer(4));
    expect([...late.durationPs.subarray(7)]).toEqual(drawn.slice(0, 3).map((ps) => ps + 1));
  });

  test('stragglers are drawn, at least one, and begin later or compute longer', () => {
    const order = setupStream(9, 'stragglers', 0).shuffle(Int32Array.of(0, 1, 2, 3));
    const stragglers = (fraction: number): number[] => {
      const spec = start({ stragglers: { fraction, delayPs: 77, slowdown: 1 }, startPs: 1 });
      const late = withLateRanks(exchange(), spec, 9);
      return [...late.rank.subarray(7)].filter((_, i) => late.durationPs[7 + i] === 78);
    };
    const busy = (count: number): number[] => [...order.subarray(0, count)].filter((rank) => rank < 3).sort();
    expect(stragglers(0.01)).toEqual(busy(1));
    expect(stragglers(0.5)).toEqual(busy(2));
    expect(stragglers(1)).toEqual([0, 1, 2]);
    const slow = withLateRanks(exchange(), start({ stragglers: { fraction: 1, delayPs: 0, slowdown: 1.2345 } }), 9);
    expect(slow.ops).toBe(7);
    expect(slow.durationPs[4]).toBe(1235);
  });
});
