import { fc } from '@fast-check/vitest';
import type {
  BalancerSpec,
  FailureSpec,
  LeafSpineSpec,
  NicSpec,
  Recovery,
  Scenario,
  SwitchSpec,
  TransportSpec,
} from '../../sim/base/scenario.ts';
import { harmlessFailures, type ScenarioCase, type Traffic } from './scenario-case.ts';

/** Bits a second: rates of real links, and rates that do not divide 8e12, so that serialisation times are rounded. */
const rateBps = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(400e9, 100e9, 200e9, 50e9) },
  { weight: 2, arbitrary: fc.constantFrom(333e9, 70e9, 123_456_789_012, 3.2e12) },
  { weight: 1, arbitrary: fc.integer({ min: 20e9, max: 900e9 }) },
);

const delayPs = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(500_000, 300_000, 700_000) },
  { weight: 1, arbitrary: fc.integer({ min: 50_001, max: 1_500_001 }) },
);

/** Equal links give many events of one instant, unequal ones rounding and reordering. */
const links = fc.oneof(
  fc.constant({ hostLink: { rateBps: 400e9, delayPs: 500_000 }, fabricLink: { rateBps: 400e9, delayPs: 500_000 }, spineRates: null }),
  fc.record({
    hostLink: fc.record({ rateBps, delayPs }),
    fabricLink: fc.record({ rateBps, delayPs }),
    spineRates: fc.option(fc.array(rateBps, { minLength: 4, maxLength: 4 })),
  }),
);

const topology: fc.Arbitrary<LeafSpineSpec> = fc
  .record({
    leaves: fc.integer({ min: 1, max: 4 }),
    hostsPerLeaf: fc.integer({ min: 1, max: 4 }),
    spines: fc.integer({ min: 1, max: 4 }),
    linksPerPair: fc.integer({ min: 1, max: 2 }),
    links,
    placement: fc.constantFrom('packed', 'strided', 'random'),
  })
  .map(({ leaves, hostsPerLeaf, spines, linksPerPair, links: { hostLink, fabricLink, spineRates }, placement }) => ({
    kind: 'leaf-spine',
    leaves,
    spines,
    hostsPerLeaf: leaves === 1 ? Math.max(2, hostsPerLeaf) : hostsPerLeaf,
    hostLink,
    fabricLink: { ...fabricLink, perSpineRateBps: spineRates?.slice(0, spines) ?? null, linksPerPair },
    placement,
  }));

const failures: fc.Arbitrary<readonly FailureSpec[]> = fc.oneof(
  { weight: 2, arbitrary: fc.constant([]) },
  {
    weight: 1,
    arbitrary: fc.array(
      fc.tuple(fc.nat(3), fc.nat(3), fc.nat(1)).map(([leaf, spine, cable]) => ({ link: `leaf${leaf}-spine${spine}-${cable}` })),
      { maxLength: 4 },
    ),
  },
);

const nic: fc.Arbitrary<Pick<NicSpec, 'mtuBytes' | 'headerBytes' | 'ackBytes'>> = fc.record({
  mtuBytes: fc.constantFrom(4096, 1000, 1500, 257, 9000),
  headerBytes: fc.constantFrom(64, 1, 40, 127),
  ackBytes: fc.constantFrom(64, 1, 60, 300),
});

const balancer: fc.Arbitrary<BalancerSpec> = fc.oneof(
  fc.constant({ kind: 'ecmp' as const }),
  fc.record({ kind: fc.constant('ecmp-split' as const), k: fc.integer({ min: 1, max: 5 }) }),
  fc.constant({ kind: 'spray' as const }),
  fc.constant({ kind: 'drb' as const }),
  fc.record({ kind: fc.constant('spray-switch-rr' as const), variant: fc.constantFrom('plain' as const, 'permute' as const) }),
  fc.record({
    kind: fc.constant('ethereal' as const),
    split: fc.constantFrom('equal' as const, 'fewest' as const, 'none' as const),
    remainder: fc.constantFrom('spread' as const, 'last' as const),
    minPieceBytes: fc.constantFrom(null, 1, 5000),
    maxPieces: fc.constantFrom(null, 2),
    batchWindowPs: fc.constantFrom(0, 100_000, 777_777),
    startJitterPs: fc.constantFrom(0, 200_000, 3_000_000),
    shuffleDestinations: fc.boolean(),
    shuffleFlows: fc.boolean(),
    shufflePaths: fc.boolean(),
  }),
);

