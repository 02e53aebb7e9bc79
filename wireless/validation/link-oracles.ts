import { buildChain } from '../channel/fsmc.ts';
import { fromDb } from '../math/decibel.ts';
import { powerCorrelation } from '../math/nakagami.ts';
import { amcArqForLoss, outdatedPer } from '../oracles/amc-arq.ts';
import { attemptsByDeadline, goBackNEfficiency, selectiveRepeatEfficiency, stopAndWaitEfficiency, truncatedArq } from '../oracles/arq.ts';
import { finiteQueue } from '../oracles/finite-queue.ts';
import { type Combining, harqOutage, harqThroughput } from '../oracles/harq.ts';
import { instantaneousThresholds, meanThresholds, selectMode } from '../phy/amc.ts';
import { MODE_TABLES, packetErrorRate } from '../phy/modes.ts';
import type { RandomStream } from '../random-stream.ts';
import { runCell } from '../run.ts';
import type { WirelessScenario } from '../scenario.ts';
import { BLOCK_CHANNEL, ONE_LINK, ONE_USER } from './defaults.ts';
import { mean, type Oracle } from './oracle.ts';

const TM2 = MODE_TABLES.TM2;
const SNR_15_DB = fromDb(15);
const SLOT_S = ONE_LINK.slot.durationPs / 1e12;

/** The link of the closed forms with so many retransmissions. */
const link = (retransmissions: number, seed: number): WirelessScenario => ({
  ...ONE_LINK,
  seed,
  arq: { ...ONE_LINK.arq, maxRetransmissions: retransmissions },
  run: { warmupPs: 0, durationPs: 40e12, packets: null },
});

/** Bits a symbol of PDUs that leave the ARQ. */
function spectralEfficiency(retransmissions: number, seed: number): number {
  const scenario = link(retransmissions, seed);
  const { slots, users } = runCell(scenario);
  const { deliveredPdus, givenUpPdus } = users[0]!;
  return (deliveredPdus + givenUpPdus) / (slots * scenario.slot.packetsPerSlot);
}

function attemptsLost(retransmissions: number, seed: number): number {
  const { failures, attempts } = runCell(link(retransmissions, seed)).users[0]!;
  return failures / attempts;
}

const shareOfMode = (mode: number, seed: number): number => {
  const { users, slots } = runCell(link(1, seed));
  return users[0]!.slotsInMode[mode]! / slots;
};

const PER = 0.01;
const ARRIVALS = 2;
const CAPACITY = 50;
const MODES = MODE_TABLES.TM2Q;

/** The queue of the base point, on either chain. */
const queueLink = (kind: 'wm' | 'exact', seed: number): WirelessScenario => ({
  ...ONE_LINK,
  seed,
  slot: { ...ONE_LINK.slot, packetsPerSlot: 2 },
  phy: { ...ONE_LINK.phy, table: 'TM2Q', rule: 'B', perTarget: PER },
  arq: { ...ONE_LINK.arq, kind: 'none' },
  queuePackets: CAPACITY,
  users: [
    {
      ...ONE_USER,
      channel: { ...BLOCK_CHANNEL, correlation: 'fsmc', fsmc: { kind, onInvalid: 'refuse' } },
      app: { kind: 'poisson', packetsPerSlot: ARRIVALS },
    },
  ],
  run: { warmupPs: 2e12, durationPs: 500e12, packets: null },
});

const queueFacts = (kind: 'wm' | 'exact') =>
  finiteQueue(
    { arrivals: ARRIVALS, capacity: CAPACITY, service: [0, 1, 2, 3, 6, 9], per: PER },
    buildChain(
      kind === 'wm' ? 'wang-moayeri' : 'exact',
      meanThresholds(MODES, PER, SNR_15_DB, 1),
      { meanSnr: SNR_15_DB, m: 1, dopplerHz: 10 },
      SLOT_S,
      'refuse',
    ),
  );

