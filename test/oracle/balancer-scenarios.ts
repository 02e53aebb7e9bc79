import fc from 'fast-check';
import type { BalancerSpec, PortKey } from '../../sim/base/balancer-spec.ts';
import type { Scenario } from '../../sim/base/scenario.ts';
import type { TransportSpec } from '../../sim/base/transport-spec.ts';
import { pinsPaths } from '../../sim/balancing/plan.ts';
import { buildTopology } from '../../topologies/build-topology.ts';
import { stormCases } from './corner-cases.ts';
import { DEVICE_CASES } from './device-scenarios.ts';
import { withLinks } from './fabrics.ts';
import { FAILURE_CASES } from './failure-scenarios.ts';
import type { ScenarioCase } from './scenario-case.ts';
import { configCases, NO_HASH, scenarioCases, configurable } from './scenarios.ts';
import { TRANSPORT_CASES } from './transport-scenarios.ts';

const timePs = (...values: number[]): fc.Arbitrary<number> => fc.constantFrom(...values);
/** Few, so that they come back, and as many as there are. */
const entropies = fc.constantFrom(1, 2, 4, 8, 16, 256, 65_536);
const freezePs = timePs(1e6, 8e6, 10e9);
const threshold = fc.constantFrom(0, 0.05, 0.3, 1);
const gapPs = timePs(0, 200_000, 1e6, 5e6, 100e6);
const key = fc.constantFrom<PortKey>('q', 'b', 'pause-q', 'pause-b', 'q-b', 'pause-q-b', 'flows');
const kind = <K extends string>(name: K): { kind: fc.Arbitrary<K> } => ({ kind: fc.constant(name) });

/** Random balancers by what they have in common. */
const BALANCERS = {
  'sprays and labels of hosts': fc.oneof(
    fc.constant({ kind: 'spray-counter' as const }),
    fc.record({ ...kind('spray-uec'), entropies }),
    fc
      .record({
        ...kind('plb'),
        threshold,
        idleRounds: fc.integer({ min: 1, max: 3 }),
        more: fc.nat(3),
        suspendPs: timePs(0, 2e6, 1e9),
      })
      .map(({ more, ...spec }) => ({ ...spec, rounds: spec.idleRounds + more })),
    fc.record({ ...kind('plb-delay'), targetDelayPs: fc.constantFrom(null, 1, 2e6, 4e6) }),
    fc.record({ ...kind('flowbender'), threshold }),
  ),
  'labels that are probed': fc.record({
    ...kind('hopper'),
    probeThreshold: fc.constantFrom(1, 1, 1.05, 1.5),
    probes: fc.integer({ min: 1, max: 4 }),
    switchFactor: fc.constantFrom(0, 0.5, 0.8, 1),
    probeTimeoutPs: fc.constantFrom(null, 1, 5e6),
  }),
  'recycled entropies': fc.oneof(
    fc.record({ kind: fc.constantFrom('reps' as const, 'reps-htsim' as const), entropies, freezePs }),
    fc.record({ kind: fc.constantFrom('reps-legacy' as const, 'reps-ethereal-v2' as const), entropies }),
  ),
  'bitmaps and explicit paths': fc.oneof(
    {
      weight: 2,
      arbitrary: fc.record({ kind: fc.constantFrom('uec-bitmap' as const, 'uec-mixed' as const, 'strack' as const), entropies }),
    },
    { weight: 1, arbitrary: fc.record({ ...kind('uec-bitmap-1bit'), entropies, maxMarked: fc.constantFrom(0, 0.2, 0.5, 1) }) },
    {
      weight: 2,
      arbitrary: fc.record({
        ...kind('mrc'),
        entropies: fc.integer({ min: 1, max: 5 }),
        backup: fc.nat(2),
        skipPs: fc.constantFrom(null, 1e6, 10e6),
        probeIntervalPs: timePs(1e6, 10e6, 100e6),
        deny: fc.constantFrom([], [0], [1], [0, 2]),
      }),
    },
  ),
  'mp-rdma: paths that ACKs clock': fc
    .record({
      ...kind('mp-rdma'),
      delta: fc.integer({ min: 1, max: 8 }),
      more: fc.option(fc.integer({ min: 1, max: 8 })),
      probe: fc.constantFrom(0, 0.1, 1),
    })
    .map(({ more, ...spec }) => ({ ...spec, bitmap: more === null ? null : Math.max(4, spec.delta + more) })),
  'hashes and whole messages': fc.oneof(
    fc.constant({ kind: 'wcmp' as const }),
    fc.constantFrom({ kind: 'rr-flow' as const }, { kind: 'ecmp' as const }, { kind: 'spray' as const }),
    fc.record({ ...kind('nccl-qp'), queuePairs: fc.integer({ min: 1, max: 4 }), split: fc.boolean() }),
  ),
  'connections with bytes outstanding': fc.record({ ...kind('hpn-least-outstanding'), connections: fc.integer({ min: 1, max: 5 }) }),
  'rotations of switches': fc.constantFrom({ kind: 'spray-tor-rr' as const }, { kind: 'ofan' as const }),
  'adaptive routing': fc.oneof(
    { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('ar' as const, 'ecmp-adaptive' as const), key }) },
    { weight: 1, arbitrary: fc.constantFrom({ kind: 'ar-p2c' as const }, { kind: 'jsq' as const }, { kind: 'drill' as const }) },
  ),
  flowlets: fc.oneof(
    fc.record({ ...kind('letflow'), gapPs }),
    fc.record({ ...kind('flowlet-ar'), gapPs, key }),
    fc.record({
      ...kind('conga'),
      gapPs,
      dreIntervalPs: timePs(1e6, 3_333_333, 50e6),
      alpha: fc.constantFrom(0.2, 0.5),
      ageingPs: timePs(1e6, 5e6, 500e6),
      bits: fc.integer({ min: 1, max: 8 }),
    }),
  ),
  'conweave: packets in order': fc.record({
    ...kind('conweave'),
    replySlackPs: timePs(0, 100_000, 1e6, 4e6),
    pathPausePs: timePs(0, 1e6, 8e6),
    expiryPs: timePs(500_000, 5e6, 1e9),
    flushSlackPs: timePs(0, 100_000, 2e6, 32e6),
    flushDefaultPs: timePs(1, 1e6, 20e6),
  }),
} satisfies Record<string, fc.Arbitrary<BalancerSpec>>;

