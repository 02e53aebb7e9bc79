import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expandCells } from '../../sweep/cells.ts';
import { readFileFromDisk } from '../../sweep/config/files.ts';
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
    await expect(loadConfig(missing)).rejects.toThrow(`${missing} cannot read the config: no such file`);
    await expect(loadConfig(folder)).rejects.toThrow(`${folder} cannot read the config: it is a folder`);
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
    writeFileSync(join(folder, 'flows.cm'), 'Nodes 2\n');
    const loaded = await loadConfig(path);
    expect(loaded.name).toBe('my-study');
    const [cell] = await expandCells(loaded);
    expect(cell!.scenario.workload).toMatchObject({ files: [{ name: 'flows.cm', bytes: new TextEncoder().encode('Nodes 2\n') }] });
  });
});