/** PER of packets whose mode was chosen by a sample of power correlation `rho` with the channel; packets weigh by the rate of their mode. */
function outdated(rho: number, stream: RandomStream): number {
  const thresholds = instantaneousThresholds(TM2, 0.01);
  const normal = (): number => stream.normal() / Math.SQRT2;
  const a = Math.sqrt(rho);
  let weight = 0;
  let failing = 0;
  for (let i = 0; i < 60_000; i++) {
    const [re, im] = [normal(), normal()];
    const mode = selectMode(thresholds, SNR_15_DB * (re * re + im * im));
    if (mode === 0) continue;
    const now = [re, im].map((part) => a * part + Math.sqrt(1 - rho) * normal());
    const phy = TM2[mode - 1]!;
    weight += phy.bitsPerSymbol;
    failing += phy.bitsPerSymbol * packetErrorRate(phy, SNR_15_DB * (now[0]! ** 2 + now[1]! ** 2));
  }
  return failing / weight;
}

/** Packets delivered a packet time by a classical ARQ whose answers come `feedback` packet times after a packet's end. */
function classical(kind: 'stop-and-wait' | 'go-back-n' | 'selective-repeat', per: number, feedback: number, stream: RandomStream): number {
  const packets = 20_000;
  let times = 0;
  for (let delivered = 0; delivered < packets; delivered++) {
    while (stream.uniform() < per) times += kind === 'stop-and-wait' || kind === 'go-back-n' ? 1 + feedback : 1;
    times += kind === 'stop-and-wait' ? 1 + feedback : 1;
  }
  return packets / times;
}

/** Attempts of a packet that may be sent `most` times, and whether all failed. */
function attempts(per: number, most: number, stream: RandomStream): { readonly made: number; readonly lost: boolean } {
  for (let made = 1; ; made++) {
    if (stream.uniform() >= per) return { made, lost: false };
    if (made === most) return { made, lost: true };
  }
}

/** Share of packets that `rounds` rounds of hybrid ARQ leave undecoded at rate R. */
const undecoded =
  (combining: Combining, rate: number, snr: number, rounds: number) =>
  (stream: RandomStream): number =>
    mean(40_000, () => {
      let power = 0;
      let information = 0;
      for (let l = 0; l < rounds; l++) {
        const now = snr * stream.exponential();
        power += now;
        information += Math.log2(1 + now);
        const decoded =
          combining === 'none' ? Math.log2(1 + now) >= rate : combining === 'chase' ? Math.log2(1 + power) >= rate : information >= rate;
        if (decoded) return 0;
      }
      return 1;
    });

/** Bits a symbol delivered by hybrid ARQ, by renewal over packets. */
const delivered =
  (rate: number, snr: number, rounds: number) =>
  (stream: RandomStream): number => {
    let bits = 0;
    let used = 0;
    for (let packet = 0; packet < 40_000; packet++) {
      let information = 0;
      for (let l = 0; l < rounds && information < rate; l++) {
        information += Math.log2(1 + snr * stream.exponential());
        used++;
      }
      if (information >= rate) bits += rate;
    }
    return bits / used;
  };

/** P(every one of n attempts fails), with failures drawn more often than they are and weighted. */
const rareLoss =
  (per: number, n: number) =>
  (stream: RandomStream): number =>
    mean(20_000, () => {
      let weight = 1;
      for (let i = 0; i < n; i++) {
        if (stream.uniform() >= 0.5) return 0;
        weight *= per / 0.5;
      }
      return weight;
    });

const LOSS = 0.01;

