import fc from 'fast-check';
import { DROPTAIL, type CompositeSpec, type NicSpec, type SwitchSpec } from '../../sim/base/device-spec.ts';
import type { Scenario } from '../../sim/base/scenario.ts';
import type { CreditSpec, Recovery, TransportSpec } from '../../sim/base/transport-spec.ts';
import { bulkCases } from './corner-cases.ts';
import { DEVICE_CASES } from './device-scenarios.ts';
import { FAILURE_CASES } from './failure-scenarios.ts';
import type { ScenarioCase } from './scenario-case.ts';
import { configCases, configurable, scenarioCases } from './scenarios.ts';

type Shared = 'recovery' | 'rtoPs' | 'nackIntervalPs' | 'reorderPackets';
type Own<K extends TransportSpec['kind']> = Omit<Extract<TransportSpec, { kind: K }>, Shared>;

/** A control whose constants act within the microseconds of a small scenario, and that of its defaults. `bytes` is a full packet. */
type Control<K extends TransportSpec['kind']> = (bytes: number) => fc.Arbitrary<Own<K>>;

const orNull = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(arbitrary, { freq: 2 });
const packets = (bytes: number, ...counts: number[]): fc.Arbitrary<number> =>
  fc.constantFrom(...counts.map((count) => Math.round(count * bytes)));

const fixed: Control<'fixed'> = (bytes) =>
  fc.record({
    kind: fc.constant('fixed'),
    rateBps: fc.constantFrom(null, 50e9, 90e9),
    windowBytes: orNull(packets(bytes, 1, 2, 3, 5, 10.5, 40)),
  });

const wide: Control<'fixed'> = (bytes) =>
  fc.record({
    kind: fc.constant('fixed'),
    rateBps: fc.constant(null),
    windowBytes: orNull(packets(bytes, 100, 300, 900)),
  });

const dctcp: Control<'dctcp'> = (bytes) =>
  fc.record({
    kind: fc.constant('dctcp'),
    g: fc.constantFrom(1 / 16, 0.3),
    initialWindowBytes: orNull(packets(bytes, 2, 5, 20)),
    minWindowBytes: orNull(packets(bytes, 1, 2)),
  });

const dctcpUec: Control<'dctcp-uec'> = (bytes) =>
  fc.record({
    kind: fc.constant('dctcp-uec'),
    initialWindowBytes: orNull(packets(bytes, 2, 5.5)),
    minWindowBytes: orNull(packets(bytes, 1, 2)),
    maxWindowBytes: orNull(packets(bytes, 6, 20)),
    decrease: fc.constantFrom(1 / 3, 1, 0.05),
  });

const dcqcn: Control<'dcqcn'> = (bytes) =>
  fc.record({
    kind: fc.constant('dcqcn'),
    g: fc.constantFrom(1 / 256, 0.5),
    cnpIntervalPs: fc.constantFrom(50_000_000, 1_000_000, 3_456_789),
    timerPs: fc.constantFrom(55_000_000, 1_000_000, 1_234_567),
    byteCounterBytes: fc.oneof(fc.constant(10_000_000), packets(bytes, 1.5, 4, 0.4)),
    fastRecovery: fc.constantFrom(5, 1, 2),
    additiveIncreaseBps: fc.constantFrom(null, 1e9),
    hyperIncreaseBps: fc.constantFrom(null, 3e9),
    minRateBps: fc.constantFrom(100e6, 20e9),
  });

const dcqcnMlx: Control<'dcqcn-mlx'> = () =>
  fc.record({
    kind: fc.constant('dcqcn-mlx'),
    g: fc.constantFrom(1 / 256, 0.5),
    alphaTimerPs: fc.constantFrom(1_000_000, 777_777),
    decreaseTimerPs: fc.constantFrom(4_000_000, 999_000, 1_000_000),
    increaseTimerPs: fc.constantFrom(300_000_000, 1_000_000, 1_500_000),
    fastRecovery: fc.constantFrom(1, 3),
    additiveIncreaseBps: fc.constantFrom(null, 20e9),
    hyperIncreaseBps: fc.constantFrom(null, 50e9),
    minRateBps: fc.constantFrom(1e9, 20e9),
    clampTarget: fc.boolean(),
    firstCnpFactor: fc.constantFrom(1, 0.5),
  });

