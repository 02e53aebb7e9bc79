import type { NcclSpec } from '../../sim/base/nccl-spec.ts';
import { formatQuantity } from '../../sim/base/quantity.ts';
import type { WorkloadSpec } from '../../sim/base/workload-spec.ts';
import { nccl as ncclSchema, type NcclConfig } from './schema/nccl.ts';
import type { TopologyConfig } from './schema/topology.ts';
import type { JsonBlock } from './tree.ts';

const BITS_A_GIGABYTE = 8e9;

/** The `nccl` block of a valid config as the simulator takes it; an absent one has its defaults. */
export function ncclSpec(nccl: NcclConfig): NcclSpec {
  const { gpu, intra, channels, bwIntra, bwInter, nicRate, cpu, ll128, nvls, sharp } = nccl ?? ncclSchema.parse({})!;
  return {
    gpu,
    intra,
    channels,
    bwIntraGBps: bwIntra === undefined ? null : bwIntra / BITS_A_GIGABYTE,
    bwInterGBps: bwInter === undefined ? null : bwInter / BITS_A_GIGABYTE,
    nicRateBps: nicRate ?? null,
    cpu,
    ll128: ll128 ?? null,
    nvls,
    sharp,
  };
}

/** What the config does not say of NICs is that of the fabric: GPUs that share one have each its part of the host's link. */
export function withNicRate<T extends WorkloadSpec>(workload: T, topology: TopologyConfig): T {
  if (!('nccl' in workload) || workload.nccl === undefined || workload.nccl.nicRateBps !== null || !('hostLink' in topology))
    return workload;
  const { gpusPerServer = 1, nicsPerServer = gpusPerServer } = topology;
  return { ...workload, nccl: { ...workload.nccl, nicRateBps: (topology.hostLink.rate * nicsPerServer) / gpusPerServer } };
}

/** The same as keys of a config. */
export function ncclBlock({ bwIntraGBps, bwInterGBps, nicRateBps, ll128, ...words }: NcclSpec): JsonBlock {
  const rate = (key: string, bps: number | null): JsonBlock => (bps === null ? {} : { [key]: formatQuantity(bps, 'rate') });
  return {
    ...words,
    ...rate('bwIntra', bwIntraGBps === null ? null : bwIntraGBps * BITS_A_GIGABYTE),
    ...rate('bwInter', bwInterGBps === null ? null : bwInterGBps * BITS_A_GIGABYTE),
    ...rate('nicRate', nicRateBps),
    ...(ll128 === null ? {} : { ll128 }),
  };
}
