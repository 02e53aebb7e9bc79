import { DROPTAIL, PLAIN_NIC } from '../../sim/base/device-spec.ts';
import fc from 'fast-check';
import type { Scenario } from '../../sim/base/scenario.ts';
import { plainEthereal } from '../sim/scenarios.ts';
import { fabric, scenarioWith } from './fixtures.ts';
import { withLinks } from './fabrics.ts';
import type { ScenarioCase } from './scenario-case.ts';
import { scenarioCases } from './scenarios.ts';

/** Random scenarios with delays of each tier drawn anew, and what depends on them set to match. */
const withDelays = (
  delayPs: fc.Arbitrary<number>,
  change: (scenario: Scenario, longestPs: number) => Scenario,
): fc.Arbitrary<ScenarioCase> =>
  fc.tuple(scenarioCases, fc.record({ host: delayPs, fabric: delayPs, core: delayPs })).map(([{ scenario, traffic }, delays]) => ({
    scenario: change(
      { ...scenario, topology: withLinks(scenario.topology, ({ rateBps }, tier) => ({ rateBps, delayPs: delays[tier] })) },
      Math.max(delays.host, delays.fabric, delays.core),
    ),
    traffic,
  }));

/** Over links so long that packets in flight reach beyond the engine's ring of windows, with timers to match. */
export const longHaulCases = withDelays(fc.integer({ min: 1_000_000, max: 3_000_000_000 }), (scenario, longestPs) => ({
  ...scenario,
  transport: { ...scenario.transport, rtoPs: scenario.transport.recovery === 'none' ? null : 20 * longestPs },
  stopAtPs: 400 * longestPs,
}));

/** Over links so short that a window holds less than a packet, the shortest possible included. */
export const shortLinkCases = withDelays(fc.constantFrom(1, 7, 1000, 20_000, 500_000), (scenario) => ({
  ...scenario,
  stopAtPs: Math.min(scenario.stopAtPs, 20_000_000),
}));

/** Queues without limit at links so slow that what waits lies beyond the engine's ring of windows, at an end that may be anywhere. */
export const deepQueueCases: fc.Arbitrary<ScenarioCase> = fc
  .tuple(scenarioCases, fc.constantFrom(50e6, 300e6, 2e9), fc.integer({ min: 1_000_000, max: 40_000_000_000 }))
  .map(([{ scenario, traffic }, slowBps, stopAtPs]) => ({
    scenario: {
      ...scenario,
      topology: withLinks(scenario.topology, (link, tier) => (tier === 'host' ? link : { ...link, rateBps: slowBps })),
      transport: { ...scenario.transport, rtoPs: null },
      switch: { ...scenario.switch, queueBytes: Infinity },
      stopAtPs,
    },
    traffic,
  }));

/** Everybody sends to one rank through queues of a few packets: drops, marks, timeouts and duplicates in every run. */
export const stormCases: fc.Arbitrary<ScenarioCase> = fc
  .record({
    base: scenarioCases,
    isRate: fc.boolean(),
    recovery: fc.constantFrom('sr' as const, 'gbn' as const),
    rtoPs: fc.constantFrom(1_234_567, 4_000_000, 12_000_000),
    queuePackets: fc.constantFrom(2, 3, 6, 12),
    highPackets: fc.integer({ min: 0, max: 4 }),
    packets: fc.integer({ min: 10, max: 40 }),
  })
  .map(({ base: { scenario }, isRate, recovery, rtoPs, queuePackets, highPackets, packets }) => {
    const { mtuBytes, headerBytes } = scenario.nic;
    const packetBytes = mtuBytes + headerBytes;
    const common = { recovery, rtoPs, nackIntervalPs: recovery === 'gbn' ? 3_000_000 : 500_000_000 };
    const { ranks } = scenario.workload;
    return {
      scenario: {
        ...scenario,
        workload: { kind: 'incast', senders: ranks - 1, receiver: 0, sizeBytes: packets * mtuBytes + 1, ranks },
        transport: isRate
          ? { kind: 'dctcp-rate', g: 1 / 16, additiveIncreaseBps: 40e9, minRateBps: 5e9, ...common }
          : { kind: 'dctcp', g: 0.3, initialWindowBytes: 20 * packetBytes, minWindowBytes: 2 * packetBytes, ...common },
        nic: { ...scenario.nic, acks: 'per-packet' },
        switch: {
          ...scenario.switch,
          queueBytes: queuePackets * packetBytes,
          ecn: { lowBytes: 0, highBytes: highPackets * packetBytes, maxProbability: 1 },
        },
        stopAtPs: 100_000_000,
      },
      traffic: null,
    };
  });

