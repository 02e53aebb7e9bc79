import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { WIRELESS_COLUMNS } from '../../wireless/columns.ts';
import { resultFiles, temporaryDir } from '../sweep/fakes.ts';
import { invoke } from './invoke.ts';
import { netsim, startNetsim, waitUntil } from './netsim.ts';

const CELL = `kind: wireless
channel: { correlation: clarke, doppler: 10Hz, snr: 12dB }
app: svc
users: 2
run: { duration: 2s, warmup: 1s }
`;

const SWEEP = `name: small-cell
kind: wireless
channel: { snr: 10dB }
app: { kind: cbr, rate: 500kbps }
users: 2
run: { duration: 2s, warmup: 0s }
sweep: { grid: { channel.snr: [5dB, 10dB], mac.kind: [pf, m-lwdf] }, repeat: 2 }
`;

/** Cells of some tens of milliseconds: a signal falls between two. */
const MANY_CELLS = `name: many
kind: wireless
run: { duration: 100s, warmup: 0s }
sweep: { grid: { channel.snr: [5dB, 10dB] }, repeat: 6 }
`;

/** Far longer than a test may take. */
const LONG_PATH = 'kind: wireless\npath: { rate: 10Gbps }\nrun: { duration: 9000s }\n';

/** A folder with one config, `c.yaml`. */
function folderWith(config: string): string {
  const dir = temporaryDir();
  writeFileSync(join(dir, 'c.yaml'), config);
  return dir;
}

const configWith = (config: string): string => join(folderWith(config), 'c.yaml');
const storedCells = (dir: string): string[] => (existsSync(join(dir, 'cells')) ? readdirSync(join(dir, 'cells')) : []);

