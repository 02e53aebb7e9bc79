import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expandCells } from '../../sweep/cells.ts';
import { readFailure, readFileFromDisk } from '../../sweep/config/files.ts';
import { loadConfig } from '../../sweep/config/load.ts';
import { VALID_CONFIG } from './malformed/base.ts';

describe('files on disk', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'netsim-config-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test('a config that is missing, and a folder in its place, are errors that name the path', async () => {
    const missing = join(folder, 'none.yaml');
    await expect(loadConfig(missing)).rejects.toThrow(`${missing}: cannot read the config: no such file`);
    await expect(loadConfig(folder)).rejects.toThrow(`${folder}: cannot read the config: it is a folder`);
  });

  test('an empty path and a dash say what to give instead', async () => {
    await expect(loadConfig('')).rejects.toThrow(/^the path of the config is empty \(give the path of a YAML or JSON file\)$/);
    await expect(loadConfig('-')).rejects.toThrow(
      /^-: cannot read the config: no such file \(to read standard input, give \/dev\/stdin\)$/,
    );
  });

  test('a pipe and a device are refused without a read', async () => {
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    await expect(loadConfig(pipe)).rejects.toThrow(`${pipe}: cannot read the config: it is no regular file`);
    await expect(loadConfig('/dev/zero')).rejects.toThrow('/dev/zero: cannot read the config: it is no regular file');
    const path = join(folder, 'of-pipe.yaml');
    writeFileSync(path, VALID_CONFIG.replace('{ kind: all-reduce, size: 1MiB }', '{ kind: file, format: htsim, path: pipe }'));
    await expect(loadConfig(path)).rejects.toThrow('workload.path: cannot read pipe: it is no regular file');
  });

  test('an inherited stream is read, by both of its names', () => {
    const script = `import('./sweep/config/files.ts').then(async ({ readFileFromDisk }) =>
      console.log(new TextDecoder().decode(await readFileFromDisk(process.argv[1], 100))))`;
    // Through a shell: a stdin that Node connects is a socket, which no path opens.
    const pipeline = 'printf "seed: 4" | "$0" --import tsx --input-type=module -e "$1" "$2"';
    for (const path of ['/dev/stdin', '/dev/fd/0']) {
      expect(execFileSync('sh', ['-c', pipeline, process.execPath, script, path]).toString()).toBe('seed: 4\n');
    }
  });

  test('symbolic links in a circle are named', async () => {
    const circle = join(folder, 'circle.yaml');
    symlinkSync(circle, circle);
    await expect(loadConfig(circle)).rejects.toThrow(`${circle}: cannot read the config: its symbolic links form a circle`);
  });

  test.each([
    ['EPERM', 'the system does not permit it'],
    ['EMFILE', 'too many files are open'],
    ['ENAMETOOLONG', 'the path is too long'],
  ])('%s is put in words', (code, words) => {
    expect(readFailure(Object.assign(new Error(code), { code }))).toBe(words);
  });

  test.each([
    ['..yaml', 'config'],
    ['...yaml', 'config'],
    [' .yaml', 'config'],
    ['a\nb.yaml', 'config'],
    ['a\\b.yaml', 'config'],
    ['.yaml', '.yaml'],
    ['my study.v2.yaml', 'my study.v2'],
    [`${'x'.repeat(220)}.yaml`, 'config'],
  ])('a config in the file %j has the name %j, never a path', async (file, name) => {
    const path = join(folder, file);
    writeFileSync(path, VALID_CONFIG);
    expect((await loadConfig(path)).name).toBe(name);
  });

  test('no more of a file is read than one byte above the limit', async () => {
    const path = join(folder, 'long');
    writeFileSync(path, 'x'.repeat(5000));
    expect(await readFileFromDisk(path, 4000)).toHaveLength(4001);
    expect(await readFileFromDisk(path, 5000)).toHaveLength(5000);
  });

  test('the name is that of the file, and a workload file lies beside it', async () => {
    const path = join(folder, 'my-study.yaml');
    writeFileSync(path, VALID_CONFIG.replace('{ kind: all-reduce, size: 1MiB }', '{ kind: file, format: htsim, path: flows.cm }'));
    writeFileSync(join(folder, 'flows.cm'), 'Nodes 2\nConnections 0\n');
    const loaded = await loadConfig(path);
    expect(loaded.name).toBe('my-study');
    const [cell] = await expandCells(loaded);
    expect(cell!.scenario.workload).toMatchObject({ imported: { schedule: { ranks: 2 } } });
  });
});
