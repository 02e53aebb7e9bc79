import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { runSweep } from '../../sweep/run-sweep.ts';
import { fakeCells, fakeInput, fakeRunner, temporaryDir } from '../sweep/fakes.ts';
import { RUN, SOME_CUT_OFF, SWEEP } from './configs.ts';
import { invoke } from './invoke.ts';

/** A folder with one config, and the path of the config. */
function folderWith(config: string): { readonly dir: string; readonly file: string } {
  const dir = temporaryDir();
  const file = join(dir, 'c.yaml');
  writeFileSync(file, config);
  return { dir, file };
}

test('run on a config with a sweep is an error that names sweep, with its place', async () => {
  const { file } = folderWith(SWEEP);
  const { code, out, err } = await invoke('run', file);
  expect({ code, out }).toEqual({ code: 2, out: '' });
  expect(err).toContain(`error: ${file}:10:1 sweep: `);
  expect(err).toContain(`netsim sweep ${file}`);
});

test('a destination that dead links cut off is a config error with its place, before anything is written', async () => {
  const { dir, file } = folderWith(`${RUN}failures: [{ link: leaf0-spine0 }, { link: leaf0-spine1 }]\n`);
  for (const command of ['sweep', 'run', 'bounds', 'validate']) {
    const { code, out, err } = await invoke(command, file);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toMatch(/^error: \S+c\.yaml:11:\d+ failures: .*cannot reach/);
  }
  expect(readdirSync(dir)).toEqual(['c.yaml']);
});

test('that probes are kept in a folder only is said where something is recorded', async () => {
  const { file } = folderWith(`${RUN}probes: { every: 1us, what: [queues] }\n`);
  const note = 'note: what probes record is kept with --out DIR only';
  expect((await invoke('run', file)).err).toContain(note);
  expect((await invoke('run', file, '--set', 'fidelity=bound')).err).not.toContain(note);
});

test('a path that does not exist is denied in vain, and validate says so', async () => {
  const { file } = folderWith(RUN.replace('ethereal', '{ kind: mrc, deny: [2] }'));
  for (const command of ['validate', 'run', 'bounds']) {
    const { code, err } = await invoke(command, file);
    expect({ code, err }).toEqual({ code: 2, err: `error: ${file}:10:30 balancer.deny: there is no path 2 (paths are 0 to 1)\n` });
  }
});

test('dry-run lists cells, seeds and what is stored, and writes nothing', async () => {
  const { dir, file } = folderWith(SWEEP);
  const { code, out } = await invoke('sweep', file, '--out', join(dir, 'out'), '--dry-run', '--json');
  expect(code).toBe(0);
  const { cells } = JSON.parse(out) as { cells: Record<string, unknown>[] };
  expect(cells).toHaveLength(24);
  expect(cells[0]).toMatchObject({ seed: 1, balancer: 'ecmp', 'workload.size': 65536, stored: false });
  expect(new Set(cells.map((cell) => cell['run_id'])).size).toBe(24);
  expect(readdirSync(dir)).toEqual(['c.yaml']);
});

test('dry-run says when a run would be refused', async () => {
  const { dir, file } = folderWith(RUN);
  const { code, err } = await invoke('run', file, '--out', dir, '--dry-run');
  expect(code).toBe(0);
  expect(err).toContain('a run would be refused');
});

test('bounds prints a row a cell for a sweep, with a congestion ratio of 1 for ethereal', async () => {
  const { code, out, err } = await invoke('bounds', folderWith(SWEEP).file, '--json');
  expect({ code, err }).toEqual({ code: 0, err: '' });
  const rows = JSON.parse(out) as Record<string, unknown>[];
  expect(rows).toHaveLength(24);
  expect(rows.filter((row) => row['balancer'] === 'ethereal').map((row) => row['congestion_ratio'])).toEqual([1, 1, 1, 1, 1, 1]);
});