/** Rows 16 to 18, 20, 22 to 25: adaptive modes, ARQ, the queue behind them. */
export const LINK_ORACLES: readonly Oracle[] = [
  ...[0, 1, 2].map((retransmissions) => ({
    row: 16,
    name: 'AMC with truncated ARQ, spectral efficiency',
    point: `TM2, 15 dB, N_r = ${retransmissions}`,
    expected: amcArqForLoss(TM2, 15, 1, retransmissions, LOSS).spectralEfficiency,
    replica: (_: RandomStream, seed: number) => spectralEfficiency(retransmissions, seed),
  })),
  {
    row: 16,
    name: 'AMC with truncated ARQ, packet error rate',
    point: 'TM2, 15 dB, N_r = 2',
    expected: amcArqForLoss(TM2, 15, 1, 2, LOSS).per,
    replica: (_, seed) => attemptsLost(2, seed),
  },
  ...[0, 5].map((mode) => ({
    row: 17,
    name: `probability of mode ${mode}`,
    point: 'TM2, 15 dB, N_r = 1',
    expected: amcArqForLoss(TM2, 15, 1, 1, LOSS).modeProbabilities[mode]!,
    replica: (_: RandomStream, seed: number) => shareOfMode(mode, seed),
  })),
  ...(['wm', 'exact'] as const).flatMap((kind) => [
    {
      row: 18,
      name: `queue behind AMC, ${kind === 'wm' ? 'Wang-Moayeri' : 'exact'} chain, drops`,
      point: 'TM2Q, 15 dB, 2 a slot',
      expected: queueFacts(kind).dropProbability,
      replica: (_: RandomStream, seed: number) => {
        const { packets, arrivedPackets } = runCell(queueLink(kind, seed)).users[0]!;
        return packets[1]! / arrivedPackets;
      },
    },
    {
      row: 18,
      name: `queue behind AMC, ${kind === 'wm' ? 'Wang-Moayeri' : 'exact'} chain, delay in slots`,
      point: 'TM2Q, 15 dB, 2 a slot',
      expected: queueFacts(kind).delaySlots,
      replica: (_: RandomStream, seed: number) => {
        const delaysPs = runCell(queueLink(kind, seed)).users[0]!.delaysPs.trimmed();
        return delaysPs.reduce((sum, ps) => sum + ps, 0) / delaysPs.length / ONE_LINK.slot.durationPs;
      },
    },
  ]),
  ...[0.02, 0.1].map((fdTau) => ({
    row: 20,
    name: 'packet error rate by outdated reports',
    point: `TM2, 15 dB, f tau = ${fdTau}`,
    expected: outdatedPer(TM2, instantaneousThresholds(TM2, 0.01), SNR_15_DB, 1, powerCorrelation(1, fdTau)),
    replica: (stream: RandomStream) => outdated(powerCorrelation(1, fdTau), stream),
  })),
  {
    row: 22,
    name: 'stop-and-wait efficiency',
    point: 'p = .1, W = 5',
    expected: stopAndWaitEfficiency(0.1, 5),
    replica: (stream) => classical('stop-and-wait', 0.1, 5, stream),
  },
  {
    row: 22,
    name: 'go-back-N efficiency',
    point: 'p = .1, W = 5',
    expected: goBackNEfficiency(0.1, 5),
    replica: (stream) => classical('go-back-n', 0.1, 5, stream),
  },
  {
    row: 22,
    name: 'selective-repeat efficiency',
    point: 'p = .1',
    expected: selectiveRepeatEfficiency(0.1),
    replica: (stream) => classical('selective-repeat', 0.1, 5, stream),
  },
  {
    row: 23,
    name: 'truncated ARQ, attempts',
    point: 'p = .1, N_r = 3',
    expected: truncatedArq(0.1, 3).attempts,
    replica: (stream) => mean(60_000, () => attempts(0.1, 4, stream).made),
  },
  {
    row: 23,
    name: 'truncated ARQ, loss',
    point: 'p = .3, N_r = 3',
    expected: truncatedArq(0.3, 3).residualLoss,
    replica: (stream) => mean(60_000, () => (attempts(0.3, 4, stream).lost ? 1 : 0)),
  },
  ...(['none', 'chase', 'ir'] as const).map((combining) => ({
    row: 24,
    name: `hybrid ARQ outage, ${combining === 'none' ? 'type I' : combining === 'ir' ? 'incremental redundancy' : 'Chase'}`,
    point: '0 dB, R = 2, 2 rounds',
    expected: harqOutage(combining, 2, 1, 2)[1]!,
    replica: undecoded(combining, 2, 1, 2),
  })),
  {
    row: 24,
    name: 'hybrid ARQ throughput, incremental redundancy',
    point: '0 dB, R = 2, L = 4',
    expected: harqThroughput(harqOutage('ir', 2, 1, 4), 2),
    replica: delivered(2, 1, 4),
  },
  {
    row: 25,
    name: 'late or lost by the deadline',
    point: 'p = .1, cycle 20, tx 2, D 100 ms',
    expected: 0.1 ** attemptsByDeadline(0.1, 0.002, 0.02),
    replica: rareLoss(0.1, attemptsByDeadline(0.1, 0.002, 0.02)),
  },
];
