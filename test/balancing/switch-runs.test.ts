import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import type { BalancerSpec } from '../../sim/base/balancer-spec.ts';
import { DROPTAIL, type SwitchSpec } from '../../sim/base/device-spec.ts';
import type { RunResult } from '../../sim/base/result.ts';
import { bounds } from '../../sim/bounds.ts';
import { simulate } from '../../sim/simulate.ts';
import { fatTreeSpec, flowsOf, ideal, leafSpineSpec, lineRate, scenarioOf } from '../sim/scenarios.ts';

const us = 1_000_000;
const kinds: readonly BalancerSpec[] = [
  { kind: 'wcmp' },
  { kind: 'rr-flow' },
  { kind: 'nccl-qp', queuePairs: 3, split: true },
  { kind: 'nccl-qp', queuePairs: 3, split: false },
  { kind: 'spray-tor-rr' },
  { kind: 'ofan' },
  { kind: 'ar', key: 'q' },
  { kind: 'ar', key: 'q-b' },
  { kind: 'ar', key: 'flows' },
  { kind: 'ar-p2c' },
  { kind: 'ecmp-adaptive', key: 'pause-q' },
  { kind: 'jsq' },
  { kind: 'drill' },
  { kind: 'letflow', gapPs: 2 * us },
  { kind: 'flowlet-ar', gapPs: 2 * us, key: 'q' },
  { kind: 'conga', gapPs: 2 * us, dreIntervalPs: 5 * us, alpha: 0.2, ageingPs: 50 * us, bits: 3 },
  { kind: 'conweave', replySlackPs: 0, pathPausePs: 8 * us, expiryPs: 50 * us, flushSlackPs: 2 * us, flushDefaultPs: 20 * us },
];

const devices: readonly SwitchSpec[] = [
  DROPTAIL,
  { ...DROPTAIL, queueBytes: 20_000 },
  { ...DROPTAIL, ecnAt: 'dequeue-after', kind: 'composite', queueBytes: 20_000, trims: true, headerQueueBytes: null, headerShare: null },
  {
    ...{ ...DROPTAIL, ecnAt: 'dequeue-after' as const, kind: 'shared' as const, bufferBytes: 2_000_000, shift: 3, egressShift: null },
    ...{ reserveBytes: 4096, headroomBytes: null, resumeOffsetBytes: 3072, pfc: true },
  },
  { ...DROPTAIL, ecnAt: 'dequeue-after', kind: 'lossless-input', pauseBytes: 30_000, resumeBytes: 20_000 },
];

describe('a run under every balancer of switches and messages', () => {
  const topologies = [
    leafSpineSpec(3, 3, 4),
    leafSpineSpec(2, 3, 2, { fabricLink: { rateBps: 200e9, delayPs: 300_000, perSpineRateBps: [200e9, 100e9], linksPerPair: 2 } }),
    fatTreeSpec(4),
  ];

  test.prop(
    [
      fc.constantFrom(...kinds),
      fc.constantFrom(...topologies),
      fc.constantFrom(...devices),
      fc.nat(1000),
      fc.integer({ min: 1, max: 25_000 }),
    ],
    { numRuns: 60 },
  )(
    'ends over every kind of switch, no sooner than the bounds say, and alike whatever the window of the engine',
    (balancer, topology, device, seed, sizeBytes) => {
      const ranks = topology.kind === 'fat-tree' ? 16 : topology.leaves * topology.hostsPerLeaf;
      const scenario = scenarioOf({
        topology,
        workload: { kind: 'all-to-all', algorithm: 'direct', sizeBytes: sizeBytes * ranks, ranks },
        balancer,
        seed,
        switch: device,
      });
      const result = simulate(scenario);
      expect(result.finished).toBe(true);
      expect(result.completionPs).toBeGreaterThanOrEqual(bounds(scenario, { samples: 0 }).boundPs);
      expect(result.completionPs).toBeGreaterThanOrEqual(simulate({ ...scenario, fidelity: 'bound' }).completionPs!);
      expect(simulate(scenario, { windowPs: 77_777 })).toEqual(result);
    },
  );
});

