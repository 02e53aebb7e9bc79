import { beforeAll, describe, expect, test } from 'vitest';
import type { BalancerSpec } from '../../sim/base/balancer-spec.ts';
import { DROPTAIL } from '../../sim/base/device-spec.ts';
import type { Scenario } from '../../sim/base/scenario.ts';
import { BALANCERS } from '../../sim/balancing/catalogue.ts';
import { prepare } from '../../sim/prepare.ts';
import { simulate } from '../../sim/simulate.ts';
import { leafSpineSpec, scenarioOf } from '../sim/scenarios.ts';
import { HOST_BALANCERS } from './host-balancer-specs.ts';

const all: readonly BalancerSpec[] = Object.values(HOST_BALANCERS);

/** Four leaves of eight hosts, eight spines, the first one at half rate; every host sends 2 MiB under the next leaf. */
const oneSlowSpine = (balancer: BalancerSpec): Scenario =>
  scenarioOf({
    topology: leafSpineSpec(4, 8, 8, {
      fabricLink: { rateBps: 400e9, delayPs: 500_000, perSpineRateBps: [200e9, ...Array<number>(7).fill(400e9)], linksPerPair: 1 },
    }),
    workload: { kind: 'permutation', pattern: { shift: 8 }, sizeBytes: 2 ** 21, ranks: 32 },
    balancer,
  });

describe('with one of eight uplinks at half rate', () => {
  const completionPs = (balancer: BalancerSpec): number => simulate(oneSlowSpine(balancer)).completionPs!;
  let sprayPs = 0;
  beforeAll(() => {
    sprayPs = completionPs({ kind: 'spray' });
  });

  test.each([
    ...['reps', 'reps-htsim', 'reps-legacy', 'uec-bitmap', 'uec-bitmap-1bit', 'uec-mixed', 'strack', 'mrc'],
  ] as (keyof typeof HOST_BALANCERS)[])('%s finishes before the oblivious spray', (kind) => {
    expect(completionPs(HOST_BALANCERS[kind])).toBeLessThan(sprayPs);
  });

  test('what recycles good entropies finishes before any oblivious spray can, whose eighth of the bytes passes at half rate', () => {
    const sizeBytes = 2 ** 23;
    const obliviousPs = (sizeBytes * (4160 / 4096) * 8e12) / 200e9;
    for (const kind of ['reps', 'reps-htsim', 'reps-legacy', 'uec-mixed'] as const) {
      const scenario = {
        ...oneSlowSpine(HOST_BALANCERS[kind]),
        workload: { kind: 'permutation', pattern: { shift: 8 }, sizeBytes, ranks: 16 },
      } as const;
      expect(simulate(scenario).completionPs).toBeLessThan(obliviousPs);
    }
  });
});

/** Four leaves of four hosts and spines; the first spine dies unnoticed while every host sends 1 MiB under the next leaf. */
const silentlyDead = (balancer: BalancerSpec): Scenario =>
  scenarioOf({
    topology: leafSpineSpec(4, 4, 4),
    workload: { kind: 'permutation', pattern: { shift: 4 }, sizeBytes: 2 ** 20, ranks: 16 },
    failures: [
      {
        link: 'spine0',
        course: { atPs: 5e6, untilPs: Infinity, direction: 'both', fault: { kind: 'down', convergePs: Infinity } },
      },
    ],
    stopAtPs: 5e9,
    balancer,
  });

