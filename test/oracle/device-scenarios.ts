import fc from 'fast-check';
import type { DroptailSpec, NicSpec, SwitchSpec } from '../../sim/base/device-spec.ts';
import type { Scenario } from '../../sim/base/scenario.ts';
import type { TopologySpec } from '../../sim/base/topology-spec.ts';
import { defaultHeadroomBytes } from '../../sim/derive.ts';
import { buildTopology, hostLink } from '../../topologies/build-topology.ts';
import { stormCases } from './corner-cases.ts';
import type { ScenarioCase } from './scenario-case.ts';
import { scenarioCases } from './scenarios.ts';

/** What all kinds of switches have in common, thresholds within a few packets. */
const common = (packetBytes: number): fc.Arbitrary<Pick<DroptailSpec, 'ecn' | 'ecnAt' | 'ecnOnHostPorts' | 'sameSalt' | 'classWeights'>> =>
  fc.record({
    ecn: fc.oneof(
      { weight: 1, arbitrary: fc.constantFrom('off' as const, null) },
      {
        weight: 4,
        arbitrary: fc
          .record({ low: fc.nat(2), more: fc.nat(4), odd: fc.nat(1), maxProbability: fc.constantFrom(1, 0.2) })
          .map(({ low, more, odd, maxProbability }) => ({
            lowBytes: low * packetBytes + odd,
            highBytes: (low + more) * packetBytes + odd,
            maxProbability,
          })),
      },
    ),
    ecnAt: fc.constantFrom('enqueue', 'dequeue-after', 'dequeue-before'),
    ecnOnHostPorts: fc.boolean(),
    sameSalt: fc.boolean(),
    classWeights: fc.option(fc.array(fc.constantFrom(1, 2, 3, 0.3), { minLength: 7, maxLength: 7 }).map((weights) => [0, ...weights])),
  });

/** Keys of one kind of switch, for packets of a size. */
type Change = (packetBytes: number, ackBytes: number, topology: TopologySpec) => fc.Arbitrary<object>;

const packets = (most: number, packetBytes: number): fc.Arbitrary<number> =>
  fc
    .oneof(fc.integer({ min: 1, max: most }), fc.double({ min: 1, max: most, noNaN: true }))
    .map((count) => Math.round(count * packetBytes));

const droptail: Change = (packetBytes) => fc.record({ queueBytes: packets(8, packetBytes) });

const composite: Change = (packetBytes, ackBytes) =>
  fc.record({
    kind: fc.constant('composite' as const),
    queueBytes: packets(8, packetBytes),
    trims: fc.constantFrom(true, true, true, false),
    headerQueueBytes: fc.option(fc.integer({ min: 1, max: 12 }).map((headers) => headers * ackBytes)),
    headerShare: fc.constantFrom(null, null, 0, 0.1, 0.5, 1),
  });

/** Ports of the switch that has the most, or the fewest. */
function portsOf(spec: TopologySpec, isLargest: boolean): number {
  const { hosts, switches, portOffset } = buildTopology(spec, [], 1, 0);
  const ports = Array.from({ length: switches }, (_, s) => portOffset[hosts + s + 1]! - portOffset[hosts + s]!);
  return isLargest ? Math.max(...ports) : Math.min(...ports);
}

const shared: Change = (packetBytes, _ackBytes, topology) =>
  fc
    .record({
      reserveBytes: fc.oneof(fc.constantFrom(0, 4096), packets(2, packetBytes)),
      headroomBytes: fc.option(fc.oneof(fc.constant(0), packets(8, packetBytes), packets(40, packetBytes)), { freq: 6 }),
      /** What is left to share at the switch with most, or fewest, ports; others have more or less, even less than nothing. */
      pool: packets(16, packetBytes),
      isForLargest: fc.boolean(),
      shift: fc.integer({ min: 0, max: 3 }),
      egressShift: fc.option(fc.integer({ min: 0, max: 3 })),
      resumeOffsetBytes: fc.constantFrom(0, 3072, packetBytes),
      pfc: fc.constantFrom(true, true, true, false),
    })
    .map(({ pool, isForLargest, ...spec }) => ({
      kind: 'shared' as const,
      bufferBytes:
        pool + portsOf(topology, isForLargest) * (spec.reserveBytes + (spec.headroomBytes ?? defaultHeadroomBytes(hostLink(topology)))),
      ...spec,
    }));

