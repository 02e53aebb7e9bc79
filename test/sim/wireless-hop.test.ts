import { describe, expect, test } from 'vitest';
import { DROPTAIL, PLAIN_NIC } from '../../sim/base/device-spec.ts';
import { ONE_WORKLOAD } from '../../sim/base/job-spec.ts';
import type { ChannelSpec } from '../../sim/base/radio-spec.ts';
import type { Scenario } from '../../sim/base/scenario.ts';
import type { WirelessHopSpec } from '../../sim/base/wireless-hop-spec.ts';
import type { TopologySpec } from '../../sim/base/topology-spec.ts';
import { simulate } from '../../sim/simulate.ts';
import { meanRateBps } from '../../wireless/hop/mean-rate.ts';
import { BLOCK_CHANNEL, ONE_LINK } from '../../wireless/validation/defaults.ts';

interface Flow {
  readonly src: number;
  readonly dst: number;
  readonly sizeBytes: number;
}

const US = 1e6;
const MS = 1e9;

/** Mode 6 of TM2 without an error: 18 PDUs a slot of 1 ms. */
const STEADY: WirelessHopSpec = {
  leaves: [1],
  slot: { durationPs: MS, packetBits: 1080, packetsPerSlot: 4 },
  channel: { ...BLOCK_CHANNEL, fading: 'none', snrDb: 60 },
  phy: { ...ONE_LINK.phy, fixedMode: null },
  csi: ONE_LINK.csi,
  arq: { kind: 'truncated', maxRetransmissions: 2, harq: 'none' },
  queuePackets: 1000,
  mac: { kind: 'round-robin', averagingSlots: 1000 },
  transmitW: 0.1,
  lossTarget: 0.01,
};

/** Two leaves of two hosts, 1 Gb/s and 1 us everywhere; hosts 2 and 3 are terminals of leaf 1. Full packets are 1560 B, 12 PDUs. */
function scenario(wireless: WirelessHopSpec, flows: readonly Flow[], changes: Partial<Scenario> = {}): Scenario {
  const link = { rateBps: 1e9, delayPs: US };
  return {
    name: 'hop',
    seed: 1,
    fidelity: 'packet',
    topology: {
      kind: 'leaf-spine',
      leaves: 2,
      spines: 1,
      hostsPerLeaf: 2,
      hostLink: link,
      fabricLink: { ...link, perSpineRateBps: null, linksPerPair: 1 },
      placement: 'packed',
      wireless,
    },
    workload: { kind: 'flows', ranks: 4, flows: flows.map((flow) => ({ ...flow, startPs: 0 })) },
    balancer: { kind: 'ecmp' },
    transport: { kind: 'fixed', rateBps: null, windowBytes: null, recovery: 'sr', rtoPs: null, nackIntervalPs: 0 },
    nic: { ...PLAIN_NIC, mtuBytes: 1500, headerBytes: 60, ackBytes: 60 },
    switch: { ...DROPTAIL, ecn: 'off' },
    failures: [],
    stopAtPs: 1e15,
    ...ONE_WORKLOAD,
    stopPackets: null,
    probes: null,
    ...changes,
  };
}

