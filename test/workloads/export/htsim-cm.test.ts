import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fileOf } from '../../../sim/base/file-spec.ts';
import { type Schedule, ScheduleBuilder } from '../../../sim/base/schedule.ts';
import { leafSpine } from '../../../topologies/leaf-spine.ts';
import { allGather, allReduce, allToAll, reduceScatter } from '../../../workloads/collectives/schedules.ts';
import { htsimCmText, type StartUnit } from '../../../workloads/export/htsim-cm.ts';
import { htsimWorkload } from '../../../workloads/import/htsim.ts';
import { permutationSchedule } from '../../../workloads/permutation.ts';
import { leafSpineSpec } from '../../sim/scenarios.ts';
import { samplesMissing } from '../import/samples.ts';
import { refusalOf } from '../import/file-spec.ts';
import { sampleBytes } from './files.ts';
import { triggeredFlows } from './random-schedules.ts';
import { difference } from './same-schedule.ts';

const hostsFor = (ranks: number) => leafSpine(leafSpineSpec(1, ranks, 1), [], ranks, 1);
const written = (schedule: Schedule, startUnit: StartUnit | null = null): string =>
  [...htsimCmText(schedule, hostsFor(schedule.ranks), startUnit)].join('');
const read = (text: string, ranks: number, startUnit: StartUnit | null = null): Schedule =>
  htsimWorkload({
    path: 'flows.cm',
    files: [fileOf('flows.cm', new TextEncoder().encode(text))],
    options: { format: 'htsim', startUnit },
    ranks,
  }).schedule;

/** A schedule of what the callback adds. */
function built(ranks: number, add: (builder: ScheduleBuilder, phase: number) => void): Schedule {
  const builder = new ScheduleBuilder(ranks);
  add(builder, builder.phase('p'));
  return builder.build();
}

describe('a connection matrix', () => {
  test('has a connection a send, a start for a delay and a trigger for ends', () => {
    const schedule = built(3, (builder, phase) => {
      const a = builder.message(0, 1, 100, phase);
      const b = builder.message(2, 1, 200, phase);
      const late = builder.message(0, 2, 300, phase);
      builder.after(late, builder.compute(0, 7e6));
      const both = builder.message(1, 0, 400, phase);
      for (const send of [a, b]) builder.after(both, send + 1);
      builder.after(builder.message(0, 2, 500, phase), a);
    });
    expect(written(schedule, 'us')).toBe(
      [
        'Nodes 3',
        'Connections 5',
        'Triggers 2',
        '0->1 id 1 start 0 size 100 send_done_trigger 2 recv_done_trigger 1',
        '2->1 id 2 start 0 size 200 recv_done_trigger 1',
        '0->2 id 3 start 7 size 300',
        '1->0 id 4 trigger 1 size 400',
        '0->2 id 5 trigger 2 size 500',
        'trigger id 1 barrier count 2',
        'trigger id 2 oneshot',
        '',
      ].join('\n'),
    );
  });

  test('names the hosts that ranks are placed on', () => {
    const schedule = built(4, (builder, phase) => builder.message(1, 2, 10, phase));
    const strided = leafSpine({ ...leafSpineSpec(2, 2, 2), placement: 'strided' }, [], 4, 1);
    expect([...htsimCmText(schedule, strided, null)].join('')).toContain('\n2->1 id 1 ');
  });

  test.skipIf(samplesMissing)('of the sample permutation is the sample', () => {
    const text = new TextDecoder().decode(sampleBytes('htsim/perm128_8MiB.cm'));
    const pattern = { multiply: 37, add: 11 };
    expect(written(permutationSchedule({ kind: 'permutation', pattern, sizeBytes: 2 ** 23, ranks: 128 }, 1))).toBe(text);
  });
});

