import fc from 'fast-check';
import { DROPTAIL, PLAIN_NIC } from '../../sim/base/device-spec.ts';
import { AT_ONCE } from '../../sim/base/job-spec.ts';
import type { BalancerSpec } from '../../sim/base/balancer-spec.ts';
import type { NicSpec, SwitchSpec } from '../../sim/base/device-spec.ts';
import type { Recovery, TransportSpec } from '../../sim/base/transport-spec.ts';
import { pinsPaths } from '../../sim/balancing/plan.ts';
import type { Scenario } from '../../sim/base/scenario.ts';
import { hostCount, hostLink } from '../../topologies/build-topology.ts';
import { fabrics } from './fabrics.ts';
import type { ScenarioCase } from './scenario-case.ts';
import { traffic, workloads } from './workloads.ts';

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
    weights: fc.boolean(),
    failedAfterPs: fc.constantFrom(0, 100e6, 1e9),
    failedPathTimeoutPs: fc.constantFrom(1e6, 100e9),
    repath: fc.constantFrom('good' as const, 'random' as const),
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
  const packets = fc.oneof(fc.integer({ min: 1, max: 12 }), fc.constantFrom(1, 1.5, 2, 3), fc.double({ min: 1, max: 12, noNaN: true }));
  const bytes = packets.map((count) => Math.round(count * packetBytes));
  const own = fc.record({
    queueBytes: fc.oneof({ weight: 1, arbitrary: fc.constantFrom(Infinity, null) }, { weight: 3, arbitrary: bytes }),
    ecn: fc.oneof(
      { weight: 1, arbitrary: fc.constantFrom('off' as const, null) },
      {
        weight: 3,
        arbitrary: fc.tuple(fc.nat(3), fc.nat(5), fc.nat(1)).map(([low, more, odd]) => ({
          lowBytes: low * packetBytes + odd,
          highBytes: (low + more) * packetBytes + odd,
          maxProbability: 1,
        })),
      },
    ),
    hash: fc.constantFrom('ideal' as const, 'jenkins' as const),
  });
  return own.map((changes) => ({ ...DROPTAIL, ...changes }));
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

/** Timeouts that fire several times a round trip fill every queue with copies: enough of them is soon seen. */
const longestRunPs = ({ rtoPs: rto }: TransportSpec): number => (rto !== null && rto < 1_000_000 ? 20_000_000 : Infinity);

const stopAtPs = fc.oneof(
  { weight: 4, arbitrary: fc.constant(200_000_000) },
  { weight: 1, arbitrary: fc.integer({ min: 500_000, max: 30_000_000 }) },
);

const seed = fc.oneof({ weight: 4, arbitrary: fc.nat() }, { weight: 1, arbitrary: fc.maxSafeNat() });

/** Everything but the traffic: the workload is an empty list of flows among all ranks. */
const settings: fc.Arbitrary<Scenario> = fc.record({ fabric: fabrics, nic, balancer }).chain(({ fabric, nic, balancer }) => {
  const hosts = hostCount(fabric.topology);
  const packetBytes = nic.mtuBytes + nic.headerBytes;
  return fc
    .record({
      seed,
      ranks: fc.oneof({ weight: 4, arbitrary: fc.constant(hosts) }, { weight: 1, arbitrary: fc.integer({ min: 2, max: hosts }) }),
      transport: transport(packetBytes),
      switch: switches(packetBytes),
      acks: fc.constantFrom<NicSpec['acks']>('per-packet', 'per-packet', 'per-packet', 'none'),
      stopAtPs,
      start: fc.constant(AT_ONCE),
      jobs: fc.constant([]),
      background: fc.constant(null),
      stopPackets: fc.constant(null),
      probes: fc.constant(null),
    })
    .map(({ ranks, acks, stopAtPs, ...own }) => {
      const scenario: Scenario = {
        name: 'random',
        fidelity: 'packet',
        ...fabric,
        workload: { kind: 'flows', flows: [], ranks },
        balancer,
        nic: { ...PLAIN_NIC, ...nic },
        stopAtPs: Math.min(stopAtPs, longestRunPs(own.transport)),
        ...own,
      };
      return withAcks(scenario, acks);
    });
});

