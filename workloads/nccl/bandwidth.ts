import { LIMITS_GBPS, NVLS_EFFICIENCY, type NcclAlgorithm, type NcclProtocol } from './tables.ts';
import type { NcclCommunicator } from './tuner.ts';

/** Bytes of the larger buffer that go in a ns, before the correction for their number; 0: the machine has none of it. */
export function ncclBandwidthGBps(comm: NcclCommunicator, algorithm: NcclAlgorithm, protocol: NcclProtocol): number {
  const { ranks, channels } = comm;
  const bus = busBandwidthGBps(comm, algorithm, protocol);
  switch (algorithm) {
    case 'ring':
    case 'nvls':
    case 'nvls-tree':
      return (bus * ranks) / stepsOf(comm);
    case 'tree':
    case 'collnet-chain':
      return bus / 2;
    case 'collnet-direct': {
      const factor = ranks / comm.nodes / channels;
      const reduced = (bus / (factor - (factor - 1) / 2)) * (comm.gpu === 'hopper' || comm.gpu === 'blackwell' ? 0.85 : 1);
      return reduced / 2;
    }
    case 'pat':
      return 0.75 * bus;
  }
}

function stepsOf({ collective, ranks }: NcclCommunicator): number {
  if (collective === 'all-reduce') return 2 * (ranks - 1);
  return collective === 'broadcast' || collective === 'reduce' ? ranks : ranks - 1;
}

/** What the channels carry together. */
function busBandwidthGBps(comm: NcclCommunicator, algorithm: NcclAlgorithm, protocol: NcclProtocol): number {
  const { gpu, nodes, channels, bwIntraGBps, bwInterGBps } = comm;
  const limits = LIMITS_GBPS[gpu];
  const column = Math.min(nodes, 3) - 1;
  const isCollNet = algorithm === 'collnet-direct' || algorithm === 'collnet-chain';
  const bus = channels * (nodes <= 2 || isCollNet ? bwIntraGBps : bwInterGBps);
  switch (algorithm) {
    case 'ring':
      if (protocol === 'll') return Math.min(llLimitGBps(comm), 0.5 * bus);
      return protocol === 'll128' ? Math.min(0.92 * bus, channels * limits.ringLl128[column]!) : bus;
    case 'tree': {
      const tree = Math.min(0.92 * bus, channels * limits.tree[column]!);
      const oneGpu = comm.treeOnOneGpu ? 0.85 : 1;
      if (protocol === 'll') return Math.min(tree / 3.8, llLimitGBps(comm)) * oneGpu;
      if (protocol === 'll128') return Math.min(tree * (nodes === 1 ? 7 / 9 : 15 / 16), channels * limits.treeLl128[column]!) * oneGpu;
      return tree * oneGpu;
    }
    case 'nvls':
    case 'nvls-tree':
      return channels * nvlsChannelGBps(comm, algorithm === 'nvls-tree');
    default:
      return bus;
  }
}

/** On several servers the CPUs decide which row counts. */
function llLimitGBps({ gpu, nodes, cpu }: NcclCommunicator): number {
  const row = nodes === 1 ? gpu : cpu === 'amd' || cpu === 'mixed' ? 'ampere' : 'volta';
  return LIMITS_GBPS[row].ll[Math.min(nodes, 3) - 1]!;
}

function nvlsChannelGBps(comm: NcclCommunicator, isTree: boolean): number {
  const { collective, gpu, nodes, ranks, channels, bwIntraGBps, bwInterGBps } = comm;
  const perNode = ranks / nodes;
  const share = collective === 'all-reduce' ? 2 : (perNode - 1) / perNode;
  const intra = ((bwIntraGBps * NVLS_EFFICIENCY[gpu] * (channels - 1)) / channels) * share;
  if (nodes === 1) return intra;
  const inter = bwInterGBps * (isTree && nodes <= 2 ? 2 : 1);
  return Math.min(intra, inter, isTree ? LIMITS_GBPS[gpu].nvlsTree[Math.min(nodes, 3) - 1]! : Infinity);
}
