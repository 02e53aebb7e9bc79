import { describe, expect, test } from 'vitest';
import { sweepView } from '../../../analysis/charts/dimensions.ts';
import { chartSpecs, lineChart } from '../../../analysis/charts/line-data.ts';
import { largestRatio, linkLoads } from '../../../analysis/charts/link-loads.ts';
import type { ChartInput } from '../../../analysis/charts/input.ts';
import type { LinkLoads } from '../../../analysis/charts/link-loads.ts';
import { exampleSweep, unfinished } from '../example-records.ts';

const MIB = 2 ** 20;
const keysOf = (dimensions: readonly { readonly keys: readonly string[] }[]): string[][] => dimensions.map(({ keys }) => [...keys]);

describe('the dimensions of a sweep', () => {
  test('the balancer is the series, and every other key of a grid an axis', () => {
    const view = sweepView(
      exampleSweep({ grid: { 'workload.size': [MIB, 16 * MIB], balancer: ['ecmp', 'spray'], 'topology.spines': [4, 8] } }),
    );
    expect(view.series!.keys).toEqual(['balancer']);
    expect(keysOf(view.others)).toEqual([['workload.size'], ['topology.spines']]);
    expect(view.groups).toHaveLength(8);
    expect(view.groups.every(({ records }) => records.length === 5)).toBe(true);
  });

  test('without a balancer the first of several keys is the series, and a lone key an axis', () => {
    expect(sweepView(exampleSweep({ grid: { 'topology.spines': [4, 8], 'workload.size': [1, 2] } })).series!.keys).toEqual([
      'topology.spines',
    ]);
    const lone = sweepView(exampleSweep({ grid: { 'topology.spines': [4, 8] } }));
    expect(lone.series).toBeNull();
    expect(keysOf(lone.others)).toEqual([['topology.spines']]);
  });

  test('a key with one value is no dimension', () => {
    const view = sweepView(exampleSweep({ grid: { balancer: ['ecmp', 'spray'], 'workload.size': [MIB] } }));
    expect(keysOf(view.dimensions)).toEqual([['balancer']]);
  });

  test('keys that were varied together are one dimension, but not in partial results', () => {
    const grid = exampleSweep({
      grid: { 'workload.kind': ['all-reduce', 'all-to-all'], 'workload.algorithm': ['direct', 'ring'], balancer: ['ecmp', 'spray'] },
    });
    const records = grid.records.filter(({ row }) => !(row['workload.kind'] === 'all-to-all' && row['workload.algorithm'] === 'ring'));
    const zipped = sweepView({ ...grid, records, expectedCells: records.length });
    expect(keysOf(zipped.others)).toEqual([['workload.kind', 'workload.algorithm']]);
    expect(zipped.others[0]!.values.map(({ label }) => label)).toEqual(['all-reduce, direct', 'all-reduce, ring', 'all-to-all, direct']);
    expect(keysOf(sweepView({ ...grid, records }).others)).toEqual([['workload.kind'], ['workload.algorithm']]);
  });

  test('numbers are in ascending order whatever the order of the records', () => {
    const view = sweepView(exampleSweep({ grid: { balancer: ['ecmp', 'spray'], 'workload.size': [16 * MIB, MIB, 4 * MIB] } }));
    expect(view.others[0]!.values.map(({ label }) => label)).toEqual(['1 MiB', '4 MiB', '16 MiB']);
  });
});