describe('the links of a run are those of the bounds', () => {
  test('for every hash family, with weights, queue pairs and pinned turns', () => {
    const flows = flowsOf(
      16,
      Array.from({ length: 60 }, (_, i) => [i % 16, (i * 7 + 3) % 16 === i % 16 ? (i + 1) % 16 : (i * 7 + 3) % 16, 20_000 + i]),
    );
    for (const balancer of kinds.slice(0, 4)) {
      for (const hash of ['ideal', 'jenkins', 'murmur3'] as const) {
        for (const sameSalt of [false, true]) {
          const scenario = scenarioOf({
            topology: leafSpineSpec(4, 4, 4, {
              fabricLink: { rateBps: 400e9, delayPs: 500_000, perSpineRateBps: [400e9, 400e9, 200e9, 100e9], linksPerPair: 2 },
            }),
            workload: flows,
            balancer,
            switch: { ...DROPTAIL, queueBytes: Infinity, hash, sameSalt },
          });
          expect(simulate(scenario).tables.linkLoadBytes).toEqual(simulate({ ...scenario, fidelity: 'bound' }).tables.linkLoadBytes);
        }
      }
    }
  });

  test('murmur3 does not follow the seed, the other families do', () => {
    const loads = (hash: 'ideal' | 'murmur3', seed: number): unknown =>
      bounds(
        scenarioOf({
          topology: leafSpineSpec(4, 4, 4),
          workload: { kind: 'permutation', pattern: { shift: 4 }, sizeBytes: 1e6, ranks: 16 },
          switch: { ...DROPTAIL, hash },
          seed,
        }),
        { samples: 20 },
      ).hashed!.maxLinkLoadBytes;
    expect(loads('murmur3', 1)).toEqual(loads('murmur3', 500));
    expect(loads('ideal', 1)).not.toEqual(loads('ideal', 500));
  });
});

describe('queues that are seen', () => {
  test('four flows over four uplinks: jsq needs no luck, and hashing would have to have it', () => {
    const run = (balancer: BalancerSpec): RunResult =>
      simulate(
        scenarioOf({
          ...ideal,
          topology: leafSpineSpec(2, 4, 4),
          workload: flowsOf(
            8,
            [0, 1, 2, 3].map((src) => [src, src + 4, 400 * 4096] as const),
          ),
          balancer,
        }),
      );
    // Four packets at a time, one to each uplink and to each down link: no packet waits.
    expect(run({ kind: 'jsq' }).completionPs).toBe(403 * 83_200 + 8 * 500_000);
    expect(run({ kind: 'jsq' }).queueMaxBytes).toBe(4160);
    expect(run({ kind: 'ecmp' }).queueMaxBytes).toBeGreaterThan(100 * 4160);
  });

  test('over unequal spines that together just suffice adaptive rules follow the capacity, and spraying does not', () => {
    const largestShare = (balancer: BalancerSpec): number => {
      const topology = leafSpineSpec(2, 3, 2, {
        fabricLink: { rateBps: 800e9, delayPs: 500_000, perSpineRateBps: [800e9, 400e9], linksPerPair: 1 },
      });
      const workload = flowsOf(
        6,
        [0, 1, 2].map((src) => [src, src + 3, 1000 * 4096] as const),
      );
      // A queue of 1 MB gives the levels of `ar` their size; nothing is dropped where the share fits.
      const { tables } = simulate(
        scenarioOf({
          ...lineRate,
          topology,
          workload,
          balancer,
          switch: { ...lineRate.switch, queueBytes: 1e6 },
          nic: ideal.nic,
          transport: ideal.transport,
        }),
      );
      return Math.max(...tables.linkLoadBytes!) / (3000 * 4096);
    };
    expect(largestShare({ kind: 'spray' })).toBeLessThan(0.53);
    for (const balancer of [{ kind: 'jsq' }, { kind: 'ar', key: 'q' }, { kind: 'ar-p2c' }, { kind: 'drill' }] as const) {
      expect(Math.abs(largestShare(balancer) - 2 / 3)).toBeLessThan(0.01);
    }
  });

  test('P20: at full load the queues of ofan stay as they are when messages grow, those of round robin grow as fast, of spraying as the root', () => {
    const peakPackets = (balancer: BalancerSpec, packets: number): number =>
      simulate(
        scenarioOf({
          ...ideal,
          topology: fatTreeSpec(6),
          workload: { kind: 'permutation', pattern: 'random', sizeBytes: packets * 4096, ranks: 54 },
          balancer,
        }),
      ).queueMaxBytes! / 4160;
    const growth = (balancer: BalancerSpec): number => Math.log(peakPackets(balancer, 1024) / peakPackets(balancer, 128)) / Math.log(8);
    expect(growth({ kind: 'ofan' })).toBe(0);
    expect(Math.abs(growth({ kind: 'spray' }) - 0.5)).toBeLessThan(0.15);
    expect(Math.abs(growth({ kind: 'spray-switch-rr', variant: 'plain' }) - 1)).toBeLessThan(0.15);
  });
});