/** Incasts whose windows are so small that what is lost is seen by what comes after it, before any timeout. */
const lossyCases: fc.Arbitrary<ScenarioCase> = fc
  .record({ base: stormCases, windowPackets: fc.integer({ min: 2, max: 6 }), rtoPs: timePs(8e6, 30e6) })
  .map(({ base, windowPackets, rtoPs }) => {
    const { nic, transport } = base.scenario;
    const windowBytes = windowPackets * (nic.mtuBytes + nic.headerBytes);
    const { nackIntervalPs } = transport;
    const scenario: Scenario = {
      ...base.scenario,
      transport: { kind: 'fixed', rateBps: null, windowBytes, recovery: 'sr', rtoPs, nackIntervalPs },
    };
    return { ...base, scenario };
  });

/** Several paths in most of them, and a BDP of a few packets in half. */
const BASES: fc.Arbitrary<ScenarioCase> = fc.oneof(
  { weight: 3, arbitrary: scenarioCases },
  { weight: 3, arbitrary: stormCases },
  { weight: 3, arbitrary: lossyCases },
  { weight: 2, arbitrary: DEVICE_CASES['trimming switches'] },
  { weight: 2, arbitrary: DEVICE_CASES['every switch with every NIC'] },
  { weight: 4, arbitrary: TRANSPORT_CASES['loss recovery and answers'] },
  { weight: 1, arbitrary: TRANSPORT_CASES.swift },
  { weight: 1, arbitrary: TRANSPORT_CASES.nscc },
);

/** What is about hashes, in addition. */
const hashes = fc.record({
  hash: fc.constantFrom('ideal' as const, 'jenkins' as const, 'murmur3' as const),
  sameSalt: fc.constantFrom(false, false, true),
});

const withBalancer = (cases: fc.Arbitrary<ScenarioCase>, balancers: fc.Arbitrary<BalancerSpec>): fc.Arbitrary<ScenarioCase> =>
  fc
    .record({ base: cases, balancer: balancers, hash: hashes, near: fc.boolean(), resilient: fc.boolean() })
    .map(({ base, balancer, hash, near, resilient }) => ({ ...base, scenario: changed(base.scenario, balancer, hash, near, resilient) }));