describe('line charts', () => {
  test('by default each axis has completion time and slowdown', () => {
    const input = exampleSweep({ grid: { 'workload.size': [MIB, 16 * MIB], balancer: ['ecmp', 'spray'], 'topology.spines': [4, 8] } });
    expect(chartSpecs(input, sweepView(input)).map(({ x, y, series }) => `${y} ${x} ${series}`)).toEqual([
      'completion_time_us workload.size balancer',
      'slowdown workload.size balancer',
      'completion_time_us topology.spines balancer',
      'slowdown topology.spines balancer',
    ]);
  });

  test('a point holds the mean, the smallest and the largest value over its seeds', () => {
    const input = exampleSweep({ grid: { 'workload.size': [MIB, 16 * MIB], balancer: ['ecmp', 'spray'] } });
    const chart = lineChart(input, sweepView(input), { x: 'workload.size', y: 'slowdown', series: 'balancer' });
    if (typeof chart === 'string') throw new Error(chart);
    const values = input.records
      .filter(({ row }) => row['balancer'] === 'spray' && row['workload.size'] === 16 * MIB)
      .map(({ row }) => row['slowdown'] as number);
    const point = chart.panels[0]!.series[1]![1]!;
    expect(values).toHaveLength(5);
    expect(point.x).toBe(16 * MIB);
    expect(point.low).toBe(Math.min(...values));
    expect(point.high).toBe(Math.max(...values));
    expect(point.mean).toBeCloseTo(values.reduce((sum, value) => sum + value, 0) / 5, 12);
    expect(chart.x.kind).toBe('log');
    expect(chart.reference).toEqual({ value: 1, label: 'the lower bound' });
  });

  test('what neither axis nor series shows makes a panel each, except what these settle', () => {
    const input = exampleSweep({ grid: { 'workload.size': [MIB, 16 * MIB], balancer: ['ecmp', 'spray'], 'topology.spines': [4, 8] } });
    const records = input.records.map((record) => ({ ...record, row: { ...record.row, 'switch.queue': record.row['workload.size']! } }));
    const zipped = { ...input, records, sweptKeys: [...input.sweptKeys, 'switch.queue'] };
    const chart = lineChart(zipped, sweepView(zipped), { x: 'workload.size', y: 'slowdown', series: 'balancer' });
    if (typeof chart === 'string') throw new Error(chart);
    expect(chart.panels.map(({ label }) => label)).toEqual(['topology.spines 4', 'topology.spines 8']);
    expect(chart.panels.every(({ series }) => series.every((points) => points.length === 2))).toBe(true);
  });

  test('runs that did not finish make no point, and their number is told', () => {
    const input = exampleSweep({ grid: { 'workload.size': [MIB, 16 * MIB] } });
    const records = input.records.map((record, i) => (i < 6 ? unfinished(record, 'too slow') : record));
    const chart = lineChart({ ...input, records }, sweepView({ ...input, records }), { x: 'workload.size', y: 'slowdown' });
    if (typeof chart === 'string') throw new Error(chart);
    expect(chart.panels[0]!.series[0]!.map(({ x }) => x)).toEqual([16 * MIB]);
    expect(chart.panels[0]!.series[0]![0]!.detail.at(-1)).toBe('1 of 5 runs have no value');
  });

  test('a chart of an unknown column, or without a value, is refused in words', () => {
    const input = exampleSweep({ grid: { 'workload.size': [MIB, 16 * MIB] } });
    expect(lineChart(input, sweepView(input), { x: 'workload.sise', y: 'slowdown' })).toBe('the results have no column "workload.sise"');
    expect(lineChart(input, sweepView(input), { x: 'workload.size', y: 'trims' })).toBe('no run has a value of trims');
  });
});

/** The loads of every combination that has some. */
function loadsOf(input: ChartInput): LinkLoads[] {
  const view = sweepView(input);
  return view.groups.flatMap((group) => linkLoads(view, group) ?? []);
}

describe('link loads', () => {
  test('the largest ratio of a run is its congestion ratio', () => {
    const input = exampleSweep();
    const runs = loadsOf(input);
    expect(runs).toHaveLength(12);
    const first = input.records.filter(({ row }) => row['seed'] === 1);
    runs.forEach((run, i) => expect(largestRatio(run)).toBeCloseTo(first[i]!.row['congestion_ratio'] as number, 12));
  });

  test('a dead link has no load, and unequal rates are compared by load over rate', () => {
    const { records, ...input } = exampleSweep({ leaves: 1, spines: 2, grid: {}, seeds: 1 });
    const links = (['spine0', 'spine1', 'spine2'] as const).map((to, i) => ({
      from: 'leaf0',
      to,
      rateBps: [400e9, 100e9, 400e9][i]!,
      up: i < 2,
      loadBytes: [800, 400, 0][i]!,
      idealBytes: [800, 200, 0][i]!,
      queueMaxBytes: null,
    }));
    const [run] = loadsOf({ ...input, records: [{ ...records[0]!, fabricLinks: links }] });
    expect(run!.up).toEqual({ bytes: [800, 400, null], ratio: [1, 2, null] });
    expect(run!.deadLinks).toBe(1);
  });

  test('of parallel links the busiest is shown', () => {
    const { records, ...input } = exampleSweep({ leaves: 2, spines: 2, grid: {}, seeds: 1 });
    const doubled = records[0]!.fabricLinks.flatMap((link) => [
      { ...link, loadBytes: 3, idealBytes: 2 },
      { ...link, loadBytes: 1, idealBytes: 2 },
    ]);
    const [run] = loadsOf({ ...input, records: [{ ...records[0]!, fabricLinks: doubled }] });
    expect(run!.linksPerPair).toBe(2);
    expect(run!.up.bytes).toEqual([3, 3, 3, 3]);
    expect(run!.down.ratio).toEqual([1.5, 1.5, 1.5, 1.5]);
  });

  test('a fabric of other switches than leaves and spines has no picture of this kind', () => {
    const { records, ...input } = exampleSweep({ grid: {}, seeds: 1 });
    const links = records[0]!.fabricLinks.map((link) => ({ ...link, to: link.to.replace('spine', 'core') }));
    expect(loadsOf({ ...input, records: [{ ...records[0]!, fabricLinks: links }] })).toEqual([]);
  });
});
