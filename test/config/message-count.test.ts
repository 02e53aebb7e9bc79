import { describe, expect, test } from 'vitest';
import { COLLECTIVE_ALGORITHMS } from '../../sim/base/collective-spec.ts';
import { expandCells } from '../../sweep/cells.ts';
import { messageCount } from '../../sweep/config/message-count.ts';
import type { WorkloadConfig } from '../../sweep/config/schema/workload.ts';
import { workload as workloadSchema } from '../../sweep/config/schema/workload.ts';
import { buildWorkload } from '../../workloads/build-workload.ts';
import { sendsOf } from '../workloads/execute.ts';
import { loadText } from './load-text.ts';

const fabric = (hosts: number): string =>
  `topology: { kind: leaf-spine, leaves: 1, spines: 1, hostsPerLeaf: ${hosts}, hostLink: { rate: 400Gbps, delay: 500ns } }\n`;
const config = (block: object): WorkloadConfig => workloadSchema.parse(block);

/** Messages of the Schedule that is built. */
async function builtMessages(block: object, ranks: number): Promise<number> {
  const [cell] = await expandCells(await loadText(`${fabric(ranks)}workload: ${JSON.stringify(block)}\n`));
  return sendsOf(buildWorkload(cell!.scenario.workload, 1).schedule).length;
}

describe('the closed form of the number of messages is that of the Schedule', () => {
  const algorithms = Object.entries(COLLECTIVE_ALGORITHMS).flatMap(([kind, names]) => names.map((algorithm) => ({ kind, algorithm })));

  test.each(algorithms)('$kind by $algorithm', async (collective) => {
    const sizes = collective.algorithm === 'recursive-doubling' ? [2, 4, 8, 16] : [2, 3, 4, 5, 6, 7, 8, 9, 12, 16];
    for (const ranks of sizes) {
      const block = { ...collective, size: '1MiB' };
      expect([ranks, messageCount(config(block), ranks)]).toEqual([ranks, await builtMessages(block, ranks)]);
    }
  });

  test.each([
    { kind: 'permutation', size: '1B' },
    { kind: 'incast', size: '1B', senders: 3 },
    { kind: 'flows', flows: [{ src: 0, dst: 1, size: '1B' }] },
    { kind: 'moe', layers: 3, tokens: 64, experts: 16, topk: 8 },
    { kind: 'moe', layers: 2, tokens: 64, experts: 16, topk: 8, phase: 'training' },
  ])('$kind $phase', async (block) => {
    expect(messageCount(config(block), 8)).toBe(await builtMessages(block, 8));
  });

  test('only the file knows that of a file', () => {
    expect(messageCount(config({ kind: 'file', format: 'htsim', path: 'a.cm' }), 8)).toBeNull();
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
