import { DROPTAIL } from '../../sim/base/device-spec.ts';
import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import type { BalancerSpec } from '../../sim/base/balancer-spec.ts';
import type { Scenario } from '../../sim/base/scenario.ts';
import type { WorkloadSpec } from '../../sim/base/workload-spec.ts';
import type { TransportSpec } from '../../sim/base/transport-spec.ts';
import { packetRule } from '../../sim/balancing/plan.ts';
import { prepare } from '../../sim/prepare.ts';
import { simulate, simulatePrepared } from '../../sim/simulate.ts';
import { everyBalancer, flowsOf, ideal, leafSpineSpec, lineRate, plainEthereal, scenarioOf } from './scenarios.ts';

const transports: readonly TransportSpec[] = [
  { kind: 'fixed', rateBps: null, windowBytes: null, recovery: 'sr', rtoPs: null, nackIntervalPs: 5e8 },
  { kind: 'fixed', rateBps: 50e9, windowBytes: 100_000, recovery: 'gbn', rtoPs: null, nackIntervalPs: 1e7 },
  { kind: 'dctcp', g: 1 / 16, initialWindowBytes: null, minWindowBytes: null, recovery: 'sr', rtoPs: null, nackIntervalPs: 5e8 },
  { kind: 'dctcp', g: 1 / 16, initialWindowBytes: null, minWindowBytes: null, recovery: 'gbn', rtoPs: null, nackIntervalPs: 1e7 },
  { kind: 'dctcp-rate', g: 1 / 256, additiveIncreaseBps: 1e9, minRateBps: 1e8, recovery: 'sr', rtoPs: null, nackIntervalPs: 5e8 },
];

const scenarios: fc.Arbitrary<Scenario> = fc
  .record({
    leaves: fc.integer({ min: 2, max: 4 }),
    hostsPerLeaf: fc.integer({ min: 1, max: 4 }),
    spines: fc.integer({ min: 1, max: 4 }),
    unequal: fc.boolean(),
    linksPerPair: fc.integer({ min: 1, max: 2 }),
    balancer: fc.constantFrom<BalancerSpec>(...everyBalancer),
    transport: fc.constantFrom(...transports),
    queueBytes: fc.constantFrom(null, 20_000, 200_000),
    seed: fc.nat(),
    sizeBytes: fc.integer({ min: 1, max: 200_000 }),
    workload: fc.constantFrom('all-reduce', 'all-to-all', 'permutation', 'incast'),
  })
  .map((c) => {
    const ranks = c.leaves * c.hostsPerLeaf;
    const workload: WorkloadSpec =
      c.workload === 'all-reduce'
        ? { kind: 'all-reduce', algorithm: 'ring', sizeBytes: c.sizeBytes, ranks }
        : c.workload === 'all-to-all'
          ? { kind: 'all-to-all', algorithm: 'direct', sizeBytes: c.sizeBytes, ranks }
          : c.workload === 'permutation'
            ? { kind: 'permutation', pattern: 'random', sizeBytes: c.sizeBytes, ranks }
            : { kind: 'incast', senders: ranks - 1, receiver: 0, sizeBytes: c.sizeBytes, ranks };
    const fabricLink = {
      rateBps: 400e9,
      delayPs: 500_000,
      perSpineRateBps: c.unequal ? Array.from({ length: c.spines }, (_, p) => (p % 2 === 0 ? 400e9 : 200e9)) : null,
      linksPerPair: c.linksPerPair,
    };
    return scenarioOf({
      topology: leafSpineSpec(c.leaves, c.hostsPerLeaf, c.spines, { fabricLink }),
      workload,
      balancer: c.balancer,
      transport: c.transport,
      seed: c.seed,
      switch: { ...DROPTAIL, queueBytes: c.queueBytes },
    });
  });