/** In full packets; small ones bind. */
const windowPackets = fc.constantFrom(1, 2, 3, 5, 10.5, 40);

/** The default, common timeouts, one shorter than a round trip (spurious) and one that may fire twice in a window of the engine. */
const rtoPs = fc.constantFrom(null, null, 4_000_000, 4_000_000, 30_000_000, 30_000_000, 1_234_567, 123_456);

const transport = (packetBytes: number): fc.Arbitrary<TransportSpec> => {
  const common = {
    recovery: fc.constantFrom<Recovery>('sr', 'sr', 'gbn', 'none'),
    rtoPs,
    nackIntervalPs: fc.constantFrom(500_000_000, 0, 3_000_000),
  };
  const inBytes = (packets: number): number => Math.round(packets * packetBytes);
  return fc.oneof(
    fc.record({
      kind: fc.constant('fixed' as const),
      rateBps: fc.constantFrom(null, 90e9, 33_333_333_333, 1e13),
      windowBytes: fc.option(windowPackets.map(inBytes)),
      ...common,
    }),
    fc.record({
      kind: fc.constant('dctcp' as const),
      g: fc.constantFrom(1 / 16, 0.3),
      initialWindowBytes: fc.option(windowPackets.map(inBytes)),
      minWindowBytes: fc.option(fc.constantFrom(0.5, 2).map(inBytes)),
      ...common,
    }),
    fc.record({
      kind: fc.constant('dctcp-rate' as const),
      g: fc.constantFrom(1 / 256, 1 / 16),
      additiveIncreaseBps: fc.constantFrom(1e9, 615e6, 40e9),
      minRateBps: fc.constantFrom(100e6, 5e9),
      ...common,
    }),
  );
};

const switches = (packetBytes: number): fc.Arbitrary<SwitchSpec> => {
  const packets = fc.oneof(fc.integer({ min: 1, max: 12 }), fc.double({ min: 1, max: 12, noNaN: true }));
  const bytes = packets.map((count) => Math.round(count * packetBytes));
  return fc.record({
    kind: fc.constant('droptail' as const),
    queueBytes: fc.oneof(fc.constantFrom(Infinity, null), bytes, bytes),
    ecn: fc.oneof(
      { weight: 1, arbitrary: fc.constantFrom('off' as const, null) },
      {
        weight: 3,
        arbitrary: fc.tuple(fc.nat(3), fc.nat(5), fc.nat(1)).map(([low, more, odd]) => ({
          lowBytes: low * packetBytes + odd,
          highBytes: (low + more) * packetBytes + odd,
        })),
      },
    ),
    hash: fc.constantFrom('ideal' as const, 'jenkins' as const),
  });
};

const traffic = (mtuBytes: number): fc.Arbitrary<Traffic> => {
  const rank = fc.nat(15);
  const bytes = fc.oneof(
    { weight: 1, arbitrary: fc.constant(0) },
    { weight: 3, arbitrary: fc.integer({ min: 1, max: 8 }).map((packets) => packets * mtuBytes) },
    { weight: 3, arbitrary: fc.integer({ min: 1, max: 12 * mtuBytes }) },
    { weight: 2, arbitrary: fc.integer({ min: 12 * mtuBytes, max: 40 * mtuBytes }) },
  );
  const time = fc.oneof(fc.constantFrom(0, 500_000, 1_000_000), fc.nat(20_000_000));
  const few = fc.integer({ min: 1, max: 4 });
  return fc.oneof(
    fc.record({ kind: fc.constant('flow' as const), src: rank, dst: rank, bytes, startPs: time, receivePs: time }),
    fc.record({ kind: fc.constant('permutation' as const), shift: rank, bytes }),
    fc.record({ kind: fc.constant('incast' as const), senders: rank, receiver: rank, bytes }),
    fc.record({ kind: fc.constant('burst' as const), src: rank, fan: rank, bytes }),
    fc.record({ kind: fc.constant('chain' as const), first: rank, hops: few, bytes }),
    fc.record({ kind: fc.constant('stream' as const), src: rank, dst: rank, messages: few, bytes }),
    fc.record({ kind: fc.constant('computations' as const), rank, count: few, durationPs: time, bytes }),
    fc.record({ kind: fc.constant('ring' as const), steps: few, bytes }),
  );
};