const hpcc: Control<'hpcc'> = (bytes) =>
  fc.record({
    kind: fc.constant('hpcc'),
    eta: fc.constantFrom(0.95, 0.5),
    maxStage: fc.constantFrom(5, 0, 1),
    additiveIncreaseBps: fc.constantFrom(null, 10e9),
    minWindowBytes: orNull(packets(bytes, 1, 2)),
  });

const timely: Control<'timely'> = () =>
  fc.record({
    kind: fc.constant('timely'),
    ewma: fc.constantFrom(0.875, 0.3),
    beta: fc.constantFrom(0.8, 0.2),
    lowDelayPs: fc.constantFrom(4_300_000, 6_000_000, 1_000_000),
    highDelayPs: fc.constantFrom(8_000_000, 500_000_000),
    minRttPs: fc.constantFrom(4_000_000, 20_000_000, 333_333),
    additiveIncreaseBps: fc.constantFrom(null, 20e9),
    hyperIncreaseBps: fc.constantFrom(null, 50e9),
    hyperAfter: fc.constantFrom(5, 0, 2),
    minRateBps: fc.constantFrom(100e6, 20e9),
  });

const median = fc.constantFrom(1, 1, 2, 4, 15);

const swift: Control<'swift'> = (bytes) =>
  fc.record({
    kind: fc.constant('swift'),
    baseDelayPs: fc.constantFrom(null, 4_000_000, 2_500_000),
    hopScalePs: fc.constantFrom(null, 1, 100_000),
    flowScalePs: fc.constantFrom(null, 1, 2_000_000),
    flowScaleMin: fc.constantFrom(0.1, 1),
    flowScaleMax: fc.constantFrom(100, 8),
    ai: fc.constantFrom(1, 0.5, 3),
    beta: fc.constantFrom(0.8, 0.2),
    maxDecrease: fc.constantFrom(0.5, 0.9),
    initialWindowBytes: orNull(packets(bytes, 0.3, 1, 2.5, 10)),
    minWindowBytes: fc.oneof(fc.constant(10), packets(bytes, 0.1, 1.5)),
    maxWindowBytes: orNull(packets(bytes, 12, 20)),
    median,
  });

const nscc: Control<'nscc'> = (bytes) =>
  fc.record({
    kind: fc.constant('nscc'),
    referenceBdpBytes: fc.constantFrom(150_000, 30_000),
    referenceRttPs: fc.constantFrom(12_000_000, 3_000_000),
    targetDelayPs: fc.constantFrom(null, 300_000, 1_000_000),
    proportional: fc.constantFrom(4, 1),
    fairIncrease: fc.constantFrom(5, 0.5),
    eta: fc.constantFrom(0.15, 2),
    fastIncrease: fc.constantFrom(0.25, 2),
    fastDelayPs: fc.constantFrom(1_000_000, 50_000),
    gamma: fc.constantFrom(0.8, 0.3),
    maxDecrease: fc.constantFrom(0.5, 0.9),
    averageWeight: fc.constantFrom(0.0125, 0.4, 1),
    adjustSizeBytes: orNull(packets(bytes, 1, 2.5)),
    adjustTimePs: fc.constantFrom(null, 500_000),
    quickAdaptDelayPs: fc.constantFrom(null, 200_000),
    quickAdaptGate: fc.constantFrom(3, 0, 1),
    maxWindowBytes: orNull(packets(bytes, 4, 20)),
    minWindowBytes: orNull(packets(bytes, 1, 2)),
    median,
    credit: fc.constant(null),
  });

/** Receiver credit. */
type Credits = (bytes: number) => fc.Arbitrary<Omit<CreditSpec, Shared>>;

const grants =
  (kind: 'rccc' | 'rccc-os' | 'eqds'): Credits =>
  (bytes) =>
    fc.record({
      kind: fc.constant(kind),
      maxWindowBytes: orNull(packets(bytes, 1, 3.5, 12)),
      initialPackets: fc.constant(null),
      creditPerPullBytes: fc.constantFrom(16_384, 256, 4096),
      pullRate: fc.constantFrom(0.99, 0.4),
    });