describe('for every balancer and transport', () => {
  test.prop([scenarios], { numRuns: 150 })('P18: the completion is at or above its proven lower bound', (scenario) => {
    const result = simulate(scenario);
    expect(result.finished).toBe(true);
    expect(result.completionPs!).toBeGreaterThanOrEqual(result.boundPs);
    const bound = simulate({ ...scenario, fidelity: 'bound' });
    expect(bound.completionPs!).toBeGreaterThanOrEqual(bound.boundPs);
    expect(bound.boundPs).toBe(result.boundPs);
  });

  test.prop([scenarios], { numRuns: 100 })(
    'P4: without drops no routing loads its fullest leaf less than perfect spraying would',
    (scenario) => {
      const unequal = scenario.topology.kind === 'leaf-spine' && scenario.topology.fabricLink.perSpineRateBps !== null;
      const result = simulate({ ...scenario, switch: { ...scenario.switch, queueBytes: Infinity } });
      expect(result.drops).toBe(0);
      // With infinite queues there is no timer by default: go-back-N over several paths may stand still before all has been sent.
      if (!result.finished) expect(scenario.transport.recovery).toBe('gbn');
      fc.pre(result.finished);
      const slack = 1e-12;
      if (!unequal) expect(result.maxLinkLoadBytes).toBeGreaterThanOrEqual(result.idealLinkLoadBytes * (1 - slack));
      else expect(result.congestionRatio).toBeGreaterThanOrEqual(1 - slack);
    },
  );

  test.prop([scenarios, fc.constantFrom(1, 2, 8)], { numRuns: 60 })(
    'P22: the same scenario gives the same result, whatever the window of the engine',
    (scenario, parts) => {
      const first = simulate(scenario);
      expect(simulate(scenario, { windowPs: 500_000 / parts })).toEqual(first);
    },
  );

  test.prop([scenarios], { numRuns: 60 })('every message is delivered once: packets = sum of ceil(piece / mtu)', (scenario) => {
    const prepared = prepare(scenario);
    const result = simulatePrepared(prepared);
    const packets = prepared.plan.bytes.reduce((sum, bytes) => sum + Math.max(1, Math.ceil(bytes / scenario.nic.mtuBytes)), 0);
    expect(result.packets).toBe(packets);
    if (result.drops === 0 && packetRule(scenario.balancer.kind) === 'fixed') expect(result.retransmits).toBe(0);
  });
});

describe('with one spine', () => {
  test.prop([fc.integer({ min: 2, max: 4 }), fc.integer({ min: 1, max: 4 }), fc.nat(), fc.integer({ min: 1, max: 100_000 })], {
    numRuns: 40,
  })('P21: every policy gives the same times', (leaves, hostsPerLeaf, seed, sizeBytes) => {
    const ranks = leaves * hostsPerLeaf;
    const results = everyBalancer
      .filter((balancer) => balancer.kind !== 'ecmp-split' && (balancer.kind !== 'ethereal' || balancer.batchWindowPs === 0))
      .map((balancer) =>
        simulate(
          scenarioOf({
            ...lineRate,
            topology: leafSpineSpec(leaves, hostsPerLeaf, 1),
            workload: { kind: 'permutation', pattern: 'random', sizeBytes, ranks },
            balancer,
            seed,
          }),
        ),
      );
    for (const result of results) {
      expect(result.completionPs).toBe(results[0]!.completionPs);
      expect(result.tables.fctPs).toEqual(results[0]!.tables.fctPs);
      expect(result.queueMaxBytes).toBe(results[0]!.queueMaxBytes);
    }
  });
});

test('P19: with fixed-rate senders and infinite queues Ethereal approaches the bound as the message grows', () => {
  const gap = (packets: number): number => {
    const result = simulate(
      scenarioOf({
        ...ideal,
        topology: leafSpineSpec(8, 8, 8),
        workload: { kind: 'permutation', pattern: { shift: 8 }, sizeBytes: packets * 4096, ranks: 64 },
        balancer: { ...plainEthereal, startJitterPs: 50_000 },
      }),
    );
    expect(result.worstPhaseCongestionRatio).toBe(1);
    return (result.completionPs! - result.boundPs) / result.boundPs;
  };
  const sizes = [64, 128, 256, 512, 1024];
  const gaps = sizes.map(gap);
  sizes.forEach((packets, i) => {
    const jitter = 50_000 / (packets * 83_200);
    expect(gaps[i]!).toBeGreaterThanOrEqual(0);
    expect(gaps[i]!).toBeLessThanOrEqual(4 / packets + jitter);
    if (i > 0) expect(gaps[i]!).toBeLessThan(gaps[i - 1]!);
  });
});

