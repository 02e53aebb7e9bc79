import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import * as netsim from '../../index.ts';
import {
  allGather,
  allReduce,
  allToAll,
  bounds,
  ConfigErrors,
  prepare,
  reduceScatter,
  scenarioOf,
  simulate,
  simulatePrepared,
  sweep,
} from '../../index.ts';

const link = { rate: '400Gbps', delay: '500ns' };
const config = {
  topology: { kind: 'leaf-spine', leaves: 2, spines: 2, hostsPerLeaf: 2, hostLink: link, fabricLink: link },
  workload: { kind: 'all-reduce', algorithm: 'direct', size: '64KiB' },
  balancer: 'ethereal',
};

describe('the library', () => {
  test('makes a scenario from a config object and simulates it', async () => {
    const scenario = await scenarioOf(config);
    const result = simulate(scenario);
    expect(result.finished).toBe(true);
    expect(result.congestionRatio).toBe(1);
    expect(bounds(scenario, { samples: 0 })).toMatchObject({ boundPs: result.boundPs, congestionRatio: 1 });
  });

  test('reports a wrong config object as it would a file', async () => {
    const wrong = { ...config, topology: { ...config.topology, leafs: 3 } };
    await expect(scenarioOf(wrong)).rejects.toThrow(ConfigErrors);
    await expect(scenarioOf(wrong)).rejects.toThrow(/topology\.leafs.*did you mean "leaves"/);
  });

  test('simulates a schedule of the caller in place of the workload', async () => {
    const scenario = await scenarioOf(config);
    const own = allReduce({ ranks: 4, sizeBytes: 65_536, algorithm: 'direct' });
    // Only a workload knows what to measure.
    expect(simulatePrepared(prepare(scenario, own))).toEqual({ ...simulate(scenario), measures: {} });
  });

  test('makes the schedule of every collective, with the default algorithm of the config', () => {
    const options = { ranks: 4, sizeBytes: 4096 };
    expect(allReduce(options).phaseNames).toHaveLength(6);
    expect(allGather(options).phaseNames).toHaveLength(3);
    expect(reduceScatter(options).phaseNames).toHaveLength(3);
    expect(allToAll(options).phaseNames).toHaveLength(1);
  });

  test('sweeps a config object into a result folder', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'netsim-library-'));
    try {
      const outcome = await sweep({ ...config, sweep: { grid: { balancer: ['ecmp', 'spray'] } } }, { dir: join(dir, 'out'), jobs: 1 });
      expect(outcome.exitCode).toBe(0);
      expect(
        readFileSync(join(dir, 'out', 'results.csv'), 'utf8')
          .trim()
          .split('\n'),
      ).toHaveLength(3);
      expect(existsSync(join(dir, 'out', 'report.html'))).toBe(true);
    } finally {
      rmSync(dir, { recursive: true });
    }
  });

  test('exports nothing undefined', () => {
    for (const [name, value] of Object.entries(netsim)) expect(value, name).toBeDefined();
  });
});
