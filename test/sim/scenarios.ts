import { DROPTAIL, PLAIN_NIC } from '../../sim/base/device-spec.ts';
import { ONE_WORKLOAD } from '../../sim/base/job-spec.ts';
import type { BalancerSpec, EtherealSpec } from '../../sim/base/balancer-spec.ts';
import type { FatTreeSpec, LeafSpineSpec, TopologySpec } from '../../sim/base/topology-spec.ts';
import type { Scenario } from '../../sim/base/scenario.ts';
import type { WorkloadSpec } from '../../sim/base/workload-spec.ts';

const GBPS = 1e9;

/** 400 Gb/s and 500 ns everywhere, as in the unit cases. */
export const leafSpineSpec = (
  leaves: number,
  hostsPerLeaf: number,
  spines: number,
  changes: Partial<LeafSpineSpec> = {},
): LeafSpineSpec => ({
  kind: 'leaf-spine',
  leaves,
  spines,
  hostsPerLeaf,
  hostLink: { rateBps: 400 * GBPS, delayPs: 500_000 },
  fabricLink: { rateBps: 400 * GBPS, delayPs: 500_000, perSpineRateBps: null, linksPerPair: 1 },
  placement: 'packed',
  ...changes,
});

/** The fat tree of k-port switches, 400 Gb/s and 500 ns everywhere. */
export const fatTreeSpec = (k: number, changes: Partial<FatTreeSpec> = {}): FatTreeSpec => ({
  kind: 'fat-tree',
  pods: k,
  torsPerPod: k / 2,
  aggsPerPod: k / 2,
  coresPerAgg: k / 2,
  hostsPerTor: k / 2,
  hostLink: { rateBps: 400 * GBPS, delayPs: 500_000 },
  fabricLink: { rateBps: 400 * GBPS, delayPs: 500_000 },
  coreLink: { rateBps: 400 * GBPS, delayPs: 500_000 },
  placement: 'packed',
  ...changes,
});

/** DCTCP over drop-tail queues with every default, 4096 B + 64 B packets; `changes` replaces whole top-level keys. */
export const scenarioOf = (changes: Partial<Scenario> & { topology: TopologySpec; workload: WorkloadSpec }): Scenario => ({
  name: 'test',
  seed: 1,
  fidelity: 'packet',
  balancer: { kind: 'ecmp' },
  transport: { kind: 'dctcp', g: 1 / 16, initialWindowBytes: null, minWindowBytes: null, recovery: 'sr', rtoPs: null, nackIntervalPs: 5e8 },
  nic: PLAIN_NIC,
  switch: DROPTAIL,
  failures: [],
  stopAtPs: 1e12,
  ...ONE_WORKLOAD,
  stopPackets: null,
  probes: null,
  ...changes,
});

/** The theory's network: line rate, no window, infinite queues, no ACK packets. */
export const ideal = {
  transport: { kind: 'fixed', rateBps: null, windowBytes: null, recovery: 'none', rtoPs: null, nackIntervalPs: 5e8 },
  nic: { ...PLAIN_NIC, acks: 'none' },
  switch: { ...DROPTAIL, queueBytes: Infinity, ecn: 'off' },
} as const satisfies Partial<Scenario>;

/** `fixed` with ACK packets and infinite queues. */
export const lineRate = {
  transport: { kind: 'fixed', rateBps: null, windowBytes: null, recovery: 'sr', rtoPs: null, nackIntervalPs: 5e8 },
  switch: { ...DROPTAIL, queueBytes: Infinity, ecn: 'off' },
} as const satisfies Partial<Scenario>;

/** Ethereal without batch window, jitter or shuffles. */
export const plainEthereal: EtherealSpec = {
  kind: 'ethereal',
  split: 'equal',
  remainder: 'spread',
  minPieceBytes: 1,
  maxPieces: null,
  batchWindowPs: 0,
  startJitterPs: 0,
  shuffleDestinations: false,
  shuffleFlows: false,
  shufflePaths: false,
  weights: true,
  failedAfterPs: 1e9,
  failedPathTimeoutPs: 100e9,
  repath: 'good',
};

export const everyBalancer: readonly BalancerSpec[] = [
  { kind: 'ecmp' },
  { kind: 'ecmp-split', k: 3 },
  { kind: 'spray' },
  { kind: 'drb' },
  { kind: 'spray-switch-rr', variant: 'plain' },
  { kind: 'spray-switch-rr', variant: 'permute' },
  plainEthereal,
  { ...plainEthereal, split: 'fewest', minPieceBytes: null },
  { ...plainEthereal, split: 'none', batchWindowPs: 100_000, startJitterPs: 50_000, shuffleFlows: true, shufflePaths: true },
];

/** One flow per entry, all at 0. */
export const flowsOf = (ranks: number, flows: readonly (readonly [src: number, dst: number, sizeBytes: number])[]): WorkloadSpec => ({
  kind: 'flows',
  flows: flows.map(([src, dst, sizeBytes]) => ({ src, dst, sizeBytes, startPs: 0 })),
  ranks,
});
