import type { Dimension } from '../../sim/base/quantity.ts';
import { formatQuantity } from '../../sim/base/quantity.ts';
import type { BalancerSpec, EtherealSpec } from '../../sim/base/balancer-spec.ts';
import type { BackgroundSpec, JobSpec, StartSpec, StragglerSpec } from '../../sim/base/job-spec.ts';
import type { ProbeSpec } from '../../sim/base/probe-spec.ts';
import type { FatTreeSpec, LinkSpec, TopologySpec } from '../../sim/base/topology-spec.ts';
import type { MoeSpec } from '../../sim/base/moe-spec.ts';
import type { Scenario } from '../../sim/base/scenario.ts';
import type { WorkloadSpec } from '../../sim/base/workload-spec.ts';
import { nicBlock, switchBlock } from './device-blocks.ts';
import { failureBlock } from './failure-specs.ts';
import { hostBalancerBlock } from './host-balancer.ts';
import { transportBlock } from './transport-blocks.ts';
import { switchBalancerBlock } from './switch-balancer.ts';
import type { JsonBlock } from './tree.ts';

const sizeText = (bytes: number): string => formatQuantity(bytes, 'bytes');
const rateText = (bps: number): string => formatQuantity(bps, 'rate');
const timeText = (ps: number): string => formatQuantity(ps, 'time');

/** `{ key: quantity }`, or nothing where the default follows from the fabric. */
const derived = (key: string, value: number | null, dimension: Dimension): JsonBlock =>
  value === null ? {} : { [key]: formatQuantity(value, dimension) };

/**
 * The config of one run, written out: quantities with units, every default explicit that does not follow from the fabric. As a config
 * file it gives the same Scenario again, provided a workload file is still found under its path (relative to the config's folder).
 */
export function resolvedConfig(scenario: Scenario): JsonBlock {
  return {
    name: scenario.name,
    kind: 'fabric',
    seed: scenario.seed,
    fidelity: scenario.fidelity,
    topology: topologyBlock(scenario.topology),
    ...trafficBlocks(scenario),
    nic: nicBlock(scenario.nic),
    switch: switchBlock(scenario.switch),
    failures: scenario.failures.map(failureBlock),
    stop: { at: timeText(scenario.stopAtPs), ...(scenario.stopPackets === null ? {} : { packets: scenario.stopPackets }) },
    ...(scenario.probes === null ? {} : { probes: probeBlock(scenario.probes) }),
  };
}

const probeBlock = ({ everyPs, what, links }: ProbeSpec): JsonBlock => ({ every: timeText(everyPs), what, links });

/** Where there are jobs, each has a balancer and a transport of its own. */
function trafficBlocks({ workload, start, jobs, background, balancer, transport }: Scenario): JsonBlock {
  const others = background === null ? {} : { background: backgroundBlock(background) };
  if (jobs.length > 0) return { jobs: jobs.map(jobBlock), ...others };
  const block = { ...workloadBlock(workload), ...startKeys(start) };
  return { workload: block, balancer: balancerBlock(balancer), transport: transportBlock(transport), ...others };
}

function jobBlock({ name, workload, start, ...traffic }: JobSpec): JsonBlock {
  const { ranks: _ranks, ...block } = workloadBlock(workload);
  return { name, workload: block, ...startKeys(start), ...sharedKeys(traffic) };
}

function backgroundBlock({ load, sizes, untilPs, ...traffic }: BackgroundSpec): JsonBlock {
  const points =
    typeof sizes === 'string' ? sizes : sizes.map(({ sizeBytes, probability }) => ({ size: sizeText(sizeBytes), probability }));
  return { load, sizes: points, until: timeText(untilPs), pattern: 'random', ...sharedKeys(traffic) };
}

function sharedKeys({
  ranks,
  balancer,
  transport,
  trafficClass,
}: Pick<JobSpec, 'ranks' | 'balancer' | 'transport' | 'trafficClass'>): JsonBlock {
  const isRow = ranks.every((rank, i) => rank === ranks[0]! + i);
  return {
    ranks: isRow ? { from: ranks[0]!, count: ranks.length } : ranks,
    balancer: balancerBlock(balancer),
    transport: transportBlock(transport),
    class: trafficClass,
  };
}

function startKeys({ startPs, startJitterPs, stragglers }: StartSpec): JsonBlock {
  return {
    ...(startPs === 0 ? {} : { start: timeText(startPs) }),
    ...(startJitterPs === 0 ? {} : { startJitter: timeText(startJitterPs) }),
    ...(stragglers === null ? {} : { stragglers: stragglerBlock(stragglers) }),
  };
}

const stragglerBlock = ({ fraction, delayPs, slowdown }: StragglerSpec): JsonBlock => ({
  fraction,
  ...(delayPs === 0 ? {} : { delay: timeText(delayPs) }),
  ...(slowdown === 1 ? {} : { slowdown }),
});

