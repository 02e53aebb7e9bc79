import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ConfigError } from '../../sim/base/errors.ts';
import type { Cell } from '../../sweep/cells.ts';
import type { Manifest } from '../../sweep/manifest.ts';
import type { CellFailure } from '../../sweep/outcome.ts';
import type { SweepProgress } from '../../sweep/progress.ts';
import { runSweep } from '../../sweep/run-sweep.ts';
import { StopFlag } from '../../sweep/stop-flag.ts';
import { fakeCells, fakeInput, fakeRecord, fakeRunner, resultFiles, temporaryDir } from './fakes.ts';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const manifestOf = (dir: string): Manifest => JSON.parse(readFileSync(join(dir, 'manifest.json'), 'utf8')) as Manifest;

const failure = (fields: Partial<CellFailure>): CellFailure => ({
  code: 'E201',
  message: 'no path left',
  hint: null,
  where: null,
  exitCode: 1,
  internal: false,
  stack: null,
  ...fields,
});

test('rows stand in cell order whatever the order in which the cells end, with one lane or four', async () => {
  const one = join(temporaryDir(), 'one');
  const four = join(temporaryDir(), 'four');
  const cells = fakeCells();
  await runSweep(fakeInput(cells), { dir: one, jobs: 1, runner: fakeRunner().make });
  const outcome = await runSweep(fakeInput(cells), { dir: four, jobs: 4, runner: fakeRunner().make });
  expect(outcome.records.map((record) => record.row['run_id'])).toEqual(cells.map((cell) => cell.runId));
  expect(outcome.exitCode).toBe(0);
  expect(resultFiles(four)).toEqual(resultFiles(one));
  const lines = readFileSync(join(one, 'results.csv'), 'utf8').split('\n');
  expect(lines[0]).toMatch(/^run_id,seed,fidelity,balancer,completion_time_us,/);
  expect(lines[1]).toMatch(/^run0,1,packet,ecmp,34\.333333333333336,30,/);
  expect(lines).toHaveLength(cells.length + 2);
});

test('a finished sweep leaves the table, the manifest, the report, the charts and one file a cell', async () => {
  const dir = join(temporaryDir(), 'deep', 'out');
  await runSweep(fakeInput(fakeCells()), { dir, jobs: 2, runner: fakeRunner().make });
  expect(readdirSync(dir).sort()).toEqual(['cells', 'charts', 'manifest.json', 'report.html', 'results.csv']);
  expect(readdirSync(join(dir, 'cells'))).toHaveLength(9);
  expect(readdirSync(join(dir, 'charts')).length).toBeGreaterThan(0);
  const manifest = manifestOf(dir);
  expect(manifest).toMatchObject({ finished: true, cells_total: 9, cells_done: 9, cells_reused: 0, jobs: 2, swept_keys: ['balancer'] });
  expect(manifest.config).toMatchObject({ file: 'fake.yaml', text: 'name: fake\n' });
  expect(manifest.config.source_sha256).toBe(sha256('name: fake\n'));
  expect(manifest.config.config_sha256).toBe(sha256('{"name":"fake"}'));
  expect(manifest.config.resolved).toEqual({ name: 'fake' });
  const report = readFileSync(join(dir, 'report.html'), 'utf8');
  expect(report).toContain(manifest.config.config_sha256.slice(0, 6));
});

test('without resume a folder that has content is refused and left as it is; an empty one is used', async () => {
  const dir = temporaryDir();
  await runSweep(fakeInput(fakeCells()), { dir, jobs: 1, runner: fakeRunner().make });
  const before = resultFiles(dir);
  const again = runSweep(fakeInput(fakeCells(5)), { dir, jobs: 1, runner: fakeRunner().make });
  await expect(again).rejects.toSatisfy((error) => error instanceof ConfigError && /--resume/.test(error.describe()));
  expect(resultFiles(dir)).toEqual(before);
});

test('resume refuses a folder of other files, so that nothing foreign is written to', async () => {
  const dir = temporaryDir();
  writeFileSync(join(dir, 'thesis.tex'), 'x');
  const start = runSweep(fakeInput(fakeCells()), { dir, jobs: 1, resume: true, runner: fakeRunner().make });
  await expect(start).rejects.toBeInstanceOf(ConfigError);
  expect(readdirSync(dir)).toEqual(['thesis.tex']);
});

