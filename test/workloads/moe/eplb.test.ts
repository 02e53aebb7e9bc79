import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { PLAIN_MOE } from '../../../sim/base/moe-spec.ts';
import { buildWorkload } from '../../../workloads/build-workload.ts';
import { eplb } from '../../../workloads/moe/eplb.ts';
import { expertGroups } from '../../../workloads/moe/groups.ts';
import { destinations, type Placement } from '../../../workloads/moe/placement.ts';
import { base, total } from './layers.ts';

describe('EPLB', () => {
  test('reproduces its published example: 12 experts, 16 slots, 4 groups, 2 nodes, 8 GPUs', () => {
    const shape = { physical: 16, groups: 4, nodes: 2, gpus: 8 };
    expect([...eplb([90, 132, 40, 61, 104, 165, 39, 4, 73, 56, 183, 86], shape)]).toEqual([
      5, 6, 5, 7, 8, 4, 3, 4, 10, 9, 10, 2, 0, 1, 11, 1,
    ]);
    expect([...eplb([20, 107, 104, 64, 19, 197, 187, 157, 172, 86, 16, 27], shape)]).toEqual([
      7, 10, 6, 8, 6, 11, 8, 9, 2, 4, 5, 1, 5, 0, 3, 1,
    ]);
  });

  test.prop([
    fc.integer({ min: 1, max: 4 }),
    fc.integer({ min: 1, max: 3 }),
    fc.integer({ min: 1, max: 4 }),
    fc.integer({ min: 1, max: 2 }),
    fc.infiniteStream(fc.nat(1000)),
  ])(
    'gives every expert a slot, and the spare ones to experts that no other split would help more',
    (nodes, gpusPerNode, perGpu, spare, stream) => {
      const gpus = nodes * gpusPerNode;
      const experts = gpus * perGpu;
      const loads = Array.from({ length: experts }, () => stream.next().value!);
      const slots = eplb(loads, { physical: experts + spare * gpus, groups: nodes, nodes, gpus });
      const counts = loads.map((_, e) => slots.filter((slot) => slot === e).length);
      expect(Math.min(...counts)).toBeGreaterThanOrEqual(1);
      expect(total(counts)).toBe(experts + spare * gpus);
      // Inside a node, the largest load a replica is at most what the last split of any expert had before it.
      for (let node = 0; node < nodes; node++) {
        const own = loads.map((_, e) => e).filter((e) => Math.floor(slots.indexOf(e) / (slots.length / nodes)) === node);
        const largest = Math.max(...own.map((e) => loads[e]! / counts[e]!));
        for (const e of own) if (counts[e]! > 1) expect(loads[e]! / (counts[e]! - 1)).toBeGreaterThanOrEqual(largest);
      }
    },
  );

  test('evens out what GPUs receive of a skewed gate', () => {
    const routing = { kind: 'zipf', s: 0.5, permute: true } as const;
    const skewed = { ...base, tokens: 128, ranksPerServer: 8, routing, scheme: 'per-expert' as const };
    const replication = { physical: 320, groups: 8, replica: 'round-robin' } as const;
    const [linear, balanced] = [skewed, { ...skewed, placement: 'eplb' as const, replication }].map(
      (spec) => buildWorkload(spec, 1).facts['receive_max_over_mean']!,
    );
    expect(linear).toBeGreaterThan(2);
    expect(balanced).toBeLessThan(linear! / 1.5);
  });
});

describe('replicas', () => {
  const [group] = expertGroups({ ...PLAIN_MOE, ranks: 4, ranksPerServer: 2 });
  /** Expert 0 on members 1 and 3, expert 1 on member 0. */
  const placement: Placement = { first: Int32Array.of(0, 2, 3), member: Int32Array.of(1, 3, 0) };
  const choices = { sources: 4, tokens: 3, k: 1, expert: Int32Array.of(0, 0, 0, 0, 1, 0, 0, -1, 0, 0, 0, 1) };

  test('are used in turn, each source beginning with another one', () => {
    expect([...destinations(choices, placement, 'round-robin', group!)]).toEqual([1, 3, 1, 3, 0, 1, 1, -1, 3, 3, 1, 0]);
  });

  test('nearest: the one on the own server', () => {
    expect([...destinations(choices, placement, 'nearest', group!)]).toEqual([1, 1, 1, 1, 0, 1, 3, -1, 3, 3, 3, 0]);
  });
});
