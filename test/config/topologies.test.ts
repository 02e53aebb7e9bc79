import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { prepare } from '../../sim/prepare.ts';
import { simulate } from '../../sim/simulate.ts';
import type { Cell } from '../../sweep/cells.ts';
import { expandCells, listOf, runSingle } from '../../sweep/cells.ts';
import { ranksPerServer } from '../../sweep/config/topology-spec.ts';
import { describeCells } from '../../sweep/describe.ts';
import { loadConfig } from '../../sweep/config/load.ts';
import { samplesMissing } from '../workloads/import/samples.ts';
import { loadText } from './load-text.ts';

const LINK = '{ rate: 400Gbps, delay: 500ns }';
const config = (topology: string, rest = ''): string => `topology: { ${topology} }\nworkload: { kind: permutation, size: 64KiB }\n${rest}`;
const RAIL = `kind: rail, servers: 4, gpusPerServer: 8, serversPerSegment: 2, spines: 4, hostLink: ${LINK}`;
const LEAF_SPINE = `kind: leaf-spine, leaves: 4, spines: 2, hostsPerLeaf: 4, hostLink: ${LINK}`;
const DUMBBELL = `kind: dumbbell, hostsPerSide: 3, hostLink: ${LINK}, bottleneck: { rate: 100Gbps, delay: 1us }`;
const GRAPH = `kind: graph, hosts: 2, switches: 1, links: [{ between: [0, 2], rate: 1Gbps, delay: 1ns }, { between: [2, 1], rate: 2Gbps, delay: 1ns }]`;
const cellOf = async (topology: string, files: Readonly<Record<string, string>> = {}): Promise<Cell> =>
  runSingle(await loadText(config(topology), {}, files));