test('an interrupted sweep keeps what ran, starts nothing more, and resumes to the same bytes', async () => {
  const whole = join(temporaryDir(), 'whole');
  const parts = join(temporaryDir(), 'parts');
  const cells = fakeCells();
  await runSweep(fakeInput(cells), { dir: whole, jobs: 2, runner: fakeRunner().make });

  const controller = new AbortController();
  const first = fakeRunner();
  const onProgress = ({ done }: SweepProgress): void => {
    if (done === 3) controller.abort();
  };
  const interrupted = await runSweep(fakeInput(cells), { dir: parts, jobs: 2, signal: controller.signal, runner: first.make, onProgress });
  expect(interrupted.exitCode).toBe(130);
  expect(interrupted.interrupted).toBe(true);
  // Two lanes: when the third cell had ended, one other was still running and was kept.
  expect(first.started).toHaveLength(4);
  expect(interrupted.records).toHaveLength(4);
  expect(manifestOf(parts)).toMatchObject({ finished: false, cells_total: 9, cells_done: 4 });
  expect(manifestOf(parts).cells.filter((cell) => cell.status === 'not run')).toHaveLength(5);
  expect(readFileSync(join(parts, 'results.csv'), 'utf8').split('\n')).toHaveLength(6);
  expect(existsSync(join(parts, 'report.html'))).toBe(true);

  const second = fakeRunner();
  const resumed = await runSweep(fakeInput(cells), { dir: parts, jobs: 1, resume: true, runner: second.make });
  expect(resumed.exitCode).toBe(0);
  expect(second.started).toHaveLength(5);
  expect(new Set([...first.started, ...second.started])).toEqual(new Set(cells.map((cell) => cell.runId)));
  expect(manifestOf(parts)).toMatchObject({ finished: true, cells_done: 9, cells_reused: 4 });
  expect(resultFiles(parts)).toEqual(resultFiles(whole));
});

test('a cell that is stopped while it runs has a row but no stored result, and runs again on resume to the same bytes', async () => {
  const whole = join(temporaryDir(), 'whole');
  const parts = join(temporaryDir(), 'parts');
  const cells = fakeCells();
  await runSweep(fakeInput(cells), { dir: whole, jobs: 1, runner: fakeRunner().make });

  const stop = new StopFlag();
  const controller = new AbortController();
  const first = fakeRunner((spec) => {
    const record = fakeRecord(spec);
    if (spec.runId !== 'run4') return { kind: 'done', record, notices: [], facts: {} };
    stop.raise();
    controller.abort();
    const row = { ...record.row, completion_time_us: null, slowdown: null, finished: false };
    return { kind: 'stopped', record: { ...record, row, unfinishedReason: 'stopped at 7 us' }, notices: [], facts: {} };
  });
  const messages: string[] = [];
  const onMessage = (text: string): void => void messages.push(text);
  const outcome = await runSweep(fakeInput(cells), {
    dir: parts,
    jobs: 1,
    signal: controller.signal,
    control: { stop },
    runner: first.make,
    onMessage,
  });
  expect(first.started).toEqual(['run0', 'run1', 'run2', 'run3', 'run4']);
  expect(outcome).toMatchObject({ interrupted: true, exitCode: 130 });
  expect(messages).toEqual(['balancer=spray seed=2: stopped at 7 us']);
  expect(outcome.records.map(({ row }) => row['finished'])).toEqual([true, true, true, true, false]);
  expect(outcome.records[4]).toMatchObject({ unfinishedReason: 'stopped at 7 us', row: { run_id: 'run4', completion_time_us: null } });
  expect(readFileSync(join(parts, 'results.csv'), 'utf8')).toMatch(/\nrun4,2,packet,spray,,[^\n]+,false,*\n$/);
  expect(readdirSync(join(parts, 'cells')).sort()).toEqual(['run0.json', 'run1.json', 'run2.json', 'run3.json']);
  expect(existsSync(join(parts, 'repeat'))).toBe(false);
  expect(manifestOf(parts)).toMatchObject({ finished: false, cells_done: 4 });
  expect(
    manifestOf(parts)
      .cells.map((cell) => cell.status)
      .slice(3, 6),
  ).toEqual(['done', 'stopped', 'not run']);

  const second = fakeRunner();
  await runSweep(fakeInput(cells), { dir: parts, jobs: 2, resume: true, runner: second.make });
  expect(second.started).toEqual(['run4', 'run5', 'run6', 'run7', 'run8']);
  expect(resultFiles(parts)).toEqual(resultFiles(whole));
});