describe('over a channel without errors times are exact', () => {
  // A hop takes 12.48 us + 1 us for a full packet, 0.48 us + 1 us for an ACK.
  const [DATA, ACK] = [13.48 * US, 1.48 * US];
  const fctOf = (flow: Flow): number | undefined => simulate(scenario(STEADY, [flow])).tables.fctPs?.[0];

  test('a packet down is served in slot 1, its ACK, which joins in slot 2, in slot 3', () => {
    const joinedPs = 3 * DATA;
    expect(joinedPs).toBeLessThan(MS);
    expect(2 * MS + DATA + ACK).toBeLessThan(3 * MS);
    expect(fctOf({ src: 0, dst: 2, sizeBytes: 1500 })).toBe(4 * MS + 3 * ACK);
  });

  test('a packet up likewise', () => {
    // Joins at 13.48 us, handed over at 2 ms; the ACK joins the downlink three hops and three hops later.
    expect(fctOf({ src: 2, dst: 0, sizeBytes: 1500 })).toBe(4 * MS + ACK);
  });

  test('five packets are 60 PDUs: slots of 18 hand the last one over at the end of the fourth', () => {
    expect(fctOf({ src: 0, dst: 2, sizeBytes: 5 * 1500 })).toBe(7 * MS + 3 * ACK);
  });

  test('between terminals of a cell a packet goes up in one slot and down in the next', () => {
    expect(fctOf({ src: 2, dst: 3, sizeBytes: 1500 })).toBe(6 * MS + ACK);
  });

  test('a packet that joins at the beginning of a slot is served in it', () => {
    // The wires take 3 x 13.48 us: slots of a third of that begin at the instant at which it joins.
    const wireless = { ...STEADY, slot: { ...STEADY.slot, durationPs: DATA } };
    const fctPs = simulate(scenario(wireless, [{ src: 0, dst: 2, sizeBytes: 1500 }])).tables.fctPs?.[0];
    // Joins at 3 slots, handed over at 4, at the host at 5; the ACK is served in slot 6 and handed over at its end.
    expect(fctPs).toBe(7 * DATA + 3 * ACK);
  });

  test('packets that the air hands over at once wait at a port that decides late as at one that does not', () => {
    // 18 PDUs of each terminal a slot: two packets come out of one at the same instant, for one port.
    const flows = [2, 3].map((src) => ({ src, dst: 0, sizeBytes: 30 * 1500 }));
    const plain = scenario(STEADY, flows);
    const link = { rateBps: 100e9, delayPs: US };
    const topology = { ...plain.topology, hostLink: link, fabricLink: { ...link, perSpineRateBps: null, linksPerPair: 1 } } as TopologySpec;
    const tables = (changes: Partial<Scenario>): unknown => simulate({ ...plain, topology, ...changes }).tables;
    expect(tables({ switch: { ...DROPTAIL, ecn: 'off', ecnAt: 'dequeue-after' } })).toEqual(tables({}));
  });
});

/** Each PDU fails on its own. */
const bernoulli = (success: number): ChannelSpec => ({
  ...BLOCK_CHANNEL,
  correlation: 'gilbert-elliott',
  gilbertElliott: { goodToBad: 0, badToGood: 1, goodSuccess: success, badSuccess: 0 },
});

const UNANSWERED: Partial<Scenario> = {
  transport: { kind: 'fixed', rateBps: null, windowBytes: null, recovery: 'none', rtoPs: null, nackIntervalPs: 0 },
  nic: { ...PLAIN_NIC, mtuBytes: 1500, headerBytes: 60, ackBytes: 60, acks: 'none' },
};

describe('losses', () => {
  test.each([1, 2, 3])('a packet of n PDUs is delivered with probability (1 - p^attempts)^n: seed %i', (seed) => {
    const packets = 4000;
    const wireless: WirelessHopSpec = {
      ...STEADY,
      channel: bernoulli(0.8),
      phy: { ...STEADY.phy, fixedMode: 6 },
      arq: { kind: 'truncated', maxRetransmissions: 1, harq: 'none' },
      queuePackets: 12 * packets,
    };
    const { measures } = simulate(scenario(wireless, [{ src: 0, dst: 2, sizeBytes: packets * 1500 }], { ...UNANSWERED, seed }));
    const share = (1 - 0.2 ** 2) ** 12;
    const deviation = Math.sqrt((share * (1 - share)) / packets);
    expect(measures.wireless_drops).toBe(0);
    // Of three seeds each within 99.9 %.
    expect(Math.abs(1 - measures.wireless_losses! / packets - share)).toBeLessThan(3.29 * deviation);
    expect(measures.wireless_error_rate).toBeCloseTo(0.2, 2);
  });

  test('what finds no room in the queue is dropped, all other packets arrive', () => {
    // 100 packets arrive before slot 1; the queue holds 10.
    const wireless = { ...STEADY, queuePackets: 125, slot: { ...STEADY.slot, durationPs: 10 * MS } };
    const result = simulate(scenario(wireless, [{ src: 0, dst: 2, sizeBytes: 100 * 1500 }], UNANSWERED));
    expect(result).toMatchObject({ finished: false, packets: 100, drops: 90, measures: { wireless_drops: 90, wireless_losses: 0 } });
  });

  test('a transport sends again what the air loses, up and down, and the run finishes', () => {
    const wireless: WirelessHopSpec = {
      ...STEADY,
      channel: bernoulli(0.9),
      phy: { ...STEADY.phy, fixedMode: 6 },
      arq: { kind: 'none', maxRetransmissions: 2, harq: 'none' },
    };
    const flows = [
      { src: 0, dst: 2, sizeBytes: 60_000 },
      { src: 3, dst: 1, sizeBytes: 60_000 },
    ];
    const result = simulate(scenario(wireless, flows));
    expect(result.finished).toBe(true);
    expect(result.measures.wireless_losses).toBeGreaterThan(80);
    expect(result.retransmits).toBeGreaterThan(80);
  });

  test('the air never reorders', () => {
    const wireless: WirelessHopSpec = {
      ...STEADY,
      channel: bernoulli(0.7),
      phy: { ...STEADY.phy, fixedMode: 6 },
      arq: { kind: 'persistent', maxRetransmissions: 2, harq: 'none' },
      queuePackets: 10_000,
    };
    expect(simulate(scenario(wireless, [{ src: 2, dst: 0, sizeBytes: 500 * 1500 }]))).toMatchObject({
      finished: true,
      reorderMaxPackets: 0,
      retransmits: 0,
    });
  });
});