function changed(scenario: Scenario, balancer: BalancerSpec, hash: object, near: boolean, resilient: boolean): Scenario {
  const { transport, nic, failures } = scenario;
  const isOblivious = !LISTENERS.includes(balancer.kind);
  const needsOtherAcks = (!isOblivious && nic.acks === 'none') || (balancer.kind === 'mp-rdma' && nic.acks === 'uec-sack');
  const heard = isOblivious || nic.acks !== 'none' ? transport : ({ ...transport, recovery: 'sr' } as const);
  const timed = needsSamples(balancer) && heard.recovery === 'gbn' ? ({ ...heard, recovery: 'sr' } as const) : heard;
  const repeating = balancer.kind === 'mp-rdma' ? repeatsSelectively(scenario) : timed;
  const topology = near
    ? withLinks(scenario.topology, ({ rateBps, delayPs }) => ({ rateBps, delayPs: Math.round(delayPs / 10) }))
    : scenario.topology;
  const failHash = resilient && failures.some(({ course }) => course !== undefined) ? 'resilient' : 'rehash-all';
  return {
    ...scenario,
    topology,
    balancer: allowed(balancer, { ...scenario, topology }),
    transport: repeating,
    nic: needsOtherAcks ? { ...nic, acks: 'per-packet' } : nic,
    switch: { ...scenario.switch, ...(pinsPaths(balancer) ? NO_HASH : hash), failHash },
  };
}

/** The window of MP-RDMA, or another that goes with selective repeat. */
function repeatsSelectively({ transport, seed }: Scenario): TransportSpec {
  const { rtoPs, nackIntervalPs, kind: name } = transport;
  const common = { recovery: 'sr', rtoPs, nackIntervalPs } as const;
  if (seed % 3 === 0 && (name === 'dctcp' || name === 'fixed' || name === 'swift')) return { ...transport, ...common };
  return { kind: 'dctcp-uec', initialWindowBytes: null, minWindowBytes: null, maxWindowBytes: null, decrease: 0.5, ...common };
}

/** Those of round-trip times, which go-back-N does not measure. */
export const needsSamples = ({ kind: name }: BalancerSpec): boolean => name === 'plb-delay' || name === 'hopper';

const LISTENERS: readonly BalancerSpec['kind'][] = [
  ...(['plb', 'plb-delay', 'flowbender', 'hopper', 'reps', 'reps-htsim', 'reps-legacy', 'reps-ethereal-v2'] as const),
  ...(['uec-bitmap', 'uec-bitmap-1bit', 'uec-mixed', 'strack', 'mrc', 'mp-rdma'] as const),
];

/** Denies paths that there are, and no pair of ToRs all of them. */
function allowed(balancer: BalancerSpec, { topology, failures, seed }: Scenario): BalancerSpec {
  if (balancer.kind !== 'mrc') return balancer;
  const dead = failures.filter(({ course }) => course === undefined);
  const { tors, pathIds, pathsBetween } = buildTopology(topology, dead, 1, seed);
  const places = Array.from({ length: tors * tors }, (_, i) => [i % tors, Math.floor(i / tors)] as const);
  const pairs = places.filter(([from, to]) => from !== to);
  const isCutOff = pairs.some(([from, to]) => pathsBetween(from, to).ids.every((path) => balancer.deny.includes(path)));
  return isCutOff || balancer.deny.some((path) => path >= pathIds) ? { ...balancer, deny: [] } : balancer;
}

const BESIDE_FAILURES = fc.oneof(FAILURE_CASES['failures of links'], FAILURE_CASES['failures beside every switch and NIC']);

/** Of any kind. */
const anyBalancer = fc.oneof(...Object.values<fc.Arbitrary<BalancerSpec>>(BALANCERS));

/** Random scenarios of every balancer, with everything else besides. */
export const BALANCER_CASES: Readonly<Record<string, fc.Arbitrary<ScenarioCase>>> = {
  ...Object.fromEntries(Object.entries<fc.Arbitrary<BalancerSpec>>(BALANCERS).map(([name, specs]) => [name, withBalancer(BASES, specs)])),
  'every balancer beside failures': withBalancer(BESIDE_FAILURES, anyBalancer),
  'hashes beside failures': withBalancer(BESIDE_FAILURES, BALANCERS['hashes and whole messages']),
};

/** Those that a config file can ask for. */
export const balancerConfigCases: fc.Arbitrary<ScenarioCase> = fc
  .tuple(configCases, anyBalancer, hashes)
  // A balancer may ask for another recovery, and with that go other keys.
  .map(([base, balancer, hash]) => ({ ...base, scenario: configurable(changed(base.scenario, balancer, hash, false, false)) }));
