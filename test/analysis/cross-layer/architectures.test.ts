import { describe, expect, test } from 'vitest';
import { sweepView } from '../../../analysis/charts/dimensions.ts';
import { markChartSvg } from '../../../analysis/charts/mark-chart.ts';
import { signalWorths } from '../../../analysis/cross-layer/ablation-chart.ts';
import { operatingPoints } from '../../../analysis/cross-layer/architectures.ts';
import { crossLayerCharts } from '../../../analysis/cross-layer/charts.ts';
import { integratedVerdict, standings } from '../../../analysis/cross-layer/comparison.ts';
import { renderReport } from '../../../analysis/report/report.ts';
import type { CellRecord } from '../../../analysis/rows.ts';
import { architectureSummary } from '../../../cli/architecture-summary.ts';
import { parseXml } from '../well-formed.ts';
import { ARCHITECTURE_KEYS, architectureSweep } from './wireless-records.ts';

const records = architectureSweep();
const inputOf = (of: readonly CellRecord[]) => ({ sweptKeys: ARCHITECTURE_KEYS, charts: null, records: of, expectedCells: of.length });
const pointsOf = (of: readonly CellRecord[]) => operatingPoints(of, sweepView(inputOf(of)));

describe('a sweep over architectures', () => {
  test('has an operating point for each value of what is not the controller, with settings and ablations apart', () => {
    const points = pointsOf(records);
    expect(points.map(({ label }) => label)).toEqual(['channel.snr 5', 'channel.snr 15']);
    const integrated = points[0]!.architectures.find(({ kind }) => kind === 'integrated')!;
    expect(integrated.settings.map(({ label }) => label)).toEqual(['integrated', 'integrated, energyWeight 10']);
    expect(integrated.ablations.map(({ signal, whole }) => [signal, whole.label])).toEqual([['queue', 'integrated']]);
  });

  test('says where integrated wins, and where it does not', () => {
    const all = standings(pointsOf(records));
    expect(all.map(({ kind, result }) => [kind, result.verdict])).toEqual([
      ['integrated', 'better'],
      ['integrated', 'worse'],
    ]);
    // Differences 2.01, 2.02, 2.03.
    expect(all[0]!.result.difference!.mean).toBeCloseTo(2.02, 10);
    const verdict = integratedVerdict(all)!;
    expect(verdict.sentence).toBe('Integrated beats layered in PSNR at equal energy with 95 % confidence at 1 of 2 operating points.');
    // Half of the interval: 4.30265 x 0.01 / sqrt 3 = 0.0248.
    expect(verdict.others).toEqual(['channel.snr 15: worse, −0.98 dB (−1.00 to −0.96)']);
  });

  test('that never wins says so', () => {
    const lost = records.filter(({ row }) => row['channel.snr'] === 15);
    expect(integratedVerdict(standings(pointsOf(lost)))!.sentence).toBe(
      'Nowhere does integrated beat layered in PSNR at equal energy with 95 % confidence.',
    );
  });

  test('that has no layered runs, or one architecture, compares nothing', () => {
    expect(standings(pointsOf(records.filter(({ row }) => row['controller.kind'] !== 'layered')))).toEqual([]);
    expect(
      architectureSummary(
        records.filter(({ row }) => row['controller.kind'] === 'layered'),
        ARCHITECTURE_KEYS,
      ),
    ).toBeNull();
  });

  test('a run that did not finish is no pair', () => {
    const open = records.map((record, i) => (i === 0 ? { ...record, row: { ...record.row, finished: false } } : record));
    expect(standings(pointsOf(open))[0]!.result.pairs).toBe(2);
  });

  test('a signal is worth what goes with it, seed by seed', () => {
    const [{ signal, worth, energyChange }] = signalWorths(pointsOf(records)[0]!) as [ReturnType<typeof signalWorths>[number]];
    expect(signal).toBe('queue');
    expect(worth.mean).toBeCloseTo(0.5, 10);
    expect(energyChange).toBe(0);
  });

  test('has a Pareto chart and an ablation chart, with a panel an operating point', () => {
    const [front, ablation] = crossLayerCharts(records, sweepView(inputOf(records)), 6);
    expect(front!.panels[0]!.line).toEqual([
      { x: 0.3, y: expect.closeTo(31.02, 10) as number },
      { x: 0.5, y: expect.closeTo(34.02, 10) as number },
    ]);
    expect(front!.panels[0]!.series.map((marks) => marks.map(({ label }) => label))).toEqual([[''], ['', 'energyWeight 10']]);
    expect(ablation!.panels.map(({ x }) => x.ticks.map(({ label }) => label))).toEqual([
      ['queue', 'all: layered'],
      ['queue', 'all: layered'],
    ]);
    // Worth something, harmful, not decided: at 15 dB layered is better than all of them.
    expect(ablation!.panels[1]!.series.map(({ length }) => length)).toEqual([1, 1, 0]);
    for (const chart of [front!, ablation!]) expect(parseXml(markChartSvg(chart)).name).toBe('svg');
  });

  test('its report leads with the verdict', () => {
    const page = renderReport({
      ...inputOf(records),
      title: 'x',
      manifest: { netsimVersion: '0', configHash: 'h', configText: '' },
      plotlyJs: '',
    });
    const answer = /<section id="section-answer".*?<\/section>/s.exec(page)![0];
    expect(answer).toContain('at 1 of 2 operating points.');
    expect(answer.indexOf('It does not at:')).toBeLessThan(answer.indexOf('<table'));
    expect(page).toContain('"psnr-by-power"');
    expect(page).toContain('"psnr-by-signal"');
  });

  test('its printed summary has the same table and sentences', () => {
    const { table, lines } = architectureSummary(records, ARCHITECTURE_KEYS)!;
    expect(table.rows).toEqual([
      ['channel.snr 5', 'integrated', '+2.02', '+2.00 to +2.04', '0 %', 'better'],
      ['channel.snr 15', 'integrated', '−0.98', '−1.00 to −0.96', '0 %', 'worse'],
    ]);
    expect(lines[1]).toBe('It does not at:');
  });
});