/** Of switches where all packets are pinned to paths. */
export const NO_HASH = { hash: 'ideal', sameSalt: false } as const;

/** The nearest scenario that a config file can ask for: it refuses what is out of range or without effect. */
export function configurable(scenario: Scenario): Scenario {
  const { nic, switch: device, topology } = scenario;
  const isSilent = nic.acks === 'none';
  const packetBytes = nic.mtuBytes + nic.headerBytes;
  return {
    ...scenario,
    transport: configurableTransport(scenario.transport, isSilent, packetBytes, hostLink(topology).rateBps),
    switch: { ...device, ...(isSilent ? { queueBytes: Infinity } : {}), ...(pinsPaths(scenario.balancer) ? NO_HASH : {}) },
  };
}

function configurableTransport(spec: TransportSpec, isSilent: boolean, packetBytes: number, hostBps: number): TransportSpec {
  const { recovery } = spec;
  const common = {
    rtoPs: recovery === 'none' ? null : spec.rtoPs,
    nackIntervalPs: recovery === 'gbn' && spec.nackIntervalPs > 0 ? spec.nackIntervalPs : 500_000_000,
  };
  switch (spec.kind) {
    case 'fixed': {
      const rateBps = spec.rateBps !== null && spec.rateBps > hostBps ? null : spec.rateBps;
      return { ...spec, ...common, rateBps, windowBytes: isSilent ? null : spec.windowBytes };
    }
    case 'dctcp': {
      const { initialWindowBytes, minWindowBytes } = spec;
      const isInRange = minWindowBytes !== null && initialWindowBytes !== null && minWindowBytes <= initialWindowBytes;
      return { ...spec, ...common, minWindowBytes: isInRange && minWindowBytes >= packetBytes ? minWindowBytes : null };
    }
    case 'swift': {
      const { initialWindowBytes, minWindowBytes } = spec;
      const isInRange = initialWindowBytes === null || minWindowBytes <= initialWindowBytes;
      return { ...spec, ...common, ...sampled(spec), initialWindowBytes: isInRange ? initialWindowBytes : null };
    }
    case 'timely':
      return { ...spec, ...common, ...sampled(spec), minRateBps: Math.min(spec.minRateBps, hostBps) };
    case 'nscc':
      return { ...spec, ...common, ...sampled(spec) };
    case 'dctcp-rate':
    case 'dcqcn':
    case 'dcqcn-mlx':
      return { ...spec, ...common, minRateBps: Math.min(spec.minRateBps, hostBps) };
    default:
      return { ...spec, ...common };
  }
}

/** Go-back-N gives no samples of the round-trip time. */
const sampled = ({ recovery }: TransportSpec): Partial<Pick<TransportSpec, 'recovery' | 'nackIntervalPs'>> =>
  recovery === 'gbn' ? { recovery: 'sr', nackIntervalPs: 500_000_000 } : {};

/** Random small scenarios that a config file can ask for. */
export const configCases: fc.Arbitrary<ScenarioCase> = settings.chain((scenario) =>
  workloads(scenario.workload.ranks, scenario.nic.mtuBytes).map((workload) => ({
    scenario: configurable({ ...scenario, workload }),
    traffic: null,
  })),
);

/** Random small scenarios of everything docs/packet-model.md describes and no config file can ask for. */
export const ownTrafficCases: fc.Arbitrary<ScenarioCase> = settings.chain((scenario) =>
  fc.array(traffic(scenario.nic.mtuBytes), { minLength: 1, maxLength: 6 }).map((pieces) => ({ scenario, traffic: pieces })),
);

/** Both. A failure shrinks to a config if it can. */
export const scenarioCases: fc.Arbitrary<ScenarioCase> = fc.oneof(
  { withCrossShrink: true },
  { weight: 1, arbitrary: configCases },
  { weight: 1, arbitrary: ownTrafficCases },
);
