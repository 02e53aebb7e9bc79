import { DROPTAIL, PLAIN_NIC } from '../../sim/base/device-spec.ts';
import type { BalancerSpec } from '../../sim/base/balancer-spec.ts';
import type { FileSpec, InputFile, MoeSpec, Scenario, WorkloadSpec } from '../../sim/base/scenario.ts';
import type { NicSpec, SwitchSpec } from '../../sim/base/device-spec.ts';
import type { TransportSpec } from '../../sim/base/transport-spec.ts';
import { hostCount } from '../../topologies/build-topology.ts';
import type { BalancerConfig } from './schema/balancer.ts';
import type { Config } from './schema/config.ts';
import type { SwitchConfig } from './schema/devices.ts';
import type { TransportConfig } from './schema/transport.ts';
import type { WorkloadConfig } from './schema/workload.ts';
import { topologySpec } from './topology-spec.ts';

/** NACK interval of the HPCC simulator: normally one NACK for one expected packet. */
const NACK_INTERVAL_PS = 500e6;

/**
 * A valid config as the simulator takes it. Defaults that follow from the fabric become null.
 *
 * @param files content of the workload's files, in rank order; empty for other workloads
 */
export function toScenario(config: Config, name: string, files: readonly InputFile[]): Scenario {
  const topology = topologySpec(config.topology);
  return {
    name,
    seed: config.seed,
    fidelity: config.fidelity,
    topology,
    workload: workloadSpec(config.workload, hostCount(topology), files),
    balancer: balancerSpec(config.balancer),
    transport: transportSpec(config.transport, config.nic.acks),
    nic: { ...PLAIN_NIC, mtuBytes: config.nic.mtu, headerBytes: config.nic.header, ackBytes: config.nic.ack, acks: config.nic.acks },
    switch: switchSpec(config.switch),
    failures: config.failures.map(({ link }) => ({ link })),
    stopAtPs: config.stop.at,
    stopPackets: config.stop.packets ?? null,
  };
}

function workloadSpec(workload: WorkloadConfig, hosts: number, files: readonly InputFile[]): WorkloadSpec {
  const ranks = workload.ranks ?? hosts;
  switch (workload.kind) {
    case 'all-reduce':
    case 'all-gather':
    case 'reduce-scatter':
    case 'all-to-all':
      return { kind: workload.kind, algorithm: workload.algorithm, sizeBytes: workload.size, ranks };
    case 'permutation':
      return { kind: workload.kind, pattern: workload.pattern, sizeBytes: workload.size, ranks };
    case 'incast':
      return { kind: workload.kind, senders: workload.senders, receiver: workload.receiver, sizeBytes: workload.size, ranks };
    case 'flows': {
      const flows = workload.flows.map(({ src, dst, size, start }) => ({ src, dst, sizeBytes: size, startPs: start }));
      return { kind: workload.kind, flows, ranks };
    }
    case 'moe':
      return moeSpec(workload, ranks);
    case 'file':
      return fileSpec(workload, ranks, files);
  }
}

/** Bytes of a token copy: reference formulas of DeepEP's low-latency test (fp8 and logfmt10 carry one 4-byte scale for 128 values). */
function moeSpec(workload: Extract<WorkloadConfig, { kind: 'moe' }>, ranks: number): MoeSpec {
  const { kind, layers, tokens, hidden, experts, topk, phase, dispatch, combine, routing, placement, scheme } = workload;
  const formats = { fp8: hidden + (hidden / 128) * 4 + 16, bf16: 2 * hidden, logfmt10: (hidden * 10) / 8 + (hidden / 128) * 4 };
  const tokenBytes = (format: number | keyof typeof formats): number => (typeof format === 'number' ? format : formats[format]);
  return {
    kind,
    layers,
    tokens,
    experts,
    topk,
    phase,
    dispatchBytesPerToken: tokenBytes(dispatch),
    combineBytesPerToken: tokenBytes(combine),
    backwardBytesPerToken: formats.bf16,
    routing,
    placement,
    scheme,
    ranks,
  };
}

function fileSpec(workload: Extract<WorkloadConfig, { kind: 'file' }>, ranks: number, files: readonly InputFile[]): FileSpec {
  const { kind, path, format } = workload;
  return {
    kind,
    path,
    format,
    files,
    htsim: { startUnit: (format === 'htsim' ? workload.htsim.startUnit : undefined) ?? null },
    chakra: format === 'chakra' ? workload.chakra : CHAKRA_DEFAULTS,
    ranks,
  };
}

const CHAKRA_DEFAULTS: FileSpec['chakra'] = {
  durationUnit: 'us',
  deps: 'both',
  missingDeps: 'error',
  missingComm: 'error',
  allReduce: 'ring',
  allGather: 'ring',
  reduceScatter: 'ring',
};

function balancerSpec(balancer: BalancerConfig): BalancerSpec {
  if (balancer.kind !== 'ethereal') return balancer;
  const { kind, split, remainder, minPiece, maxPieces, batchWindow, startJitter } = balancer;
  const { shuffleDestinations, shuffleFlows, shufflePaths } = balancer;
  return {
    kind,
    split,
    remainder,
    minPieceBytes: minPiece ?? null,
    maxPieces: maxPieces ?? null,
    batchWindowPs: batchWindow,
    startJitterPs: startJitter,
    shuffleDestinations,
    shuffleFlows,
    shufflePaths,
  };
}

function transportSpec(transport: TransportConfig, acks: NicSpec['acks']): TransportSpec {
  const common = {
    recovery: transport.recovery ?? (acks === 'none' ? 'none' : 'sr'),
    rtoPs: transport.rto ?? null,
    nackIntervalPs: transport.nackInterval ?? NACK_INTERVAL_PS,
  };
  switch (transport.kind) {
    case 'fixed':
      return { kind: 'fixed', rateBps: transport.rate ?? null, windowBytes: transport.window ?? null, ...common };
    case 'dctcp': {
      const { g, initialWindow, minWindow } = transport;
      return { kind: 'dctcp', g, initialWindowBytes: initialWindow ?? null, minWindowBytes: minWindow ?? null, ...common };
    }
    case 'dctcp-rate': {
      const { g, additiveIncrease, minRate } = transport;
      return { kind: 'dctcp-rate', g, additiveIncreaseBps: additiveIncrease, minRateBps: minRate, ...common };
    }
  }
}

function switchSpec({ kind, queue, ecn, hash }: SwitchConfig): SwitchSpec {
  return {
    ...DROPTAIL,
    kind,
    queueBytes: queue === 'infinite' ? Infinity : (queue ?? null),
    ecn: typeof ecn === 'object' ? { lowBytes: ecn.low, highBytes: ecn.high, maxProbability: 1 } : (ecn ?? null),
    hash,
  };
}