/** The same where Ethereal waits only a few timeouts in silence before it leaves a path. */
export const impatientCases: fc.Arbitrary<ScenarioCase> = fc
  .record({
    storm: stormCases,
    failedAfterPs: fc.constantFrom(2_000_000, 10_000_000, 30_000_000),
    failedPathTimeoutPs: fc.constantFrom(5_000_000, 1_000_000_000),
    repath: fc.constantFrom('good' as const, 'random' as const),
  })
  .map(({ storm, ...patience }) => ({ ...storm, scenario: { ...storm.scenario, balancer: { ...plainEthereal, ...patience } } }));

const FIXED = { kind: 'fixed', rateBps: null, recovery: 'sr', nackIntervalPs: 3_000_000 } as const;

/** A few flows of many small packets over unequal spines: hundreds outstanding, held and waiting, so that every buffer grows. */
export const bulkCases: fc.Arbitrary<ScenarioCase> = fc
  .record({
    seed: fc.nat(),
    balancer: fc.constantFrom('spray', 'drb', 'spray-switch-rr', 'ecmp'),
    recovery: fc.constantFrom('sr', 'sr', 'gbn', 'none'),
    packets: fc.integer({ min: 300, max: 900 }),
    flows: fc.integer({ min: 1, max: 2 }),
    windowPackets: fc.option(fc.integer({ min: 100, max: 900 })),
    queuePackets: fc.oneof(fc.constant(Infinity), fc.integer({ min: 20, max: 400 })),
    /** Larger than data: then answers wait at the receiver. */
    ackBytes: fc.constantFrom(1, 64, 400),
    slowSpineBps: fc.constantFrom(400e9, 90e9, 20e9),
  })
  .map(({ seed, balancer, recovery, packets, flows, windowPackets, queuePackets, ackBytes, slowSpineBps }) => {
    const nic = { ...PLAIN_NIC, mtuBytes: 64, ackBytes } as const;
    const packetBytes = nic.mtuBytes + nic.headerBytes;
    const base = fabric(2, 2, 2);
    const scenario = scenarioWith({
      seed,
      topology: { ...base, fabricLink: { ...base.fabricLink, perSpineRateBps: [400e9, slowSpineBps] } },
      workload: {
        kind: 'flows',
        flows: Array.from({ length: flows }, (_, i) => ({
          src: i % 2,
          dst: 2 + (i >> 1),
          sizeBytes: packets * nic.mtuBytes + i,
          startPs: 0,
        })),
        ranks: 4,
      },
      balancer: balancer === 'spray-switch-rr' ? { kind: balancer, variant: 'permute' } : { kind: balancer },
      transport: {
        ...FIXED,
        recovery,
        windowBytes: windowPackets === null ? null : windowPackets * packetBytes,
        rtoPs: recovery === 'none' ? null : 30_000_000,
      },
      nic,
      switch: { ...DROPTAIL, queueBytes: queuePackets * packetBytes, ecn: 'off' },
      stopAtPs: 40_000_000,
    });
    return { scenario, traffic: null };
  });

/**
 * Bursts milliseconds apart over links of a few Gb/s, whose queues hold less and more than the times that a port counts in int32 picoseconds, and
 * stand empty for longer.
 */
