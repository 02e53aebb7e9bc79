import { expect, test } from 'vitest';
import type { SweepProgress } from '../../sweep/progress.ts';
import { barLine, formatDuration, plainLine, ProgressPrinter, remainingSeconds } from '../../sweep/progress.ts';

const progress = (fields: Partial<SweepProgress>): SweepProgress => ({
  total: 80,
  done: 0,
  reused: 0,
  failed: 0,
  running: [],
  elapsedSeconds: 0,
  ...fields,
});

test('durations are shown in the units a person needs', () => {
  expect([0.04, 9.94, 9.96, 59.6, 61, 3599, 3601, 7620].map(formatDuration)).toEqual([
    '0.0 s',
    '9.9 s',
    '10 s',
    '1 min 00 s',
    '1 min 01 s',
    '59 min 59 s',
    '1 h 00 min',
    '2 h 07 min',
  ]);
});

test('the remaining time extrapolates the cells that ran, not those that were taken over', () => {
  expect(remainingSeconds(progress({ elapsedSeconds: 10 }))).toBeNull();
  expect(remainingSeconds(progress({ done: 30, reused: 30, elapsedSeconds: 10 }))).toBeNull();
  // 10 cells ran in 20 s, one of them failed; 80 - 39 - 1 = 40 are left.
  expect(remainingSeconds(progress({ done: 39, reused: 30, failed: 1, elapsedSeconds: 20 }))).toBe(80);
});

test('a log line tells how far it is, and how long it took once all cells have ended', () => {
  expect(plainLine(progress({ done: 40, reused: 20, elapsedSeconds: 30 }))).toBe('40/80 cells  20 reused  ETA 1 min 00 s');
  expect(plainLine(progress({ done: 79, failed: 1, elapsedSeconds: 65 }))).toBe('79/80 cells  1 failed  in 1 min 05 s');
});

test('the bar fills with the cells that have ended and names what runs', () => {
  expect(
    barLine(progress({ done: 38, failed: 2, elapsedSeconds: 40, running: ['balancer=ecmp seed=1', 'balancer=spray seed=1'] }), 200),
  ).toBe('[############............] 38/80 cells  2 failed  ETA 40 s  running balancer=ecmp seed=1 and 1 more');
});

test('the bar is cut to the width of the terminal', () => {
  expect(barLine(progress({ running: ['x'.repeat(500)] }), 79)).toHaveLength(79);
});

test('a log gets one line every few seconds and the last one', () => {
  const lines: string[] = [];
  const printer = new ProgressPrinter({ write: (text) => lines.push(text) }, null);
  for (let second = 0; second <= 12; second++) printer.update(progress({ done: second + 1, elapsedSeconds: second }));
  printer.finish(progress({ done: 80, elapsedSeconds: 13 }));
  expect(lines.map((line) => line.split(' ')[0])).toEqual(['1/80', '6/80', '11/80', '80/80']);
  expect(lines.every((line) => line.endsWith('\n'))).toBe(true);
});

test('a message on a terminal stands above the bar, which is drawn again after it', () => {
  const written: string[] = [];
  const printer = new ProgressPrinter({ write: (text) => written.push(text) }, 80);
  printer.update(progress({ done: 1 }));
  printer.message('warning');
  printer.update(progress({ done: 2 }));
  printer.finish(progress({ done: 80, elapsedSeconds: 1 }));
  const clear = '\r\u001b[K';
  expect(written.map((text) => text.replace(/\[[#.]+\] (\d+).*/, '$1'))).toEqual(['1', `${clear}warning\n`, '2', `${clear}80`, '\n']);
});
