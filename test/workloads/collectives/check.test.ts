import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import type { CollectiveSpec } from '../../../sim/base/collective-spec.ts';
import { RECV, type Schedule, ScheduleBuilder } from '../../../sim/base/schedule.ts';
import { type CarriedMessage, scheduleFaults } from '../../../workloads/collectives/check.ts';
import { CollectiveCall } from '../../../workloads/collectives/collective-call.ts';
import { collectiveSchedule } from '../../../workloads/collectives/collective.ts';
import { meaningOf } from '../../../workloads/collectives/meaning.ts';

interface Built {
  readonly schedule: Schedule;
  readonly messages: CarriedMessage[];
}

function built(spec: CollectiveSpec): Built {
  const messages: CarriedMessage[] = [];
  const schedule = collectiveSchedule(spec, (_step, _src, _dst, data, _bytes, action, send, done) =>
    messages.push({ send, done, data, action }),
  );
  return { schedule, messages };
}

/** The messages of a generator written here, with its mistakes. */
function byHand(ranks: number, generate: (call: CollectiveCall) => void): Built {
  const builder = new ScheduleBuilder(ranks);
  const messages: CarriedMessage[] = [];
  const call = new CollectiveCall(
    builder,
    Array.from({ length: ranks }, (_, i) => i),
    { phaseOfStep: () => 0, observe: (_step, _src, _dst, data, _bytes, action, send, done) => messages.push({ send, done, data, action }) },
  );
  generate(call);
  return { schedule: builder.build(), messages };
}

const faultsOf = ({ schedule, messages }: Built, spec: CollectiveSpec): string[] => scheduleFaults(schedule, messages, meaningOf(spec));

/** Without one edge. */
function withoutEdge(schedule: Schedule, edge: number): Schedule {
  const depOffset = schedule.depOffset.map((offset) => (offset > edge ? offset - 1 : offset));
  const without = <T extends Int32Array | Uint8Array>(values: T): T => values.filter((_, i) => i !== edge) as T;
  return { ...schedule, depOffset, depOp: without(schedule.depOp), depOnStart: without(schedule.depOnStart) };
}

const CHECKED: readonly CollectiveSpec[] = [
  { kind: 'all-reduce', algorithm: 'ring', sizeBytes: 5000, ranks: 5 },
  { kind: 'all-reduce', algorithm: 'recursive-doubling', sizeBytes: 5000, ranks: 6 },
  { kind: 'all-reduce', algorithm: 'halving-doubling', sizeBytes: 5000, ranks: 8 },
  { kind: 'all-reduce', algorithm: 'double-binary-tree', sizeBytes: 5000, ranks: 6, chunks: 2 },
  { kind: 'all-reduce', algorithm: 'direct', sizeBytes: 5000, ranks: 4 },
  { kind: 'all-gather', algorithm: 'bruck', sizeBytes: 5000, ranks: 7 },
  { kind: 'all-gather', algorithm: 'neighbor-exchange', sizeBytes: 5000, ranks: 6 },
  { kind: 'broadcast', algorithm: 'binomial', sizeBytes: 5000, ranks: 7 },
  { kind: 'reduce', algorithm: 'chain', sizeBytes: 5000, ranks: 4, chunks: 3 },
  { kind: 'all-to-all', algorithm: 'bruck', sizeBytes: 5000, ranks: 8 },
  { kind: 'all-to-all', algorithm: 'ring', sizeBytes: 5000, ranks: 5 },
];

