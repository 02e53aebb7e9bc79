import { describe, expect, test } from 'vitest';
import { ConfigError } from '../../sim/base/errors.ts';
import { COMPUTE } from '../../sim/base/schedule.ts';
import { buildWorkload } from '../../workloads/build-workload.ts';
import { sendsOf, waitsOf } from './execute.ts';

describe('an incast', () => {
  test('sends one flow from each of the ranks behind the receiver', () => {
    const { schedule } = buildWorkload({ kind: 'incast', senders: 3, receiver: 6, sizeBytes: 100, ranks: 8 }, 1);
    expect(sendsOf(schedule).map((op) => [schedule.rank[op], schedule.peer[op], schedule.bytes[op]])).toEqual([
      [7, 6, 100],
      [0, 6, 100],
      [1, 6, 100],
    ]);
  });

  test('refuses more senders than there are other ranks, and a receiver that does not exist', () => {
    const build = (senders: number, receiver: number): unknown =>
      buildWorkload({ kind: 'incast', senders, receiver, sizeBytes: 100, ranks: 4 }, 1);
    expect(() => build(4, 0)).toThrow(ConfigError);
    expect(() => build(4, 0)).toThrow('4 senders and a receiver need 5 ranks, there are 4');
    expect(() => build(1, 4)).toThrow('there is no rank 4');
  });
});

describe('listed flows', () => {
  test('start at their time: a compute of that length stands before the send', () => {
    const flows = [
      { src: 0, dst: 2, sizeBytes: 10, startPs: 0 },
      { src: 1, dst: 0, sizeBytes: 20, startPs: 5_000_000 },
    ];
    const { schedule } = buildWorkload({ kind: 'flows', flows, ranks: 3 }, 1);
    const [first, second] = sendsOf(schedule);
    expect(waitsOf(schedule, first!)).toEqual([]);
    const delay = schedule.depOp[schedule.depOffset[second!]!]!;
    expect([schedule.kind[delay], schedule.rank[delay], schedule.durationPs[delay]]).toEqual([COMPUTE, 1, 5_000_000]);
    expect(waitsOf(schedule, second!)).toEqual([`end ${delay}`]);
    expect([...schedule.phase].filter((phase) => phase !== -1)).toEqual([0, 0, 0, 0]);
  });

  test('are refused with the key of the one that is wrong', () => {
    const build = (src: number, dst: number): unknown =>
      buildWorkload({ kind: 'flows', flows: [{ src, dst, sizeBytes: 10, startPs: 0 }], ranks: 3 }, 1);
    expect(() => build(1, 1)).toThrow('a flow from rank 1 to itself');
    expect(() => build(3, 1)).toThrow('there is no rank 3');
    try {
      build(0, -1);
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(ConfigError);
      expect((error as ConfigError).where?.path).toBe('workload.flows[0].dst');
    }
  });
});