/** Intervals of a few packets, so that the rate changes often. */
const rcccOs: Credits = (bytes) =>
  fc
    .record({
      own: grants('rccc-os')(bytes),
      scaling: fc.record({
        intervalPs: fc.constantFrom(null, 1, 500_000, 1_500_000),
        ecnWeight: fc.constantFrom(0.5, 1, 0.1),
        ecnTarget: fc.constantFrom(0.3, 0.05),
        ecnGain: fc.constantFrom(0.5, 1),
        increase: fc.constantFrom(0.01, 0.2),
        minScale: fc.constantFrom(0.01, 0.3),
      }),
    })
    .map(({ own, scaling }) => ({ ...own, scaling }));

/** Both need senders that keep records. */
const nsccWithCredit: Control<'nscc'> = (bytes) =>
  fc.tuple(nscc(bytes), fc.oneof(grants('rccc')(bytes), grants('eqds')(bytes))).map(([own, credit]) => ({ ...own, credit }));

const ndp: Credits = () =>
  fc.record({
    kind: fc.constant('ndp'),
    maxWindowBytes: fc.constant(null),
    initialPackets: fc.constantFrom(null, 1, 4, 12),
    creditPerPullBytes: fc.constant(null),
    pullRate: fc.constantFrom(1, 0.4),
  });

/** Credit needs senders that keep records. */
const WITH_RECORDS = ['trim', 'timers'] as const;
const RECOVERIES = ['sr', 'gbn', 'trim', 'timers', 'none'] as const;

/** What of docs/model-transport.md, section 5, goes together, on switches that lose packets. */
function acksFor(recovery: Recovery): fc.Arbitrary<NicSpec['acks']> {
  const every = fc.constantFrom(1, 2, 3, 16).map((count) => ({ every: count }));
  const each = fc.constant('per-packet' as const);
  if (recovery === 'none') return each;
  return recovery === 'sr' || recovery === 'gbn' ? fc.oneof(each, every) : fc.oneof(each, every, fc.constant('uec-sack' as const));
}

const trimsIn = (device: SwitchSpec): boolean => device.kind === 'composite' && device.trims;

/** hpcc needs a path a flow. */
const ONE_PATH: ReadonlySet<string> = new Set(['ecmp', 'ecmp-split', 'ethereal']);

function withTransport(
  { scenario, ...rest }: ScenarioCase,
  {
    own,
    recovery,
    acks,
    rtoPs,
    nackIntervalPs,
    places,
  }: { own: object; recovery: Recovery; acks: NicSpec['acks']; rtoPs: number; nackIntervalPs: number; places: Places },
): ScenarioCase {
  // The keys of a kind are in `own`.
  const transport = { ...own, recovery, rtoPs, nackIntervalPs, ...places } as TransportSpec;
  const needsOnePath = transport.kind === 'hpcc' && !ONE_PATH.has(scenario.balancer.kind);
  const changed: Scenario = {
    ...scenario,
    transport,
    nic: { ...scenario.nic, acks },
    balancer: needsOnePath ? { kind: 'ecmp' } : scenario.balancer,
    stopAtPs: Math.min(scenario.stopAtPs, 100_000_000),
  };
  return { ...rest, scenario: changed };
}

type Places = Pick<TransportSpec, 'reorderPackets'>;

/** How much a receiver holds out of order: all, nothing, or a little. */
const places: fc.Arbitrary<Places> = fc.oneof(
  { weight: 4, arbitrary: fc.constant({}) },
  { weight: 4, arbitrary: fc.constantFrom(0, 1, 2, 5, 20).map((reorderPackets) => ({ reorderPackets })) },
);

/** A timeout that fires during a round trip only where that is meant, and the longest one that a small scenario sees. */
const rtoPs = fc.constantFrom(4_000_000, 12_000_000, 30_000_000, 30_000_000, 1_234_567);

/** Scenarios with a control, on whatever they have of switches, NICs and balancers. */
const withControl = (
  cases: fc.Arbitrary<ScenarioCase>,
  controls: readonly ((bytes: number) => fc.Arbitrary<object>)[],
  recoveries: readonly Recovery[] = RECOVERIES,
): fc.Arbitrary<ScenarioCase> =>
  fc.tuple(cases, fc.constantFrom(...controls), fc.constantFrom(...recoveries)).chain(([scenarioCase, control, wanted]) => {
    const { scenario } = scenarioCase;
    const { mtuBytes, headerBytes } = scenario.nic;
    // What is trimmed has to be sent again; where nothing is trimmed there are timeouts.
    const isTrimming = trimsIn(scenario.switch);
    const recovery = isTrimming && wanted === 'none' ? 'trim' : !isTrimming && wanted === 'trim' ? 'timers' : wanted;
    return fc
      .record({
        own: control(mtuBytes + headerBytes),
        recovery: fc.constant(recovery),
        acks: acksFor(recovery),
        rtoPs,
        nackIntervalPs: fc.constantFrom(500_000_000, 3_000_000),
        places: recovery === 'gbn' || recovery === 'none' ? fc.constant({}) : places,
      })
      .map((transport) => withTransport(scenarioCase, transport));
  });

