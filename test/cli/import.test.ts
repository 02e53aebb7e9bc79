import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryDir } from '../sweep/fakes.ts';
import { invoke } from './invoke.ts';

function fileWith(name: string, content: string): string {
  const path = join(temporaryDir(), name);
  writeFileSync(path, content);
  return path;
}
const FLOWS = 'Nodes 4\nConnections 2\n0->1 start 0 size 10\n# late\n2->3 start 5 size 20\n';

test('import tells the format and prints a summary, as a table or as JSON', async () => {
  const file = fileWith('flows', FLOWS);
  const { code, out, err } = await invoke('import', file, '--set', 'htsim.startUnit=us', '--json');
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(JSON.parse(out)).toMatchObject({
    file,
    what: 'workload',
    format: 'htsim',
    ranks: 4,
    messages: 2,
    bytes: 30,
    phases: 1,
    compute_us_max: 5,
  });
  const table = await invoke('import', file, '--set', 'workload.htsim.startUnit=us');
  expect(table.out).toMatch(/messages +2\n/);
  expect(table.out).toMatch(/compute_max +5 µs\n/);
  expect(table.err).toContain('warning: ');
});

test('a wrong file, option or format exits with 2 and the place', async () => {
  const file = fileWith('flows', FLOWS);
  expect(await invoke('import', file)).toMatchObject({ code: 2, out: '', err: expect.stringContaining(`${file}:5:1 start 5`) as string });
  expect((await invoke('import', file, '--set', 'htsim.unit=us')).err).toContain('workload.htsim.unit');
  expect((await invoke('import', fileWith('x', 'hello\n'))).err).toContain('name it with --format');
  expect((await invoke('import', `${file}.none`)).err).toContain('no such file');
});

test('--strict takes warnings about files as errors, in import and run', async () => {
  const file = fileWith('flows', FLOWS);
  const strict = await invoke('import', file, '--set', 'htsim.startUnit=us', '--strict');
  expect(strict).toMatchObject({ code: 2, out: '' });
  expect(strict.err).toContain('1 comment lines after the first entry; htsim refuses them\nerror: with --strict these warnings are errors');
  const link = '{ rate: 400Gbps, delay: 500ns }';
  const config = `topology: { kind: leaf-spine, leaves: 2, spines: 1, hostsPerLeaf: 2, hostLink: ${link}, fabricLink: ${link} }\nworkload: { kind: file, format: htsim, path: ${file}, htsim: { startUnit: us } }\n`;
  const run = fileWith('c.yaml', config);
  expect((await invoke('validate', run)).code).toBe(0);
  expect(await invoke('validate', run, '--strict')).toMatchObject({ code: 2, out: '' });
});

test('a file without an option that it needs is refused with the option to add', async () => {
  const algorithm = fileWith('a.xml', '<algo name="a" nchannels="1" nchunksperloop="1" ngpus="1" coll="allreduce" inplace="1"></algo>\n');
  expect(await invoke('import', algorithm)).toMatchObject({
    code: 2,
    err: `error: ${algorithm} size: missing key (add --set size=1MiB)\n`,
  });
  const layers = fileWith('w.txt', 'HYBRID_TRANSFORMER model_parallel_NPU_group: 1\n1\na -1 1 NONE 0 1 NONE 0 1 NONE 0 1\n');
  expect((await invoke('import', layers)).err).toBe(
    `error: ${layers}:1:1 the header does not say how many GPUs there are (all_gpus) (--set simai.allGpus=..)\n`,
  );
});

test('a file of another format than the one named has one error, which says what it looks like', async () => {
  const flows = fileWith('flows', FLOWS);
  const cases = [
    [
      flows,
      'goal',
      `${flows}:1:1 no file of format goal: it begins like a connection matrix of htsim (leave out --format, or give --format htsim)`,
    ],
    [
      flows,
      'hpcc',
      `${flows}:1:1 no file of format hpcc: it begins like a connection matrix of htsim (leave out --format, or give --format htsim)`,
    ],
    [
      flows,
      'chakra',
      `${flows} is no Chakra trace: it begins like a connection matrix of htsim (leave out --format, or give --format htsim)`,
    ],
    [
      fileWith('net', 'topology: [ Switch ]\nnpus_count: [ 8 ]\nbandwidth: [ 50 ]\nlatency: [ 500 ]\n'),
      'htsim',
      ':1:1 no file of format htsim: it begins like a topology of ASTRA-sim (leave out --format)',
    ],
  ] as const;
  for (const [file, format, error] of cases) {
    const { code, out, err } = await invoke('import', file, '--format', format);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain(error);
    expect(err.trimEnd().split('\n')).toHaveLength(1);
  }
});

test('a short list of HPCC flows is told from a Chakra trace, whose first bytes it may share', async () => {
  const file = fileWith('flow.txt', '2\n0 1 3 100 1000 0\n1 0 3 100 1000 0.5\n');
  expect(JSON.parse((await invoke('import', file, '--json')).out)).toMatchObject({ format: 'hpcc', messages: 2, compute_us_max: 500_000 });
});

test("a config that names one rank's trace is told the prefix of all", async () => {
  const link = '{ rate: 400Gbps, delay: 500ns }';
  const config = (path: string): string =>
    fileWith(
      'c.yaml',
      `topology: { kind: leaf-spine, leaves: 2, spines: 1, hostsPerLeaf: 2, hostLink: ${link}, fabricLink: ${link} }\nworkload: { kind: file, format: chakra, path: ${path} }\n`,
    );
  expect((await invoke('validate', config('traces/step.0.et'))).err).toContain(
    'workload.path: traces/step.0.et is the trace of one rank, and path the prefix of all (path: traces/step)',
  );
  expect((await invoke('validate', config(fileWith('trace.et', 'x')))).err).toContain(
    'trace.et is a file, and path the prefix of the traces (name the traces <path>.<rank>.et, from rank 0)',
  );
});

test('a topology of another format has one error, which says what it looks like', async () => {
  const flows = fileWith('flows', FLOWS);
  const config = fileWith(
    'c.yaml',
    `topology: { kind: file, format: simai, path: ${flows} }\nworkload: { kind: all-reduce, size: 1MiB }\n`,
  );
  const { code, err } = await invoke('validate', config);
  expect(code).toBe(2);
  expect(err).toContain(
    `flows is no topology of format simai: it begins like a connection matrix of htsim (name it as workload of kind file)`,
  );
  expect(err.trimEnd().split('\n')).toHaveLength(1);
});