const refusalOf = async (topology: string, files: Readonly<Record<string, string>> = {}): Promise<string> => {
  try {
    await loadText(config(topology), {}, files);
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('it was not refused');
};

const HPCC = '6 2 5\n4 5\n0 4 100Gbps 1000ns 0\n1 4 100Gbps 1us 0\n2 5 100Gbps 1us 0\n3 5 100Gbps 1us 0\n4 5 400Gbps 2us 0\n';

describe('servers in a config', () => {
  test('have as many NICs as GPUs and the NVLink of the defaults, and every GPU is a rank', async () => {
    const { scenario } = await cellOf(`${LEAF_SPINE}, gpusPerServer: 2`);
    expect(scenario.topology.server).toEqual({ gpus: 2, nics: 2, nvlink: { rateBps: 3.6e12, delayPs: 500_000 } });
    expect(scenario.workload).toMatchObject({ ranks: 16 });
    const shared = (await cellOf(`${LEAF_SPINE}, gpusPerServer: 8, nicsPerServer: 2, nvlink: { rate: 1Tbps }`)).scenario;
    expect(shared.topology.server).toEqual({ gpus: 8, nics: 2, nvlink: { rateBps: 1e12, delayPs: 500_000 } });
    expect(shared.workload).toMatchObject({ ranks: 64 });
    expect(prepare(shared).topology.hostOfRank).toHaveLength(64);
  });

  test('say how many ranks share one; without them it is one', () => {
    const link = { rate: 1e9, delay: 1 };
    const dumbbell = { kind: 'dumbbell', hostsPerSide: 8, hostLink: link, bottleneck: link, placement: 'packed' } as const;
    expect(ranksPerServer(dumbbell)).toBe(1);
    expect(ranksPerServer({ ...dumbbell, gpusPerServer: 4 })).toBe(4);
  });

  test.each([
    [`${LEAF_SPINE}, nvlink: { rate: 1Tbps }`, '1:121 topology.nvlink: nvlink without servers (give gpusPerServer)'],
    [`${LEAF_SPINE}, nicsPerServer: 2`, '1:128 topology.nicsPerServer: nicsPerServer without servers (give gpusPerServer)'],
    [
      `${LEAF_SPINE}, gpusPerServer: 4, nicsPerServer: 3`,
      '1:146 topology.nicsPerServer: 4 GPUs cannot share 3 NICs evenly (choose a divisor of gpusPerServer)',
    ],
    [`${LEAF_SPINE}, gpusPerServer: 3`, '1:67 topology.hostsPerLeaf: 4 hosts are no whole number of servers with 3 NICs (a multiple of 3)'],
    [
      RAIL.replace('serversPerSegment: 2', 'serversPerSegment: 3'),
      '1:74 topology.serversPerSegment: 4 servers are no whole number of segments of 3 (a divisor of servers)',
    ],
    [RAIL.replace('gpusPerServer: 8, ', ''), '1:1 topology.gpusPerServer: missing key (such as gpusPerServer: 8)'],
    [
      GRAPH.replace('[2, 1]', '[2, 0]'),
      '1:103 topology.links[1]: host 0 has a second link: a host is joined to exactly one switch (each host has one link, to a switch; links join nodes that there are)',
    ],
  ])('contradictions are refused at their place: %s', async (topology, expected) => {
    expect(await refusalOf(topology)).toBe(`config.yaml:${expected}`);
  });

  test('more ranks than GPUs are refused', async () => {
    const text = config(`${LEAF_SPINE}, gpusPerServer: 4, nicsPerServer: 1`).replace('size: 64KiB', 'size: 64KiB, ranks: 65');
    await expect(loadText(text)).rejects.toThrow('65 ranks on 64 GPUs (a GPU carries one rank)');
  });

  test('ranks of different rails without spines have no way: a config error names them', async () => {
    const { scenario } = await cellOf(RAIL.replace('spines: 4', 'spines: 0'));
    expect(() => prepare(scenario)).toThrow(/rank \d+ on host\d+ cannot reach rank \d+ on host\d+: no path from leaf\d+ to leaf\d+/);
  });
});

describe('topologies in a config', () => {
  test.each([
    RAIL,
    `${LEAF_SPINE}, gpusPerServer: 2, nicsPerServer: 1`,
    DUMBBELL,
    GRAPH,
    'kind: file, path: f.topo, format: hpcc, gpusPerServer: 2',
  ])('the resolved config gives the same Scenario again: %s', async (topology) => {
    const cell = await cellOf(topology, { 'f.topo': HPCC });
    const again = await runSingle(await loadText(JSON.stringify(cell.config)));
    expect(again.scenario).toEqual(cell.scenario);
    expect(again.config).toEqual(cell.config);
    expect(again.runId).toBe(cell.runId);
  });

  test('all of them run', async () => {
    for (const topology of [RAIL, `${LEAF_SPINE}, gpusPerServer: 4, nicsPerServer: 2`, DUMBBELL, GRAPH]) {
      expect(simulate((await cellOf(topology)).scenario).finished, topology).toBe(true);
    }
  });

  test('a report says what they are', async () => {
    const described = async (topology: string): Promise<string> =>
      describeCells(listOf(await expandCells(await loadText(config(topology)))), [])[0]!;
    expect(await described(RAIL)).toBe(
      'fabric: 4 servers, 2 a segment, 4 spines, host links 400 Gbit/s 500 ns, fabric links 400 Gbit/s 500 ns, servers of 8 GPUs and 8 NICs, NVLink 3600 Gbit/s 500 ns, packed placement',
    );
    expect(await described(DUMBBELL)).toContain('2 switches');
  });

  test('links of a graph fail by name, and its rates are those of each link', async () => {
    const text = config(DUMBBELL, 'failures: [{ link: switch0-switch1, at: 1us, until: 2us, rate: 50Gbps }]\n');
    expect((await runSingle(await loadText(text))).scenario.failures).toHaveLength(1);
    await expect(loadText(text.replace('50Gbps', '200Gbps'))).rejects.toThrow('is above the rate of switch0-switch1 (at most 100Gbps)');
    await expect(loadText(text.replace('switch0-switch1', 'switch0-switch2'))).rejects.toThrow('such as host0-switch0');
  });
});

describe('a topology in a file', () => {
  const FILE = 'kind: file, path: f.topo, format: hpcc';

  test('is the fabric that it describes, with the keys beside it', async () => {
    const { scenario } = await cellOf(`${FILE}, placement: random, gpusPerServer: 2, nicsPerServer: 1`, { 'f.topo': HPCC });
    expect(scenario.topology).toMatchObject({ kind: 'graph', hosts: 4, switches: 2, placement: 'random', server: { gpus: 2, nics: 1 } });
    expect(scenario.workload).toMatchObject({ ranks: 8 });
  });

  test('can be swept', async () => {
    const text = config(FILE, 'sweep: { grid: { topology.path: [f.topo, g.topo] } }\n');
    const files = { 'f.topo': HPCC, 'g.topo': HPCC.replace('4 5 400Gbps', '4 5 100Gbps') };
    const cells = [...(await expandCells(await loadText(text, {}, files)))];
    expect(cells.map(({ swept }) => swept['topology.path'])).toEqual(['f.topo', 'g.topo']);
    expect(new Set(cells.map(({ runId }) => runId)).size).toBe(2);
  });

  test('one Switch of ASTRA-sim is one switch; GB/s there are 2^30 bytes', async () => {
    const network = 'topology: [ Switch ]\nnpus_count: [ 4 ]\nbandwidth: [ 50.0 ]\nlatency: [ 500.0 ]\n';
    const { scenario } = await cellOf('kind: file, path: f.yml, format: astra-sim', { 'f.yml': network });
    expect(scenario.topology).toMatchObject({ kind: 'graph', hosts: 4, switches: 1 });
    expect(prepare(scenario).topology.linkRateBps[0]).toBe(50 * 2 ** 30 * 8);
    const ring = await refusalOf('kind: file, path: f.yml, format: astra-sim', { 'f.yml': network.replace('Switch', 'Ring') });
    expect(ring).toContain('a network of ASTRA-sim that is [ Ring ]: only one Switch is a packet network (use compat: astra-sim');
  });

  test.each([
    ['a file that is not there', FILE.replace('f.topo', 'h.topo'), 'cannot read h.topo: no such file'],
    ['a mistake in the file', FILE.replace('f.topo', 'bad.topo'), 'bad.topo:3:5 100 is no rate'],
    ['servers of a file that has its own', 'kind: file, path: s.topo, format: simai, gpusPerServer: 2', 'gpusPerServer for s.topo'],
  ])('%s is an error at the path', async (_, topology, expected) => {
    const simai = '4 2 1 1 4 A100\n2 3\n0 2 1Tbps 1ns 0\n0 3 1Tbps 1ns 0\n1 2 1Tbps 1ns 0\n1 3 1Tbps 1ns 0\n';
    const files = { 'f.topo': HPCC, 'bad.topo': HPCC.replace('100Gbps', '100'), 's.topo': simai };
    const found = (await refusalOf(topology, files)).replaceAll('"', '').replace('bad.topo:3:5:', 'bad.topo:3:5');
    expect(found).toContain('config.yaml:1:');
    expect(found).toContain('topology.path: ');
    expect(found).toContain(expected);
  });

  test('what its importer warns about is a notice of the run', async () => {
    const simai = '4 2 1 1 4 B1\n2 3\n0 2 1Tbps 1ns 0\n0 3 1Tbps 1ns 0\n1 2 1Tbps 1ns 0\n1 3 1Tbps 1ns 0\n';
    const { scenario } = await cellOf('kind: file, path: s.topo, format: simai', { 's.topo': simai });
    expect(prepare(scenario).notices).toContainEqual({ level: 'warning', text: 's.topo: SimAI does not know GPUs of type B1' });
  });

  test('that is no text is refused before anything of it is printed', async () => {
    const text = config('kind: file, path: noise, format: simai');
    const readFile = (name: string): Promise<Uint8Array> =>
      Promise.resolve(name === 'config.yaml' ? new TextEncoder().encode(text) : Uint8Array.of(0x1b, 0x5b, 0x41, 0xff));
    await expect(loadConfig('config.yaml', { readFile }).then(runSingle)).rejects.toThrow('noise:1:4 is no text: it is not UTF-8');
  });

  test.skipIf(samplesMissing)('the samples load and run', async () => {
    const folder = join(import.meta.dirname, '..', '..', '..', 'shared', 'samples');
    const run = async (path: string, format: string) => {
      const text = config(`kind: file, path: ${JSON.stringify(join(folder, path))}, format: ${format}`);
      const { readFileFromDisk } = await import('../../sweep/config/files.ts');
      const readFile = (name: string, maxBytes: number): Promise<Uint8Array> =>
        name === 'config.yaml' ? Promise.resolve(new TextEncoder().encode(text)) : readFileFromDisk(name, maxBytes);
      return simulate((await runSingle(await loadConfig('config.yaml', { readFile }))).scenario);
    };
    expect(await run('htsim/ls128_400g.topo', 'htsim')).toMatchObject({ finished: true, flows: 128, subflows: 128 });
    expect(await run('simai/Rail_Opti_SingleToR_32g_8gps_200Gbps_A100', 'simai')).toMatchObject({ finished: true, flows: 32 });
  });
});
