import { describe, expect, test } from 'vitest';
import { bounds } from '../../sim/bounds.ts';
import { cellsOf, runSingle } from '../../sweep/cells.ts';
import { resolvedConfig } from '../../sweep/config/resolved-config.ts';
import { atCellOf, checkBuildable } from '../../sweep/preflight.ts';
import { runCell } from '../../sweep/run-cell.ts';
import { loadText } from './load-text.ts';

const WORKLOAD = 'workload: { kind: all-reduce, size: 1MiB, ranks: 8 }';
const LOGGOPS = `compat: { kind: loggops, L: 3700ns, o: 200ns, g: 5ns, G: 0.04, O: 0, S: 65535B }\n${WORKLOAD}\n`;
const ASTRA = `compat: { kind: astra-sim, topology: Switch, bandwidth: 50, latency: 500ns, endpointDelay: 10ns, splits: 4, localMemBw: 1600 }\n${WORKLOAD}\n`;

const NETWORK = 'topology: [ Switch ]\nnpus_count: [ 8 ]\nbandwidth: [ 50.0 ]\nlatency: [ 500.0 ]\n';
const SYSTEM = {
  'scheduling-policy': 'LIFO',
  'endpoint-delay': 10,
  'active-chunks-per-dimension': 1,
  'preferred-dataset-splits': 4,
  'all-reduce-implementation': ['ring'],
  'collective-optimization': 'localBWAware',
  'local-mem-bw': 1600,
  'boost-mode': 0,
};
const FROM_FILES = `compat: { kind: astra-sim, network: net.yml, system: sys.json }\n${WORKLOAD}\n`;
const files = (network: string, system: object): Record<string, string> => ({ 'net.yml': network, 'sys.json': JSON.stringify(system) });

async function rowOf(content: string, others: Readonly<Record<string, string>> = {}) {
  const loaded = await loadText(content, {}, others);
  const cells = cellsOf(loaded);
  checkBuildable(cells, atCellOf(loaded));
  return runCell(cells.at(0)).record.row;
}

test('a config needs no topology under compat, and its row has nothing that only a fabric knows', async () => {
  const row = await rowOf(LOGGOPS);
  expect(row).toMatchObject({ fidelity: 'loggops', completion_time_us: 130.79976, flows: 112, finished: true });
  expect(row['algbw_gb_per_s']).toBeCloseTo(2 ** 20 / 130_799.76, 12);
  expect(row['busbw_gb_per_s']).toBeCloseTo(((2 ** 20 / 130_799.76) * 14) / 8, 12);
  const unknown = ['bound_us', 'slowdown', 'fct_mean_us', 'max_link_load_bytes', 'congestion_ratio', 'packets', 'drops', 'queue_max_bytes'];
  for (const column of unknown) expect(row[column]).toBeNull();
});

test('what has no effect under compat makes no other run', async () => {
  const fabric = 'topology: { kind: leaf-spine, leaves: 2, spines: 2, hostsPerLeaf: 8, hostLink: { rate: 400Gbps, delay: 500ns } }\n';
  const row = await rowOf(LOGGOPS);
  expect(await rowOf(`${fabric}balancer: spray\n${LOGGOPS}`)).toEqual(row);
  await expect(rowOf(`${fabric}${LOGGOPS}sweep: { grid: { balancer: [ecmp, spray] } }\n`)).rejects.toThrow('are the same run');
});

test('a resolved config under compat is a config of the same run', async () => {
  for (const content of [LOGGOPS, ASTRA]) {
    const { scenario } = await runSingle(await loadText(content));
    const again = JSON.stringify(resolvedConfig(scenario));
    expect(await rowOf(again)).toEqual(await rowOf(content));
  }
});

test('a sweep runs over the parameters of a cost model', async () => {
  const cells = cellsOf(await loadText(`${LOGGOPS}sweep: { grid: { compat.L: [0ns, 3700ns] } }\n`));
  const rows = cells.keys.map((_, i) => runCell(cells.at(i)).record.row['completion_time_us']);
  expect(rows[1]! as number).toBeCloseTo((rows[0]! as number) + 14 * 3.7, 9);
});

test('there are no bounds of a run without a fabric', async () => {
  const { scenario } = await runSingle(await loadText(LOGGOPS));
  expect(() => bounds(scenario)).toThrow('bounds are those of a fabric, and compat: loggops has none');
});

test('a workload that does not end by stop.at is not finished', async () => {
  expect(await rowOf(`${LOGGOPS}stop: { at: 130us }\n`)).toMatchObject({ finished: false, completion_time_us: null, algbw_gb_per_s: null });
});

