import type { NcclSpec } from '../../sim/base/nccl-spec.ts';
import type { NcclAlgorithm, NcclProtocol } from './tables.ts';

/** Bytes of data in a step of a connection's buffer. */
export const STEP_BYTES: Readonly<Record<NcclProtocol, number>> = { ll: 32 * 1024, ll128: 576_000, simple: 512 * 1024 };

/** Of a channel's rings inside servers: below it a ring of Simple has half the threads. */
const SLOW_RING_GBPS = 12;

export interface ChannelDemand {
  readonly algorithm: NcclAlgorithm;
  readonly protocol: NcclProtocol;
  readonly bytes: number;
  readonly ranks: number;
  readonly channels: number;
  readonly bwIntraGBps: number;
}

/** How many of its channels NCCL uses for so many bytes: a thread of each must have enough to do (src/enqueue.cc). */
export function ncclChannels({ algorithm, protocol, bytes, ranks, channels, bwIntraGBps }: ChannelDemand): number {
  const isSlowRing = algorithm === 'ring' && channels * bwIntraGBps <= SLOW_RING_GBPS;
  const threads = protocol === 'll' ? 512 : protocol === 'll128' ? 640 : isSlowRing ? 256 : 512;
  const threshold = protocol === 'simple' ? 64 : protocol === 'll' && algorithm === 'ring' ? 8 * ranks : 8;
  return Math.max(1, Math.min(channels, Math.floor(bytes / (threads * threshold))));
}

/** Bytes of a chunk of a tree with LL128: so small that a channel's part fills the tree, and not smaller than pays (src/enqueue.cc). */
export function treeChunkBytes(bytesOfChannel: number, { ranks, nodes }: { readonly ranks: number; readonly nodes: number }): number {
  const perNode = ranks / nodes;
  const depth = 1 + Math.floor(Math.log2(nodes)) + 0.1 * perNode;
  let chunk = STEP_BYTES.ll128;
  while (bytesOfChannel / chunk < (depth * 64) / perNode && chunk > 128 * 1024) chunk /= 2;
  while (bytesOfChannel / chunk < (depth * 16) / perNode && chunk > 32 * 1024) chunk /= 2;
  return chunk;
}

/** Bytes of a chunk of NVLS, of which every GPU of a server has one a channel at a time. */
const NVLS_CHUNK_BYTES = 128 * 1024;

/** Chunks that a vector goes in through the switches, smaller ones where it is too short to fill them (src/enqueue.cc). */
export function nvlsChunks(bytes: number, channels: number, ranksOfServer: number): number {
  const atOnce = channels * ranksOfServer;
  let chunk = NVLS_CHUNK_BYTES;
  if (bytes < 64 * atOnce * chunk) chunk = 64 * 1024;
  if (bytes < 8 * atOnce * chunk) chunk = 32 * 1024;
  if (bytes < 2 * atOnce * chunk) chunk = 16 * 1024;
  return Math.max(1, Math.ceil(bytes / (atOnce * chunk)));
}

/**
 * Bytes on the wire for a message of so many bytes: every 8 bytes of LL carry 4 of data, every 128 of LL128 carry 120.
 */
export function wireBytes(protocol: NcclProtocol, bytes: number): number {
  switch (protocol) {
    case 'll':
      return Math.ceil(bytes / 4) * 8;
    case 'll128':
      return Math.ceil(bytes / 120) * 128;
    case 'simple':
      return bytes;
  }
}

/** What a machine has by default: one GPU's links inside a server and one NIC a GPU, divided among the channels. */
export interface ChannelBandwidths {
  readonly bwIntraGBps: number;
  readonly bwInterGBps: number;
}

export function channelBandwidths(
  { intra, channels, bwIntraGBps, bwInterGBps, nicRateBps }: NcclSpec,
  links: { readonly nvlinkGBps: number; readonly pciGBps: number },
  nicsPerServer: number,
): ChannelBandwidths {
  const inside = intra === 'nvlink' ? links.nvlinkGBps : links.pciGBps;
  // NCCL counts 12 GB/s for 100 Gb/s.
  const network = (nicRateBps / 100e9) * 12 * nicsPerServer;
  return { bwIntraGBps: bwIntraGBps ?? inside / channels, bwInterGBps: bwInterGBps ?? network / channels };
}
