import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import type { BalancerSpec } from '../../sim/base/balancer-spec.ts';
import type { NicSpec, SwitchSpec } from '../../sim/base/device-spec.ts';
import type { Scenario } from '../../sim/base/scenario.ts';
import type { WorkloadSpec } from '../../sim/base/workload-spec.ts';
import type { TransportSpec } from '../../sim/base/transport-spec.ts';
import { deriveLimits } from '../../sim/derive.ts';
import { MAX_WINDOW_PS } from '../../sim/engine/record.ts';
import { prepare } from '../../sim/prepare.ts';
import { withLinks } from '../oracle/fabrics.ts';
import { configCases } from '../oracle/scenarios.ts';
import { scenarioRuns } from '../property-runs.ts';
import { factsOf, factsOfPrepared } from './engine-facts.ts';

const scenarios: fc.Arbitrary<Scenario> = configCases.map(({ scenario }) => scenario);

/** Every size of a workload; those of files and training steps follow from more than sizes. */
function withSizes(workload: WorkloadSpec, change: (bytes: number) => number): WorkloadSpec {
  switch (workload.kind) {
    case 'flows':
      return { ...workload, flows: workload.flows.map((flow) => ({ ...flow, sizeBytes: change(flow.sizeBytes) })) };
    case 'moe': {
      const { dispatchBytesPerToken, combineBytesPerToken, backwardBytesPerToken } = workload;
      return {
        ...workload,
        dispatchBytesPerToken: change(dispatchBytesPerToken),
        combineBytesPerToken: change(combineBytesPerToken),
        backwardBytesPerToken: change(backwardBytesPerToken),
      };
    }
    case 'file':
    case 'training':
      return workload;
    default:
      return { ...workload, sizeBytes: change(workload.sizeBytes) };
  }
}

describe('sizes and rates', () => {
  const maybe = (value: number | null, z: number): number | null => (value === null ? null : value * z);

  /** The spec with every number whose name ends like one of `units` multiplied by z. */
  const multiplied = (spec: TransportSpec, units: RegExp, z: number): TransportSpec => ({
    ...spec,
    ...Object.fromEntries(
      Object.entries(spec).flatMap(([name, value]) => (typeof value === 'number' && units.test(name) ? [[name, value * z]] : [])),
    ),
  });

  const scaledTransport = (spec: TransportSpec, z: number): TransportSpec => multiplied(spec, /(Bytes|Bps)$/, z);

  const scaledNic = (nic: NicSpec, z: number): NicSpec => ({
    ...nic,
    mtuBytes: nic.mtuBytes * z,
    headerBytes: nic.headerBytes * z,
    ackBytes: nic.ackBytes * z,
  });

  const scaledSwitch = (spec: SwitchSpec, z: number): SwitchSpec => ({
    ...spec,
    queueBytes: maybe(spec.queueBytes, z),
    ecn:
      typeof spec.ecn === 'string' || spec.ecn === null
        ? spec.ecn
        : { ...spec.ecn, lowBytes: spec.ecn.lowBytes * z, highBytes: spec.ecn.highBytes * z },
  });

  const scaledBalancer = (spec: BalancerSpec, z: number): BalancerSpec =>
    spec.kind === 'ethereal' ? { ...spec, minPieceBytes: maybe(spec.minPieceBytes, z) } : spec;

  const scaled = (scenario: Scenario, z: number): Scenario => ({
    ...scenario,
    topology: withLinks(scenario.topology, ({ rateBps, delayPs }) => ({ rateBps: rateBps * z, delayPs })),
    workload: withSizes(scenario.workload, (bytes) => bytes * z),
    balancer: scaledBalancer(scenario.balancer, z),
    transport: scaledTransport(scenario.transport, z),
    nic: scaledNic(scenario.nic, z),
    switch: scaledSwitch(scenario.switch, z),
  });

  /**
   * Sizes that can be cut into equal pieces and blocks most often, and packets that are never below the 128 B under which switches hash
   * them all the same: the one size of the model that does not scale.
   */
  const divisible = (scenario: Scenario): Scenario => ({
    ...scenario,
    nic: { ...scenario.nic, headerBytes: 128 },
    switch: { ...scenario.switch, queueBytes: scenario.switch.queueBytes === null ? null : 2 * scenario.switch.queueBytes },
    workload: withSizes(scenario.workload, (bytes) => {
      const part = 60 * scenario.workload.ranks;
      return part * Math.ceil(bytes / part);
    }),
    transport: roomForHeaders(scenario.transport),
  });

  /** Windows were chosen for smaller headers. */
  const roomForHeaders = (spec: TransportSpec): TransportSpec => multiplied(spec, /windowBytes$/i, 2);

  /**
   * A serialisation time is round(bytes * 8e12 / rate): both products are exact in a double, so the quotient and its rounding do not
   * change. A congestion window and a rate in bytes scale exactly by powers of two only; by 3 their own roundings would differ.
   */
  test.prop([scenarios, fc.constantFrom(2, 3, 4)], { numRuns: scenarioRuns(120) })(
    'times z leave every time and count of packets as it is, and multiply every load by z',
    (drawn, z) => {
      const scenario = divisible(drawn);
      fc.pre(z !== 3 || scenario.transport.kind === 'fixed');
      const one = prepare(scenario);
      const other = prepare(scaled(scenario, z));
      // A full queue allows for the rounding of times only where a byte takes no whole number of picoseconds.
      const isRounded = (rateBps: number): boolean => !Number.isInteger(8e12 / rateBps);
      const { queueBytes } = deriveLimits(scenario, one.topology);
      fc.pre(queueBytes === Infinity || one.topology.linkRateBps.every((rateBps) => isRounded(rateBps) === isRounded(rateBps * z)));
      // A piece that is no whole number of bytes is rounded.
      fc.pre(one.plan.bytes.every((bytes, flow) => other.plan.bytes[flow] === bytes * z) && one.plan.flows === other.plan.flows);

      const expected = factsOfPrepared(one);
      const actual = factsOfPrepared(other);
      expect(actual.times).toEqual(expected.times);
      expect(actual.counts).toEqual(expected.counts);
      expect(actual.packetHashes).toEqual(expected.packetHashes);
      expect(actual.linkLoadBytes).toEqual(expected.linkLoadBytes.map((bytes) => bytes * z));
      // What is left of a packet on the wire need not be whole bytes: each figure is rounded by up to half a byte.
      actual.linkQueueMaxBytes.forEach((bytes, link) => {
        expect(Math.abs(bytes - z * expected.linkQueueMaxBytes[link]!)).toBeLessThanOrEqual((z + 1) / 2);
      });
    },
  );

  test('and an ACK that keeps its size is seen', () => {
    const differ = fc.sample(scenarios, { numRuns: 20, seed: 1 }).filter((drawn) => {
      const scenario = divisible(drawn);
      const other = scaled(scenario, 2);
      const forgotten = { ...other, nic: { ...other.nic, ackBytes: scenario.nic.ackBytes } };
      return factsOf(forgotten).packetHashes.some((hash, node) => hash !== factsOf(scenario).packetHashes[node]);
    });
    expect(differ.length).toBeGreaterThan(5);
  });
});

