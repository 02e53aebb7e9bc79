import { describe, expect, test } from 'vitest';
import {
  COLLECTIVE_ALGORITHMS,
  type CollectiveAlgorithm,
  type CollectiveKind,
  type CollectiveShape,
  type CollectiveSpec,
} from '../../sim/base/collective-spec.ts';
import { expandCells } from '../../sweep/cells.ts';
import { messageCount } from '../../sweep/config/message-count.ts';
import type { WorkloadConfig } from '../../sweep/config/schema/workload.ts';
import { workload as workloadSchema } from '../../sweep/config/schema/workload.ts';
import type { RankFabric } from '../../sweep/config/topology-spec.ts';
import { buildWorkload } from '../../workloads/build-workload.ts';
import { collectiveSchedule } from '../../workloads/collectives/collective.ts';
import { collectiveMessages } from '../../workloads/collectives/message-count.ts';
import { shapeProblem } from '../../workloads/collectives/shape-problem.ts';
import { sendsOf } from '../workloads/execute.ts';
import { loadText } from './load-text.ts';

const fabric = (hosts: number): string =>
  `topology: { kind: leaf-spine, leaves: 1, spines: 1, hostsPerLeaf: ${hosts}, hostLink: { rate: 400Gbps, delay: 500ns } }\n`;
const rankFabric = (perServer: number): RankFabric => ({ perServer, nicRateBps: 400e9, ownNics: true });
const config = (block: object): WorkloadConfig => workloadSchema.parse(block);

/** Messages of the Schedule that is built. */
async function builtMessages(block: object, ranks: number): Promise<number> {
  const [cell] = await expandCells(await loadText(`${fabric(ranks)}workload: ${JSON.stringify(block)}\n`));
  return sendsOf(buildWorkload(cell!.scenario.workload, 1).schedule).length;
}

describe('the closed form of the number of messages is that of the Schedule', () => {
  const algorithms = Object.entries(COLLECTIVE_ALGORITHMS).flatMap(([kind, names]) =>
    names.map((algorithm) => ({ kind: kind as CollectiveKind, algorithm: algorithm as CollectiveAlgorithm })),
  );

  test.each(algorithms)('$kind by $algorithm', ({ kind, algorithm }) => {
    for (const ranks of [2, 3, 4, 5, 6, 7, 8, 9, 12, 16]) {
      const plain: CollectiveSpec = {
        kind,
        algorithm,
        sizeBytes: kind === 'barrier' ? 0 : 2 ** 20,
        ranks,
        ...(algorithm === 'windowed' ? { window: 3 } : {}),
        ...(algorithm === 'torus' ? { dims: ranks % 2 === 0 ? [2, ranks / 2] : [ranks] } : {}),
        ...(kind === 'all-to-all-v' ? { sizes: Array.from({ length: ranks }, () => Array.from({ length: ranks }, () => 7)) } : {}),
        ...(algorithm === 'nvls'
          ? { ranksPerServer: ranks }
          : ranks % 2 === 0
            ? { ranksPerServer: 2 }
            : algorithm === 'hierarchical' || algorithm === 'two-step'
              ? { ranksPerServer: ranks }
              : {}),
      };
      const shapes: CollectiveShape[] = [
        {},
        { chunks: 3 },
        { channels: 2, bidirectional: true, chunks: 2 },
        { channels: 3 },
        { sync: 'step' },
      ];
      for (const shape of [
        ...shapes,
        { pxn: true },
        { pxn: true, channels: 2, chunks: 3 },
        { pxn: true, channels: 3, root: 1 },
        ...(ranks % 4 === 0 ? [{ groups: { size: 4, stride: ranks / 4 } }] : []),
      ]) {
        const spec = { ...plain, ...shape };
        if (shapeProblem(kind, algorithm, ranks, spec) !== null) continue;
        expect([spec, collectiveMessages(spec)]).toEqual([spec, sendsOf(collectiveSchedule(spec)).length]);
      }
    }
  });

  test('a config counts the servers of its fabric', () => {
    const block = config({ kind: 'all-to-all', algorithm: 'two-step', size: '1MiB' });
    expect([messageCount(block, 64, rankFabric(8)), messageCount(block, 64, rankFabric(1))]).toEqual([64 * (7 + 7), 64 * 63]);
  });

  test.each([
    { kind: 'permutation', size: '1B' },
    { kind: 'incast', size: '1B', senders: 3 },
    { kind: 'flows', flows: [{ src: 0, dst: 1, size: '1B' }] },
    { kind: 'moe', layers: 3, tokens: 64, experts: 16, topk: 8 },
    { kind: 'moe', layers: 2, tokens: 64, experts: 16, topk: 8, phase: 'training' },
    { kind: 'moe', tokens: 64, experts: 16, topk: 8, scheme: 'per-node', ranksPerServer: 4, groupSize: 8 },
    { kind: 'moe', tokens: 128, experts: 16, topk: 8, overlap: { chunks: 2, microbatches: 3 }, counts: true },
    { kind: 'moe', tokens: 128, experts: 16, topk: 8, routing: { kind: 'expertflow', accuracy: 0.5, groups: 2 } },
    { kind: 'moe', tokens: 128, experts: 8, topk: 1, phase: 'training', routing: { kind: 'thor', level: 'token', sharedDraw: false } },
    { kind: 'moe', tokens: 64, experts: 14, topk: 4, routing: { kind: 't2mir', channels: 'separate', hard: false }, groupSize: 2 },
    { kind: 'training', model: 'gpt3-13b', batch: { global: 8 }, parallel: { tensor: 2, pipeline: 2, zero: 3 }, compute: { gpu: 'h100' } },
  ])('$kind $phase', async (block) => {
    expect(messageCount(config(block), 8, rankFabric(1))).toBe(await builtMessages(block, 8));
  });

  test('only the file knows that of a file', () => {
    expect(messageCount(config({ kind: 'file', format: 'htsim', path: 'a.cm' }), 8, rankFabric(1))).toBeNull();
  });
});

describe('the largest number of messages', () => {
  const load = (hosts: number, block: string): Promise<unknown> => loadText(`${fabric(hosts)}workload: { ${block} }\n`);

  test.each([1024, 4096, 4472])('lets an all-to-all among %i hosts pass', async (hosts) => {
    await expect(load(hosts, 'kind: all-to-all, size: 1GiB')).resolves.toBeDefined();
  });

  test('refuses one more host', async () => {
    await expect(load(4473, 'kind: all-to-all, size: 1GiB')).rejects.toThrow('all-to-all among 4473 ranks is 20003256 messages');
  });

  test('counts the ranks that take part, not the hosts', async () => {
    await expect(load(400_000, 'kind: all-to-all, size: 1GiB, ranks: 16')).resolves.toBeDefined();
  });

  test('lets a large all-reduce pass by an algorithm of few messages', async () => {
    await expect(load(65_536, 'kind: all-reduce, algorithm: halving-doubling, size: 1GiB')).resolves.toBeDefined();
  });
});
