import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fileOf } from '../../../sim/base/file-spec.ts';
import {
  COLLECTIVE_ALGORITHMS,
  type CollectiveAlgorithm,
  type CollectiveKind,
  type CollectiveSpec,
} from '../../../sim/base/collective-spec.ts';
import { ConfigError } from '../../../sim/base/errors.ts';
import { type Schedule, ScheduleBuilder } from '../../../sim/base/schedule.ts';
import { collectiveSchedule } from '../../../workloads/collectives/collective.ts';
import { goalBinary } from '../../../workloads/export/goal-binary.ts';
import { countOverAtlahs, goalProgram } from '../../../workloads/export/goal-program.ts';
import type { TimeUnit } from '../../../sim/base/time-unit.ts';
import { goalText } from '../../../workloads/export/goal-text.ts';
import { refusalOf } from '../import/file-spec.ts';
import { samplesMissing } from '../import/samples.ts';
import { goalWorkload } from '../../../workloads/import/goal.ts';
import { joined, sampleBytes } from './files.ts';
import { randomSchedules } from './random-schedules.ts';
import { readGoalBinary, readGoalText } from './read-goal.ts';
import { difference } from './same-schedule.ts';

const textOf = (schedule: Schedule, unit: TimeUnit = 'ps'): string => [...goalText(goalProgram(schedule, unit))].join('');
const binaryOf = (schedule: Schedule, unit: TimeUnit = 'ps'): Uint8Array => joined(goalBinary(goalProgram(schedule, unit)));

/** Rank 1 answers after 3 ns; rank 0 posts its second message when its first one has started. */
function pingPong(): Schedule {
  const builder = new ScheduleBuilder(2);
  const phases = [builder.phase('ping'), builder.phase('pong')];
  const ping = builder.message(0, 1, 100, phases[0]!);
  const compute = builder.compute(1, 3000);
  builder.after(compute, ping + 1);
  builder.after(builder.message(1, 0, 200, phases[1]!), compute);
  builder.after(builder.message(0, 1, 300, phases[1]!), ping, 'start');
  return builder.build();
}

describe('GOAL text', () => {
  test('has an operation a line, steps in order, and what each waits for behind it', () => {
    expect(textOf(pingPong(), 'ns')).toBe(
      [
        'num_ranks 2',
        '',
        'rank 0 {',
        's0: send 100b to 1 tag 0',
        's1: send 300b to 1 tag 1',
        's1 irequires s0',
        'r0: recv 200b from 1 tag 1',
        '}',
        '',
        'rank 1 {',
        'r0: recv 100b from 0 tag 0',
        'c0: calc 3',
        'c0 requires r0',
        's0: send 200b to 0 tag 1',
        's0 requires c0',
        'r1: recv 300b from 0 tag 1',
        '}',
        '',
      ].join('\n'),
    );
  });

  test('counts calc in the unit that is asked for, and refuses what is no whole number of it', () => {
    expect(textOf(pingPong(), 'ps')).toContain('calc 3000\n');
    expect(refusalOf(() => goalProgram(pingPong(), 'us'))).toContain('GOAL cannot express compute 2 (rank 1, 0.003 us)');
  });

  test('tells messages of a pair by their number where phases do not', () => {
    const builder = new ScheduleBuilder(2);
    const phase = builder.phase('flows');
    for (const bytes of [10, 20]) builder.message(0, 1, bytes, phase);
    expect(textOf(builder.build())).toContain('s0: send 10b to 1 tag 0\ns1: send 20b to 1 tag 1\n');
  });
});

describe('read again by an independent reader it is the same Schedule', () => {
  test.each([
    ['text', (schedule: Schedule) => readGoalText(textOf(schedule))],
    ['binary', (schedule: Schedule) => readGoalBinary(binaryOf(schedule))],
  ])('%s, on random Schedules', (_form, again) => {
    fc.assert(
      fc.property(randomSchedules({ unitPs: 1, startEdges: true }), (schedule) => {
        expect(difference(schedule, again(schedule))).toBeNull();
      }),
      { numRuns: 200 },
    );
  });
});

/** Through the importer, which has the calcs of a CPU follow each other: they do so anyway. */
const imported = (bytes: Uint8Array, ranks: number): Schedule =>
  goalWorkload({ path: 'x', files: [fileOf('x', bytes)], options: { format: 'goal', timeUnit: 'ps' }, ranks }).schedule;

