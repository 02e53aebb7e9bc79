import { BASE_LATENCY_US, LINK_LATENCY_US, PROTOCOLS, type LinkType, type NcclAlgorithm, type NcclProtocol } from './tables.ts';
import type { NcclCommunicator } from './tuner.ts';

/** The part of the time that does not depend on the size, in us, before its correction for the size. */
export function ncclLatencyUs(comm: NcclCommunicator, algorithm: NcclAlgorithm, protocol: NcclProtocol): number {
  const { ranks, nodes } = comm;
  const column = PROTOCOLS.indexOf(protocol);
  const ofLink = (link: LinkType, of: NcclAlgorithm = algorithm): number => LINK_LATENCY_US[link][of][column]!;
  const base = BASE_LATENCY_US[algorithm][column]!;
  const perNode = ranks / nodes;
  const intra = ofLink(comm.intra);
  const isSimple = protocol === 'simple';
  // The flush of a Simple receive crosses the network path once more.
  const extra = comm.extraLatencyUs * (isSimple ? 2 : 1);
  const inter = ofLink('network', perNode === 1 ? 'tree' : algorithm) + extra;
  const hops = Math.floor(Math.log2(nodes));
  switch (algorithm) {
    case 'ring':
      return base + ringStepsUs(comm, protocol, { intra, inter });
    case 'tree':
      return base + 2 * ((perNode - 1) * intra + hops * inter);
    case 'nvls':
      return intra + (nodes > 1 ? inter : 0);
    case 'nvls-tree':
      return base + intra + 2 * hops * inter;
    case 'collnet-direct':
      return base + 2 * (Math.min(1, perNode - 1) * intra + 0.4 * (perNode - 1)) + inter;
    case 'collnet-chain':
      return base + 2 * (perNode - 1) * intra + inter;
    case 'pat':
      return base + (hops * inter) / 3.5 + 2.8 * ranks;
  }
}

interface HopLatencies {
  readonly intra: number;
  readonly inter: number;
}

function ringStepsUs(comm: NcclCommunicator, protocol: NcclProtocol, { intra, inter }: HopLatencies): number {
  const { collective, ranks, nodes, sameOrder } = comm;
  if (collective === 'broadcast' || collective === 'reduce') {
    const link = nodes > 1 ? 'network' : comm.intra;
    const column = PROTOCOLS.indexOf(protocol);
    if (sameOrder) return LINK_LATENCY_US[link].ring[column]!;
    return ranks * LINK_LATENCY_US[link][protocol === 'simple' ? 'tree' : 'ring'][column]!;
  }
  const rounds = collective === 'all-reduce' ? 2 : 1;
  const betweenNodes = nodes > 1 ? rounds * (nodes - 1) : 0;
  const inNodes = rounds * (ranks - 1) - betweenNodes;
  const networkOverhead = nodes > 1 ? (comm.cpu === 'amd' ? 2 : 1) * (protocol === 'simple' ? 3 : 1) : 0;
  return inNodes * Math.max(intra, networkOverhead) + betweenNodes * inter;
}
