import type { BalancerSpec, Scenario, TransportSpec } from '../sim/base/scenario.ts';

/** A named scenario of the benchmark. */
export interface BenchScenario {
  readonly name: string;
  readonly scenario: Scenario;
}

/** No queue of these scenarios fills: the figure is the speed of forwarding, not of loss recovery. */
const DEEP_QUEUE_BYTES = 2 ** 30;
const COMMON = { recovery: 'sr', rtoPs: null, nackIntervalPs: 0 } as const;

const TRANSPORTS = {
  fixed: { kind: 'fixed', rateBps: null, windowBytes: null, ...COMMON },
  dctcp: { kind: 'dctcp', g: 1 / 16, initialWindowBytes: null, minWindowBytes: null, ...COMMON },
} as const satisfies Record<string, TransportSpec>;

const BALANCERS = {
  spray: { kind: 'spray' },
  ecmp: { kind: 'ecmp' },
  ethereal: {
    kind: 'ethereal',
    split: 'equal',
    remainder: 'spread',
    minPieceBytes: null,
    maxPieces: null,
    batchWindowPs: 0,
    startJitterPs: 0,
    shuffleDestinations: false,
    shuffleFlows: false,
    shufflePaths: false,
  },
} as const satisfies Record<string, BalancerSpec>;

/** A permutation of 8 MiB flows, i -> 37 i + 11, on `leaves` x `hostsPerLeaf` hosts of 400 Gb/s with 500 ns links. */
function permutation(
  leaves: number,
  hostsPerLeaf: number,
  balancer: keyof typeof BALANCERS,
  transport: keyof typeof TRANSPORTS,
): BenchScenario {
  const link = { rateBps: 400e9, delayPs: 500_000 };
  const hosts = leaves * hostsPerLeaf;
  const name = `permutation-${hosts}-${balancer}-${transport}`;
  return {
    name,
    scenario: {
      name,
      seed: 1,
      fidelity: 'packet',
      topology: {
        kind: 'leaf-spine',
        leaves,
        spines: hostsPerLeaf,
        hostsPerLeaf,
        hostLink: link,
        fabricLink: { ...link, perSpineRateBps: null, linksPerPair: 1 },
        placement: 'packed',
      },
      workload: { kind: 'permutation', pattern: { multiply: 37, add: 11 }, sizeBytes: 8 * 2 ** 20, ranks: hosts },
      balancer: BALANCERS[balancer],
      transport: TRANSPORTS[transport],
      nic: { mtuBytes: 4096, headerBytes: 64, ackBytes: 64, acks: 'per-packet' },
      switch: { kind: 'droptail', queueBytes: DEEP_QUEUE_BYTES, ecn: null, hash: 'ideal' },
      failures: [],
      stopAtPs: 1e12,
    },
  };
}

export const BENCH_SCENARIOS: readonly BenchScenario[] = [
  permutation(16, 8, 'spray', 'dctcp'),
  permutation(16, 8, 'ecmp', 'dctcp'),
  permutation(16, 8, 'ethereal', 'dctcp'),
  permutation(16, 8, 'spray', 'fixed'),
  permutation(16, 8, 'ecmp', 'fixed'),
  permutation(16, 8, 'ethereal', 'fixed'),
  permutation(32, 32, 'spray', 'dctcp'),
  permutation(32, 32, 'ethereal', 'dctcp'),
];

/** A short run of the same kind with shallow queues, so that every path of the code, loss recovery too, is compiled before measuring. */
export function warmUp({ scenario }: BenchScenario): Scenario {
  const { topology, switch: fabricSwitch } = scenario;
  return {
    ...scenario,
    topology: { ...topology, leaves: 4 },
    workload: { kind: 'incast', senders: 8, receiver: 0, sizeBytes: 2 ** 20, ranks: 4 * topology.hostsPerLeaf },
    switch: { ...fabricSwitch, queueBytes: 16 * 4160, ecn: null },
  };
}
