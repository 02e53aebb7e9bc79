import { describe, expect, test } from 'vitest';
import type { ReportInput } from '../../../analysis/report/input.ts';
import { renderReport, reportParts } from '../../../analysis/report/report.ts';
import { exampleSweep, unfinished, WORKLOADS } from '../example-records.ts';

const MANIFEST = { netsimVersion: '0.1.0', configHash: '3f9a2c', configText: 'name: spray-or-not\n' };

const example = (changes: Partial<ReportInput> = {}): ReportInput => ({
  ...exampleSweep(),
  title: 'Spray or not',
  manifest: MANIFEST,
  plotlyJs: 'window.Plotly = {};',
  ...changes,
});

interface EmbeddedData {
  readonly figures: readonly {
    readonly title: string;
    readonly panels: readonly string[];
    readonly traces: readonly (readonly object[])[];
    readonly layouts: readonly { readonly margin: { readonly r: number }; readonly modebar: unknown }[];
  }[];
  readonly loads: { readonly runs: readonly object[] } | null;
  readonly rows: { readonly columns: readonly string[]; readonly values: readonly (readonly unknown[])[] };
}

function embedded(html: string): EmbeddedData {
  const json = /<script type="application\/json" id="report-data">(.*?)<\/script>/s.exec(html)![1]!;
  return JSON.parse(json) as EmbeddedData;
}

const section = (html: string, id: string): string => new RegExp(`<section id="section-${id}".*?</section>`, 's').exec(html)![0];

const plain = (html: string): string =>
  html
    .replace(/<[^>]*>/g, '')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&');