describe('the fabric counts what the theory says', () => {
  const permutation = { kind: 'permutation', pattern: { shift: 4 }, sizeBytes: 640 * 4096, ranks: 16 } as const;

  test('P3: Ethereal loads every up and down link with out / s and in / s, in the packet run too', () => {
    const prepared = prepare(scenarioOf({ topology: leafSpineSpec(4, 4, 4), workload: permutation, balancer: plainEthereal }));
    const result = simulatePrepared(prepared);
    const fabric = [...result.tables.linkLoadBytes].filter((_, link) => prepared.topology.linkIsFabric[link] === 1);
    expect(new Set(fabric)).toEqual(new Set([640 * 4096]));
    expect(result.congestionRatio).toBe(1);
  });

  test('P13: dead links carry nothing, and the survivors what uniform spraying over them would', () => {
    const prepared = prepare(
      scenarioOf({
        topology: leafSpineSpec(4, 4, 4),
        workload: permutation,
        balancer: plainEthereal,
        failures: [{ link: 'leaf0-spine1' }, { link: 'leaf2-spine3' }],
      }),
    );
    const { topology } = prepared;
    const { tables } = simulatePrepared(prepared);
    for (let link = 0; link < topology.links; link++) {
      if (topology.linkUp[link] === 0) expect(tables.linkLoadBytes[link]).toBe(0);
      expect(Math.abs(tables.linkLoadBytes[link]! - tables.idealLinkLoadBytes[link]!)).toBeLessThanOrEqual(4 * 1);
    }
  });

  test('P17: round robin at the switch and rotation at the host share packets within one a pointer', () => {
    const rotating: BalancerSpec[] = [
      { kind: 'spray-switch-rr', variant: 'plain' },
      { kind: 'spray-switch-rr', variant: 'permute' },
      { kind: 'drb' },
    ];
    for (const balancer of rotating) {
      // One flow of full packets from leaf 0: one pointer counts them all.
      const prepared = prepare(
        scenarioOf({ ...lineRate, topology: leafSpineSpec(2, 2, 5), workload: flowsOf(4, [[0, 2, 1003 * 4096]]), balancer }),
      );
      const { tables } = simulatePrepared(prepared);
      const packets = upLinks(prepared, 0).map((link) => tables.linkLoadBytes[link]! / 4096);
      expect(packets.reduce((a, b) => a + b, 0)).toBe(1003);
      expect(Math.max(...packets) - Math.min(...packets)).toBeLessThanOrEqual(1);
    }
  });

  test('P17: random spraying of M packets stays within 4 sqrt(M / S) of M / S on every path', () => {
    const packets = 8192;
    for (let seed = 1; seed <= 10; seed++) {
      const prepared = prepare(
        scenarioOf({
          ...lineRate,
          topology: leafSpineSpec(2, 1, 8),
          workload: flowsOf(2, [[0, 1, packets * 4096]]),
          balancer: { kind: 'spray' },
          seed,
        }),
      );
      const { tables } = simulatePrepared(prepared);
      const mean = packets / 8;
      for (const link of upLinks(prepared, 0)) {
        expect(Math.abs(tables.linkLoadBytes[link]! / 4096 - mean)).toBeLessThanOrEqual(4 * Math.sqrt(mean));
      }
    }
  });

  test('a hashed balancer loads in the run exactly the links that the bounds replay', () => {
    for (const balancer of [{ kind: 'ecmp' }, { kind: 'ecmp-split', k: 4 }] as const) {
      for (const hash of ['ideal', 'jenkins'] as const) {
        const scenario = scenarioOf({
          topology: leafSpineSpec(4, 4, 4, {
            fabricLink: { rateBps: 400e9, delayPs: 500_000, perSpineRateBps: null, linksPerPair: 2 },
          }),
          workload: permutation,
          balancer,
          switch: { ...DROPTAIL, queueBytes: Infinity, hash },
        });
        expect(simulate(scenario).tables.linkLoadBytes).toEqual(simulate({ ...scenario, fidelity: 'bound' }).tables.linkLoadBytes);
      }
    }
  });
});

/** Links from leaf `leaf` to the spines. */
function upLinks({ topology }: ReturnType<typeof prepare>, leaf: number): number[] {
  return Array.from({ length: topology.links }, (_, link) => link).filter(
    (link) => topology.linkIsFabric[link] === 1 && topology.linkFrom[link] === topology.hosts + leaf,
  );
}