const linkBlock = ({ rateBps, delayPs }: LinkSpec): JsonBlock => ({ rate: rateText(rateBps), delay: timeText(delayPs) });

function topologyBlock(topology: TopologySpec): JsonBlock {
  const { kind, placement } = topology;
  const hostLink = linkBlock(topology.hostLink);
  const fabricLink = linkBlock(topology.fabricLink);
  switch (topology.kind) {
    case 'leaf-spine': {
      const { leaves, spines, hostsPerLeaf } = topology;
      const { perSpineRateBps, linksPerPair } = topology.fabricLink;
      const perSpine = perSpineRateBps === null ? {} : { perSpine: perSpineRateBps.map(rateText) };
      return { kind, leaves, spines, hostsPerLeaf, hostLink, fabricLink: { ...fabricLink, ...perSpine, linksPerPair }, placement };
    }
    case 'fat-tree': {
      const { pods, torsPerPod, aggsPerPod, coresPerAgg, hostsPerTor } = topology;
      const coreLink = linkBlock(topology.coreLink);
      const counts = { pods, torsPerPod, aggsPerPod, coresPerAgg, hostsPerTor };
      return { kind, k: smallestRadix(topology), ...counts, hostLink, fabricLink, coreLink, placement };
    }
  }
}

/** The counts alone make the fabric: any switch that has the ports for them gives the same one. */
function smallestRadix({ pods, torsPerPod, aggsPerPod, coresPerAgg, hostsPerTor }: FatTreeSpec): number {
  return 2 * Math.ceil(Math.max(pods, torsPerPod + coresPerAgg, hostsPerTor + aggsPerPod) / 2);
}

function workloadBlock(workload: WorkloadSpec): JsonBlock {
  switch (workload.kind) {
    case 'all-reduce':
    case 'all-gather':
    case 'reduce-scatter':
    case 'all-to-all':
      return { kind: workload.kind, algorithm: workload.algorithm, size: sizeText(workload.sizeBytes), ranks: workload.ranks };
    case 'permutation':
      return { kind: workload.kind, pattern: workload.pattern, size: sizeText(workload.sizeBytes), ranks: workload.ranks };
    case 'incast': {
      const { kind, senders, receiver, sizeBytes, ranks } = workload;
      return { kind, senders, receiver, size: sizeText(sizeBytes), ranks };
    }
    case 'flows': {
      const flows = workload.flows.map(({ src, dst, sizeBytes, startPs }) => ({
        src,
        dst,
        size: sizeText(sizeBytes),
        start: timeText(startPs),
      }));
      return { kind: workload.kind, flows, ranks: workload.ranks };
    }
    case 'moe':
      return moeBlock(workload);
    case 'file': {
      const { kind, path, format, ranks, htsim, chakra } = workload;
      const options = format === 'chakra' ? { chakra } : { htsim: htsim.startUnit === null ? {} : { startUnit: htsim.startUnit } };
      return { kind, format, path, ...options, ranks };
    }
  }
}

/** The backward pass carries bf16 values: its bytes give the hidden size. */
function moeBlock(moe: MoeSpec): JsonBlock {
  const { kind, layers, tokens, experts, topk, phase, routing, placement, scheme, ranks } = moe;
  return {
    kind,
    layers,
    tokens,
    hidden: moe.backwardBytesPerToken / 2,
    experts,
    topk,
    phase,
    dispatch: sizeText(moe.dispatchBytesPerToken),
    combine: sizeText(moe.combineBytesPerToken),
    routing,
    capacity: 'none',
    placement,
    scheme,
    ranks,
  };
}

function balancerBlock(balancer: BalancerSpec): JsonBlock {
  switch (balancer.kind) {
    case 'plb':
    case 'plb-delay':
    case 'reps':
    case 'reps-htsim':
    case 'mrc':
      return hostBalancerBlock(balancer);
    case 'letflow':
    case 'flowlet-ar':
    case 'conga':
      return switchBalancerBlock(balancer);
    case 'ethereal':
      return etherealBlock(balancer);
    default:
      return { ...balancer };
  }
}

function etherealBlock(balancer: EtherealSpec): JsonBlock {
  const { minPieceBytes, maxPieces, batchWindowPs, startJitterPs, failedAfterPs, failedPathTimeoutPs, ...words } = balancer;
  return {
    ...words,
    ...derived('minPiece', minPieceBytes, 'bytes'),
    ...(maxPieces === null ? {} : { maxPieces }),
    batchWindow: timeText(batchWindowPs),
    startJitter: timeText(startJitterPs),
    failedAfter: timeText(failedAfterPs),
    failedPathTimeout: timeText(failedPathTimeoutPs),
  };
}
