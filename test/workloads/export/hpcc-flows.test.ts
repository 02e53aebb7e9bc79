import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fileOf } from '../../../sim/base/file-spec.ts';
import { type Schedule, ScheduleBuilder } from '../../../sim/base/schedule.ts';
import { leafSpine } from '../../../topologies/leaf-spine.ts';
import { countOverNs3, hpccFlowsText } from '../../../workloads/export/hpcc-flows.ts';
import { flowsSchedule } from '../../../workloads/flows.ts';
import { hpccWorkload } from '../../../workloads/import/hpcc.ts';
import { leafSpineSpec } from '../../sim/scenarios.ts';
import { refusalOf } from '../import/file-spec.ts';
import { difference } from './same-schedule.ts';

const RANKS = 4;
const written = (schedule: Schedule): string => [...hpccFlowsText(schedule, leafSpine(leafSpineSpec(1, RANKS, 1), [], RANKS, 1))].join('');
const flows = (list: readonly (readonly [src: number, dst: number, sizeBytes: number, startPs: number])[]): Schedule =>
  flowsSchedule({ kind: 'flows', flows: list.map(([src, dst, sizeBytes, startPs]) => ({ src, dst, sizeBytes, startPs })), ranks: RANKS });

test('a flow file is sorted by start, in exact seconds', () => {
  const schedule = flows([
    [0, 1, 100, 1_500_000_000_000],
    [2, 3, 5_000_000_000, 0],
    [1, 0, 300, 1000],
  ]);
  expect(written(schedule)).toBe('3\n2 3 3 100 5000000000 0\n1 0 3 100 300 0.000000001\n0 1 3 100 100 1.5\n');
  expect(countOverNs3(schedule)).toBe(1);
});

test('random flows read again are the same Schedule', () => {
  const flow = fc.tuple(
    fc.nat({ max: RANKS - 1 }),
    fc.integer({ min: 1, max: RANKS - 1 }),
    fc.integer({ min: 1, max: 2 ** 40 }),
    fc.nat({ max: 1e12 }),
  );
  fc.assert(
    fc.property(fc.array(flow, { maxLength: 20 }), (list) => {
      const all = [
        [0, RANKS - 1, 1, 0] as const,
        ...list.map(([src, shift, bytes, startNs]) => [src, (src + shift) % RANKS, bytes, 1000 * startNs] as const),
      ];
      const schedule = flows(all);
      const file = fileOf('flows.txt', new TextEncoder().encode(written(schedule)));
      const again = hpccWorkload({ path: 'flows.txt', files: [file], options: { format: 'hpcc' }, ranks: RANKS }).schedule;
      expect(difference(schedule, again)).toBeNull();
    }),
    { numRuns: 100 },
  );
});

test('what is more than a flow is an error that names the operation', () => {
  const refusal = (add: (builder: ScheduleBuilder, phase: number) => void): string => {
    const builder = new ScheduleBuilder(RANKS);
    add(builder, builder.phase('p'));
    return refusalOf(() => written(builder.build()));
  };
  expect(refusal((builder, phase) => builder.after(builder.message(1, 0, 10, phase), builder.message(0, 1, 10, phase) + 1))).toContain(
    'send 0 (rank 1 to rank 0, 10 B): it waits for other operations',
  );
  expect(refusal((builder, phase) => builder.message(0, 1, 0, phase))).toContain('a message without bytes');
  expect(refusal((builder, phase) => builder.after(builder.message(0, 1, 10, phase), builder.compute(0, 1500)))).toContain(
    'times of ns-3 are whole ns',
  );
  expect(refusal((builder) => builder.compute(0, 1000))).toContain('a computation that no message waits for');
  expect(refusal((builder, phase) => builder.after(builder.message(0, 1, 10, phase) + 1, builder.compute(1, 1000)))).toContain(
    'a receive that waits',
  );
});