describe('files of ASTRA-sim', () => {
  test('say the same as the keys', async () => {
    const { run_id: _own, ...own } = await rowOf(ASTRA);
    const { run_id: _read, ...read } = await rowOf(FROM_FILES, files(NETWORK, SYSTEM));
    expect(own).toMatchObject({ fidelity: 'astra-sim', completion_time_us: 126.6 });
    expect(read).toEqual(own);
  });

  test('of several dimensions are read, and a note says that the original cannot have them with congestion', async () => {
    const network = 'topology: [ Ring, Switch ]\nnpus_count: [ 4, 2 ]\nbandwidth: [ 50, 25 ]\nlatency: [ 500, 936.25 ]\n';
    const loaded = await loadText(FROM_FILES, {}, files(network, { ...SYSTEM, 'all-reduce-implementation': ['ring', 'ring'] }));
    const { notices, record } = runCell(cellsOf(loaded).at(0));
    expect(record.row['finished']).toBe(true);
    expect(notices.map(({ text }) => text)).toContain(
      'ASTRA-sim itself has one dimension only with congestion on: nothing to compare this run with',
    );
  });

  const without = (key: keyof typeof SYSTEM): object => Object.fromEntries(Object.entries(SYSTEM).filter(([name]) => name !== key));
  test.each([
    [NETWORK, without('local-mem-bw'), /sys\.json:1:1: local-mem-bw is missing \(a number above 0, .*divide by zero\)/],
    [NETWORK, without('preferred-dataset-splits'), /sys\.json:1:1: preferred-dataset-splits is missing \(.*divide by zero\)/],
    [NETWORK, without('scheduling-policy'), /sys\.json:1:1: scheduling-policy is missing \(LIFO, FIFO or EXPLICIT\)/],
    [NETWORK, { ...SYSTEM, 'active-chunks-per-dimension': 2 }, /sys\.json:1:\d+: active-chunks-per-dimension is 2/],
    [NETWORK, { ...SYSTEM, 'all-reduce-implementation': ['doubleBinaryTree'] }, /doubleBinaryTree has no closed form/],
    [NETWORK, { ...SYSTEM, 'all-reduce-implementation-custom': ['x'] }, /all-reduce-implementation-custom is not available/],
    [NETWORK, { ...SYSTEM, 'endpoint-dely': 10 }, /unknown key endpoint-dely \(did you mean "endpoint-delay"\?\)/],
    [NETWORK.replace('[ 8 ]', '[ 1 ]'), SYSTEM, /net\.yml:2:15: npus_count\[0\] is 1 \(a whole number above 1\)/],
    [NETWORK.replace('[ 8 ]', '[ 4, 2 ]'), SYSTEM, /net\.yml:2:13: npus_count has 2 entries, topology 1/],
    [NETWORK.replace('Switch', 'switch'), SYSTEM, /net\.yml:1:13: topology\[0\] is switch \(did you mean "Switch"\?\)/],
    ['{ "topology-name": "Hierarchical", "units-count": [8] }', SYSTEM, /net\.yml:1:3: a network file of ASTRA-sim 1\.0/],
    ['topology: [ Ring ]\nnpus_count: [\n', SYSTEM, /net\.yml:3:1: not YAML: a bracket that is not closed/],
    ['topology: Ring: Switch\n', SYSTEM, /net\.yml:1:11: not YAML: a second key or a list inside a value \(write one key a line/],
    ['', SYSTEM, /net\.yml: no block of keys in YAML/],
    [NETWORK.replace('[ 8 ]', '[ 16 ]'), SYSTEM, /8 ranks on 16 NPUs/],
  ])('with a mistake are refused with their name and a remedy', async (network, system, message) => {
    await expect(rowOf(FROM_FILES, files(network, system))).rejects.toThrow(message);
  });

  test('that are not there are refused', async () => {
    await expect(rowOf(FROM_FILES, { 'net.yml': NETWORK })).rejects.toThrow('compat.system: sys.json: no such file');
  });
});

test('ASTRA-sim runs collectives of its own only, which is known before anything runs', async () => {
  const other = (workload: string): string => ASTRA.replace(WORKLOAD, `workload: ${workload}`);
  await expect(rowOf(other('{ kind: permutation, size: 1MiB, ranks: 8 }'))).rejects.toThrow('compat: astra-sim has no permutation');
  await expect(rowOf(other('{ kind: all-gather, algorithm: bruck, size: 1MiB, ranks: 8 }'))).rejects.toThrow('all-gather by bruck');
  // comm_size of an all-gather is one rank's shard.
  expect(await rowOf(other('{ kind: all-gather, size: 8MiB, ranks: 8 }').replace('Switch', 'Ring'))).toMatchObject({
    completion_time_us: 151.016,
  });
});

test('the tuner is told of the fabric: its servers, and the rate of its host links', async () => {
  const topology = 'topology: { kind: leaf-spine, leaves: 4, spines: 2, hostsPerLeaf: 8, hostLink: { rate: 100Gbps, delay: 500ns } }\n';
  const { scenario } = await runSingle(await loadText(`${topology}workload: { kind: all-reduce, size: 1MiB, algorithm: auto }\n`));
  expect(scenario.workload).toMatchObject({ nccl: { gpu: 'hopper', channels: 16, nicRateBps: 100e9 } });
  const again = await runSingle(await loadText(JSON.stringify(resolvedConfig(scenario))));
  expect(again.scenario.workload).toEqual(scenario.workload);
});

test('operations of a GOAL file use the CPU that it names', async () => {
  const goal = (cpu: number): string => `num_ranks 2
rank 0 {
a: calc 1000 cpu 0
b: calc 1000 cpu ${cpu}
c: send 1b to 1 cpu 0
c requires b
}
rank 1 {
r: recv 1b from 0
}
`;
  const config = `${LOGGOPS.split('\n')[0]!}\nworkload: { kind: file, format: goal, path: x.goal, ranks: 2 }\n`;
  // 2o + L after the computations, side by side or one after the other.
  expect(await rowOf(config, { 'x.goal': goal(1) })).toMatchObject({ completion_time_us: 5.1 });
  expect(await rowOf(config, { 'x.goal': goal(0) })).toMatchObject({ completion_time_us: 6.1 });
});
