import type { NcclSpec } from '../../sim/base/nccl-spec.ts';
import { ncclBandwidthGBps } from './bandwidth.ts';
import { ncclLatencyUs } from './latency.ts';
import { ALGORITHMS, PROTOCOLS, TREE_FACTORS, type NcclAlgorithm, type NcclProtocol } from './tables.ts';

/** The collectives that NCCL tunes. */
export type NcclCollective = 'all-reduce' | 'all-gather' | 'reduce-scatter' | 'broadcast' | 'reduce';

/** A communicator as the tuner sees it. */
export interface NcclCommunicator {
  readonly collective: NcclCollective;
  readonly gpu: NcclSpec['gpu'];
  readonly ranks: number;
  /** Servers; ranks / nodes is a mean where they are not equally full. */
  readonly nodes: number;
  readonly channels: number;
  /** What joins the GPUs of a server. */
  readonly intra: 'nvlink' | 'pci';
  /** Of a channel, in 10^9 bytes a second. */
  readonly bwIntraGBps: number;
  readonly bwInterGBps: number;
  readonly cpu: NcclSpec['cpu'];
  /** LL128 may be used. */
  readonly ll128: boolean;
  /** NVLS may be used. */
  readonly nvls: boolean;
  /** CollNet may be used. */
  readonly sharp: boolean;
  /** All channels of a ring visit the GPUs in one order. */
  readonly sameOrder: boolean;
  /** All that a tree sends over the network leaves by one GPU. */
  readonly treeOnOneGpu: boolean;
  /** Beyond the latency of a link, of each hop between servers. */
  readonly extraLatencyUs: number;
}

/** What the model says of an algorithm and protocol. */
export interface NcclCost {
  readonly algorithm: NcclAlgorithm;
  readonly protocol: NcclProtocol;
  readonly latencyUs: number;
  readonly bandwidthGBps: number;
  readonly timeUs: number;
}

export interface NcclTuning {
  /** Every algorithm and protocol that is enabled, in the order of `ALGORITHMS` and `PROTOCOLS`. */
  readonly costs: readonly NcclCost[];
  /** The one with the least time; of several the first. */
  readonly choice: NcclCost;
}

/**
 * The cost model of NCCL 2.30 (src/graph/tuning.cc): latency + bytes / bandwidth for each algorithm and protocol, and the one NCCL would
 * pick (docs/nccl.md).
 *
 * @param bytes larger of send and receive buffer: what nccl-tests prints as size
 */
export function ncclTuner(comm: NcclCommunicator, bytes: number): NcclTuning {
  const costs = ALGORITHMS.flatMap((algorithm) =>
    PROTOCOLS.filter((protocol) => isEnabled(comm, algorithm, protocol)).map((protocol) => costOf(comm, bytes, algorithm, protocol)),
  ).filter(({ bandwidthGBps }) => bandwidthGBps > 0);
  return { costs, choice: cheapest(costs) };
}

/** The first of those with the least time. */
export const cheapest = (costs: readonly NcclCost[]): NcclCost =>
  costs.reduce((best, cost) => (cost.timeUs < best.timeUs ? cost : best), costs[0]!);

/** Has the algorithm this collective and protocol, and the machine what it takes? */
function isEnabled(comm: NcclCommunicator, algorithm: NcclAlgorithm, protocol: NcclProtocol): boolean {
  const { collective, nodes, ranks } = comm;
  if (protocol === 'll128' && !comm.ll128) return false;
  if (protocol !== 'simple' && algorithm !== 'tree' && algorithm !== 'ring') return false;
  const isRooted = collective === 'broadcast' || collective === 'reduce';
  const hasNvls = comm.nvls && comm.intra === 'nvlink' && (comm.gpu === 'hopper' || comm.gpu === 'blackwell') && comm.channels >= 2;
  switch (algorithm) {
    case 'ring':
      return true;
    case 'tree':
      return collective === 'all-reduce';
    case 'collnet-direct':
    case 'collnet-chain':
      return collective === 'all-reduce' && comm.sharp && nodes > 1;
    case 'nvls':
      return !isRooted && hasNvls && ranks > nodes && (nodes === 1 || comm.sharp);
    case 'nvls-tree':
      return collective === 'all-reduce' && hasNvls && ranks > nodes && nodes > 1;
    case 'pat':
      return (collective === 'all-gather' || collective === 'reduce-scatter') && nodes > 1 && ranks === nodes;
  }
}

function costOf(comm: NcclCommunicator, bytes: number, algorithm: NcclAlgorithm, protocol: NcclProtocol): NcclCost {
  const latencyUs = ncclLatencyUs(comm, algorithm, protocol) * latencyFactor(comm, bytes, algorithm, protocol);
  const bandwidthGBps = ncclBandwidthGBps(comm, algorithm, protocol) * bandwidthFactor(comm, bytes, algorithm, protocol);
  return { algorithm, protocol, latencyUs, bandwidthGBps, timeUs: latencyUs + bytes / (1000 * bandwidthGBps) };
}

/** A ring between servers pays more for its first steps when the blocks are not tiny. */
function latencyFactor(comm: NcclCommunicator, bytes: number, algorithm: NcclAlgorithm, protocol: NcclProtocol): number {
  const { collective, nodes, ranks, channels, gpu } = comm;
  const isCorrected = algorithm === 'ring' && protocol === 'simple' && collective === 'all-reduce' && nodes > 1;
  if (!isCorrected || bytes / (channels * ranks) < 64) return 1;
  return gpu === 'volta' ? 1.9 : 1.4;
}

function bandwidthFactor(comm: NcclCommunicator, bytes: number, algorithm: NcclAlgorithm, protocol: NcclProtocol): number {
  const isNvlsTree = algorithm === 'nvls-tree' && comm.gpu === 'blackwell' && comm.cpu !== 'arm';
  if (comm.collective !== 'all-reduce' || (algorithm !== 'tree' && !isNvlsTree) || bytes < 64) return 1;
  return TREE_FACTORS[protocol][Math.floor(Math.log2(Math.floor(bytes / 64)))] ?? 1;
}
