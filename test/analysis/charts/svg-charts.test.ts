import { describe, expect, test } from 'vitest';
import { renderSvgCharts } from '../../../analysis/charts/svg-charts.ts';
import { LOAD_STEPS } from '../../../analysis/charts/palette.ts';
import { BALANCERS, exampleSweep, unfinished, withProbes, WORKLOADS } from '../example-records.ts';
import type { XmlElement } from '../well-formed.ts';
import { elements, parseXml, texts, withClass } from '../well-formed.ts';

const MIB = 2 ** 20;

function parsed(files: ReadonlyMap<string, string>, name: string): XmlElement {
  const svg = files.get(name);
  if (svg === undefined) throw new Error(`no ${name} among ${[...files.keys()].join(', ')}`);
  return parseXml(svg);
}

describe('renderSvgCharts', () => {
  const files = renderSvgCharts(exampleSweep());

  test('names its files after what they show', () => {
    expect([...files.keys()]).toEqual([
      'completion_time_us-by-workload.svg',
      'slowdown-by-workload.svg',
      'fct-cdf.svg',
      'link-load-heat-map.svg',
      'fabric-ecmp.svg',
      'fabric-ecmp-split-k-4.svg',
      'fabric-spray.svg',
      'fabric-ethereal.svg',
    ]);
  });

  test('every file is well-formed XML with a title, a description and a named font', () => {
    for (const name of files.keys()) {
      const root = parsed(files, name);
      expect(root.name).toBe('svg');
      expect(root.attributes['font-family']).toContain('Arial');
      expect(root.attributes['aria-label']).not.toBe('');
      expect(root.children.slice(0, 2).map((child) => child.name)).toEqual(['title', 'desc']);
      expect(
        elements(root)
          .flatMap(({ attributes }) => Object.values(attributes))
          .join(' '),
      ).not.toMatch(/NaN|Infinity|undefined/);
    }
  });

  test('a line chart has one series a balancer, one marker a workload, and axes with units', () => {
    const root = parsed(files, 'completion_time_us-by-workload.svg');
    expect(withClass(root, 'series')).toHaveLength(4);
    const markers = withClass(root, 'series').map((series) => series.children.filter(({ attributes }) => 'transform' in attributes).length);
    expect(markers).toEqual([3, 3, 3, 3]);
    expect(texts(root)).toEqual(expect.arrayContaining(['completion time (ms)', 'workload', ...BALANCERS]));
  });

  test('the distribution has a panel a workload and a line a balancer', () => {
    const root = parsed(files, 'fct-cdf.svg');
    expect(withClass(root, 'series')).toHaveLength(12);
    expect(texts(root)).toEqual(expect.arrayContaining([...WORKLOADS.map((name) => `workload ${name}`), 'flow completion time (ms)']));
  });

  test('the heat map covers every link of every balancer once', () => {
    const root = parsed(files, 'link-load-heat-map.svg');
    const maps = withClass(root, 'heat-map');
    expect(maps).toHaveLength(8);
    for (const map of maps) {
      const drawn = map.children.filter(({ name }) => name === 'path').map(({ attributes }) => attributes['d']!.match(/z/g)?.length ?? 0);
      expect(drawn.reduce((sum, count) => sum + count, 0)).toBe(256);
    }
  });

  test('a picture of the fabric draws every link once and dead ones dashed', () => {
    const withDead = renderSvgCharts(exampleSweep({ leaves: 4, spines: 3, dead: [[1, 2]] }));
    const root = parsed(withDead, 'fabric-ecmp.svg');
    const segments = (of: XmlElement[]): number => of.reduce((sum, { attributes }) => sum + attributes['d']!.match(/M/g)!.length, 0);
    const [dead] = withClass(root, 'dead');
    expect(segments(withClass(root, 'links'))).toBe(24);
    expect(segments([dead!])).toBe(2);
    expect(dead!.attributes['stroke-dasharray']).toBeDefined();
    expect(withClass(root, 'row').map(({ children }) => children.filter(({ name }) => name === 'rect').length)).toEqual([4, 3, 4]);
    expect(texts(root)).toEqual(expect.arrayContaining([...LOAD_STEPS.map(({ label }) => label), 'dead']));
  });

  test('in a large fabric few links stand out', () => {
    const large = renderSvgCharts(exampleSweep({ leaves: 64, spines: 32, grid: { balancer: ['ecmp', 'ethereal'] }, seeds: 1 }));
    const count = (name: string, layer: string): number =>
      withClass(parsed(large, name), layer).reduce((sum, { attributes }) => sum + attributes['d']!.match(/M/g)!.length, 0);
    expect(count('fabric-ecmp.svg', 'foreground')).toBeLessThanOrEqual(120);
    expect(count('fabric-ecmp.svg', 'foreground')).toBeGreaterThan(20);
    expect(count('fabric-ecmp.svg', 'foreground') + count('fabric-ecmp.svg', 'background')).toBe(64 * 32 * 2);
    expect(count('fabric-ethereal.svg', 'foreground')).toBe(0);
  });

  test('more panels than are readable are left out, and the picture says so', () => {
    const many = renderSvgCharts(
      exampleSweep({
        leaves: 2,
        spines: 2,
        grid: { 'topology.spines': [1, 2, 3, 4, 5, 6, 7], 'workload.size': [MIB, 2 * MIB], balancer: ['ecmp', 'spray'] },
      }),
    );
    const root = parsed(many, 'slowdown-by-workload.size.svg');
    expect(withClass(root, 'x-axis')).toHaveLength(6);
    expect(texts(root).some((text) => text.includes('6 of 7 combinations are drawn'))).toBe(true);
  });

  test('hostile names stay text', () => {
    const hostile = ['</script><script>alert(1)</script>', '<b>&amp;"\'\u0000'];
    const drawn = renderSvgCharts(exampleSweep({ leaves: 2, spines: 2, grid: { balancer: ['ecmp', 'spray'], workload: hostile } }));
    expect(drawn.size).toBe(6);
    for (const [name, svg] of drawn) {
      expect(name).toMatch(/^[A-Za-z0-9._+-]+\.svg$/);
      expect(elements(parseXml(svg)).map((element) => element.name)).not.toContain('script');
      expect(elements(parseXml(svg)).map((element) => element.name)).not.toContain('b');
    }
  });

  test('without a finished run there are no charts of times, and without links none of loads', () => {
    const input = exampleSweep({ grid: { balancer: ['ecmp', 'spray'] }, seeds: 2 });
    const records = input.records.map((record) => ({ ...unfinished(record, 'too slow'), fabricLinks: [] }));
    expect(renderSvgCharts({ ...input, records }).size).toBe(0);
    expect(renderSvgCharts({ ...input, records: [] }).size).toBe(0);
  });

  test('the same input gives the same bytes', () => {
    expect([...renderSvgCharts(exampleSweep())]).toEqual([...files]);
  });

  test('charts that are asked for replace the default ones', () => {
    const drawn = renderSvgCharts({ ...exampleSweep(), charts: [{ x: 'balancer', y: 'queue_max_bytes', series: 'workload' }] });
    expect([...drawn.keys()].slice(0, 2)).toEqual(['queue_max_bytes-by-balancer.svg', 'fct-cdf.svg']);
    expect(texts(parsed(drawn, 'queue_max_bytes-by-balancer.svg'))).toContain('longest queue (MiB)');
  });
});

