import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { runSingle } from '../../sweep/cells.ts';
import { loadConfig } from '../../sweep/config/load.ts';
import { simulate } from '../../sim/simulate.ts';
import { temporaryDir } from '../sweep/fakes.ts';
import { samplePath, samplesMissing } from '../workloads/import/samples.ts';
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

describe('every sample imports and runs on a small fabric', () => {
  test.skipIf(samplesMissing).each([
    ['goal/rd_P8_B65536.goal', 'goal', ''],
    ['goal/ring_P8_B1048576.bin', 'goal', ''],
    ['msccl/allreduce_ring_4gpu_simpleex.xml', 'msccl-xml', 'size: 64KiB'],
    ['msccl/allreduce_allpairs_4gpu_LL.xml', 'msccl-xml', 'size: 64KiB'],
    ['msccl/hierarchical_allreduce_2n4g.xml', 'msccl-xml', 'size: 64KiB'],
    ['msccl/alltoall_allpairs_4gpu.xml', 'msccl-xml', 'size: 64KiB'],
    ['chakra/one_comm_coll_node_allreduce', 'chakra', ''],
    ['chakra/small_chakra.0.json', 'chakra', 'chakra: { missingDeps: drop, missingComm: replay }'],
    ['simai/G13B-M1-C02_GPT13B_megatron_tp8_pp1_mbs1_sp_A100.txt', 'simai', 'simai: { allGpus: 8 }'],
    ['simai/L65B-M1-C05_Llama65B_megatron_tp8_pp1_mbs1_A100.txt', 'simai', 'simai: { allGpus: 8, layerCount: rows }'],
  ])('%s', async (path, format, options) => {
    const link = '{ rate: 400Gbps, delay: 500ns }';
    // The SimAI files send a hundred gigabytes: their Schedule is bounded instead of sending every packet.
    const fidelity = format === 'simai' ? 'bound' : 'packet';
    const text = `fidelity: ${fidelity}\ntopology: { kind: leaf-spine, leaves: 2, spines: 2, hostsPerLeaf: 4, hostLink: ${link}, fabricLink: ${link} }\nworkload: { kind: file, format: ${format}, path: ${samplePath(path)}, ${options} }\n`;
    const cell = await runSingle(await loadConfig(fileWith('c.yaml', text)));
    const result = simulate(cell.scenario);
    expect(result.finished).toBe(true);
    expect(result.completionPs).toBeGreaterThan(0);
  });
});
