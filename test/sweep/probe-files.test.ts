import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { DROPTAIL } from '../../sim/base/device-spec.ts';
import type { ProbeSpec } from '../../sim/base/probe-spec.ts';
import type { Scenario } from '../../sim/base/scenario.ts';
import { simulate } from '../../sim/simulate.ts';
import { listOf } from '../../sweep/cells.ts';
import { attemptCell } from '../../sweep/run-cell.ts';
import { rebuildReport } from '../../sweep/report.ts';
import { runSweep } from '../../sweep/run-sweep.ts';
import { leafSpineSpec } from '../sim/scenarios.ts';
import { SCENARIO, fakeCells, fakeInput, resultFiles, temporaryDir } from './fakes.ts';

const probes = (what: ProbeSpec['what']): ProbeSpec => ({ everyPs: 500_000, what, links: 'all' });
const LOSSLESS: Scenario = {
  ...SCENARIO,
  topology: leafSpineSpec(2, 4, 2),
  workload: { kind: 'incast', senders: 7, receiver: 0, sizeBytes: 200_000, ranks: 8 },
  transport: { kind: 'fixed', rateBps: null, windowBytes: null, recovery: 'sr', rtoPs: null, nackIntervalPs: 0 },
  switch: { ...DROPTAIL, kind: 'lossless-input', pauseBytes: 20_000, resumeBytes: 12_000, ecn: 'off' },
  probes: probes(['queues', 'links', 'pauses', 'reorder']),
};

/** A sweep of real runs; each seed is a cell. */
async function swept(scenario: Scenario, seeds: number, jobs = 1): Promise<string> {
  const dir = join(temporaryDir(), 'out');
  const cells = fakeCells(seeds)
    .slice(0, seeds)
    .map((cell) => ({ ...cell, scenario: { ...scenario, seed: cell.seed } }));
  const input = { ...fakeInput(cells), cells: listOf(cells) };
  const runner = () =>
    Promise.resolve({
      run: (spec: Parameters<typeof attemptCell>[0]) => Promise.resolve(attemptCell(spec)),
      close: () => Promise.resolve(),
    });
  expect((await runSweep(input, { dir, jobs, runner })).exitCode).toBe(0);
  return dir;
}

/** The rows of a file, as text fields. */
const rowsOf = (file: string): string[][] =>
  readFileSync(file, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => line.split(','));

test('a file has a row where something changes, in order of time and then of links, with the values that the result has', async () => {
  const dir = await swept(LOSSLESS, 1);
  const { queueBytes, utilisation, pausedPs, pauses } = simulate(LOSSLESS).tables.probes!;
  const [head, ...rows] = rowsOf(join(dir, 'probes', 'run0.links.csv'));
  expect(head).toEqual(['time_us', 'link', 'queue_bytes', 'utilisation', 'paused_us', 'pauses']);
  const last = new Map<string, string>();
  let beforeUs = 0;
  for (const [time, link, ...values] of rows) {
    expect(Number(time)).toBeGreaterThanOrEqual(beforeUs);
    expect(Number(time) % 0.5).toBe(0);
    beforeUs = Number(time);
    expect(values.join()).not.toBe(last.get(link!) ?? '0,0,0,0');
    last.set(link!, values.join());
    expect(values[0] === '').toBe(link!.startsWith('host'));
  }
  expect(new Set([...last.values()])).toEqual(new Set([',0,0,0', '0,0,0,0']));
  const sumOf = (column: number): number => rows.reduce((sum, row) => sum + Number(row[column]), 0);
  expect(new Set(rows.map(([time, link]) => `${time} ${link}`)).size).toBe(rows.length);
  // Every change stands in a row; a row may repeat the values that did not change.
  for (const [column, { timePs, value }, factor] of [
    [2, queueBytes!, 1],
    [3, utilisation!, 1],
    [4, pausedPs!, 1e6],
    [5, pauses!, 1],
  ] as const) {
    const changes = new Set(rows.map((row) => `${row[0]} ${row[column]}`));
    timePs.forEach((ps, i) => expect(changes.has(`${ps / 1e6} ${value[i]! / factor}`)).toBe(true));
  }
  expect(sumOf(5)).toBeGreaterThan(0);
  const reorder = rowsOf(join(dir, 'probes', 'run0.reorder.csv'));
  expect(reorder[0]).toEqual(['time_us', 'host', 'reorder_packets']);
});

test('only what was asked for is written, and without probes nothing', async () => {
  const some = await swept({ ...LOSSLESS, probes: probes(['pauses']) }, 1);
  expect(readdirSync(join(some, 'probes'))).toEqual(['run0.links.csv']);
  expect(rowsOf(join(some, 'probes', 'run0.links.csv'))[0]).toEqual(['time_us', 'link', 'paused_us', 'pauses']);
  const reorder = await swept({ ...LOSSLESS, probes: probes(['reorder']) }, 1);
  expect(readdirSync(join(reorder, 'probes'))).toEqual(['run0.reorder.csv']);
  const none = await swept({ ...LOSSLESS, probes: null }, 1);
  expect(existsSync(join(none, 'probes'))).toBe(false);
  expect(readdirSync(join(none, 'charts')).some((file) => /queue-depth|utilisation/.test(file))).toBe(false);
});

test('rows, probes and charts are the same for any number of jobs, and the report can be written again', async () => {
  const one = await swept(LOSSLESS, 3);
  const two = await swept(LOSSLESS, 3, 2);
  expect(readdirSync(join(one, 'probes'))).toHaveLength(6);
  expect(resultFiles(two)).toEqual(resultFiles(one));
  const plain = await swept({ ...LOSSLESS, probes: null }, 3);
  expect(readFileSync(join(plain, 'results.csv'), 'utf8')).toBe(readFileSync(join(one, 'results.csv'), 'utf8'));
  const before = resultFiles(one);
  expect(Object.keys(before)).toEqual(expect.arrayContaining(['charts/queue-depth.svg', 'charts/link-utilisation.svg']));
  await rebuildReport(one);
  expect(resultFiles(one)).toEqual(before);
  const report = readFileSync(join(one, 'report.html'), 'utf8');
  expect(report).toContain('Queue depth over time');
  expect(report).toContain('Link utilisation over time');
});

test('parallel links have names of their own', async () => {
  const topology = leafSpineSpec(2, 4, 2, { fabricLink: { rateBps: 400e9, delayPs: 500_000, perSpineRateBps: null, linksPerPair: 2 } });
  const dir = await swept({ ...LOSSLESS, topology, probes: { ...probes(['links']), links: ['leaf1-spine0', 'host5-leaf1'] } }, 1);
  const [, ...rows] = rowsOf(join(dir, 'probes', 'run0.links.csv'));
  const expected = ['host5-leaf1', 'leaf1-host5', 'leaf1-spine0-0', 'leaf1-spine0-1', 'spine0-leaf1-0', 'spine0-leaf1-1'];
  expect([...new Set(rows.map(([, link]) => link!))].every((link) => expected.includes(link))).toBe(true);
  expect(rows.some(([, link]) => link === 'leaf1-spine0-1')).toBe(true);
});
