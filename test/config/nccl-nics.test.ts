import { describe, expect, test } from 'vitest';
import { expandCells } from '../../sweep/cells.ts';
import { loadText } from './load-text.ts';

/** What the tuner is told of NICs by a config with this fabric and these keys of `nccl`. */
async function nicRateOf(topology: string, nccl = ''): Promise<number> {
  const workload = `workload: { kind: all-reduce, algorithm: auto, size: 1MiB, nccl: { ${nccl} } }`;
  const [cell] = await expandCells(await loadText(`topology: { ${topology} }\n${workload}\n`));
  const spec = cell!.scenario.workload;
  return 'nccl' in spec ? spec.nccl!.nicRateBps : NaN;
}

const LEAF_SPINE = 'kind: leaf-spine, leaves: 2, spines: 2, hostsPerLeaf: 8, hostLink: { rate: 400Gbps, delay: 500ns }';
const cable = (a: number, b: number, rate: string): string => `{ between: [${a}, ${b}], rate: ${rate}, delay: 500ns }`;

test.each([
  ['', 400e9],
  [', gpusPerServer: 8', 400e9],
  [', gpusPerServer: 8, nicsPerServer: 4', 200e9],
])('the tuner is told what a GPU has of its NIC: %s', async (servers, rateBps) => {
  expect(await nicRateOf(`${LEAF_SPINE}${servers}`)).toBe(rateBps);
});

test('of a graph it is the slowest link of a host, whatever switches have between them', async () => {
  const links = [cable(0, 3, '200Gbps'), cable(1, 3, '100Gbps'), cable(2, 4, '200Gbps'), cable(3, 4, '50Gbps')];
  expect(await nicRateOf(`kind: graph, hosts: 3, switches: 2, links: [${links.join(', ')}]`)).toBe(100e9);
});

test('of a dumbbell it is a host link, not the bottleneck', async () => {
  const links = 'hostLink: { rate: 25Gbps, delay: 1us }, bottleneck: { rate: 10Gbps, delay: 1us }';
  expect(await nicRateOf(`kind: dumbbell, hostsPerSide: 2, ${links}`)).toBe(25e9);
});

test('what the config says of NICs stays', async () => {
  expect(await nicRateOf(`${LEAF_SPINE}, gpusPerServer: 8, nicsPerServer: 4`, 'nicRate: 100Gbps')).toBe(100e9);
});

test('a graph whose hosts have no links is refused as such, whatever else asks for their rate', async () => {
  const topology = `topology: { kind: graph, hosts: 2, switches: 2, links: [${cable(2, 3, '100Gbps')}] }`;
  const background = 'background: { load: 0.1, sizes: websearch, until: 1ms }';
  const load = loadText(`${topology}\nworkload: { kind: all-reduce, algorithm: auto, size: 1MiB }\n${background}\n`);
  await expect(load).rejects.toThrow(/host 0/);
});

describe('the ranks of a job', () => {
  const fabric = `topology: { ${LEAF_SPINE}, gpusPerServer: 8 }`;
  const withRanks = (ranks: string, keys = 'kind: all-reduce, algorithm: auto'): string =>
    `${fabric}\njobs: [{ name: a, workload: { ${keys}, size: 1MiB }, ranks: ${ranks} }]\n`;

  test.each([
    ['{ from: 4, count: 8 }', 4],
    ['{ from: 0, count: 12 }', 8],
    ['{ from: 10, count: 4 }', 8],
    ['[0, 1, 8, 9]', 2],
    ['[3, 12]', undefined],
  ])('%s have so many of a server in a row as they share it: %s', async (ranks, ranksPerServer) => {
    const [cell] = await expandCells(await loadText(withRanks(ranks)));
    expect((cell!.scenario.jobs[0]!.workload as { ranksPerServer?: number }).ranksPerServer).toBe(ranksPerServer);
  });

  test.each(['{ from: 4, count: 12 }', '[0, 8, 1, 9]', '[0, 8, 9]'])('%s are not what NCCL is asked about', async (ranks) => {
    await expect(loadText(withRanks(ranks))).rejects.toThrow('ranks with unequal parts of servers of 8');
    await expect(loadText(withRanks(ranks, 'kind: all-reduce'))).resolves.toBeDefined();
  });
});