describe('times', () => {
  /** A byte takes whole picoseconds at each: then all times scale exactly. */
  const WHOLE_RATES = [400e9, 200e9, 100e9, 50e9, 320e9, 800e9] as const;

  const wholeRates = (scenario: Scenario): Scenario => {
    const { transport, balancer } = scenario;
    const common = {
      recovery: transport.recovery,
      // The default has 15 us that do not scale.
      rtoPs: transport.recovery === 'none' ? null : (transport.rtoPs ?? 30_000_000),
      nackIntervalPs: transport.nackIntervalPs,
    };
    return {
      ...scenario,
      topology: withLinks(scenario.topology, ({ rateBps, delayPs }) => ({ rateBps: WHOLE_RATES[rateBps % 6]!, delayPs })),
      // A start is delayed by whole nanoseconds.
      balancer: balancer.kind === 'ethereal' ? { ...balancer, startJitterPs: 0 } : balancer,
      // The gaps of a paced flow are rounded, unless its rate is one of these.
      transport:
        transport.kind === 'dctcp'
          ? { ...transport, ...common }
          : { kind: 'fixed', rateBps: transport.kind === 'fixed' ? null : 25e9, windowBytes: null, ...common },
    };
  };

  const slowed = (scenario: Scenario, z: number): Scenario => {
    const { topology, workload, balancer, transport, stopAtPs } = scenario;
    const flows = workload.kind === 'flows' ? workload.flows.map((flow) => ({ ...flow, startPs: flow.startPs * z })) : [];
    return {
      ...scenario,
      topology: withLinks(topology, ({ rateBps, delayPs }) => ({ rateBps: rateBps / z, delayPs: delayPs * z })),
      workload: workload.kind === 'flows' ? { ...workload, flows } : workload,
      balancer:
        balancer.kind === 'ethereal'
          ? {
              ...balancer,
              batchWindowPs: balancer.batchWindowPs * z,
              failedAfterPs: balancer.failedAfterPs * z,
              failedPathTimeoutPs: balancer.failedPathTimeoutPs * z,
            }
          : balancer,
      transport: {
        ...transport,
        ...(transport.kind === 'fixed' && transport.rateBps !== null ? { rateBps: transport.rateBps / z } : {}),
        rtoPs: transport.rtoPs === null ? null : transport.rtoPs * z,
        nackIntervalPs: transport.nackIntervalPs * z,
      },
      stopAtPs: stopAtPs * z,
    };
  };

  test.prop([scenarios, fc.constantFrom(2, 4, 5)], { numRuns: scenarioRuns(120) })(
    'times z, with rates divided by z, multiply every time by z and change nothing else',
    (drawn, z) => {
      const scenario = wholeRates(drawn);
      expect(factsOf(slowed(scenario, z), z)).toEqual(factsOf(scenario));
    },
  );

  test('and a timer that keeps its time is seen', () => {
    const differ = fc.sample(scenarios, { numRuns: 60, seed: 1 }).filter((drawn) => {
      const scenario = wholeRates(drawn);
      const other = slowed(scenario, 2);
      const forgotten = { ...other, transport: { ...other.transport, rtoPs: scenario.transport.rtoPs } };
      return factsOf(forgotten, 2).counts.packetHops !== factsOf(scenario).counts.packetHops;
    });
    expect(differ.length).toBeGreaterThan(5);
  });
});

test.prop([scenarios, fc.oneof(fc.constantFrom(1, 2, 3, 8), fc.double({ min: 1, max: 20, noNaN: true }))], { numRuns: scenarioRuns(80) })(
  'the window of the engine changes nothing, be it the longest one, a part of it, or an odd one',
  (scenario, parts) => {
    const prepared = prepare(scenario);
    const longestPs = Math.min(MAX_WINDOW_PS, ...prepared.topology.linkDelayPs, deriveLimits(scenario, prepared.topology).rtoPs);
    expect(factsOfPrepared(prepared, 1, { windowPs: Math.floor(longestPs / parts) })).toEqual(factsOfPrepared(prepared));
  },
);
