import { describe, expect, test } from 'vitest';
import type { Scenario } from '../../sim/base/scenario.ts';
import { expandCells } from '../../sweep/cells.ts';
import { resolvedConfig } from '../../sweep/config/resolved-config.ts';
import { buildWorkload } from '../../workloads/build-workload.ts';
import { loadText } from './load-text.ts';

const FABRIC = 'topology: { kind: leaf-spine, leaves: 2, spines: 2, hostsPerLeaf: 4, hostLink: { rate: 400Gbps, delay: 500ns } }\n';

async function scenarioOf(text: string): Promise<Scenario> {
  const [cell] = await expandCells(await loadText(text));
  return cell!.scenario;
}

const workloadOf = async (workload: string): Promise<Scenario['workload']> =>
  (await scenarioOf(`${FABRIC}workload: ${workload}\n`)).workload;

describe('the keys of a collective', () => {
  test.each([
    ['{ kind: all-reduce, size: 1MiB }', { kind: 'all-reduce', algorithm: 'ring', sizeBytes: 2 ** 20, ranks: 8 }],
    ['{ kind: broadcast, size: 1MiB }', { kind: 'broadcast', algorithm: 'binomial', sizeBytes: 2 ** 20, ranks: 8 }],
    ['barrier', { kind: 'barrier', algorithm: 'dissemination', sizeBytes: 0, ranks: 8 }],
    [
      '{ kind: all-reduce, size: 1MiB, channels: 2, bidirectional: true, chunks: 4, ranksPerServer: 4, reduceRate: 10Tbps }',
      {
        ...{ kind: 'all-reduce', algorithm: 'ring', sizeBytes: 2 ** 20, ranks: 8 },
        ...{ channels: 2, bidirectional: true, chunks: 4, ranksPerServer: 4, reduceRateBps: 1e13 },
      },
    ],
    [
      '{ kind: reduce, size: 1kB, root: 1, algorithm: chain, chunks: 8, groups: { size: 4, stride: 2 } }',
      { kind: 'reduce', algorithm: 'chain', sizeBytes: 1000, ranks: 8, root: 1, chunks: 8, groups: { size: 4, stride: 2 } },
    ],
    [
      '{ kind: all-reduce, size: 1kB, algorithm: torus, dims: [2, 2, 2] }',
      { kind: 'all-reduce', algorithm: 'torus', sizeBytes: 1000, ranks: 8, dims: [2, 2, 2] },
    ],
    [
      '{ kind: all-to-all-v, ranks: 2, sizes: [[0B, 1kB], [2MiB, 5B]] }',
      {
        kind: 'all-to-all-v',
        algorithm: 'direct',
        sizeBytes: 2 ** 21 + 5,
        ranks: 2,
        sizes: [
          [0, 1000],
          [2 ** 21, 5],
        ],
      },
    ],
    [
      '{ kind: all-to-all, size: 1kB, pxn: true, ranksPerServer: 2 }',
      { kind: 'all-to-all', algorithm: 'direct', sizeBytes: 1000, ranks: 8, ranksPerServer: 2, pxn: true },
    ],
    [
      '{ kind: all-gather, size: 1kB, algorithm: bruck, sync: step }',
      { kind: 'all-gather', algorithm: 'bruck', sizeBytes: 1000, ranks: 8, sync: 'step' },
    ],
  ])('%s becomes its spec; the resolved config gives it again', async (text, spec) => {
    const scenario = await scenarioOf(`${FABRIC}workload: ${text}\n`);
    expect(scenario.workload).toEqual(spec);
    expect(await scenarioOf(JSON.stringify(resolvedConfig(scenario)))).toEqual(scenario);
    expect(buildWorkload(scenario.workload, 1).schedule.ops).toBeGreaterThan(0);
  });

  test('a default written out is the same run', async () => {
    const plain = await workloadOf('{ kind: all-reduce, size: 1MiB }');
    const written =
      '{ kind: all-reduce, size: 1MiB, algorithm: ring, channels: 1, bidirectional: false, chunks: 1, ranksPerServer: 1, sync: local }';
    expect(await workloadOf(written)).toEqual(plain);
  });
});