test('a signal that is aborted from the start runs nothing', async () => {
  const dir = join(temporaryDir(), 'out');
  const runner = fakeRunner();
  const outcome = await runSweep(fakeInput(fakeCells()), { dir, jobs: 2, signal: AbortSignal.abort(), runner: runner.make });
  expect(runner.started).toEqual([]);
  expect(outcome.exitCode).toBe(130);
});

test('stored cells that are truncated, altered, or of another run or model version are run again, with a warning each', async () => {
  const dir = join(temporaryDir(), 'out');
  const cells = fakeCells();
  await runSweep(fakeInput(cells), { dir, jobs: 1, runner: fakeRunner().make });
  const before = resultFiles(dir);
  const file = (runId: string): string => join(dir, 'cells', `${runId}.json`);
  const text = readFileSync(file('run1'), 'utf8');
  truncateSync(file('run0'), 100);
  writeFileSync(file('run1'), text.replace('"slowdown":1.', '"slowdown":2.'));
  writeFileSync(file('run2'), text);
  writeFileSync(file('run3'), readFileSync(file('run3'), 'utf8').replace(/"model_version":\d+/, '"model_version":0'));
  writeFileSync(file('run4'), 'null');
  rmSync(file('run5'));
  const messages: string[] = [];
  const runner = fakeRunner();
  await runSweep(fakeInput(cells), { dir, jobs: 1, resume: true, runner: runner.make, onMessage: (message) => messages.push(message) });
  expect(runner.started).toEqual(['run0', 'run1', 'run2', 'run3', 'run4', 'run5']);
  expect(messages).toHaveLength(5);
  expect(messages.every((message, i) => message.startsWith(`warning: cells/run${i}.json`))).toBe(true);
  expect(resultFiles(dir)).toEqual(before);
});

test('temporary files of a killed sweep do not count as cells', async () => {
  const dir = join(temporaryDir(), 'out');
  const cells = fakeCells();
  await runSweep(fakeInput(cells), { dir, jobs: 1, runner: fakeRunner().make });
  rmSync(join(dir, 'cells', 'run0.json'));
  writeFileSync(join(dir, 'cells', 'run0.json.tmp-1'), '{');
  const runner = fakeRunner();
  await runSweep(fakeInput(cells), { dir, jobs: 1, resume: true, runner: runner.make });
  expect(runner.started).toEqual(['run0']);
});

test('a stored run serves a sweep over other keys, under the labels of that sweep', async () => {
  const dir = join(temporaryDir(), 'out');
  const cells = fakeCells();
  await runSweep(fakeInput(cells), { dir, jobs: 1, runner: fakeRunner().make });
  const relabelled = cells.map((cell) => ({ ...cell, swept: { 'transport.kind': 'dctcp', ...cell.swept } }));
  const runner = fakeRunner();
  const outcome = await runSweep(fakeInput(relabelled), { dir, jobs: 1, resume: true, runner: runner.make });
  expect(runner.started).toEqual([]);
  expect(Object.keys(outcome.records[0]!.row).slice(0, 5)).toEqual(['run_id', 'seed', 'fidelity', 'transport.kind', 'balancer']);
});

