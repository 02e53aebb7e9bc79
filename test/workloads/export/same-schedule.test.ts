import { expect, test } from 'vitest';
import fc from 'fast-check';
import { type Schedule, ScheduleBuilder } from '../../../sim/base/schedule.ts';
import { difference } from './same-schedule.ts';
import { randomSchedules } from './random-schedules.ts';

/** The same operations, numbered from the last to the first. */
function reversed(schedule: Schedule): Schedule {
  const { ops, depOffset } = schedule;
  const turn = (op: number): number => (op < 0 ? op : ops - 1 - op);
  const depOp: number[] = [];
  const depOnStart: number[] = [];
  const newOffset = [0];
  for (let op = ops - 1; op >= 0; op--) {
    for (let edge = depOffset[op]!; edge < depOffset[op + 1]!; edge++) {
      depOp.push(turn(schedule.depOp[edge]!));
      depOnStart.push(schedule.depOnStart[edge]!);
    }
    newOffset.push(depOp.length);
  }
  return {
    ...schedule,
    kind: schedule.kind.toReversed(),
    rank: schedule.rank.toReversed(),
    peer: schedule.peer.toReversed(),
    bytes: schedule.bytes.toReversed(),
    durationPs: schedule.durationPs.toReversed(),
    match: schedule.match.toReversed().map(turn),
    phase: schedule.phase.toReversed(),
    depOffset: Int32Array.from(newOffset),
    depOp: Int32Array.from(depOp),
    depOnStart: Uint8Array.from(depOnStart),
  };
}

test('a Schedule is the same under other numbers', () => {
  fc.assert(
    fc.property(randomSchedules({ unitPs: 1, startEdges: true }), (schedule) => {
      expect(difference(schedule, reversed(schedule))).toBeNull();
    }),
    { numRuns: 50 },
  );
});

/** Two chains of two messages, alike but for what a variation changes. */
function chains(vary: { bytes?: number; edge?: 'end' | 'start'; crossed?: boolean; durationPs?: number }): Schedule {
  const builder = new ScheduleBuilder(2);
  const phase = builder.phase('p');
  const first = [builder.message(0, 1, 10, phase), builder.message(0, 1, 20, phase)];
  const back = [builder.message(1, 0, 30, phase), builder.message(1, 0, vary.bytes ?? 30, phase)];
  const [x, y] = vary.crossed === true ? [1, 0] : [0, 1];
  const computes = [builder.compute(1, 5), builder.compute(1, vary.durationPs ?? 6)];
  for (const i of [0, 1]) {
    builder.after(computes[i]!, first[i]! + 1);
    builder.after(back[i === 0 ? x : y]!, computes[i]!, i === 1 ? (vary.edge ?? 'end') : 'end');
  }
  return builder.build();
}

test('other bytes, durations, kinds of edges and missing edges are differences', () => {
  const plain = chains({});
  expect(difference(plain, chains({ crossed: true }))).toBeNull();
  expect(difference(plain, chains({ bytes: 31 }))).toContain('only in the');
  expect(difference(plain, chains({ durationPs: 7 }))).toContain('only in the');
  expect(difference(plain, chains({ edge: 'start' }))).toContain('only in the');
  expect(difference(plain, { ...plain, depOffset: plain.depOffset.map((edge) => Math.min(edge, 3)) })).toContain('only in the');
});

test('two sends matched the other way round are a difference where what follows them differs', () => {
  const plain = chains({});
  const [a, b] = [0, 2];
  const match = plain.match.slice();
  [match[a], match[b], match[a + 1], match[b + 1]] = [b + 1, a + 1, b, a];
  expect(difference(plain, { ...plain, match })).toContain('only in the');
});