const losslessInput: Change = (packetBytes) =>
  fc.record({ pauseBytes: packets(8, packetBytes), part: fc.double({ min: 0, max: 1, noNaN: true }) }).map(({ pauseBytes, part }) => ({
    kind: 'lossless-input' as const,
    pauseBytes,
    resumeBytes: Math.max(1, Math.round(part * pauseBytes)),
  }));

/** What the NIC may do besides taking turns. */
const nics: fc.Arbitrary<Partial<NicSpec>> = fc.record({
  ackPriority: fc.constantFrom('data', 'high'),
  scheduler: fc.constantFrom('round-robin', 'round-robin', 'oldest-first'),
  controlBurst: fc.constantFrom(null, null, 1, 2, 10),
  maxFlows: fc.constantFrom(null, null, 1, 2, 3),
  pcieBps: fc.constantFrom(null, null, 50e9, 333e9),
  channelBps: fc.constantFrom(null, null, 40e9, 150e9, 333e9),
});

const classes = fc.option(fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 4 }), { freq: 2 });

/** Switches that may cut or drop need senders that send again, and answers. */
function withRecovery(scenario: Scenario): Scenario {
  const { transport, nic } = scenario;
  const recovery = transport.recovery === 'none' ? 'sr' : transport.recovery;
  return {
    ...scenario,
    transport: { ...transport, recovery, rtoPs: transport.rtoPs ?? 30_000_000 },
    nic: { ...nic, acks: nic.acks === 'none' ? 'per-packet' : nic.acks },
  };
}

/** Random scenarios, and storms, on switches of a kind. */
const onSwitches = (change: Change, isLossless: boolean, nicChanges: fc.Arbitrary<Partial<NicSpec>>): fc.Arbitrary<ScenarioCase> =>
  fc.oneof({ weight: 1, arbitrary: scenarioCases }, { weight: 1, arbitrary: stormCases }).chain(({ scenario, traffic }) => {
    const { mtuBytes, headerBytes, ackBytes } = scenario.nic;
    const packetBytes = mtuBytes + headerBytes;
    return fc
      .record({ shape: common(packetBytes), own: change(packetBytes, ackBytes, scenario.topology), nic: nicChanges, classes })
      .map(({ shape, own, nic, classes }) => {
        const changed: Scenario = {
          ...scenario,
          nic: { ...scenario.nic, ...nic },
          // A kind's own keys are all in `own`; droptail's come from the scenario.
          switch: { ...scenario.switch, ...shape, ...own } as SwitchSpec,
        };
        return {
          scenario: isLossless ? changed : withRecovery(changed),
          traffic,
          ...(classes === null ? {} : { classes }),
        };
      });
  });

const PLAIN: fc.Arbitrary<Partial<NicSpec>> = fc.constant({});

/** Random scenarios by what they are about, each with everything of packet-model.md besides. */
export const DEVICE_CASES = {
  'classes and marks at a droptail port': onSwitches(droptail, false, fc.record({ ackPriority: fc.constantFrom('data', 'high') })),
  'NIC limits': onSwitches(droptail, false, nics),
  'trimming switches': onSwitches(composite, false, fc.record({ ackPriority: fc.constantFrom('data', 'high') })),
  'shared buffers and PFC': onSwitches(shared, true, PLAIN),
  'lossless input queues': onSwitches(losslessInput, true, PLAIN),
  'every switch with every NIC': fc.oneof(
    onSwitches(composite, false, nics),
    onSwitches(shared, true, nics),
    onSwitches(losslessInput, true, nics),
  ),
} as const;

export type DeviceFeature = keyof typeof DEVICE_CASES;
