import { expect, test } from 'vitest';
import { humanValue } from '../../cli/human-value.ts';
import { summaryTable } from '../../cli/summary-table.ts';
import { alignedTable, markdownTable } from '../../cli/text-table.ts';

test('values of result columns are shown in the unit of their column', () => {
  expect(humanValue('completion_time_us', 4.33792)).toBe('4.338 µs');
  expect(humanValue('completion_time_us', 4.33792, 6)).toBe('4.33792 µs');
  expect(humanValue('fct_p99_us', 174648)).toBe('174.6 ms');
  expect(humanValue('queue_max_bytes', 65536)).toBe('64 KiB');
  expect(humanValue('max_link_load_bytes_p95', 2 ** 20)).toBe('1 MiB');
  expect(humanValue('packets', 1234567)).toBe('1,234,567');
  expect(humanValue('drops', null)).toBe('-');
  expect(humanValue('finished', false)).toBe('no');
});

test('columns of a table are as wide as their widest field, numbers to the right', () => {
  expect(
    alignedTable({
      columns: ['name', 'value'],
      rows: [
        ['a', '1.5 µs'],
        ['longer', '12 µs'],
      ],
    }),
  ).toBe(['name     value', 'a       1.5 µs', 'longer   12 µs', ''].join('\n'));
});

test('a bar in a field does not end a Markdown cell', () => {
  expect(markdownTable({ columns: ['a', 'b'], rows: [['x|y', '1']] })).toBe('| a | b |\n| --- | --- |\n| x\\|y | 1 |\n');
});

test('the summary has one line a combination of swept values: the mean over the seeds, and for the completion its 95 % interval', () => {
  const row = (balancer: string, seed: number, completion: number): Record<string, string | number | boolean> => ({
    balancer,
    'workload.size': 65536,
    seed,
    completion_time_us: completion,
    slowdown: completion / 5,
    drops: 0,
    finished: true,
  });
  const rows = [row('ecmp', 1, 10), row('ecmp', 2, 20), row('spray', 1, 5), row('spray', 2, 5)];
  expect(summaryTable(rows, ['balancer', 'workload.size'])).toEqual({
    columns: ['balancer', 'workload.size', 'seeds', 'completion ± 95 %', 'slowdown'],
    // t(0.95, 1) = 12.706, s = 7.0711, n = 2: 63.53.
    rows: [
      ['ecmp', '64 KiB', '2', '15 µs ± 63.53 µs', '3'],
      ['spray', '64 KiB', '2', '5 µs', '1'],
    ],
  });
});

test('the summary says how many runs finished if not all did, and averages those that have a value', () => {
  const rows = [
    { balancer: 'ecmp', completion_time_us: null, finished: false },
    { balancer: 'ecmp', completion_time_us: 3, finished: true },
    { balancer: 'spray', completion_time_us: null, finished: false },
  ];
  expect(summaryTable(rows, ['balancer'])).toEqual({
    columns: ['balancer', 'seeds', 'completion ± 95 %', 'finished'],
    rows: [
      ['ecmp', '2', '3 µs', '1 of 2'],
      ['spray', '1', '-', '0 of 1'],
    ],
  });
});