const onEverySwitch: fc.Arbitrary<ScenarioCase> = fc.oneof(
  scenarioCases,
  DEVICE_CASES['classes and marks at a droptail port'],
  DEVICE_CASES['trimming switches'],
  DEVICE_CASES['trimming switches'],
  DEVICE_CASES['shared buffers and PFC'],
  DEVICE_CASES['every switch with every NIC'],
);

/** The smallest trimming switch: what it does besides is in the cases of devices. */
const trimming = (queueBytes: number): CompositeSpec => ({
  ...DROPTAIL,
  kind: 'composite',
  trims: true,
  queueBytes,
  headerQueueBytes: null,
  headerShare: null,
});

const bulkOnAnySwitch = fc.tuple(bulkCases, fc.option(fc.integer({ min: 10, max: 100 }))).map(([bulk, queuePackets]): ScenarioCase => {
  const { nic } = bulk.scenario;
  if (queuePackets === null) return bulk;
  return { ...bulk, scenario: { ...bulk.scenario, switch: trimming(queuePackets * (nic.mtuBytes + nic.headerBytes)) } };
});

const WITHOUT_CREDIT = [fixed, dctcp, dctcpUec, dcqcn, dcqcnMlx, hpcc, timely, swift, nscc];
const CREDIT = [grants('rccc'), rcccOs, grants('eqds'), ndp, nsccWithCredit];
const besideFailures = fc.oneof(...Object.values(FAILURE_CASES));

/** Random scenarios by what they are about. */
export const TRANSPORT_CASES = {
  'loss recovery and answers': withControl(onEverySwitch, [fixed, dctcp]),
  'hundreds of packets under way': withControl(bulkOnAnySwitch, [wide]),
  'dctcp-uec': withControl(onEverySwitch, [dctcpUec]),
  dcqcn: withControl(onEverySwitch, [dcqcn]),
  'dcqcn-mlx': withControl(onEverySwitch, [dcqcnMlx]),
  hpcc: withControl(onEverySwitch, [hpcc]),
  timely: withControl(onEverySwitch, [timely]),
  swift: withControl(onEverySwitch, [swift]),
  nscc: withControl(onEverySwitch, [nscc]),
  rccc: withControl(onEverySwitch, [grants('rccc')], WITH_RECORDS),
  'rccc-os': withControl(onEverySwitch, [rcccOs], WITH_RECORDS),
  eqds: withControl(onEverySwitch, [grants('eqds')], WITH_RECORDS),
  ndp: withControl(onEverySwitch, [ndp], WITH_RECORDS),
  'nscc with credit': withControl(onEverySwitch, [nsccWithCredit], WITH_RECORDS),
  'any control beside failures': withControl(besideFailures, WITHOUT_CREDIT),
  'credit beside failures': withControl(besideFailures, CREDIT, WITH_RECORDS),
} as const;

export type TransportFeature = keyof typeof TRANSPORT_CASES;

const onConfigSwitches: fc.Arbitrary<ScenarioCase> = fc.tuple(configCases, fc.boolean()).map(([{ scenario, traffic }, isTrimming]) => ({
  scenario: isTrimming ? { ...scenario, switch: trimming(3 * (scenario.nic.mtuBytes + scenario.nic.headerBytes)) } : scenario,
  traffic,
}));

/** Random scenarios with any control that a config file can ask for. */
export const CONFIG_TRANSPORT_CASES: fc.Arbitrary<ScenarioCase> = fc
  .oneof(
    { weight: 3, arbitrary: withControl(onConfigSwitches, WITHOUT_CREDIT) },
    { weight: 1, arbitrary: withControl(onConfigSwitches, CREDIT, WITH_RECORDS) },
  )
  .map(({ scenario, traffic }) => ({ scenario: configurable(scenario), traffic }));