export const longRunCases: fc.Arbitrary<ScenarioCase> = fc
  .record({
    seed: fc.nat(),
    rateBps: fc.constantFrom(1e9, 2e9, 7e9, 25e9),
    bursts: fc.array(
      fc.record({
        gapPs: fc.oneof(fc.constantFrom(0, 2 ** 30, 2 ** 31, 2 ** 32), fc.integer({ min: 1, max: 9_000_000_000 })),
        senders: fc.integer({ min: 1, max: 5 }),
        packets: fc.integer({ min: 1, max: 25 }),
      }),
      { minLength: 2, maxLength: 6 },
    ),
    balancer: fc.constantFrom('spray', 'ecmp'),
    queuePackets: fc.constantFrom(Infinity, Infinity, 20, 70),
    lowPackets: fc.constantFrom(null, 5, 40),
    windowPackets: fc.constantFrom(null, 6),
  })
  .map(({ seed, rateBps, bursts, balancer, queuePackets, lowPackets, windowPackets }) => {
    const base = fabric(2, 3, 2);
    let startPs = 0;
    const flows = bursts.flatMap(({ gapPs, senders, packets }) => {
      startPs += gapPs;
      return Array.from({ length: senders }, (_, i) => ({ src: 1 + i, dst: 0, sizeBytes: packets * 4096, startPs }));
    });
    const scenario = scenarioWith({
      seed,
      topology: withLinks(base, ({ delayPs }) => ({ delayPs, rateBps })),
      workload: { kind: 'flows', flows, ranks: 6 },
      balancer: { kind: balancer },
      transport: { ...FIXED, windowBytes: windowPackets === null ? null : windowPackets * 4160, rtoPs: 3_000_000_000 },
      switch: {
        ...DROPTAIL,
        queueBytes: queuePackets * 4160,
        ecn: lowPackets === null ? 'off' : { lowBytes: lowPackets * 4160, highBytes: 2 * lowPackets * 4160, maxProbability: 1 },
      },
      stopAtPs: 100_000_000_000,
    });
    return { scenario, traffic: null };
  });

/** Many hosts on one or two leaves: large batches at one node, over a thousand flows of one host, hundreds of events of one instant. */
export const crowdCases: fc.Arbitrary<ScenarioCase> = fc
  .record({
    seed: fc.nat(),
    leaves: fc.integer({ min: 1, max: 2 }),
    hostsPerLeaf: fc.integer({ min: 18, max: 40 }),
    spines: fc.constantFrom(3, 20),
    balancer: fc.oneof(
      fc.constantFrom(3, 40, 90).map((k) => ({ kind: 'ecmp-split' as const, k })),
      fc.constantFrom({ kind: 'drb' as const }, { kind: 'spray-switch-rr' as const, variant: 'plain' as const }),
    ),
    senders: fc.integer({ min: 10, max: 35 }),
    computations: fc.integer({ min: 1, max: 200 }),
    bytes: fc.integer({ min: 1, max: 20_000 }),
    queuePackets: fc.oneof(fc.constant(Infinity), fc.integer({ min: 5, max: 60 })),
  })
  .map(({ seed, leaves, hostsPerLeaf, spines, balancer, senders, computations, bytes, queuePackets }) => {
    const ranks = leaves * hostsPerLeaf;
    const scenario = scenarioWith({
      seed,
      topology: fabric(leaves, hostsPerLeaf, spines),
      workload: { kind: 'flows', flows: [], ranks },
      balancer,
      transport: { ...FIXED, windowBytes: null, rtoPs: 60_000_000 },
      switch: { ...DROPTAIL, queueBytes: queuePackets * 4160, hash: 'jenkins' },
      stopAtPs: 150_000_000,
    });
    return {
      scenario,
      traffic: [
        { kind: 'burst', src: 0, fan: ranks - 1, bytes },
        { kind: 'incast', senders: Math.min(senders, ranks - 1), receiver: 1, bytes },
        { kind: 'computations', rank: 2, count: computations, durationPs: 700_000, bytes: 1 },
      ],
    };
  });
