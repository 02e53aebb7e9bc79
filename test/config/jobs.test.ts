import { describe, expect, test } from 'vitest';
import { AT_ONCE } from '../../sim/base/job-spec.ts';
import { expandCells, runSingle } from '../../sweep/cells.ts';
import { loadText } from './load-text.ts';

const TOPOLOGY = 'topology: { kind: leaf-spine, leaves: 2, spines: 4, hostsPerLeaf: 4, hostLink: { rate: 400Gbps, delay: 500ns } }\n';
const JOBS = `${TOPOLOGY}balancer: drb
jobs:
  - { name: training, workload: { kind: all-reduce, size: 1MiB }, ranks: { from: 4, count: 4 }, balancer: { kind: ecmp-split, k: 2 },
      start: 10us, startJitter: 2us, stragglers: { fraction: 0.25, delay: 5us } }
  - { name: inference, workload: { kind: permutation, size: 1kB }, ranks: [0, 5, 3], transport: { kind: fixed, rate: 1Gbps }, class: 5 }
  - { name: everybody, workload: { kind: incast, senders: 7, size: 1kB } }
background: { load: 0.25, sizes: [{ size: 1kB, probability: 0.5 }, { size: 1MB, probability: 1 }], until: 1ms, ranks: { from: 2, count: 6 }, balancer: spray }
`;

const cellOf = async (text: string, set: readonly string[] = []) => runSingle(await loadText(text, { set }));

describe('jobs of a config', () => {
  test('have their own keys, and the top-level balancer and transport where they name none', async () => {
    const { jobs, background } = (await cellOf(JOBS)).scenario;
    expect(jobs).toMatchObject([
      {
        name: 'training',
        workload: { kind: 'all-reduce', algorithm: 'ring', sizeBytes: 2 ** 20, ranks: 4 },
        ranks: [4, 5, 6, 7],
        balancer: { kind: 'ecmp-split', k: 2 },
        transport: { kind: 'dctcp' },
        trafficClass: 3,
        start: { startPs: 10e6, startJitterPs: 2e6, stragglers: { fraction: 0.25, delayPs: 5e6, slowdown: 1 } },
      },
      {
        name: 'inference',
        workload: { kind: 'permutation', ranks: 3 },
        ranks: [0, 5, 3],
        balancer: { kind: 'drb' },
        transport: { kind: 'fixed', rateBps: 1e9 },
        trafficClass: 5,
        start: AT_ONCE,
      },
      { name: 'everybody', workload: { kind: 'incast', ranks: 8 }, ranks: [0, 1, 2, 3, 4, 5, 6, 7] },
    ]);
    expect(background).toMatchObject({
      load: 0.25,
      sizes: [
        { sizeBytes: 1000, probability: 0.5 },
        { sizeBytes: 1e6, probability: 1 },
      ],
      untilPs: 1e9,
      ranks: [2, 3, 4, 5, 6, 7],
      balancer: { kind: 'spray' },
      transport: { kind: 'dctcp' },
    });
  });

  test('are written out in the resolved config, which gives the same run', async () => {
    const cell = await cellOf(JOBS);
    expect(cell.config).not.toHaveProperty('workload');
    expect(cell.config).not.toHaveProperty('balancer');
    const again = await cellOf(JSON.stringify(cell.config));
    expect(again.scenario).toEqual(cell.scenario);
    expect(again.runId).toBe(cell.runId);
  });

  test('the profile’s balancer that no job uses does not make it another run', async () => {
    const text = `${TOPOLOGY}jobs: [{ name: a, workload: { kind: permutation, size: 1B }, balancer: ecmp }]\nprofile: uec\n`;
    const other = `${text}background: { load: 0.1, sizes: web-search, until: 1ps, balancer: uec-mixed }\n`;
    expect((await cellOf(text)).scenario.balancer).toEqual({ kind: 'ecmp' });
    expect((await cellOf(other)).scenario.balancer).toEqual({ kind: 'ecmp' });
  });

  test('a combination of a sweep has no hash and no weights that nothing in it meets', async () => {
    const text = `${TOPOLOGY}switch: { hash: jenkins, sameSalt: true, classWeights: [1, 2, 3, 4, 5, 6, 7] }
jobs:
  - { name: a, workload: { kind: permutation, size: 1B }, class: 5 }
  - { name: b, workload: { kind: permutation, size: 1B }, class: 5 }
sweep: { zip: { balancer: [ethereal, ecmp], 'jobs[0].class': [5, 4] } }
`;
    const cells = await expandCells(await loadText(text));
    expect(cells.map(({ scenario }) => scenario.switch)).toMatchObject([
      { hash: 'ideal', sameSalt: false, classWeights: null },
      { hash: 'jenkins', sameSalt: true, classWeights: [0, 1, 2, 3, 4, 5, 6, 7] },
    ]);
    for (const cell of cells) expect((await cellOf(JSON.stringify(cell.config))).scenario).toEqual(cell.scenario);
  });

  test('keys of a job can be set and swept', async () => {
    expect((await cellOf(JOBS, ['jobs[1].workload.size=2kB'])).scenario.jobs[1]!.workload).toMatchObject({ sizeBytes: 2000 });
    const cells = await expandCells(
      await loadText(`${JOBS}sweep: { grid: { 'jobs[0].balancer': [ecmp, spray], background.load: [0.1] } }\n`),
    );
    expect(cells.map(({ swept }) => swept)).toEqual([
      { 'jobs[0].balancer': 'ecmp', 'background.load': 0.1 },
      { 'jobs[0].balancer': 'spray', 'background.load': 0.1 },
    ]);
    expect(cells.map(({ scenario }) => scenario.jobs[0]!.balancer.kind)).toEqual(['ecmp', 'spray']);
  });

  test('the files of their workloads are read, and their content is part of the run', async () => {
    const text = `${TOPOLOGY}jobs: [{ name: a, workload: { kind: file, format: htsim, path: a.cm } }, { name: b, workload: { kind: permutation, size: 1B } }]\n`;
    const runOf = async (content: string) => runSingle(await loadText(text, {}, { 'a.cm': content }));
    const [one, other] = [await runOf('Nodes 2\nConnections 0\n'), await runOf('Nodes 3\nConnections 0\n')];
    expect(one.scenario.jobs[0]!.workload).toMatchObject({ imported: { schedule: { ranks: 2 } } });
    expect(one.runId).not.toBe(other.runId);
    await expect(loadText(text)).rejects.toThrow('jobs[0].workload.path: no such file: a.cm');
  });
});

test('late ranks of a single workload are keys of the workload', async () => {
  const cell = await cellOf(
    `${TOPOLOGY}workload: { kind: all-reduce, size: 1MiB, startJitter: 2us, stragglers: { fraction: 0.5, delay: 1us } }\n`,
  );
  expect(cell.scenario.start).toEqual({ startPs: 0, startJitterPs: 2e6, stragglers: { fraction: 0.5, delayPs: 1e6, slowdown: 1 } });
  expect((await cellOf(JSON.stringify(cell.config))).scenario).toEqual(cell.scenario);
});