describe('a saturated link of adaptive modes with ARQ delivers the closed form', () => {
  // Student's t with 5 degrees of freedom, 99.9 % both ways.
  const T = 6.869;
  const SEEDS = [1, 2, 3, 4, 5, 6];

  const fading: Readonly<Record<string, Partial<ChannelSpec>>> = {
    'independent fades': {},
    'a finite-state chain': { correlation: 'fsmc', dopplerHz: 100, fsmc: { kind: 'exact', onInvalid: 'refuse' } },
  };
  test.each(Object.keys(fading))('%s', (name) => {
    const packets = 12_000;
    const wireless: WirelessHopSpec = {
      ...STEADY,
      channel: { ...BLOCK_CHANNEL, snrDb: 15, ...fading[name] },
      phy: { ...STEADY.phy, perTarget: 0.1 },
      arq: { kind: 'persistent', maxRetransmissions: 0, harq: 'none' },
      queuePackets: 1e6,
    };
    // Packets of 1350 B are 10 PDUs.
    const nic = { ...PLAIN_NIC, mtuBytes: 1290, headerBytes: 60, ackBytes: 60, acks: 'none' as const };
    const rates = SEEDS.map((seed) => {
      const { completionPs } = simulate(scenario(wireless, [{ src: 0, dst: 2, sizeBytes: packets * 1290 }], { ...UNANSWERED, nic, seed }));
      return (packets * 10 * 1080 * 1e12) / (completionPs! - MS);
    });
    const mean = rates.reduce((sum, rate) => sum + rate, 0) / SEEDS.length;
    const variance = rates.reduce((sum, rate) => sum + (rate - mean) ** 2, 0) / (SEEDS.length - 1);
    const halfWidth = T * Math.sqrt(variance / SEEDS.length);
    expect(Math.abs(mean - meanRateBps(wireless)!)).toBeLessThan(halfWidth);
    expect(halfWidth / mean).toBeLessThan(0.05);
  });
});

test('channels depend neither on the scheduler nor on whether the cell was idle', () => {
  // One terminal at a time, without errors: what it gets of a slot is its mode, so equal times mean equal modes.
  const wireless: WirelessHopSpec = { ...STEADY, channel: { ...BLOCK_CHANNEL, snrDb: 15, correlation: 'clarke', dopplerHz: 20 } };
  const late = { src: 0, dst: 2, sizeBytes: 30_000, startPs: 2000.5 * MS };
  const early = { src: 3, dst: 1, sizeBytes: 100_000, startPs: 0 };
  const fctsPs = (hop: WirelessHopSpec, flows: readonly (typeof late)[]): readonly number[] => [
    ...simulate({ ...scenario(hop, []), workload: { kind: 'flows', ranks: 4, flows } }).tables.fctPs!,
  ];
  const [alone] = fctsPs(wireless, [late]);
  expect(fctsPs({ ...wireless, mac: { kind: 'max-ci', averagingSlots: 10 } }, [late])).toEqual([alone]);
  const both = fctsPs(wireless, [early, late]);
  expect(Math.max(...both)).toBeLessThan(2000 * MS);
  expect(both).toContain(alone);
});
