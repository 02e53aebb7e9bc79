import type { Dimension } from '../../sim/base/quantity.ts';
import { formatQuantity } from '../../sim/base/quantity.ts';
import type { BalancerSpec } from '../../sim/base/balancer-spec.ts';
import type { FatTreeSpec, LinkSpec, MoeSpec, Scenario, TopologySpec, WorkloadSpec } from '../../sim/base/scenario.ts';
import type { SwitchSpec } from '../../sim/base/device-spec.ts';
import type { TransportSpec } from '../../sim/base/transport-spec.ts';
import type { Json } from './tree.ts';

export type JsonBlock = { readonly [key: string]: Json };

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
  const { nic } = scenario;
  return {
    name: scenario.name,
    kind: 'fabric',
    seed: scenario.seed,
    fidelity: scenario.fidelity,
    topology: topologyBlock(scenario.topology),
    workload: workloadBlock(scenario.workload),
    balancer: balancerBlock(scenario.balancer),
    transport: transportBlock(scenario.transport),
    nic: { mtu: sizeText(nic.mtuBytes), header: sizeText(nic.headerBytes), ack: sizeText(nic.ackBytes), acks: nic.acks },
    switch: switchBlock(scenario.switch),
    failures: scenario.failures.map(({ link }) => ({ link, at: '0s' })),
    stop: { at: timeText(scenario.stopAtPs), ...(scenario.stopPackets === null ? {} : { packets: scenario.stopPackets }) },
  };
}

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
  if (balancer.kind !== 'ethereal') return { ...balancer };
  const { minPieceBytes, maxPieces, batchWindowPs, startJitterPs, ...words } = balancer;
  return {
    ...words,
    ...derived('minPiece', minPieceBytes, 'bytes'),
    ...(maxPieces === null ? {} : { maxPieces }),
    batchWindow: timeText(batchWindowPs),
    startJitter: timeText(startJitterPs),
  };
}

function transportBlock(transport: TransportSpec): JsonBlock {
  const { kind, recovery } = transport;
  const common = {
    recovery,
    ...derived('rto', transport.rtoPs, 'time'),
    ...(recovery === 'gbn' ? { nackInterval: timeText(transport.nackIntervalPs) } : {}),
  };
  switch (transport.kind) {
    case 'fixed':
      return { kind, ...derived('rate', transport.rateBps, 'rate'), ...derived('window', transport.windowBytes, 'bytes'), ...common };
    case 'dctcp': {
      const windows = {
        ...derived('initialWindow', transport.initialWindowBytes, 'bytes'),
        ...derived('minWindow', transport.minWindowBytes, 'bytes'),
      };
      return { kind, g: transport.g, ...windows, ...common };
    }
    case 'dctcp-rate': {
      const rates = { additiveIncrease: rateText(transport.additiveIncreaseBps), minRate: rateText(transport.minRateBps) };
      return { kind, g: transport.g, ...rates, ...common };
    }
  }
}

function switchBlock({ kind, queueBytes, ecn, hash }: SwitchSpec): JsonBlock {
  return {
    kind,
    ...(queueBytes === Infinity ? { queue: 'infinite' } : derived('queue', queueBytes, 'bytes')),
    ...(ecn === null ? {} : { ecn: ecn === 'off' ? 'off' : { low: sizeText(ecn.lowBytes), high: sizeText(ecn.highBytes) } }),
    hash,
  };
}
