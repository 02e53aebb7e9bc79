import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type TraceDocument, traceMistakes } from '../analysis/trace/validate-trace.ts';
import { temporaryDir } from '../sweep/fakes.ts';
import { FABRIC, RUN } from './configs.ts';
import { invoke } from './invoke.ts';

const PERMUTATION = `name: flows
${FABRIC}workload: { kind: permutation, pattern: { shift: 2 }, size: 64KiB }
`;

function folderWith(config: string): { readonly dir: string; readonly file: string } {
  const dir = temporaryDir();
  const file = join(dir, 'c.yaml');
  writeFileSync(file, config);
  return { dir, file };
}

const rowOf = (json: string): Record<string, unknown> => {
  const { run_id: _runId, ...row } = JSON.parse(json) as Record<string, unknown>;
  return row;
};

describe('export', () => {
  test.each([
    ['goal', 'x.goal', ['x.goal']],
    ['goal-bin', 'x.bin', ['x.bin']],
    ['htsim', 'x', ['x/flows.cm', 'x/flows.topo']],
    ['hpcc', 'x', ['x/flows.flows.txt', 'x/flows.topology.txt']],
    ['chakra', 'x', [0, 1, 2, 3].map((rank) => `x/flows.${rank}.et`)],
    ['perfetto', 'x.json', ['x.json']],
  ])('--to %s writes its files, and names them', async (format, out, expected) => {
    const { dir, file } = folderWith(PERMUTATION);
    const { code, out: json } = await invoke('export', file, '--to', format, '--out', join(dir, out), '--json');
    expect(code).toBe(0);
    const { files } = JSON.parse(json) as { files: string[] };
    expect(files.toSorted()).toEqual(expected.map((name) => join(dir, name)));
    for (const each of files) expect(readFileSync(each).length).toBeGreaterThan(0);
    // No temporary files are left.
    expect(readdirSync(dir).toSorted()).toEqual(['c.yaml', expected[0]!.split('/')[0]]);
  });

  test('what a format cannot express is an error that names the operation, and nothing is written', async () => {
    const { dir, file } = folderWith(RUN);
    const { code, err } = await invoke('export', file, '--to', 'htsim', '--out', join(dir, 'x'));
    expect(code).toBe(2);
    expect(err).toContain('.cm cannot express send 8 (rank 0 to rank 1, 16384 B): it waits for the start of another operation');
    const rail = await invoke('export', file, '--to', 'simai-topology', '--out', join(dir, 'x'));
    expect(rail.code).toBe(2);
    expect(rail.err).toContain('c.yaml:3:3 topology: the SimAI topology cannot express topology kind leaf-spine');
    expect(readdirSync(dir)).toEqual(['c.yaml']);
  });

  test('failures are in no topology file', async () => {
    const { dir, file } = folderWith(`${PERMUTATION}failures: [{ link: leaf0-spine0 }]\n`);
    const { code, err } = await invoke('export', file, '--to', 'hpcc', '--out', join(dir, 'x'));
    expect([code, err]).toEqual([2, expect.stringContaining('hpcc cannot express the failure of leaf0-spine0')]);
    expect(existsSync(join(dir, 'x'))).toBe(false);
  });

  test('a unit that means nothing to the format is an error', async () => {
    const { file } = folderWith(PERMUTATION);
    expect((await invoke('export', file, '--to', 'goal', '--start-unit', 'us')).err).toContain('--start-unit means nothing to goal');
    expect((await invoke('export', file, '--to', 'chakra', '--time-unit', 'ps')).err).toContain('Chakra has no unit of ps');
  });

  test('exported to htsim and read again it is the same run', async () => {
    const { dir, file } = folderWith(PERMUTATION);
    expect((await invoke('export', file, '--to', 'htsim', '--out', join(dir, 'x'))).code).toBe(0);
    const again = join(dir, 'again.yaml');
    writeFileSync(
      again,
      'topology: { kind: file, path: x/flows.topo, format: htsim }\nworkload: { kind: file, path: x/flows.cm, format: htsim }\n',
    );
    const [first, second] = [await invoke('run', file, '--json'), await invoke('run', again, '--json')];
    expect(second.err).not.toContain('error');
    expect(rowOf(second.out)).toEqual(rowOf(first.out));
  });
});

describe('run --trace', () => {
  test('writes a valid trace beside the row, of which maxEvents bounds the events', async () => {
    const { dir, file } = folderWith(`${RUN}trace: { maxEvents: 30 }\n`);
    const path = join(dir, 'run.json');
    const { code, out } = await invoke('run', file, '--trace', path, '--json');
    expect([code, rowOf(out)['finished']]).toEqual([0, true]);
    const document = JSON.parse(readFileSync(path, 'utf8')) as TraceDocument;
    expect(traceMistakes(document)).toEqual([]);
    expect(document.otherData).toMatchObject({ name: 'small', completion_time_us: rowOf(out)['completion_time_us'], max_events: 30 });
    expect(document.traceEvents.filter(({ ph }) => ph !== 'M').length).toBeLessThanOrEqual(30);
  });

  test('the trace is the same on several threads, and with a result folder', async () => {
    const { dir, file } = folderWith(RUN);
    const [one, two, stored] = ['one', 'two', 'stored'].map((name) => join(dir, `${name}.json`)) as [string, string, string];
    await invoke('run', file, '--trace', one, '--quiet');
    await invoke('run', file, '--trace', two, '--threads', '2', '--quiet');
    await invoke('run', file, '--trace', stored, '--out', join(dir, 'out'), '--quiet');
    expect(readFileSync(two, 'utf8')).toBe(readFileSync(one, 'utf8'));
    expect(readFileSync(stored, 'utf8')).toBe(readFileSync(one, 'utf8'));
  });

  test('a file that cannot be written, or a fidelity without operations, is an error before the run', async () => {
    const { dir, file } = folderWith(RUN);
    mkdirSync(join(dir, 'folder'));
    const nowhere = await invoke('run', file, '--trace', join(dir, 'missing', 'x.json'));
    expect([nowhere.code, nowhere.err]).toEqual([2, expect.stringContaining('no such folder')]);
    const bound = await invoke('run', file, '--trace', join(dir, 'x.json'), '--set', 'fidelity=bound');
    expect([bound.code, bound.err]).toEqual([2, expect.stringContaining('has no times of operations to trace')]);
    expect(readdirSync(dir).toSorted()).toEqual(['c.yaml', 'folder']);
  });
});
