import { fc, test } from '@fast-check/vitest';
import { expect } from 'vitest';
import { slicesOf } from '../../../analysis/trace/slices.ts';
import { ScheduleBuilder } from '../../../sim/base/schedule.ts';

/** Slices of computes of rank 0 from and to these times in ns. */
function lanesOf(times: readonly (readonly [from: number, to: number])[]): {
  readonly lane: readonly number[];
  readonly of: readonly number[];
} {
  const builder = new ScheduleBuilder(1);
  for (const _ of times) builder.compute(0, 1);
  const at = (i: 0 | 1): Float64Array => Float64Array.from(times, (time) => time[i] * 1000);
  const { lane, op } = slicesOf(builder.build(), { startPs: at(0), endPs: at(1) }, 1e9, times.length);
  return { lane: [...lane], of: [...op] };
}

const interval = fc.tuple(fc.nat({ max: 40 }), fc.nat({ max: 12 })).map(([from, length]): [number, number] => [from, from + length]);

test.prop([fc.array(interval, { maxLength: 60 })])('a slice is on the lowest lane that is free, in order of begins', (times) => {
  const { lane, of } = lanesOf(times);
  const ends: number[] = [];
  const expected = of.map((op) => {
    const [from, to] = times[op]!;
    const free = ends.findIndex((end) => end <= from);
    const own = free < 0 ? ends.length : free;
    ends[own] = to;
    return own;
  });
  expect(lane).toEqual(expected);
});

test('hundreds of thousands of slices at once have a lane each, in a time that does not grow with their product', () => {
  const slices = 300_000;
  const { lane } = lanesOf(Array.from({ length: slices }, (_, i) => [i, 2 * slices]));
  expect(lane).toEqual(Array.from({ length: slices }, (_, i) => i));
});