describe('renderReport', () => {
  const html = renderReport(example());

  test('holds the chart library once and asks for nothing from outside', () => {
    expect(html.split('window.Plotly = {};')).toHaveLength(2);
    expect(html).not.toMatch(/\ssrc=|@import|url\(|<link/);
    expect(html).toContain("default-src 'none'");
  });

  test('the same input gives the same bytes', () => {
    expect(renderReport(example())).toBe(html);
  });

  test('the toolbar of a chart stands in the right margin, where it covers no legend', () => {
    const layouts = embedded(html).figures.flatMap((figure) => figure.layouts);
    expect(layouts).not.toHaveLength(0);
    for (const layout of layouts) expect(layout).toMatchObject({ modebar: { orientation: 'v' }, margin: { r: 40 } });
    expect(html).toContain('layout.modebar');
  });

  test('names the sweep below its title, unless that is its title', () => {
    const facts = (name: string): string => /<header>.*?<\/header>/s.exec(renderReport(example({ description: { name, lines: [] } })))![0];
    expect(facts('some-sweep')).toContain('<p>some-sweep</p>');
    expect(facts('Spray or not')).not.toContain('<p>Spray or not</p>');
  });

  test('has a figure for each chart and a trace for each balancer', () => {
    const { figures, loads, rows } = embedded(html);
    expect(figures.map(({ title }) => title)).toEqual(['Completion time by workload', 'Slowdown by workload', 'Flow completion times']);
    expect(figures.map(({ traces }) => traces.map(({ length }) => length))).toEqual([[4], [4], [4, 4, 4]]);
    expect(figures[2]!.panels).toEqual(WORKLOADS.map((name) => `workload ${name}`));
    expect(loads!.runs).toHaveLength(12);
    expect(rows.values).toHaveLength(60);
    expect(rows.columns.slice(0, 6)).toEqual(['run_id', 'seed', 'fidelity', 'workload', 'balancer', 'completion_time_us']);
  });

  test('answers for each scenario what each balancer costs against the best, with seeds and interval', () => {
    const answer = plain(section(html, 'answer'));
    expect(answer).toContain('Lowest completion time, or no difference seen to the lowest: ethereal in 3 of 3');
    expect(answer).toMatch(
      /workload all-to-all: lowest mean: ethereal, [\d.]+ ms \(5 seeds, [\d.]+ ms to [\d.]+ ms, [\d.]+ times the lower bound\)/,
    );
    expect(answer).toMatch(/ecmp \+\d+ % \(\+\d+ % to \+\d+ %\)/);
  });

  test('calls balancers with the same times the same, and a change within the spread no difference', () => {
    const { records, ...input } = exampleSweep({ grid: { balancer: ['ecmp', 'spray', 'drb'] }, seeds: 3 });
    const times: Record<string, number[]> = { ecmp: [100, 110, 120], spray: [100, 110, 120], drb: [110, 100, 130] };
    const changed = records.map((record) => ({
      ...record,
      row: { ...record.row, completion_time_us: times[String(record.row['balancer'])]![Number(record.row['seed']) - 1]! },
    }));
    const answer = plain(section(renderReport(example({ ...input, records: changed })), 'answer'));
    expect(answer).toContain('spray the same for each of 3 seeds');
    expect(answer).toContain('drb no difference seen (+');
    expect(answer).toContain('Fewer than five seeds');
  });

  test('one seed is said to be one seed', () => {
    const answer = plain(section(renderReport(example(exampleSweep({ seeds: 1 }))), 'answer'));
    expect(answer).toContain('(one seed, spread unknown)');
    expect(answer).not.toContain('no difference seen (');
  });

  test('the summary has a line a combination, with sortable headings', () => {
    const summary = section(html, 'summary');
    expect(summary.match(/<tr/g)).toHaveLength(13);
    expect(summary.match(/<button type="button" class="sort">/g)).toHaveLength(12);
    expect(summary).toContain('>5 of 5<');
  });

  test('partial results, unfinished runs and failures are told first', () => {
    const { records, ...input } = exampleSweep();
    const some = records.slice(0, 42).map((record, i) => (i === 7 ? unfinished(record, '112 of 65280 flows had not ended') : record));
    const failures = [{ cell: 'balancer ecmp · seed 9', message: 'no path from leaf0 to leaf1', repeat: 'netsim run c.yaml --seed 9' }];
    const partial = plain(renderReport(example({ ...input, records: some, failures })).replace(/<script.*?<\/script>/gs, ''));
    expect(partial).toContain('Partial results: 42 of 60 runs17 have not been run.');
    expect(partial).toContain('1 of 42 runs did not finish');
    expect(partial).toContain('112 of 65280 flows had not ended');
    expect(partial).toContain('1 run failed');
    expect(partial).toContain('netsim run c.yaml --seed 9');
    expect(partial).toMatch(/did not finish 1 of 5 runs/);
    expect(partial.indexOf('Partial results')).toBeLessThan(partial.indexOf('Answer'));
    expect(html).not.toContain('Partial results');
    expect(html).not.toContain('role="alert"');
  });

  test('no record at all still makes a page', () => {
    const empty = renderReport(example({ records: [] }));
    expect(plain(section(empty, 'answer'))).toContain('No run has ended');
    expect(embedded(empty).figures).toEqual([]);
  });

  test('hostile names and a hostile bundle open no element', () => {
    const hostile = '</script><script>alert(1)</script><b>';
    const page = renderReport(
      example({
        ...exampleSweep({ grid: { balancer: ['ecmp', hostile], workload: [hostile, 'all-to-all'] }, seeds: 2 }),
        title: hostile,
        description: { name: hostile, lines: [hostile] },
        manifest: { ...MANIFEST, configText: hostile },
        failures: [{ cell: hostile, message: hostile, repeat: hostile }],
        plotlyJs: 'var text = "</script><script>alert(2)";',
      }),
    );
    expect(page.match(/<script/g)).toHaveLength(4);
    expect(page.replace('var text = "<\\/script><script>alert(2)";', '').match(/<script/g)).toHaveLength(3);
    expect(page.match(/<\/script/g)).toHaveLength(3);
    const trace = embedded(page).figures[0]!.traces[0]![1] as { name: string };
    expect(trace.name).toBe('&lt;/script&gt;&lt;script&gt;alert(1)&lt;/script&gt;&lt;b&gt;');
  });

  test('a chart that cannot be drawn is named', () => {
    const page = renderReport(example({ charts: [{ x: 'workload', y: 'trims', series: 'balancer' }] }));
    expect(plain(section(page, 'charts'))).toContain('Not drawn: trims by workload: no run has a value of trims.');
  });

  test('of very many combinations the page shows the first, and tells how many there are', () => {
    const sizes = Array.from({ length: 1001 }, (_, i) => 4096 * (i + 1));
    const grid = { 'workload.size': sizes, 'topology.spines': [4, 8], balancer: ['ecmp', 'spray'] };
    const page = renderReport(example(exampleSweep({ leaves: 1, spines: 1, grid, seeds: 1 })));
    const { figures, loads } = embedded(page);
    expect(figures.map(({ panels }) => panels.length)).toEqual([2, 2, 200, 200, 200]);
    expect(plain(section(page, 'charts'))).toContain('200 of 1001 combinations can be chosen');
    expect(loads!.runs).toHaveLength(200);
    expect(plain(section(page, 'loads'))).toContain('3804 of 4004 combinations are left out');
    expect(section(page, 'summary').match(/<tr/g)).toHaveLength(1 + 2000);
    expect(plain(section(page, 'summary'))).toContain('Only the first 2000 of 4004 combinations are here');
    expect(section(page, 'answer').match(/<li/g)).toHaveLength(12 + 1000);
    expect(plain(section(page, 'answer'))).toContain('990 more are not listed here');
  });

  test('the table of all runs holds the first ten thousand', () => {
    const input = exampleSweep({ leaves: 1, spines: 1, grid: {}, seeds: 1 });
    const records = Array.from({ length: 10_001 }, (_, seed) => ({ ...input.records[0]!, row: { ...input.records[0]!.row, seed } }));
    const page = renderReport(example({ ...input, records, expectedCells: 10_001 }));
    expect(embedded(page).rows.values).toHaveLength(10_000);
    expect(plain(section(page, 'all-runs'))).toContain('the first 10000 of 10001 runs; results.csv has them all');
  });

  test('a page in parts is the whole page', () => {
    const input = example();
    const parts = [...reportParts(input)];
    expect(parts.length).toBeGreaterThan(10);
    expect(parts.join('')).toBe(renderReport(input));
  });

  test('link loads are embedded up to a limit, and what is left out is told', () => {
    const page = renderReport(
      example(
        exampleSweep({
          leaves: 64,
          spines: 32,
          grid: { balancer: ['ecmp', 'spray'], 'workload.size': [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16] },
          seeds: 1,
        }),
      ),
    );
    expect(embedded(page).loads!.runs).toHaveLength(29);
    expect(plain(section(page, 'loads'))).toContain('3 of 32 combinations are left out');
  });
});
