import { describe, expect, test } from 'vitest';
import { buildTopology } from '../../topologies/build-topology.ts';
import type { Cell } from '../../sweep/cells.ts';
import { expandCells, listOf, runSingle } from '../../sweep/cells.ts';
import { describeCells } from '../../sweep/describe.ts';
import { fatTreeSpec } from '../sim/scenarios.ts';
import { loadText } from './load-text.ts';

const config = (keys: string): string =>
  `topology: { kind: fat-tree, ${keys}, hostLink: { rate: 400Gbps, delay: 500ns } }\nworkload: { kind: all-reduce, size: 64MiB }\n`;
const cellOf = async (keys: string): Promise<Cell> => runSingle(await loadText(config(keys)));

describe('a fat tree in a config', () => {
  test('k gives every count; links are those of the hosts unless given, core links those of the fabric; ranks are all hosts', async () => {
    const { scenario } = await cellOf('k: 8');
    expect(scenario.topology).toEqual(fatTreeSpec(8));
    expect(scenario.workload).toMatchObject({ ranks: 128 });
    const link = { rateBps: 800e9, delayPs: 1e6 };
    expect((await cellOf('k: 8, fabricLink: { rate: 800Gbps, delay: 1us }')).scenario.topology).toEqual(
      fatTreeSpec(8, { fabricLink: link, coreLink: link }),
    );
    expect((await cellOf('k: 8, coreLink: { rate: 800Gbps, delay: 1us }, placement: strided')).scenario.topology).toEqual(
      fatTreeSpec(8, { coreLink: link, placement: 'strided' }),
    );
  });

  test('a count that is given stands, the others keep the half of k', async () => {
    const { scenario } = await cellOf('k: 8, pods: 3, hostsPerTor: 6, aggsPerPod: 2');
    expect(scenario.topology).toEqual(fatTreeSpec(8, { pods: 3, hostsPerTor: 6, aggsPerPod: 2 }));
    expect(scenario.workload).toMatchObject({ ranks: 72 });
    expect(buildTopology(scenario.topology, [], 72, 1).hosts).toBe(72);
  });

  test.each(['k: 4', 'k: 8, pods: 3, hostsPerTor: 6, aggsPerPod: 2', 'k: 64, pods: 2, torsPerPod: 1, coresPerAgg: 1, aggsPerPod: 1'])(
    'the resolved config gives the same Scenario again: %s',
    async (keys) => {
      const cell = await cellOf(keys);
      const again = await runSingle(await loadText(JSON.stringify(cell.config)));
      expect(again.scenario).toEqual(cell.scenario);
      expect(again.config).toEqual(cell.config);
      expect(again.runId).toBe(cell.runId);
    },
  );

  test('k can be swept', async () => {
    const cells = await expandCells(await loadText(`${config('k: 4')}sweep: { grid: { topology.k: [4, 6, 8] } }\n`));
    const hosts = [...cells].map(({ scenario }) => scenario.workload.ranks);
    expect(hosts).toEqual([16, 54, 128]);
  });

  test('failures are named by the tiers', async () => {
    const loaded = await loadText(`${config('k: 4')}failures: [{ link: tor7-agg6 }, { link: agg7-core3 }, { link: host15-tor7 }]\n`);
    expect((await runSingle(loaded)).scenario.failures).toHaveLength(3);
  });

  test('a report says what the fabric is, but for what is swept', async () => {
    const cells = await expandCells(await loadText(config('k: 8, hostsPerTor: 2')));
    expect(describeCells(listOf(cells), [])[0]).toBe(
      [
        'fabric: 8 pods',
        '4 ToRs and 4 aggregation switches a pod',
        '2 hosts a ToR',
        '16 cores',
        'host links 400 Gbit/s 500 ns',
        'fabric links 400 Gbit/s 500 ns',
        'core links 400 Gbit/s 500 ns',
        'packed placement',
      ].join(', '),
    );
    expect(describeCells(listOf(cells), ['topology.k'])[0]).toBe(
      'fabric: host links 400 Gbit/s 500 ns, fabric links 400 Gbit/s 500 ns, core links 400 Gbit/s 500 ns, packed placement',
    );
  });
});