describe('charts of probes', () => {
  const sweep = exampleSweep({ leaves: 2, spines: 2, seeds: 2 });

  test('are drawn for the first seed of runs that have them, a line a link', () => {
    const records = sweep.records.map((record) => (record.row['balancer'] === 'ecmp' ? withProbes(record) : record));
    const files = renderSvgCharts({ ...sweep, records });
    const names = [...files.keys()].filter((name) => /^(queue-depth|link-utilisation)/.test(name));
    expect(names).toHaveLength(2 * WORKLOADS.length);
    const queues = parsed(files, 'queue-depth-workload-all-to-all-balancer-ecmp.svg');
    expect(withClass(queues, 'series')).toHaveLength(3);
    expect(texts(queues)).toEqual(expect.arrayContaining(['queue (KiB)', 'time (µs)', 'spine0-leaf3', 'leaf1-host5']));
    const use = parsed(files, 'link-utilisation-workload-all-to-all-balancer-ecmp.svg');
    expect(withClass(use, 'series')).toHaveLength(2);
    expect(texts(use)).toEqual(expect.arrayContaining(['utilisation (part of the capacity)', 'leaf0-spine0']));
  });

  test('of queues that are always empty have an axis', () => {
    const empty = withProbes(sweep.records[0]!);
    const probes = { queueBytes: empty.probes!.queueBytes.map((line) => ({ ...line, values: line.values.map(() => 0) })), utilisation: [] };
    const files = renderSvgCharts({ ...sweep, sweptKeys: [], records: [{ ...empty, probes }] });
    expect([...files.keys()]).toContain('queue-depth.svg');
    expect(files.get('queue-depth.svg')).not.toMatch(/NaN|Infinity/);
  });
});
