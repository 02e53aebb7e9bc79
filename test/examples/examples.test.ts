import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Row } from '../../analysis/rows.ts';
import type { Cell } from '../../sweep/cells.ts';
import { cellsOf as cellsOfAll, expandCells } from '../../sweep/cells.ts';
import { loadConfig } from '../../sweep/config/load.ts';
import { runCell } from '../../sweep/run-cell.ts';

const EXAMPLES = join(import.meta.dirname, '..', '..', 'examples');
const examples = readdirSync(EXAMPLES, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.yaml'));
/** The main job: minutes of simulation. Its loads are checked in theory below; `npm run spray-or-not` runs it. */
const LONG = 'spray-or-not.yaml';
/** Hundreds of millions of hops; what it shows is checked on a smaller fabric (test/balancing/switch-runs.test.ts). */
const GROWTH = 'queue-growth.yaml';
/** Minutes of simulation; test/workloads/training has what it rests on. */
const TRAINING = 'training-step.yaml';

const cellsOf = async (example: string, ...set: string[]): Promise<Cell[]> =>
  expandCells(await loadConfig(join(EXAMPLES, example), { set }));
const rowOf = (cell: Cell): Row => runCell(cell).record.row;

test('there are examples', () => {
  expect(examples).toContain(LONG);
  expect(examples.length).toBeGreaterThan(8);
});

const isWireless = (path: string): boolean => path.startsWith('wireless-');

test.each(examples.filter((path) => ![LONG, GROWTH, TRAINING].includes(path) && !isWireless(path)))(
  'every cell of %s finishes, above its bound',
  async (example) => {
    const cells = await cellsOf(example);
    const rows = cells.filter(({ seed }) => seed === cells[0]!.seed).map(rowOf);
    for (const row of rows) {
      expect(row).toMatchObject({ finished: true });
      expect(row['slowdown']).toBeGreaterThanOrEqual(1);
    }
  },
);

test.each(examples.filter(isWireless))('the first run of %s finishes, the same every time', async (example) => {
  const cell = cellsOfAll(await loadConfig(join(EXAMPLES, example), { set: [] })).at(0);
  const rows = [1, 2].map(() => runCell(cell).record.row);
  expect(rows[0]).toMatchObject({ finished: true });
  expect(rows[1]).toEqual(rows[0]);
});

describe('the unit cases, to the picosecond', () => {
  test.each([
    ['one-packet-across', 4.33792],
    ['one-packet-in-leaf', 2.16896],
    ['one-flow-across', 174.64832],
  ])('%s completes in %d us', async (name, completionUs) => {
    const [cell] = await cellsOf(join('unit-cases', `${name}.yaml`));
    expect(rowOf(cell!)).toMatchObject({ completion_time_us: completionUs, slowdown: 1 });
  });
});

test('without dead links, Ethereal loads every phase of a uniform collective as ideal spraying does', async () => {
  const cells = (await cellsOf('oversubscribed.yaml')).filter(({ swept }) => swept['balancer'] === 'ethereal');
  expect(cells.length).toBeGreaterThan(0);
  for (const cell of cells) expect(rowOf(cell)).toMatchObject({ worst_phase_congestion_ratio: 1 });
});

test('on three tiers Ethereal is exactly ideal in every phase, and ECMP is not', async () => {
  const cells = (await cellsOf('fat-tree.yaml', 'fidelity=bound')).filter(({ seed }) => seed === 1);
  const worst = Object.fromEntries(cells.map((cell) => [cell.swept['balancer'], rowOf(cell)['worst_phase_congestion_ratio']]));
  expect(worst).toMatchObject({ ethereal: 1, spray: 1 });
  expect(worst['ecmp']).toBeGreaterThan(2);
});

describe('spray-or-not', () => {
  test('compares four balancers on three workloads with five seeds', async () => {
    const cells = await cellsOf(LONG);
    expect(cells).toHaveLength(3 * 4 * 5);
    expect(new Set(cells.map(({ swept }) => swept['balancer']))).toEqual(new Set(['ecmp', 'ecmp-split(k=4)', 'spray', 'ethereal']));
    for (const { scenario } of cells) expect(scenario.topology).toMatchObject({ leaves: 16, spines: 16, hostsPerLeaf: 16 });
  });

  test("in theory, Ethereal's worst phase is exactly ideal and ECMP's is not", async () => {
    const cells = (await cellsOf(LONG, 'fidelity=bound')).filter(({ seed }) => seed === 1);
    const worst = (balancer: string): unknown[] =>
      cells.filter(({ swept }) => swept['balancer'] === balancer).map((cell) => rowOf(cell)['worst_phase_congestion_ratio']);
    expect(worst('ethereal')).toEqual([1, 1, 1]);
    for (const ratio of worst('ecmp')) expect(ratio).toBeGreaterThan(1.05);
  });
});

test('the training steps are of two models on 256 and 1024 GPUs, and their messages are few enough', async () => {
  const cells = await cellsOf(TRAINING);
  expect(cells).toHaveLength(2 * 2 * 4);
  expect(new Set(cells.map(({ scenario }) => scenario.workload.ranks))).toEqual(new Set([256, 1024]));
});

test("the README's config is valid", async () => {
  const readme = readFileSync(join(EXAMPLES, '..', 'README.md'), 'utf8');
  const [, config] = /```yaml\n([\s\S]*?)```/.exec(readme)!;
  const loaded = await loadConfig('config.yaml', { readFile: () => Promise.resolve(new TextEncoder().encode(config!)) });
  expect(await expandCells(loaded)).toHaveLength(20);
});
