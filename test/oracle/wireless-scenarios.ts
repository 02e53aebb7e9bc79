import fc from 'fast-check';
import type { ChannelSpec, PhySpec } from '../../sim/base/radio-spec.ts';
import type { Scenario } from '../../sim/base/scenario.ts';
import type { WirelessHopSpec } from '../../sim/base/wireless-hop-spec.ts';
import { torCount } from '../../topologies/build-topology.ts';
import { BALANCER_CASES } from './balancer-scenarios.ts';
import { DEVICE_CASES } from './device-scenarios.ts';
import type { ScenarioCase } from './scenario-case.ts';
import { scenarioCases } from './scenarios.ts';
import { TRANSPORT_CASES } from './transport-scenarios.ts';

const channels = (slotPs: number): fc.Arbitrary<ChannelSpec> =>
  fc
    .record({
      snrDb: fc.constantFrom(4, 12, 15, 20, 25),
      fading: fc.constantFrom('nakagami', 'rayleigh', 'rician', 'none'),
      correlation: fc.constantFrom('block', 'clarke', 'fsmc', 'gilbert-elliott'),
      /** Times the slot. */
      doppler: fc.constantFrom(0.01, 0.1),
      goodSuccess: fc.constantFrom(1, 0.9),
      badSuccess: fc.constantFrom(0, 0.3),
    })
    .map(({ snrDb, fading, correlation, doppler, goodSuccess, badSuccess }) => ({
      snrDb,
      budget: { distanceM: 1, exponent: 3.5, carrierHz: 2e9, bandwidthHz: 1e6, noiseFigureDb: 9, gainsDb: 0 },
      // A finite-state chain is one of Nakagami fading.
      fading: correlation === 'fsmc' ? 'nakagami' : fading,
      m: 1,
      riceFactor: fading === 'rician' ? 4 : 0,
      dopplerHz: (doppler * 1e12) / slotPs,
      correlation,
      sinusoids: 8,
      fsmc: { kind: 'exact', onInvalid: 'refuse' },
      gilbertElliott: { goodToBad: 0.1, badToGood: 0.3, goodSuccess, badSuccess },
      shadowing: { sigmaDb: 0, correlationM: 50, speedMps: 0 },
    }));

const phys: fc.Arbitrary<PhySpec> = fc.record({
  table: fc.constantFrom('TM1', 'TM2', 'TM2Q'),
  rule: fc.constant('A'),
  perTarget: fc.constantFrom(null, 0.01, 0.3),
  fixedMode: fc.constantFrom(null, null, 1, 4),
  power: fc.constant('constant'),
});

/** @param tors of the fabric, `packetBits` of a full packet */
const hops = (tors: number, packetBits: number): fc.Arbitrary<WirelessHopSpec> =>
  fc
    .record({
      leaves: fc.subarray(
        Array.from({ length: tors }, (_, tor) => tor),
        { minLength: 1 },
      ),
      // From less than a window of the engine to many of them; some that divide no delay.
      durationPs: fc.constantFrom(100_000, 500_000, 1_000_000, 7_777_777, 20_000_000),
      pduBits: fc.constantFrom(1080, 333, 8000),
      packetsPerSlot: fc.constantFrom(4, 40, 100),
      phy: phys,
      arq: fc.record({
        kind: fc.constantFrom('none', 'truncated', 'truncated', 'persistent'),
        maxRetransmissions: fc.constantFrom(0, 1, 2),
        harq: fc.constant('none'),
      }),
      queuedPackets: fc.constantFrom(1, 3, 20, 1000),
      mac: fc.record({ kind: fc.constantFrom('fifo', 'round-robin', 'max-ci', 'pf'), averagingSlots: fc.constantFrom(1, 100) }),
    })
    .chain((drawn) => channels(drawn.durationPs).map((channel) => ({ ...drawn, channel })))
    .map(({ durationPs, pduBits, packetsPerSlot, queuedPackets, ...spec }) => ({
      ...spec,
      slot: { durationPs, packetBits: pduBits, packetsPerSlot },
      csi: {
        estimator: 'perfect',
        pilots: 1,
        periodSlots: 1,
        delaySlots: spec.channel.correlation === 'block' ? 0 : 1,
        quantiser: 'mode',
        feedbackError: 0,
        olla: { on: false, bler: 0.1, upDb: 1, clampDb: 20 },
      },
      queuePackets: queuedPackets * Math.ceil(packetBits / pduBits),
      transmitW: 0.1,
      lossTarget: 0.01,
    }));

/** Slots long enough for some of them, and something that sends again what the air loses. */
function overTheAir(scenario: Scenario, wireless: WirelessHopSpec): Scenario {
  const { transport, nic } = scenario;
  return {
    ...scenario,
    topology: { ...scenario.topology, wireless },
    transport: {
      ...transport,
      recovery: transport.recovery === 'none' ? 'sr' : transport.recovery,
      rtoPs: Math.max(transport.rtoPs ?? 0, 8 * wireless.slot.durationPs),
    },
    nic: { ...nic, acks: nic.acks === 'none' ? 'per-packet' : nic.acks },
    stopAtPs: Math.min(scenario.stopAtPs, 1_000_000_000),
  };
}

/** Cases with wireless leaves. */
const withCells = (cases: fc.Arbitrary<ScenarioCase>): fc.Arbitrary<ScenarioCase> =>
  cases.chain((scenarioCase) => {
    const { topology, nic } = scenarioCase.scenario;
    return hops(torCount(topology), 8 * (nic.mtuBytes + nic.headerBytes)).map((wireless) => ({
      ...scenarioCase,
      scenario: overTheAir(scenarioCase.scenario, wireless),
    }));
  });

/** Random scenarios with wireless leaves, by what else they are about. */
export const WIRELESS_CASES = {
  'plain fabrics with wireless leaves': withCells(scenarioCases),
  'wireless leaves with any transport': withCells(fc.oneof(...Object.values(TRANSPORT_CASES))),
  'wireless leaves with any balancer': withCells(
    // Its leaves put packets in order, and wireless ones do not.
    fc.oneof(...Object.values(BALANCER_CASES)).filter(({ scenario }) => scenario.balancer.kind !== 'conweave'),
  ),
  'wireless leaves and trimming switches': withCells(DEVICE_CASES['trimming switches']),
} as const;