describe('with a spine that dies and that nobody withdraws', () => {
  test('ecmp never ends: its flows stay on the dead path', () => {
    expect(simulate(silentlyDead({ kind: 'ecmp' })).finished).toBe(false);
  });

  test.each(all.filter(({ kind }) => BALANCERS[kind].feedback.includes('timeouts')).map((balancer) => [balancer.kind, balancer] as const))(
    '%s hears of it, and delivers everything',
    (_, balancer) => {
      const result = simulate(silentlyDead(balancer));
      expect(result.finished).toBe(true);
      expect(result.retransmits).toBeGreaterThan(0);
    },
  );

  test('what knows the entropy of a lost packet loses fewer than what does not ask', () => {
    const drops = (balancer: BalancerSpec): number => simulate(silentlyDead(balancer)).drops!;
    const sprayDrops = drops({ kind: 'spray' });
    for (const kind of ['reps', 'uec-bitmap', 'uec-mixed', 'mrc'] as const) expect(drops(HOST_BALANCERS[kind])).toBeLessThan(sprayDrops);
  });
});

/** Small queues, so that packets are lost. */
const lossy = (balancer: BalancerSpec, seed = 3): Scenario =>
  scenarioOf({
    seed,
    topology: leafSpineSpec(2, 4, 3),
    workload: { kind: 'permutation', pattern: { shift: 4 }, sizeBytes: 300_001, ranks: 8 },
    switch: { ...DROPTAIL, queueBytes: 3 * 4160, ecn: { lowBytes: 4160, highBytes: 8320, maxProbability: 1 } },
    balancer,
  });

describe('every host balancer', () => {
  test.each(all.map((balancer) => [balancer.kind, balancer] as const))(
    '%s delivers everything in spite of losses, twice alike',
    (_, balancer) => {
      const result = simulate(lossy(balancer));
      expect(result.finished).toBe(true);
      expect(result.drops).toBeGreaterThan(0);
      expect(simulate(lossy(balancer))).toEqual(result);
    },
  );

  test.each([HOST_BALANCERS.plb, HOST_BALANCERS['plb-delay'], HOST_BALANCERS.flowbender, HOST_BALANCERS.hopper])(
    '$kind is ecmp, packet for packet, where nothing congests its flows',
    (balancer) => {
      const quiet = (spec: BalancerSpec): Scenario => ({
        ...oneSlowSpine(spec),
        workload: { kind: 'permutation', pattern: { shift: 8 }, sizeBytes: 40_000, ranks: 9 },
      });
      const result = simulate(quiet(balancer));
      expect(result.ecnMarks).toBe(0);
      expect(result.tables.fctPs).toEqual(simulate(quiet({ kind: 'ecmp' })).tables.fctPs);
      expect(result.tables.linkLoadBytes).toEqual(simulate(quiet({ kind: 'ecmp' })).tables.linkLoadBytes);
    },
  );

  test('flowbender and plb move flows off a link that marks, and then differ from ecmp', () => {
    for (const balancer of [HOST_BALANCERS.flowbender, { ...HOST_BALANCERS.plb, threshold: 0.05, rounds: 2, idleRounds: 2 }]) {
      const loads = simulate(oneSlowSpine(balancer)).tables.linkLoadBytes;
      expect(loads).not.toEqual(simulate(oneSlowSpine({ kind: 'ecmp' })).tables.linkLoadBytes);
    }
  });

  test('mrc spreads its packets evenly over the paths that are not denied, and puts none on the others', () => {
    const scenario: Scenario = {
      ...oneSlowSpine({ ...HOST_BALANCERS.mrc, deny: [0, 5] }),
      switch: { ...DROPTAIL, queueBytes: Infinity, ecn: 'off' },
    };
    const { topology } = prepare(scenario);
    const { linkLoadBytes } = simulate(scenario).tables;
    const spines = topology.nodeNames.map((name) => Number(/^spine(\d+)$/.exec(name)?.[1] ?? -1));
    for (let link = 0; link < topology.links; link++) {
      const spine = spines[topology.linkTo[link]!]!;
      if (spine < 0) continue;
      // A leaf's eight flows of 512 packets over six spines: each flow is even to a packet.
      const packets = linkLoadBytes[link]! / 4096;
      if (spine === 0 || spine === 5) expect(packets).toBe(0);
      else expect(Math.abs(packets - (8 * 512) / 6)).toBeLessThanOrEqual(8);
    }
  });
});