describe('a wireless config through the commands', () => {
  test('run --json prints the row with all columns as one document, and --seed and --set change it', async () => {
    const config = configWith(CELL);
    const { code, out, err } = await invoke('run', config, '--json', '--seed', '7');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    const row = JSON.parse(out) as Record<string, unknown>;
    expect(Object.keys(row)).toEqual(['run_id', 'seed', 'fidelity', ...WIRELESS_COLUMNS]);
    expect(row).toMatchObject({ seed: 7, fidelity: 'slot', slots: 1000, finished: true });
    expect(JSON.parse((await invoke('run', config, '--json')).out)).not.toMatchObject({ psnr_db: row['psnr_db'] });
    const louder = await invoke('run', config, '--json', '--seed', '7', '--set', 'channel.snr=20dB');
    expect(JSON.parse(louder.out)).toMatchObject({ seed: 7, loss_congestion: 0 });
    expect(readdirSync(join(config, '..'))).toEqual(['c.yaml']);
  });

  test('run for people names what it knows, a line a column', async () => {
    const { code, out } = await invoke('run', configWith(CELL));
    expect(code).toBe(0);
    expect(out).toMatch(/^column +value\n/);
    expect(out).toMatch(/\ngoodput_bps +[\d.]+ [kM]bit\/s\n/);
    expect(out).not.toContain('friendliness');
  });

  test('a run is the same as the one that its resolved config gives', async () => {
    const dir = folderWith(CELL);
    const { code, out } = await invoke('validate', join(dir, 'c.yaml'));
    expect(code).toBe(0);
    expect(out).toMatch(/^# ok: .*with every default resolved\n/);
    writeFileSync(join(dir, 'resolved.yaml'), out);
    const [first, second] = [await invoke('run', join(dir, 'c.yaml'), '--json'), await invoke('run', join(dir, 'resolved.yaml'), '--json')];
    expect(second).toEqual(first);
  });

  test.each([
    ['bounds', [], 'netsim bounds is for fabrics', 'netsim validate --wireless'],
    ['export', ['--to', 'goal'], 'netsim export is for fabrics', 'kind: fabric'],
    ['run', ['--trace', 'x.json'], 'a trace is for fabrics', 'kind: fabric'],
    ['run', ['--threads', '2'], 'a run on several threads is for fabrics', 'kind: fabric'],
    ['run', ['--format', 'nccl-tests'], 'nccl-tests is for fabrics', 'kind: fabric'],
  ])('%s %j says that it is for fabrics, and what to do', async (command, options, message, hint) => {
    const { code, out, err } = await invoke(command, configWith(CELL), ...options);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain(message);
    expect(err).toContain(hint);
  });

  test('run of a sweep is an error that names sweep, and a dry run lists the cells', async () => {
    const config = configWith(SWEEP);
    expect(await invoke('run', config)).toMatchObject({ code: 2, err: expect.stringContaining('netsim sweep') as string });
    const { code, out } = await invoke('sweep', config, '--dry-run', '--json', '--out', join(config, '..', 'out'));
    expect(code).toBe(0);
    const { cells } = JSON.parse(out) as { cells: Record<string, unknown>[] };
    expect(cells).toHaveLength(8);
    expect(cells[2]).toMatchObject({ seed: 1, 'channel.snr': 5, 'mac.kind': 'm-lwdf', stored: false });
    expect(readdirSync(join(config, '..'))).toEqual(['c.yaml']);
  });

  test('a malformed config is refused by every command in the same words, and nothing is written', async () => {
    const config = configWith(SWEEP.replace('snr: 10dB', 'snr: 10'));
    const dir = join(config, '..');
    const message = `error: ${config}:3:17 channel.snr: 10 has no unit (write a number with one of dB)\n`;
    for (const command of ['run', 'sweep', 'validate', 'bounds']) {
      const out = command === 'run' || command === 'sweep' ? ['--out', join(dir, 'out')] : [];
      expect(await invoke(command, config, ...out)).toEqual({ code: 2, out: '', err: message });
    }
    expect(readdirSync(dir)).toEqual(['c.yaml']);
  });

  test('init --wireless writes a config that is valid', async () => {
    const file = join(temporaryDir(), 'starter.yaml');
    expect(await invoke('init', '--wireless', file)).toMatchObject({ code: 0, out: '' });
    expect(readFileSync(file, 'utf8')).toContain('kind: wireless');
    expect(await invoke('sweep', file, '--dry-run')).toMatchObject({ code: 0 });
  });
});

describe('a wireless sweep as a program', () => {
  test('one job, two jobs, a second run and one that was interrupted and resumed give the same bytes', async () => {
    const dir = folderWith(MANY_CELLS);
    const one = await netsim(['sweep', 'c.yaml', '-j', '1', '--out', 'one', '--quiet', '--format', 'csv'], dir);
    expect(one).toMatchObject({ code: 0, stderr: '' });
    expect(one.stdout).toBe(readFileSync(join(dir, 'one', 'results.csv'), 'utf8'));
    expect(one.stdout.trimEnd().split('\n')).toHaveLength(13);
    const two = await netsim(['sweep', 'c.yaml', '-j', '2', '--out', 'two', '--quiet', '--format', 'csv'], dir);
    expect(two).toEqual(one);
    expect(resultFiles(join(dir, 'two'))).toEqual(resultFiles(join(dir, 'one')));

    const { child, ended } = startNetsim(['sweep', 'c.yaml', '--out', 'parts', '-j', '1'], dir);
    await waitUntil(() => storedCells(join(dir, 'parts')).length >= 2, child);
    child.kill('SIGINT');
    expect((await ended).code).toBe(130);
    const kept = storedCells(join(dir, 'parts')).length;
    expect(kept).toBeLessThan(12);
    const resumed = await netsim(['sweep', 'c.yaml', '--out', 'parts', '--resume'], dir);
    expect(resumed.code).toBe(0);
    expect(resumed.stderr).toContain(`${kept} reused`);
    expect(resultFiles(join(dir, 'parts'))).toEqual(resultFiles(join(dir, 'one')));

    rmSync(join(dir, 'two', 'report.html'));
    rmSync(join(dir, 'two', 'charts'), { recursive: true });
    expect(await netsim(['report', 'two'], dir)).toMatchObject({ code: 0, stdout: '' });
    expect(resultFiles(join(dir, 'two'))).toEqual(resultFiles(join(dir, 'one')));
  });

  test('Ctrl-C on a run ends it with the row of what there is', async () => {
    const dir = folderWith(LONG_PATH);
    const { child, ended } = startNetsim(['run', 'c.yaml', '--out', 'out', '--json'], dir);
    await waitUntil(() => existsSync(join(dir, 'out', 'manifest.json')), child);
    child.kill('SIGINT');
    const { code, stdout } = await ended;
    expect(code).toBe(130);
    expect(JSON.parse(stdout)).toMatchObject({ finished: false, unfinished_reason: 'it was stopped' });
    expect(stdout).not.toMatch(/NaN|Infinity/);
    expect(storedCells(join(dir, 'out'))).toEqual([]);
  });
});