test('a failing cell leaves the others alone, has no row, and is listed with the command that repeats it; exit 1', async () => {
  const dir = join(temporaryDir(), 'out');
  const runner = fakeRunner((spec) =>
    spec.runId === 'run4'
      ? { kind: 'failed', failure: failure({}) }
      : { kind: 'done', record: fakeRecord(spec), notices: [{ level: 'note', text: 'a notice' }], facts: {} },
  );
  const messages: string[] = [];
  const outcome = await runSweep(fakeInput(fakeCells()), { dir, jobs: 2, runner: runner.make, onMessage: (text) => messages.push(text) });
  expect(outcome.exitCode).toBe(1);
  expect(outcome.records).toHaveLength(8);
  expect(messages).toHaveLength(1);
  expect(messages[0]).toContain('balancer=spray seed=2: no path left');
  expect(messages[0]).toMatch(/\n {2}repeat it with: netsim run /);
  const manifest = manifestOf(dir);
  expect(manifest).toMatchObject({ finished: true, cells_done: 8, notices: [{ level: 'note', text: 'a notice' }] });
  expect(manifest.failures).toEqual([
    { run_id: 'run4', cell: 'balancer=spray seed=2', code: 'E201', message: 'no path left', repeat: `netsim run ${dir}/repeat/run4.json` },
  ]);
  expect(JSON.parse(readFileSync(join(dir, 'repeat', 'run4.json'), 'utf8'))).toEqual({ balancer: 'spray', seed: 2 });
  expect(manifest.cells[4]!.status).toBe('failed');
});

test('a failed cell is run again on resume', async () => {
  const dir = join(temporaryDir(), 'out');
  const failing = fakeRunner((spec) =>
    spec.runId === 'run4' ? { kind: 'failed', failure: failure({}) } : { kind: 'done', record: fakeRecord(spec), notices: [], facts: {} },
  );
  await runSweep(fakeInput(fakeCells()), { dir, jobs: 1, runner: failing.make });
  const runner = fakeRunner();
  const outcome = await runSweep(fakeInput(fakeCells()), { dir, jobs: 1, resume: true, runner: runner.make });
  expect(runner.started).toEqual(['run4']);
  expect(outcome.exitCode).toBe(0);
  expect(existsSync(join(dir, 'repeat'))).toBe(false);
});

test('a violated bound outweighs other failures: exit 3', async () => {
  const dir = join(temporaryDir(), 'out');
  const exitCodes: Record<string, 1 | 3> = { run1: 1, run2: 3, run3: 1 };
  const runner = fakeRunner((spec) => {
    const exitCode = exitCodes[spec.runId];
    return exitCode === undefined
      ? { kind: 'done', record: fakeRecord(spec), notices: [], facts: {} }
      : { kind: 'failed', failure: failure({ exitCode }) };
  });
  const outcome = await runSweep(fakeInput(fakeCells()), { dir, jobs: 2, runner: runner.make });
  expect(outcome.exitCode).toBe(3);
});

test('a run that did not finish has its row with finished = false, its reason told, and exit 1, also when taken over', async () => {
  const dir = join(temporaryDir(), 'out');
  const runner = fakeRunner((spec) => {
    const record = fakeRecord(spec, { finished: false, completion_time_us: null, slowdown: null });
    return {
      kind: 'done',
      record: spec.runId === 'run0' ? { ...record, unfinishedReason: '3 of 8 flows open at 1 us' } : fakeRecord(spec),
      notices: [],
      facts: {},
    };
  });
  for (const resume of [false, true]) {
    const messages: string[] = [];
    const outcome = await runSweep(fakeInput(fakeCells()), {
      dir,
      jobs: 1,
      resume,
      runner: runner.make,
      onMessage: (text) => messages.push(text),
    });
    expect(outcome.exitCode).toBe(1);
    expect(messages.join('\n')).toContain('3 of 8 flows open at 1 us');
    expect(outcome.records[0]!.row).toMatchObject({ finished: false, completion_time_us: null });
    expect(manifestOf(dir).unfinished).toEqual([{ run_id: 'run0', reason: '3 of 8 flows open at 1 us' }]);
  }
});

test('a number that JSON cannot hold is an internal error, not a different row after a resume', async () => {
  const dir = join(temporaryDir(), 'out');
  const runner = fakeRunner((spec) => ({
    kind: 'done',
    record: fakeRecord(spec, { slowdown: Number.POSITIVE_INFINITY }),
    notices: [],
    facts: {},
  }));
  await expect(runSweep(fakeInput(fakeCells()), { dir, jobs: 1, runner: runner.make })).rejects.toThrow(/slowdown/);
});