/** `acks: none` needs a transport that asks for no answer. */
function withAcks(scenario: Scenario, acks: NicSpec['acks']): Scenario {
  if (acks === 'per-packet') return scenario;
  const { rtoPs: rto, nackIntervalPs } = scenario.transport;
  const rate = scenario.transport.kind === 'fixed' ? scenario.transport.rateBps : null;
  return {
    ...scenario,
    nic: { ...scenario.nic, acks },
    transport: { kind: 'fixed', rateBps: rate, windowBytes: null, recovery: 'none', rtoPs: rto, nackIntervalPs },
  };
}

/** Random small scenarios of everything docs/packet-model.md describes. */
export const scenarioCases: fc.Arbitrary<ScenarioCase> = fc.record({ topology, failures, nic, balancer }).chain((base) => {
  const packetBytes = base.nic.mtuBytes + base.nic.headerBytes;
  return fc
    .record({
      seed: fc.nat(),
      transport: transport(packetBytes),
      switch: switches(packetBytes),
      acks: fc.constantFrom<NicSpec['acks']>('per-packet', 'per-packet', 'per-packet', 'none'),
      stopAtPs: fc.oneof(
        { weight: 4, arbitrary: fc.constant(200_000_000) },
        { weight: 1, arbitrary: fc.integer({ min: 500_000, max: 30_000_000 }) },
      ),
      traffic: fc.array(traffic(base.nic.mtuBytes), { minLength: 1, maxLength: 6 }),
    })
    .map((rest): ScenarioCase => {
      const ranks = base.topology.leaves * base.topology.hostsPerLeaf;
      const cuts = base.failures.filter(({ link }) => exists(base.topology, link));
      const scenario: Scenario = {
        name: 'random',
        seed: rest.seed,
        fidelity: 'packet',
        topology: base.topology,
        workload: { kind: 'flows', flows: [], ranks },
        balancer: base.balancer,
        transport: rest.transport,
        nic: { ...base.nic, acks: 'per-packet' },
        switch: rest.switch,
        failures: harmlessFailures(base.topology, cuts),
        stopAtPs: Math.min(rest.stopAtPs, longestRunPs(rest.transport)),
      };
      return { scenario: withAcks(scenario, rest.acks), traffic: rest.traffic };
    });
});

/** Timeouts that fire several times a round trip fill every queue with copies: enough of them is soon seen. */
const longestRunPs = ({ rtoPs: rto }: TransportSpec): number => (rto !== null && rto < 1_000_000 ? 20_000_000 : Infinity);

function exists({ leaves, spines, fabricLink }: LeafSpineSpec, link: string): boolean {
  const [leaf, spine, cable] = link.match(/\d+/g)!.map(Number);
  return leaf! < leaves && spine! < spines && cable! < fabricLink.linksPerPair;
}

/** The same over links so long that packets in flight reach beyond the engine's ring of windows, with timers to match. */
export const longHaulCases: fc.Arbitrary<ScenarioCase> = fc
  .tuple(scenarioCases, fc.integer({ min: 1_000_000, max: 3_000_000_000 }), fc.integer({ min: 1_000_000, max: 3_000_000_000 }))
  .map(([{ scenario, traffic }, hostDelayPs, fabricDelayPs]) => ({
    scenario: {
      ...scenario,
      topology: {
        ...scenario.topology,
        hostLink: { ...scenario.topology.hostLink, delayPs: hostDelayPs },
        fabricLink: { ...scenario.topology.fabricLink, delayPs: fabricDelayPs },
      },
      transport: { ...scenario.transport, rtoPs: 10 * (hostDelayPs + fabricDelayPs) },
      stopAtPs: 200 * (hostDelayPs + fabricDelayPs),
    },
    traffic,
  }));
