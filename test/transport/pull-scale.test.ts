import { expect, test } from 'vitest';
import { CE, DATA, LAST_HOP, TRIMMED } from '../../sim/base/packet.ts';
import { DUE, NOW } from '../../sim/engine/record.ts';
import { CAME_AS_HEADER, CAME_AS_RTS, CAME_WHOLE, PullQueue, PullState } from '../../sim/transport/pull-queue.ts';
import { PullScale } from '../../sim/transport/pull-scale.ts';
import { FULL, newClock } from './ends.ts';

const SCALING = { intervalPs: 1000, ecnWeight: 0.5, ecnTarget: 0.3, ecnGain: 0.5, increase: 0.01, minScale: 0.01 };
const MARKED = DATA | CE;

/** The scale after each list of packets, by their meta bytes: the first one comes as its interval begins, the others just before it ends. */
function scalesAfter(...intervals: readonly (readonly number[])[]): number[] {
  const clock = newClock();
  const scale = new PullScale(SCALING, clock);
  const scales: number[] = [];
  for (const [i, [first, ...others]] of [...intervals, [DATA]].entries()) {
    clock[NOW] = i * 1000;
    scale.count(first!);
    if (i > 0) scales.push(scale.scale);
    clock[NOW] += 999;
    for (const meta of others) scale.count(meta);
    expect(scale.scale).toBe(scales.at(-1) ?? 1);
  }
  return scales;
}

test('what is trimmed before the last hop takes its part of the packets off the scale, and it comes back faster each time in a row', () => {
  const clean = [DATA, DATA];
  const scales = scalesAfter([DATA, DATA, TRIMMED, DATA], clean, clean, clean, [TRIMMED, DATA, DATA, DATA], clean);
  const expected = [0.75, 0.76, 0.78, 0.82, 0.57, 0.58];
  scales.forEach((scale, i) => expect(scale).toBeCloseTo(expected[i]!, 12));
});

test('what is trimmed at the last hop does not', () => {
  expect(scalesAfter([TRIMMED | LAST_HOP, TRIMMED | LAST_HOP])).toEqual([1]);
});

test('marks count once their average is above the target, and a few of them hold the increase back to one step', () => {
  // Averages: 0.5, 0.25 + 0.25 = 0.5, 0.25, 0.125 + 0.125 = 0.25, 0.125.
  const half = [MARKED, DATA];
  const scales = scalesAfter([MARKED, MARKED], half, [DATA], [MARKED, DATA, DATA, DATA], [DATA]);
  const expected = [0.9, 0.81, 0.82, 0.83, 0.87];
  scales.forEach((scale, i) => expect(scale).toBeCloseTo(expected[i]!, 12));
});

test('the scale stays between its least and 1, and intervals without packets are none', () => {
  expect(scalesAfter([TRIMMED, TRIMMED], [TRIMMED], [DATA])).toEqual([0.01, 0.01, 0.02]);
  const clock = newClock();
  const scale = new PullScale(SCALING, clock);
  scale.count(TRIMMED);
  scale.count(DATA);
  clock[NOW] = 1_000_000;
  scale.count(DATA);
  expect(scale.scale).toBe(0.5);
  // That packet began the next interval.
  clock[NOW] += 999;
  scale.count(DATA);
  expect(scale.scale).toBe(0.5);
});

test('the pull queue paces what it grants at the pull rate times the scale; RTS do not count', () => {
  const clock = newClock();
  const state = new PullState({
    kind: 'rccc-os',
    flows: 2,
    clock,
    fullBytes: FULL,
    creditPerPullBytes: 16_384,
    maxCreditBytes: 325_344,
    pullRate: 0.99,
    scaling: SCALING,
  });
  const queue = new PullQueue(state, 400e9);
  const waitPs = (): number => {
    queue.tick();
    return clock[DUE]! - clock[NOW]!;
  };
  queue.count(0, DATA);
  queue.onArrival(0, 1000, CAME_WHOLE, 0);
  expect(waitPs()).toBe(Math.round((16_384 * 8e12) / 396e9));
  queue.count(0, TRIMMED);
  queue.onArrival(0, 1000, CAME_AS_HEADER, 0);
  queue.onArrival(0, 1000, CAME_AS_RTS, 0);
  expect(waitPs()).toBe(330_990);
  clock[NOW] = 1000;
  queue.count(0, DATA);
  expect(waitPs()).toBe(661_980);
  // Copies that come when everything has arrived say nothing.
  queue.onComplete(0);
  queue.onArrival(1, 1000, CAME_WHOLE, 0);
  clock[NOW] = 2000;
  queue.count(0, TRIMMED);
  expect(waitPs()).toBe(661_980);
});