describe('P22: a link with a packet to send is never idle', () => {
  const TX = 83_200;
  const onOneSwitch = (workload: WorkloadSpec): number =>
    simulate(scenarioOf({ ...ideal, topology: leafSpineSpec(1, 8, 1), workload })).completionPs!;

  test('a NIC with several flows sends them back to back', () => {
    const flows = [1, 2, 3, 4, 5].map((dst) => [0, dst, dst * 10 * 4096] as const);
    // 150 packets on the first link, one more serialisation, two delays there and two back.
    expect(onOneSwitch(flowsOf(8, flows))).toBe(150 * TX + TX + 4 * 500_000);
  });

  test('an incast keeps its last link busy from the first packet to the last', () => {
    const workload: WorkloadSpec = { kind: 'incast', senders: 7, receiver: 0, sizeBytes: 40 * 4096, ranks: 8 };
    expect(onOneSwitch(workload)).toBe(TX + 7 * 40 * TX + 4 * 500_000);
  });
});

describe('a queue of n full packets holds n of them at every rate', () => {
  test.prop([fc.integer({ min: 1e9, max: 9e11 }), fc.integer({ min: 1, max: 40 })], { numRuns: 60 })(
    'so of n packets that arrive at one instant none is dropped, and of n + 1 one is',
    (rateBps, n) => {
      const drops = (senders: number): number =>
        simulate(
          scenarioOf({
            topology: leafSpineSpec(1, 43, 1, { hostLink: { rateBps, delayPs: 500_000 } }),
            workload: { kind: 'incast', senders, receiver: 0, sizeBytes: 4096, ranks: 43 },
            transport: { kind: 'fixed', rateBps: null, windowBytes: null, recovery: 'none', rtoPs: null, nackIntervalPs: 5e8 },
            switch: { ...DROPTAIL, queueBytes: n * 4160, ecn: 'off' },
          }),
        ).drops!;
      // The packet on the wire counts: n arrive at one instant and fit, the next does not.
      expect(drops(n)).toBe(0);
      expect(drops(n + 1)).toBe(1);
    },
  );
});

test('over links of 1 ms one flow takes exactly its serialisation and its delays', () => {
  const long = { rateBps: 400e9, delayPs: 1e9 };
  const topology = leafSpineSpec(2, 2, 2, { hostLink: long, fabricLink: { ...long, perSpineRateBps: null, linksPerPair: 1 } });
  const flow = { src: 0, dst: 2, sizeBytes: 100 * 4096, startPs: 1e6 };
  const result = simulate(scenarioOf({ topology, workload: { kind: 'flows', flows: [flow], ranks: 4 } }));
  expect(result.completionPs).toBe(1e6 + 103 * 83_200 + 4 * 1280 + 8e9);
  expect(result.retransmits).toBe(0);
});

describe('an unfinished run says so', () => {
  test('when stop.at comes first', () => {
    const result = simulate(scenarioOf({ topology: leafSpineSpec(2, 2, 2), workload: flowsOf(4, [[0, 2, 1e6]]), stopAtPs: 5_000_000 }));
    expect(result.finished).toBe(false);
    expect(result.completionPs).toBeNull();
    expect(result.unfinishedReason).toMatch(/2 of 2 operations had not ended at stop.at \(5 us\)/);
  });

  test('in the bound fidelity too', () => {
    const result = simulate(
      scenarioOf({ topology: leafSpineSpec(2, 2, 2), workload: flowsOf(4, [[0, 2, 1e6]]), stopAtPs: 5_000_000, fidelity: 'bound' }),
    );
    expect([result.finished, result.completionPs]).toEqual([false, null]);
    expect(result.unfinishedReason).toMatch(/longer than stop.at \(5 us\)/);
  });

  test('when packets are lost and nobody sends them again', () => {
    const result = simulate(
      scenarioOf({
        topology: leafSpineSpec(1, 4, 1),
        workload: { kind: 'incast', senders: 3, receiver: 0, sizeBytes: 1e6, ranks: 4 },
        transport: { kind: 'fixed', rateBps: null, windowBytes: null, recovery: 'none', rtoPs: null, nackIntervalPs: 5e8 },
        switch: { ...DROPTAIL, queueBytes: 20_000, ecn: 'off' },
      }),
    );
    expect(result.drops).toBeGreaterThan(0);
    expect(result.finished).toBe(false);
    expect(result.unfinishedReason).toMatch(/lost without recovery/);
  });
});
