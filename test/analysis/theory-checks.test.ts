import { expect, test } from 'vitest';
import { sweepView } from '../../analysis/charts/dimensions.ts';
import { lineChart } from '../../analysis/charts/line-data.ts';
import { theoryChecks } from '../../analysis/theory-checks.ts';
import { wirelessRecord } from './cross-layer/wireless-records.ts';

const runs = (snr: number, expected: number, losses: readonly number[]) =>
  losses.map((residual_loss, i) =>
    wirelessRecord(
      { run_id: `${snr}-${i}`, seed: i + 1, 'channel.snr': snr, residual_loss },
      {
        'amc-arq': { residual_loss: expected },
        'path-limit': { residual_loss: 1 },
      },
    ),
  );

const input = (...of: ReturnType<typeof runs>[]) => ({
  sweptKeys: ['channel.snr'],
  charts: null,
  records: of.flat(),
  expectedCells: of.flat().length,
});

test('closed forms are held to the runs that they predict, and never-seen events are told apart', () => {
  const records = input(runs(5, 0.1, [0.09, 0.1, 0.11]), runs(10, 0.2, [0.3, 0.301, 0.299]), runs(15, 1e-9, [0, 0, 0]));
  const checks = theoryChecks(sweepView(records));
  expect(checks).toHaveLength(1);
  expect(checks[0]).toMatchObject({ oracle: 'amc-arq', column: 'residual_loss', points: 2, unseen: 1 });
  expect(checks[0]!.largest).toEqual({ deviation: expect.closeTo(0.5, 10) as number, where: 'channel.snr 10' });
  expect(checks[0]!.failing).toEqual([{ where: 'channel.snr 10', expected: 0.2, mean: expect.closeTo(0.3, 10) as number }]);
});

test('one seed is held to nothing', () => {
  expect(theoryChecks(sweepView(input(runs(5, 0.1, [0.9]))))).toEqual([]);
});

test('what is lost has a logarithmic axis, on which nothing lost has no place and a far closed form no say', () => {
  const records = input(runs(5, 0.1, [0.1, 0.1]), runs(10, 1e-3, [0, 2e-3]), runs(15, 1e-12, [0, 0]));
  const chart = lineChart(records, sweepView(records), { x: 'channel.snr', y: 'residual_loss', oracle: 'amc-arq' });
  if (typeof chart === 'string') throw new Error(chart);
  expect(chart.y.kind).toBe('log');
  const [points] = chart.panels[0]!.series;
  expect(points!.map(({ x }) => x)).toEqual([5, 10]);
  expect(chart.y.domain[0]).toBeGreaterThan(1e-4);
  expect(chart.y.domain[0]).toBeLessThanOrEqual(1e-3);
  for (const { low } of points!) expect(low).toBeGreaterThanOrEqual(chart.y.domain[0]);
});