describe.each(CHECKED)('in a $kind by $algorithm', (spec) => {
  const right = built(spec);
  const { schedule } = right;

  test('every wait for a message is needed: without it the proof fails', () => {
    expect(faultsOf(right, spec)).toEqual([]);
    const needed = Array.from({ length: schedule.depOp.length }, (_, edge) => edge).filter(
      (edge) => schedule.kind[schedule.depOp[edge]!] === RECV && schedule.depOnStart[edge] === 0,
    );
    expect(needed.length).toBeGreaterThan(0);
    const missed = needed.filter((edge) => faultsOf({ ...right, schedule: withoutEdge(schedule, edge) }, spec).length === 0);
    expect(missed).toEqual([]);
  });

  test.prop([fc.nat()])('a message that brings other data is found', (draw) => {
    const i = draw % right.messages.length;
    const wrong = right.messages.map((message, j) =>
      i === j
        ? { ...message, data: [{ from: message.data[0]!.from, bytes: message.data[0]!.bytes - 1 }, ...message.data.slice(1)] }
        : message,
    );
    expect(faultsOf({ schedule, messages: wrong }, spec)).not.toEqual([]);
  });

  test.prop([fc.nat()])('a message that is not sent is found', (draw) => {
    const messages = right.messages.filter((_, i) => i !== draw % right.messages.length);
    expect(faultsOf({ schedule, messages }, spec)).not.toEqual([]);
  });
});

describe('a planted mistake', () => {
  const allReduce: CollectiveSpec = { kind: 'all-reduce', algorithm: 'ring', sizeBytes: 400, ranks: 4 };
  const vector = [{ from: 0, bytes: 400 }];
  const exchange = (
    call: CollectiveCall,
    partner: (r: number, step: number) => number,
    steps: number,
    closes: 'endExchange' | 'endStep',
  ): void => {
    for (let step = 0; step < steps; step++) {
      for (let r = 0; r < 4; r++) call.sendInOrder(step, r, partner(r, step), vector, 'reduce');
      call[closes]();
    }
  };
  const doubling = (r: number, step: number): number => r ^ (1 << step);

  test('is not in recursive doubling itself', () => {
    expect(
      faultsOf(
        byHand(4, (call) => exchange(call, doubling, 2, 'endExchange')),
        allReduce,
      ),
    ).toEqual([]);
  });

  test('wrong peers: a contribution is there twice', () => {
    const faults = faultsOf(
      byHand(4, (call) => exchange(call, (r) => r ^ 1, 2, 'endExchange')),
      allReduce,
    );
    expect(faults.join('\n')).toMatch(/rank 0, byte 0: the contribution of rank 0 is there 2 times, not 1/);
  });

  test('a step too many: contributions are there twice', () => {
    const faults = faultsOf(
      byHand(4, (call) => exchange(call, (r, step) => doubling(r, step % 2), 3, 'endExchange')),
      allReduce,
    );
    expect(faults).toContain('rank 0, byte 0: the contribution of rank 0 is there 2 times, not 1');
  });

  test.each([256, 257])('a contribution that comes %i times is not taken for one that never came or came once', (times) => {
    const spec: CollectiveSpec = { kind: 'reduce', algorithm: 'chain', sizeBytes: 400, ranks: 2 };
    const again = byHand(2, (call) => {
      for (let i = 0; i < times; i++) call.post(0, 1, 0, vector, 'reduce');
    });
    expect(faultsOf(again, spec)).toContain('rank 0, byte 0: the contribution of rank 1 is there 255 times or more, not 1');
  });

  test('what arrives is added before the own data has been taken: operations in any order', () => {
    const faults = faultsOf(
      byHand(4, (call) => exchange(call, doubling, 2, 'endStep')),
      allReduce,
    );
    expect(faults.join('\n')).toMatch(/operations \d+ and \d+ use the same data of rank 0, in any order/);
  });

  test('a send before the receive of what it carries: there is nothing to send', () => {
    const spec: CollectiveSpec = { kind: 'broadcast', algorithm: 'chain', sizeBytes: 400, ranks: 3 };
    const hasty = byHand(3, (call) => {
      call.post(0, 0, 1, vector, 'copy');
      call.post(0, 1, 2, vector, 'copy');
    });
    expect(faultsOf(hasty, spec).join('\n')).toMatch(/rank 1 has nothing at byte 0 to send|use the same data of rank 1, in any order/);
  });

  test('a circle of waits: operations wait for themselves', () => {
    const builder = new ScheduleBuilder(2);
    const there = builder.message(0, 1, 8, builder.phase('step'));
    const back = builder.message(1, 0, 8, 0);
    builder.after(there, back + 1);
    builder.after(back, there + 1);
    expect(scheduleFaults(builder.build(), [], meaningOf({ ...allReduce, ranks: 2 }))).toContain('operation 0 waits for itself');
  });
});