test('bounds prints one object for a run, with the spread of a hashed balancer when asked', async () => {
  const { file } = folderWith(RUN);
  const plain = JSON.parse((await invoke('bounds', file, '--set', 'balancer=ecmp', '--json')).out) as Record<string, number>;
  // A ring of 4 ranks, 2 a leaf: 6 steps of 16 KiB cross each way, over 2 spines.
  expect(plain).toMatchObject({ ideal_link_load_bytes: 49152, subflows: 24, split_flows: 0 });
  expect(plain).not.toHaveProperty('samples');
  const sampled = JSON.parse((await invoke('bounds', file, '--set', 'balancer=ecmp', '--samples', '20', '--json')).out) as Record<
    string,
    number
  >;
  expect(sampled).toMatchObject({ ...plain, samples: 20 });
  const quantiles = ['p5', 'p50', 'p95', 'max'].map((name) => sampled[`max_link_load_bytes_${name}`]!);
  expect(quantiles).toEqual(quantiles.toSorted((a, b) => a - b));
  expect(quantiles[0]).toBeGreaterThanOrEqual(49152);
});

test('validate prints a config that is the same run, with the defaults that follow from the fabric', async () => {
  const { dir, file } = folderWith(RUN);
  const { code, out } = await invoke('validate', file);
  expect(code).toBe(0);
  expect(out).toMatch(/^# ok: /);
  // docs/packet-model.md: 4 hops of 83.2 ns + 500 ns there, 4 of 1.28 ns + 500 ns back.
  expect(out).toContain('#   baseRtt: 4337920ps\n');
  const resolved = join(dir, 'resolved.yaml');
  writeFileSync(resolved, out);
  const runIds = await Promise.all([file, resolved].map(async (path) => (await invoke('run', path, '--dry-run', '--format', 'csv')).out));
  expect(runIds[1]).toBe(runIds[0]);
  expect(JSON.parse((await invoke('validate', file, '--json')).out)).toMatchObject({
    ok: true,
    cells: 1,
    derived: { baseRtt: '4337920ps' },
  });
});

test('init writes a config that is valid, and refuses to overwrite', async () => {
  const file = join(temporaryDir(), 'netsim.yaml');
  expect(await invoke('init', file)).toMatchObject({ code: 0, out: '' });
  const before = readFileSync(file, 'utf8');
  expect((await invoke('validate', file)).code).toBe(0);
  expect(await invoke('init', file)).toMatchObject({ code: 2, out: '' });
  expect(readFileSync(file, 'utf8')).toBe(before);
});

test('schema prints a JSON Schema', async () => {
  const { code, out } = await invoke('schema');
  expect(code).toBe(0);
  expect(JSON.parse(out)).toMatchObject({ $schema: 'https://json-schema.org/draft/2020-12/schema' });
});

test('report on a folder without results, or with a broken manifest, is a usage error', async () => {
  const dir = join(temporaryDir(), 'results');
  mkdirSync(dir);
  expect(await invoke('report', dir)).toMatchObject({ code: 2, out: '' });
  for (const text of ['{', 'null', '{"format":"netsim-manifest/0"}', '{"format":"netsim-manifest/1"}']) {
    writeFileSync(join(dir, 'manifest.json'), text);
    const { code, out, err } = await invoke('report', dir);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toMatch(/^error: \S+manifest\.json is no complete netsim-manifest\/1 file [^\n]+\n$/);
  }
});

test('report --json prints the folder and how many cells it drew', async () => {
  const dir = join(temporaryDir(), 'results');
  await runSweep(fakeInput(fakeCells()), { dir, jobs: 1, runner: fakeRunner().make });
  const { code, out } = await invoke('report', dir, '--json');
  expect(code).toBe(0);
  expect(JSON.parse(out)).toEqual({ out: dir, cells: 9 });
});

test('init into a folder that is not there is a usage error that says so', async () => {
  const file = join(temporaryDir(), 'sub', 'x.yaml');
  const { code, out, err } = await invoke('init', file);
  expect({ code, out }).toEqual({ code: 2, out: '' });
  expect(err).toMatch(/^error: cannot write \S+x\.yaml: no such folder \(.+\)\n$/);
});

test('a seed that places a rank on a host that is cut off is a config error with the seed, before anything is run', async () => {
  const { dir, file } = folderWith(SOME_CUT_OFF);
  expect((await invoke('validate', folderWith(SOME_CUT_OFF.replace(/sweep.*/, '')).file)).code).toBe(0);
  const { code, out, err } = await invoke('sweep', file, '--out', join(dir, 'out'));
  expect({ code, out }).toEqual({ code: 2, out: '' });
  expect(err).toMatch(/^error: \S+c\.yaml:11:\d+ failures: with seed [2-8], rank \d on \S+ cannot reach/);
  expect(readdirSync(dir)).toEqual(['c.yaml']);
});

test('dry-run says when the folder could not be made', async () => {
  const { dir, file } = folderWith(RUN);
  const { code, err } = await invoke('run', file, '--out', join(dir, 'c.yaml', 'out'), '--dry-run');
  expect(code).toBe(0);
  expect(err).toContain('a run would be refused: cannot write');
});

test('what validate prints of a config with a workload file runs from the current folder', async () => {
  const { dir, file } = folderWith(
    RUN.replace(/workload: .*/, 'workload: { kind: file, format: htsim, path: t.cm, htsim: { startUnit: ps } }'),
  );
  writeFileSync(join(dir, 't.cm'), 'Nodes 4\nConnections 1\n0->2 id 1 start 0 size 4096\n');
  const resolved = join(process.cwd(), 'resolved.yaml');
  const { code, out } = await invoke('validate', file, '--json');
  expect(code).toBe(0);
  const { config } = JSON.parse(out) as { config: { workload: { path: string } } };
  expect(resolve(dirname(resolved), config.workload.path)).toBe(join(dir, 't.cm'));
  expect((await invoke('validate', file)).out).toContain(`path: ${config.workload.path}\n`);
});

test('run takes -j, which changes nothing', async () => {
  const { file } = folderWith(RUN);
  expect((await invoke('run', file, '-j', '2', '--dry-run', '--json')).out).toBe((await invoke('run', file, '--dry-run', '--json')).out);
});

test('a run that is interrupted prints what it has, marked as not finished, and exits with 130', async () => {
  const { file } = folderWith(RUN.replace('64KiB', '64GiB'));
  const handlers = process.listenerCount('SIGINT');
  const ended = invoke('run', file, '--json');
  while (process.listenerCount('SIGINT') === handlers) await new Promise((done) => setTimeout(done, 10));
  process.emit('SIGINT');
  const { code, out, err } = await ended;
  expect(code).toBe(130);
  const row = JSON.parse(out) as Record<string, unknown>;
  expect(row).toMatchObject({ finished: false, completion_time_us: null, unfinished_reason: expect.stringContaining('stopped') as string });
  expect(row['packets']).toEqual(expect.any(Number));
  expect(err).toMatch(/^interrupted: [^\n]+\ndid not finish: stopped [^\n]+\n$/);
  expect(process.listenerCount('SIGINT')).toBe(handlers);
});

test('the wall limit ends a run with what it has, says so, and exits with 1', async () => {
  const { file } = folderWith(RUN.replace('64KiB', '64GiB'));
  const { code, out, err } = await invoke('run', file, '--format', 'csv', '--wall-limit', '1ms');
  expect(code).toBe(1);
  expect(out).toMatch(/,false,*\n$/);
  expect(err).toMatch(/^the wall limit of 1ms has passed: [^\n]+\ndid not finish: stopped [^\n]+\n$/);
});

test('a wall limit without a unit is a usage error', async () => {
  const { file } = folderWith(RUN);
  const { code, err } = await invoke('run', file, '--wall-limit', '10');
  expect(code).toBe(2);
  expect(err).toContain('such as 90s, 10m or 1.5h');
});

test('a run that has sent stop.packets ends there, the same each time, and exits with 1', async () => {
  const { file } = folderWith(RUN.replace('64KiB', '64MiB'));
  const args = ['run', file, '--json', '--set', 'stop.packets=1000'];
  const { code, out, err } = await invoke(...args);
  expect(code).toBe(1);
  const row = JSON.parse(out) as Record<string, unknown>;
  expect(row).toMatchObject({ finished: false });
  expect(row['packets']).toBeGreaterThanOrEqual(1000);
  expect(err).toContain('did not finish');
  expect((await invoke(...args)).out).toBe(out);
});

test('a run that fails in its thread is reported like any error, with its exit code', async () => {
  const { file } = folderWith(RUN.replace('64KiB', '64KiB, ranks: 2'));
  const { code, out, err } = await invoke('run', file, '--set', 'topology.hostsPerLeaf=4096');
  expect({ code, out }).toEqual({ code: 1, out: '' });
  expect(err).toMatch(/^error: leaf0 has 4098 ports[^\n]+\n$/);
});
