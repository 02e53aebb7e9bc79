import { describe, expect, test } from 'vitest';
import { parseNcclTests } from '../../analysis/nccl-tests/parse.ts';
import { checkNcclTests, ncclTestsTables } from '../../cli/nccl-tests-tables.ts';
import { formatOf, type NcclTestsForm } from '../../cli/options.ts';
import { cellsOf } from '../../sweep/cells.ts';
import { runCell } from '../../sweep/run-cell.ts';
import { loadText } from '../config/load-text.ts';

const CONFIG = `compat: { kind: loggops, L: 3700ns, o: 200ns, g: 5ns, G: 0.04 }
workload: { kind: all-reduce, size: 1MiB, ranks: 8 }
`;
const SWEEP = `${CONFIG}sweep: { grid: { workload.algorithm: [ring, direct], workload.size: [1KiB, 1MiB] }, repeat: 2 }\n`;

async function tablesOf(config: string, isRun = (_index: number): boolean => true, form: NcclTestsForm = 'nccl-tests'): Promise<string> {
  const cells = cellsOf(await loadText(config));
  const rows = cells.keys.flatMap((_, i) => (isRun(i) ? [runCell(cells.at(i)).record.row] : []));
  return ncclTestsTables(cells, rows, form);
}

describe('tables of a sweep', () => {
  test('one for each combination of the keys beside the size, under its name, a line a size and not a repeat', async () => {
    const text = await tablesOf(SWEEP);
    const comments = text.split('\n').filter((line) => line.startsWith('# workload'));
    expect(comments).toEqual(['# workload.algorithm: ring', '# workload.algorithm: direct']);
    const { lines } = parseNcclTests(text);
    expect(lines.map(({ sizeBytes }) => sizeBytes)).toEqual([1024, 2 ** 20, 1024, 2 ** 20]);
    expect(lines[1]!.outOfPlace!.timeUs).toBe(130.8);
  });

  test('as JSON one document, with the keys of nccl-tests in each of its tables', async () => {
    const document = JSON.parse(await tablesOf(SWEEP, () => true, 'nccl-tests-json')) as { tables: { swept: object; results: object[] }[] };
    expect(document.tables.map(({ swept }) => swept)).toEqual([{ 'workload.algorithm': 'ring' }, { 'workload.algorithm': 'direct' }]);
    expect(document.tables[0]!.results[1]).toMatchObject({ size: 2 ** 20, root: '-1', out_of_place: { time: 130.79976, nwrong: 0 } });
    const some = await tablesOf(`${CONFIG}sweep: { grid: { workload.size: [1KiB, 1MiB] } }\n`, (i) => i === 1, 'nccl-tests-json');
    expect(JSON.parse(some)).toMatchObject({ tables: [{ swept: {}, unfinished: [1024], results: [{ size: 2 ** 20 }] }] });
  });

  test('as CSV of rccl-tests a header and its lines for each', async () => {
    const text = await tablesOf(SWEEP, () => true, 'rccl-csv');
    expect(text.match(/^size,count/gm)).toHaveLength(2);
    expect(parseNcclTests(text).lines.map(({ sizeBytes }) => sizeBytes)).toEqual([1024, 2 ** 20, 1024, 2 ** 20]);
  });

  test('--json beside --format is the JSON of nccl-tests, and of no other form', () => {
    expect(formatOf({ json: true })).toBe('json');
    expect(formatOf({ json: true, format: 'nccl-tests' })).toBe('nccl-tests-json');
    expect(() => formatOf({ json: true, format: 'csv' })).toThrow('--json beside --format csv');
  });

  test('one run has one table without a name', async () => {
    const text = await tablesOf(CONFIG);
    expect(text.split('\n')).toHaveLength(9);
    expect(parseNcclTests(text, { ranks: 8, collective: 'all-reduce' }).lines[0]!.outOfPlace!.busbwGBps).toBeCloseTo(14.029, 2);
  });

  test('a size whose runs gave no time is named in a comment', async () => {
    const text = await tablesOf(`${CONFIG}sweep: { grid: { workload.size: [1KiB, 1MiB] } }\n`, (i) => i === 1);
    expect(text.split('\n')[0]).toBe('# size 1024: no time, the run failed or did not finish');
    expect(parseNcclTests(text).lines).toHaveLength(1);
  });
});

test.each([
  ['{ kind: permutation, size: 1MiB, ranks: 8 }', 'permutation'],
  ['{ kind: barrier, ranks: 8 }', 'barrier'],
])('%s has no such table, which is known before anything runs', async (workload, kind) => {
  const cells = cellsOf(await loadText(`compat: loggops\nworkload: ${workload}\n`));
  expect(() => checkNcclTests(cells)).toThrow(`--format nccl-tests prints collectives, not ${kind}`);
});