describe('imported again it is the same Schedule', () => {
  test.each([
    ['text', (schedule: Schedule) => new TextEncoder().encode(textOf(schedule))],
    ['binary', (schedule: Schedule) => binaryOf(schedule)],
  ])('%s, on random Schedules', (_form, bytesOf) => {
    fc.assert(
      fc.property(randomSchedules({ unitPs: 1, startEdges: true }), (schedule) => {
        expect(difference(schedule, imported(bytesOf(schedule), schedule.ranks), { withoutImplied: true })).toBeNull();
      }),
      { numRuns: 200 },
    );
  });
});

describe.each(Object.entries(COLLECTIVE_ALGORITHMS))('of every algorithm of %s', (kind, algorithms) => {
  test.each(algorithms as readonly CollectiveAlgorithm[])('%s', (algorithm) => {
    let exported = 0;
    for (const ranks of [2, 4, 6, 8]) {
      const sizes = Array.from({ length: ranks }, (_row, r) => Array.from({ length: ranks }, (_cell, d) => 100 * r + d));
      const shape = kind === 'all-to-all-v' ? { sizes } : {};
      const more = {
        ranksPerServer: 2,
        ...(algorithm === 'torus' ? { dims: [2, ranks / 2] } : {}),
        ...(algorithm === 'windowed' ? { window: 2 } : {}),
      };
      const spec = { kind: kind as CollectiveKind, algorithm, sizeBytes: kind === 'barrier' ? 0 : 10_007, ranks, ...shape };
      const schedule = scheduleOrNull({ ...spec, ...more }) ?? scheduleOrNull(spec);
      if (schedule === null) continue;
      exported++;
      expect(difference(schedule, imported(binaryOf(schedule), ranks), { withoutImplied: true })).toBeNull();
      expect(difference(schedule, imported(new TextEncoder().encode(textOf(schedule)), ranks), { withoutImplied: true })).toBeNull();
    }
    expect(exported).toBeGreaterThan(0);
  });
});

/** null: the algorithm is not for so many ranks, or takes no such key. */
function scheduleOrNull(spec: CollectiveSpec): Schedule | null {
  try {
    return collectiveSchedule(spec);
  } catch (error) {
    if (error instanceof ConfigError) return null;
    throw error;
  }
}

test('computations that may overlap are on CPUs of their own, of which there are 256', () => {
  const builder = new ScheduleBuilder(2);
  const chain = [builder.compute(0, 1), builder.compute(0, 2)];
  builder.after(chain[1]!, chain[0]!);
  for (let i = 0; i < 255; i++) builder.compute(0, 10 + i);
  expect(textOf(builder.build())).toMatch(/c1: calc 2\nc1 requires c0\n[^]*c256: calc 264 cpu 255\n/);
  builder.compute(0, 1000);
  expect(refusalOf(() => goalProgram(builder.build(), 'ps'))).toContain('compute 257 (rank 0, 0.001 us): more than 256 computations');
});

describe.skipIf(samplesMissing)('from the text of a sample', () => {
  test.each(['rd_P8_B65536', 'ring_P8_B1048576'])('%s the binary writer gives the bytes of its binary form', (name) => {
    const schedule = readGoalText(new TextDecoder().decode(sampleBytes(`goal/${name}.goal`)));
    expect(binaryOf(schedule)).toEqual(sampleBytes(`goal/${name}.bin`));
  });
});

test('messages that ATLAHS cannot hold are counted', () => {
  const builder = new ScheduleBuilder(2);
  const phase = builder.phase('flows');
  for (const bytes of [2 ** 31 - 1, 2 ** 31, 2 ** 40]) builder.message(0, 1, bytes, phase);
  const schedule = builder.build();
  expect(countOverAtlahs(schedule)).toBe(2);
  expect(difference(schedule, readGoalBinary(binaryOf(schedule)))).toBeNull();
});

test('operations that wait for each other in a circle are an error', () => {
  const builder = new ScheduleBuilder(2);
  const [a, b] = [builder.compute(0, 1), builder.compute(0, 1)];
  builder.after(a, b);
  builder.after(b, a);
  expect(refusalOf(() => goalProgram(builder.build(), 'ps'))).toContain('it waits for itself');
});