describe('read again it is the same Schedule', () => {
  test.each(['us', 'ps'] as const)('on random flows with starts in %s and triggers', (unit) => {
    fc.assert(
      fc.property(triggeredFlows, (schedule) => {
        const scaled = unit === 'us' ? schedule : { ...schedule, durationPs: schedule.durationPs.map((ps) => ps / 1e6) };
        expect(difference(scaled, read(written(scaled, unit), scaled.ranks, unit))).toBeNull();
      }),
      { numRuns: 200 },
    );
  });

  const sizeBytes = 100_003;
  test.each([2, 3, 8])('of every collective that waits for no start, with %i ranks', (ranks) => {
    const algorithm = 'direct';
    for (const make of [allReduce, allGather, reduceScatter, allToAll]) {
      const schedule = make({ ranks, sizeBytes, algorithm });
      expect(difference(schedule, read(written(schedule), ranks), { withoutJoins: true })).toBeNull();
    }
  });
});

describe('what a connection matrix cannot express is an error that names the operation', () => {
  const refusals: readonly (readonly [string, Schedule, string])[] = [
    ['an order of starts', allReduce({ ranks: 3, sizeBytes: 99 }), 'send 6 (rank 0 to rank 1, 33 B): it waits for the start'],
    [
      'a general DAG: an end that two triggers need',
      built(2, (builder, phase) => {
        const [a, b] = [builder.message(0, 1, 10, phase), builder.message(0, 1, 10, phase)];
        builder.after(builder.message(1, 0, 20, phase), a + 1);
        const other = builder.message(1, 0, 30, phase);
        for (const send of [a, b]) builder.after(other, send + 1);
      }),
      'send 6 (rank 1 to rank 0, 30 B): operation 1, which it waits for, activates another trigger already',
    ],
    [
      'a receive that waits',
      built(2, (builder, phase) => builder.after(builder.message(0, 1, 10, phase) + 1, builder.compute(1, 5))),
      'receive 1 (rank 1 from rank 0, 10 B): a receive that waits',
    ],
    [
      'a computation between messages',
      built(2, (builder, phase) => {
        const compute = builder.compute(1, 5e6);
        builder.after(compute, builder.message(0, 1, 10, phase) + 1);
        builder.after(builder.message(1, 0, 10, phase), compute);
      }),
      'compute 0 (rank 1, 5 us): a computation between messages',
    ],
    ['a computation for nobody', built(2, (builder) => builder.compute(1, 5e6)), 'compute 0 (rank 1, 5 us): a computation that no message'],
    ['a size above 31 bits', built(2, (builder, phase) => builder.message(0, 1, 2 ** 31, phase)), 'sizes end at 2147483647 B'],
    ['no bytes', built(2, (builder, phase) => builder.message(0, 1, 0, phase)), 'a message without bytes'],
    [
      'a fraction of a microsecond',
      built(2, (builder, phase) => builder.after(builder.message(0, 1, 10, phase), builder.compute(0, 1_500_000))),
      'it starts at 1.5 us, and fractions',
    ],
    [
      'a start that is no 32-bit float',
      built(2, (builder, phase) => builder.after(builder.message(0, 1, 10, phase), builder.compute(0, (2 ** 24 + 1) * 1e6))),
      'it starts at 16777217 us, which is no 32-bit float',
    ],
  ];
  test.each(refusals)('%s', (_what, schedule, text) => {
    // Before the first line is asked for.
    const refusal = refusalOf(() => htsimCmText(schedule, hostsFor(schedule.ranks), 'us'));
    expect(refusal).toContain('ConfigError .cm cannot express');
    expect(refusal).toContain(text);
  });

  test('a start without its unit asks for it', () => {
    const schedule = built(2, (builder, phase) => builder.after(builder.message(0, 1, 10, phase), builder.compute(0, 1e6)));
    expect(refusalOf(() => htsimCmText(schedule, hostsFor(2), null))).toContain('--start-unit us');
  });

  test('a message inside a server: there is no NVLink', () => {
    const schedule = built(4, (builder, phase) => builder.message(0, 1, 10, phase));
    const nvlink = { rateBps: 2.4e12, delayPs: 25_000 };
    const servers = leafSpine({ ...leafSpineSpec(1, 4, 1), server: { gpus: 2, nics: 2, nvlink } }, [], 4, 1);
    expect(refusalOf(() => htsimCmText(schedule, servers, null))).toContain('both ranks are in one server');
  });
});