/** The sweep of `cells` with resume into `dir`: the refusal, or what was said. */
async function resumeInto(dir: string, cells: readonly Cell[]): Promise<{ refused: string | null; messages: readonly string[] }> {
  const messages: string[] = [];
  try {
    await runSweep(fakeInput(cells), {
      dir,
      jobs: 1,
      resume: true,
      runner: fakeRunner().make,
      onMessage: (text) => messages.push(text),
    });
    return { refused: null, messages };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return { refused: error.describe(), messages };
  }
}

test('resume refuses the folder of another sweep and leaves it as it is', async () => {
  const dir = join(temporaryDir(), 'out');
  await runSweep(fakeInput(fakeCells()), { dir, jobs: 1, runner: fakeRunner().make });
  const before = resultFiles(dir);
  const others = fakeCells().map((cell) => ({ ...cell, runId: `other${cell.index}` }));
  expect(await resumeInto(dir, others)).toEqual({
    refused:
      `${dir} holds the results of another sweep (fake, 9 cells); none of its runs is part of this one ` +
      '(give another folder with --out)',
    messages: [],
  });
  expect(resultFiles(dir)).toEqual(before);
});

test('resume after an edit of the config goes on and says how many stored runs are left out', async () => {
  const dir = join(temporaryDir(), 'out');
  await runSweep(fakeInput(fakeCells()), { dir, jobs: 1, runner: fakeRunner().make });
  const edited = fakeCells().map((cell) => (cell.index < 2 ? { ...cell, runId: `edited${cell.index}` } : cell));
  const { refused, messages } = await resumeInto(dir, edited);
  expect(refused).toBeNull();
  expect(messages).toEqual([`warning: 2 runs stored in ${dir} are not part of this sweep: the results leave them out`]);
});

test('resume without a usable manifest goes on if a run of the sweep is stored, else it is a foreign folder', async () => {
  const dir = join(temporaryDir(), 'out');
  await runSweep(fakeInput(fakeCells()), { dir, jobs: 1, runner: fakeRunner().make });
  writeFileSync(join(dir, 'manifest.json'), '{"name":"a web page"}');
  const others = fakeCells().map((cell) => ({ ...cell, runId: `other${cell.index}` }));
  expect((await resumeInto(dir, others)).refused).toContain('no result folder');
  expect((await resumeInto(dir, fakeCells())).refused).toBeNull();
});

test('resume with a folder that is not there starts the sweep', async () => {
  const dir = join(temporaryDir(), 'out');
  expect(await resumeInto(dir, fakeCells())).toEqual({ refused: null, messages: [] });
  expect(manifestOf(dir).finished).toBe(true);
});

test('the hash in manifest and report is that of the config after --set and --seed', async () => {
  const hashes = await Promise.all(
    [{ seed: 1 }, { seed: 2 }].map(async (document) => {
      const dir = join(temporaryDir(), 'out');
      await runSweep({ ...fakeInput(fakeCells()), document }, { dir, jobs: 1, runner: fakeRunner().make });
      return { ...manifestOf(dir).config, report: resultFiles(dir)['report.html'] };
    }),
  );
  expect(hashes[0]!.source_sha256).toBe(hashes[1]!.source_sha256);
  expect(hashes[0]!.config_sha256).not.toBe(hashes[1]!.config_sha256);
  expect(hashes[0]!.report).not.toBe(hashes[1]!.report);
});

test('a result folder that is a file is refused', async () => {
  const dir = join(temporaryDir(), 'out');
  writeFileSync(dir, '');
  await expect(runSweep(fakeInput(fakeCells()), { dir, jobs: 1, runner: fakeRunner().make })).rejects.toBeInstanceOf(ConfigError);
});

test('charts of an earlier report that are not drawn any more are removed, other files stay', async () => {
  const dir = join(temporaryDir(), 'out');
  await runSweep(fakeInput(fakeCells()), { dir, jobs: 1, runner: fakeRunner().make });
  mkdirSync(join(dir, 'charts'), { recursive: true });
  writeFileSync(join(dir, 'charts', 'of-yesterday.svg'), '');
  writeFileSync(join(dir, 'charts', 'notes.txt'), '');
  await runSweep(fakeInput(fakeCells()), { dir, jobs: 1, resume: true, runner: fakeRunner().make });
  const left = readdirSync(join(dir, 'charts'));
  expect(left).not.toContain('of-yesterday.svg');
  expect(left).toContain('notes.txt');
});
