import { describe, expect, test } from 'vitest';
import type { Scenario } from '../../sim/base/scenario.ts';
import type { RunResult } from '../../sim/base/result.ts';
import { simulate } from '../../sim/simulate.ts';
import { runSingle } from '../../sweep/cells.ts';
import { loadText } from '../config/load-text.ts';

const FABRIC = `topology: { kind: leaf-spine, leaves: 4, spines: 4, hostsPerLeaf: 4, hostLink: { rate: 400Gbps, delay: 500ns } }
`;
const ONE_FLOW = 'workload: { kind: flows, flows: [{ src: 0, dst: 8, size: 8MiB }] }\n';
const INCAST = 'workload: { kind: incast, senders: 4, receiver: 0, size: 4MiB }\n';
const UNMARKED = 'switch: { queue: infinite, ecn: off }\n';

const scenarioOf = async (text: string): Promise<Scenario> => (await runSingle(await loadText(`${FABRIC}${text}`))).scenario;
const run = async (text: string): Promise<RunResult> => simulate(await scenarioOf(text));

const KINDS = ['dctcp', 'dctcp-rate', 'dctcp-uec', 'dcqcn', 'dcqcn-mlx', 'hpcc', 'timely', 'swift', 'nscc'];

describe('in the network', () => {
  test.each(KINDS.filter((kind) => kind !== 'hpcc'))(
    '%s alone on its path sends at line rate: the unit case, to the picosecond',
    async (kind) => {
      const result = await run(`${ONE_FLOW}transport: ${kind}\n`);
      expect(result.completionPs).toBe(174_648_320);
    },
  );

  test('hpcc alone on its path keeps eta of the line, and a round more or less', async () => {
    const { completionPs } = await run(`${ONE_FLOW}transport: hpcc\n`);
    expect(completionPs).toBeGreaterThan(174_648_320);
    expect(completionPs).toBeLessThan(174_648_320 / 0.9);
  });

  test.each(['dctcp-rate', 'dcqcn', 'dcqcn-mlx'])('%s without marks is fixed at line rate', async (kind) => {
    const fixed = await run(`${INCAST}${UNMARKED}transport: fixed\n`);
    const result = await run(`${INCAST}${UNMARKED}transport: ${kind}\n`);
    expect([...result.tables.fctPs!]).toEqual([...fixed.tables.fctPs!]);
  });

  test('timely below its low threshold is fixed at line rate; with a lower one it is not', async () => {
    const fixed = await run(`${INCAST}transport: fixed\n`);
    const high = await run(`${INCAST}transport: timely\n`);
    const low = await run(`${INCAST}transport: { kind: timely, lowDelay: 6us, highDelay: 20us, minRtt: 4us }\n`);
    expect([...high.tables.fctPs!]).toEqual([...fixed.tables.fctPs!]);
    expect([...low.tables.fctPs!]).not.toEqual([...fixed.tables.fctPs!]);
    expect(low.drops!).toBeLessThan(fixed.drops!);
  });

  test.each(['dctcp', 'dctcp-uec', 'hpcc', 'swift', 'nscc'])('%s drops less than a hundredth of what fixed drops', async (kind) => {
    const fixed = await run(`${INCAST}transport: fixed\n`);
    const result = await run(`${INCAST}transport: ${kind}\n`);
    expect(result.unfinishedReason).toBeNull();
    expect(result.drops!).toBeLessThan(fixed.drops! / 100);
    expect(result.completionPs!).toBeLessThan(1.2 * result.boundPs);
  });
});
