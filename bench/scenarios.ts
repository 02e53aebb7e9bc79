import { DROPTAIL, PLAIN_NIC } from '../sim/base/device-spec.ts';
import { ONE_WORKLOAD } from '../sim/base/job-spec.ts';
import type { BalancerSpec } from '../sim/base/balancer-spec.ts';
import type { LeafSpineSpec } from '../sim/base/topology-spec.ts';
import type { Scenario } from '../sim/base/scenario.ts';
import type { WorkloadSpec } from '../sim/base/workload-spec.ts';
import type { TransportSpec } from '../sim/base/transport-spec.ts';

/** A named scenario of the benchmark. */
export interface BenchScenario {
  readonly name: string;
  readonly scenario: Scenario & { readonly topology: LeafSpineSpec };
  /** false: the C++ programs do not know what it has. */
  readonly hasYardstick: boolean;
}

/** No queue of these scenarios fills: the figure is the speed of forwarding and of congestion control, not of loss recovery. */
const DEEP_QUEUE_BYTES = 2 ** 30;
const MIB = 2 ** 20;
const COMMON = { recovery: 'sr', rtoPs: null, nackIntervalPs: 0 } as const;

export const TRANSPORTS = {
  fixed: { kind: 'fixed', rateBps: null, windowBytes: null, ...COMMON },
  dctcp: { kind: 'dctcp', g: 1 / 16, initialWindowBytes: null, minWindowBytes: null, ...COMMON },
} as const satisfies Record<string, TransportSpec>;

export const BALANCERS = {
  ecmp: { kind: 'ecmp' },
  spray: { kind: 'spray' },
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
    weights: true,
    failedAfterPs: 1e9,
    failedPathTimeoutPs: 100e9,
    repath: 'good',
  },
} as const satisfies Record<string, BalancerSpec>;

interface Fabric {
  readonly leaves: number;
  readonly hostsPerLeaf: number;
  readonly spines: number;
}

type Transport = keyof typeof TRANSPORTS;
type Balancer = keyof typeof BALANCERS;

const FABRIC_128: Fabric = { leaves: 16, hostsPerLeaf: 8, spines: 8 };
const FABRIC_1024: Fabric = { leaves: 32, hostsPerLeaf: 32, spines: 32 };
const FABRIC_8192: Fabric = { leaves: 128, hostsPerLeaf: 64, spines: 64 };

const hostsOf = (fabric: Fabric): number => fabric.leaves * fabric.hostsPerLeaf;

/** On 400 Gb/s links of 500 ns, 4096 B of payload and 64 B of header, an ACK a packet, ECN at the default thresholds. */
export function benchScenario(
  fabric: Fabric,
  workloadName: string,
  workload: WorkloadSpec,
  balancer: Balancer,
  transport: Transport,
): BenchScenario {
  const link = { rateBps: 400e9, delayPs: 500_000 };
  const name = `${workloadName}-${hostsOf(fabric)}-${balancer}-${transport}`;
  return {
    name,
    hasYardstick: true,
    scenario: {
      name,
      seed: 1,
      fidelity: 'packet',
      topology: {
        kind: 'leaf-spine',
        ...fabric,
        hostLink: link,
        fabricLink: { ...link, perSpineRateBps: null, linksPerPair: 1 },
        placement: 'packed',
      },
      workload,
      balancer: BALANCERS[balancer],
      transport: TRANSPORTS[transport],
      nic: PLAIN_NIC,
      switch: { ...DROPTAIL, queueBytes: DEEP_QUEUE_BYTES },
      failures: [],
      stopAtPs: 1e12,
      ...ONE_WORKLOAD,
      stopPackets: null,
      probes: null,
    },
  };
}

/** i -> 37 i + 11. */
function permutation(fabric: Fabric, flowBytes: number, balancer: Balancer, transport: Transport): BenchScenario {
  const pattern = { multiply: 37, add: 11 };
  const workload: WorkloadSpec = { kind: 'permutation', pattern, sizeBytes: flowBytes, ranks: hostsOf(fabric) };
  return benchScenario(fabric, 'permutation', workload, balancer, transport);
}

/** Every host posts a message to every other at once. */
function allToAll(fabric: Fabric, messageBytes: number, balancer: Balancer, transport: Transport): BenchScenario {
  const ranks = hostsOf(fabric);
  const workload: WorkloadSpec = { kind: 'all-to-all', algorithm: 'direct', sizeBytes: messageBytes * ranks, ranks };
  return benchScenario(fabric, 'all-to-all', workload, balancer, transport);
}

const balancers = Object.keys(BALANCERS) as Balancer[];
const transports = Object.keys(TRANSPORTS) as Transport[];
const combinations = balancers.flatMap((balancer) => transports.map((transport) => [balancer, transport] as const));

/** Two to thirty million packet hops each. */
export const BENCH_SCENARIOS: readonly BenchScenario[] = [
  ...combinations.map(([balancer, transport]) => permutation(FABRIC_128, 8 * MIB, balancer, transport)),
  ...combinations.map(([balancer, transport]) => permutation(FABRIC_1024, 8 * MIB, balancer, transport)),
  permutation(FABRIC_8192, 2 * MIB, 'spray', 'dctcp'),
  ...combinations.map(([balancer, transport]) => allToAll(FABRIC_128, MIB / 4, balancer, transport)),
  ...combinations.map(([balancer, transport]) => allToAll(FABRIC_1024, MIB / 128, balancer, transport)),
];

/** A short run of the same kind with shallow queues, so that every path of the code, loss recovery too, is compiled before measuring. */
export function warmUp({ scenario }: BenchScenario): Scenario {
  const { topology, switch: fabricSwitch } = scenario;
  return {
    ...scenario,
    topology: { ...topology, leaves: 4 },
    workload: { kind: 'incast', senders: 8, receiver: 0, sizeBytes: MIB, ranks: 4 * topology.hostsPerLeaf },
    switch: { ...fabricSwitch, queueBytes: 16 * 4160, ecn: null },
  };
}
