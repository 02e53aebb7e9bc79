import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { RESULT_COLUMNS } from '../../analysis/rows.ts';
import { resultFiles, temporaryDir } from '../sweep/fakes.ts';
import { FABRIC, LONG_CELL, MANY_CELLS, RUN, SOME_FAIL, SWEEP } from './configs.ts';
import { netsim, startNetsim, waitUntil } from './netsim.ts';

/** A folder with one config, `c.yaml`. */
function folderWith(config: string): string {
  const dir = temporaryDir();
  writeFileSync(join(dir, 'c.yaml'), config);
  return dir;
}

const storedCells = (dir: string): string[] => (existsSync(join(dir, 'cells')) ? readdirSync(join(dir, 'cells')) : []);

describe('netsim as a program', () => {
  test('run --json prints the row with all columns as one document, nothing else anywhere', async () => {
    const dir = folderWith(RUN);
    const { code, stdout, stderr } = await netsim(['run', 'c.yaml', '--json', '--seed', '7'], dir);
    expect(stderr).toBe('');
    expect(code).toBe(0);
    const row = JSON.parse(stdout) as Record<string, unknown>;
    expect(Object.keys(row)).toEqual(['run_id', 'seed', 'fidelity', ...RESULT_COLUMNS]);
    expect(row).toMatchObject({ seed: 7, fidelity: 'packet', flows: 24, worst_phase_congestion_ratio: 1, finished: true });
    expect(readdirSync(dir)).toEqual(['c.yaml']);
  });

  test('a run that does not finish says why, in the document and on standard error, and exits with 1', async () => {
    const { code, stdout, stderr } = await netsim(['run', 'c.yaml', '--json', '--set', 'stop.at=2us'], folderWith(RUN));
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      finished: false,
      completion_time_us: null,
      slowdown: null,
      unfinished_reason: expect.stringContaining('stop.at') as string,
    });
    expect(stderr).toContain('did not finish');
    expect(stderr).not.toMatch(/\n {4}at /);
  });

  test('a malformed config gives one line an error, in file order, exits with 2 and writes nothing', async () => {
    const dir = folderWith(`${FABRIC.replace('spines', 'spine')}workload: { kind: all-reduce, size: 64 }\n`);
    const { code, stdout, stderr } = await netsim(['sweep', 'c.yaml', '--out', 'out'], dir);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    const lines = stderr.trimEnd().split('\n');
    expect(lines.every((line) => /^error: c\.yaml:\d+:\d+ \S+: /.test(line))).toBe(true);
    expect(stderr).toContain('did you mean "spines"');
    expect(stderr).toMatch(/c\.yaml:8:\d+ workload\.size: /);
    expect(readdirSync(dir)).toEqual(['c.yaml']);
  });

  test('one job, two jobs and a second run give the same bytes; what is there is refused, then resumed without running', async () => {
    const dir = folderWith(SWEEP);
    const one = await netsim(['sweep', 'c.yaml', '-j', '1', '--json'], dir);
    expect(one.code).toBe(0);
    const document = JSON.parse(one.stdout) as { out: string; finished: boolean; cells: Record<string, unknown>[]; failures: unknown[] };
    expect(document).toMatchObject({ out: 'out/small-sweep', finished: true, failures: [] });
    expect(document.cells).toHaveLength(24);
    expect(document.cells.slice(0, 2).map((row) => row['seed'])).toEqual([1, 2]);

    const two = await netsim(['sweep', 'c.yaml', '-j', '2', '--out', 'two', '--quiet', '--format', 'csv'], dir);
    expect(two).toMatchObject({ code: 0, stderr: '' });
    expect(two.stdout).toBe(readFileSync(join(dir, 'two', 'results.csv'), 'utf8'));
    expect(resultFiles(join(dir, 'two'))).toEqual(resultFiles(join(dir, 'out/small-sweep')));

    const refused = await netsim(['sweep', 'c.yaml'], dir);
    expect(refused).toMatchObject({ code: 2, stdout: '' });
    expect(refused.stderr).toContain('--resume');

    const before = resultFiles(join(dir, 'two'));
    rmSync(join(dir, 'two', 'report.html'));
    const resumed = await netsim(['sweep', 'c.yaml', '--resume', '--out', 'two'], dir);
    expect(resumed.code).toBe(0);
    expect(resumed.stderr).toContain('24/24 cells  24 reused');
    expect(resultFiles(join(dir, 'two'))).toEqual(before);

    const again = join(dir, 'two', 'report.html');
    rmSync(again);
    rmSync(join(dir, 'two', 'charts'), { recursive: true });
    expect(await netsim(['report', 'two'], dir)).toMatchObject({ code: 0, stdout: '' });
    expect(resultFiles(join(dir, 'two'))).toEqual(before);
  });

  test('a sweep for people prints a short table without escape sequences, progress on standard error', async () => {
    const { code, stdout, stderr } = await netsim(['sweep', 'c.yaml', '--set', 'sweep.repeat=1'], folderWith(SWEEP));
    expect(code).toBe(0);
    expect(stdout.split('\n')[0]).toMatch(/^balancer +workload\.size +completion +slowdown/);
    expect(stdout).toContain('ecmp-split(k=2)');
    expect(stdout.trimEnd().split('\n')).toHaveLength(9);
    expect(stderr).toMatch(/8\/8 cells {2}in /);
    expect(stdout + stderr).not.toMatch(/\u001b/);
  });

  test('Ctrl-C keeps what is done, exits with 130, and --resume goes on to the same bytes', async () => {
    const dir = folderWith(MANY_CELLS);
    const whole = await netsim(['sweep', 'c.yaml', '--out', 'whole', '--quiet'], dir);
    expect(whole.code).toBe(0);

    const { child, ended } = startNetsim(['sweep', 'c.yaml', '--out', 'parts', '-j', '1'], dir);
    await waitUntil(() => storedCells(join(dir, 'parts')).length >= 2, child);
    child.kill('SIGINT');
    const interrupted = await ended;
    expect(interrupted.code).toBe(130);
    expect(interrupted.stderr).toContain('--resume');
    const kept = storedCells(join(dir, 'parts')).length;
    expect(kept).toBeGreaterThanOrEqual(2);
    expect(kept).toBeLessThan(40);
    const rows =
      readFileSync(join(dir, 'parts', 'results.csv'), 'utf8')
        .trimEnd()
        .split('\n').length - 1;
    expect(rows).toBe(kept);
    const manifest = JSON.parse(readFileSync(join(dir, 'parts', 'manifest.json'), 'utf8')) as Record<string, unknown>;
    expect(manifest).toMatchObject({ finished: false, cells_total: 40, cells_done: kept });
    expect(existsSync(join(dir, 'parts', 'report.html'))).toBe(true);

    const resumed = await netsim(['sweep', 'c.yaml', '--out', 'parts', '--resume'], dir);
    expect(resumed.code).toBe(0);
    expect(resumed.stderr).toContain(`${kept} reused`);
    expect(resultFiles(join(dir, 'parts'))).toEqual(resultFiles(join(dir, 'whole')));
  });

  test('Ctrl-C twice ends at once and leaves no half of a file', async () => {
    const dir = folderWith(LONG_CELL);
    const { child, ended } = startNetsim(['sweep', 'c.yaml', '--out', 'out', '-j', '1'], dir);
    // The second cell starts in the same turn in which the first is stored.
    await waitUntil(() => storedCells(join(dir, 'out')).some((name) => name.endsWith('.json')), child);
    let stderr = '';
    child.stderr!.on('data', (chunk: string) => (stderr += chunk));
    child.kill('SIGINT');
    await waitUntil(() => stderr.includes('interrupted'), child);
    child.kill('SIGINT');
    expect((await ended).code).toBe(130);
    expect(readdirSync(join(dir, 'out')).sort()).toEqual(['cells', 'manifest.json']);
    expect(storedCells(join(dir, 'out'))).toHaveLength(1);
    expect(JSON.parse(readFileSync(join(dir, 'out', 'manifest.json'), 'utf8'))).toMatchObject({ finished: false, cells_done: 0 });
  });

  test('Ctrl-C on a run prints its partial row, stores no result, and --resume runs it again', async () => {
    const dir = folderWith(RUN.replace('64KiB', '64GiB'));
    const { child, ended } = startNetsim(['run', 'c.yaml', '--out', 'out', '--format', 'csv'], dir);
    // The handlers are there before the first write to the folder.
    await waitUntil(() => existsSync(join(dir, 'out', 'manifest.json')), child);
    child.kill('SIGINT');
    const { code, stdout, stderr } = await ended;
    expect(code).toBe(130);
    expect(stderr).toContain('--resume');
    expect(stdout).toMatch(/^run_id,[^\n]+\n[0-9a-f]{12},[^\n]+,false,+\n$/);
    expect(readFileSync(join(dir, 'out', 'results.csv'), 'utf8')).toBe(stdout);
    expect(storedCells(join(dir, 'out'))).toEqual([]);
    const again = await netsim(['run', 'c.yaml', '--out', 'out', '--resume', '--dry-run', '--json'], dir);
    expect(JSON.parse(again.stdout)).toMatchObject({ cells: [{ stored: false }] });
  });

  test('a cell that fails leaves the others alone; it is named with a command that repeats it, and the exit code is 1', async () => {
    const dir = folderWith(SOME_FAIL);
    const { code, stdout, stderr } = await netsim(['sweep', 'c.yaml', '--json', '--out', 'out'], dir);
    expect(code).toBe(1);
    const { cells, failures } = JSON.parse(stdout) as { cells: unknown[]; failures: { run_id: string; repeat: string }[] };
    expect([cells.length, failures.length]).toEqual([2, 1]);
    expect(stderr).toContain(failures[0]!.repeat);
    const repeated = await netsim(failures[0]!.repeat.split(' ').slice(1), dir);
    expect(repeated.code).toBe(1);
    expect(repeated.stderr).toContain('4098 ports');
  });

  test('a reader that closes the pipe early ends netsim quietly', async () => {
    const dir = folderWith(MANY_CELLS);
    const args = ['sweep', 'c.yaml', '--dry-run', '--format', 'csv', '--set', 'sweep.repeat=5000', '--quiet'];
    const { child, ended } = startNetsim(args, dir);
    child.stdout!.once('data', () => child.stdout!.destroy());
    const { code, signal, stderr } = await ended;
    expect({ code, signal, stderr }).toEqual({ code: 0, signal: null, stderr: '' });
  });

  test('a first sweep with --resume makes its folder, and the same command again only draws the report', async () => {
    const dir = folderWith(SWEEP);
    const args = ['sweep', 'c.yaml', '--resume', '--out', 'out/deep', '--set', 'sweep.repeat=1'];
    expect((await netsim(args, dir)).code).toBe(0);
    const again = await netsim(args, dir);
    expect(again.code).toBe(0);
    expect(again.stderr).toContain('8 reused');
  });
});
