import type { CollectiveAlgorithm, CollectiveKind, CollectiveSpec } from '../sim/base/collective-spec.ts';
import { DROPTAIL, PLAIN_NIC } from '../sim/base/device-spec.ts';
import { ONE_WORKLOAD } from '../sim/base/job-spec.ts';
import type { Scenario } from '../sim/base/scenario.ts';
import { simulate } from '../sim/simulate.ts';
import { collectiveTime } from '../workloads/collectives/closed-forms.ts';

/**
 * What ACKs cost a collective: its time with per-packet ACKs over its closed form, beside the share of the wire that the ACKs of the opposite
 * direction take. Prints the table of docs/collectives.md: `npx tsx bench/collective-acks.ts`.
 */
const RANKS = 8;
const PACKETS_A_BLOCK = 64;
const RATE_BPS = 400e9;
const DELAY_PS = 500_000;

const CASES: readonly (readonly [CollectiveKind, CollectiveAlgorithm])[] = [
  ['send-recv', 'ring'],
  ['all-reduce', 'ring'],
  ['all-reduce', 'halving-doubling'],
  ['all-reduce', 'direct'],
  ['all-gather', 'bruck'],
  ['reduce-scatter', 'pairwise'],
  ['broadcast', 'binomial'],
  ['all-to-all', 'direct'],
  ['all-to-all', 'pairwise'],
];

const scenarioOf = (workload: CollectiveSpec, acks: 'none' | 'per-packet'): Scenario => ({
  name: 'acks',
  seed: 1,
  fidelity: 'packet',
  topology: {
    kind: 'leaf-spine',
    leaves: 1,
    spines: 1,
    hostsPerLeaf: RANKS,
    hostLink: { rateBps: RATE_BPS, delayPs: DELAY_PS },
    fabricLink: { rateBps: RATE_BPS, delayPs: DELAY_PS, perSpineRateBps: null, linksPerPair: 1 },
    placement: 'packed',
  },
  workload,
  ...ONE_WORKLOAD,
  balancer: { kind: 'ecmp' },
  transport: {
    kind: 'fixed',
    rateBps: null,
    windowBytes: null,
    recovery: acks === 'none' ? 'none' : 'sr',
    rtoPs: null,
    nackIntervalPs: 5e8,
  },
  nic: { ...PLAIN_NIC, acks, scheduler: 'oldest-first' },
  switch: { ...DROPTAIL, queueBytes: Infinity, ecn: 'off' },
  failures: [],
  stopAtPs: 1e12,
  stopPackets: null,
  probes: null,
});

const { mtuBytes, headerBytes, ackBytes } = PLAIN_NIC;
const packetPs = ((mtuBytes + headerBytes) * 8e12) / RATE_BPS;
const informedPs = 2 * DELAY_PS;
const percent = (part: number): string => `${(100 * part).toFixed(2)} %`;

process.stdout.write('| collective | closed form (us) | `acks: none` (us) | `per-packet` (us) | excess | ACKs on the wire |\n');
process.stdout.write('| --- | --- | --- | --- | --- | --- |\n');
for (const [kind, algorithm] of CASES) {
  const workload: CollectiveSpec = { kind, algorithm, sizeBytes: RANKS * PACKETS_A_BLOCK * mtuBytes, ranks: RANKS };
  const { timePs } = collectiveTime(workload, { alphaPs: packetPs + 2 * DELAY_PS, betaPsPerByte: packetPs / mtuBytes })!;
  const without = simulate(scenarioOf(workload, 'none')).completionPs! - informedPs;
  // The last ACK comes back over two links.
  const backPs = informedPs + (2 * ackBytes * 8e12) / RATE_BPS;
  const withAcks = simulate(scenarioOf(workload, 'per-packet')).completionPs! - backPs;
  const us = (ps: number): string => (ps / 1e6).toFixed(3);
  const share = ackBytes / (mtuBytes + headerBytes + ackBytes);
  process.stdout.write(
    `| ${kind} ${algorithm} | ${us(timePs)} | ${us(without)} | ${us(withAcks)} | ${percent(withAcks / timePs - 1)} | ${percent(share)} |\n`,
  );
}
