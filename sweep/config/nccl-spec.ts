import type { NcclSpec } from '../../sim/base/nccl-spec.ts';
import { formatQuantity } from '../../sim/base/quantity.ts';
import { nccl as ncclSchema, type NcclConfig } from './schema/nccl.ts';
import type { RankFabric } from './topology-spec.ts';
import type { JsonBlock } from './tree.ts';

const BITS_A_GIGABYTE = 8e9;

/**
 * The `nccl` block of a valid config as the simulator takes it; an absent one has its defaults.
 *
 * @param fabric `nicRateBps` is for a block that does not name the rate of a NIC
 */
export function ncclSpec(nccl: NcclConfig, { perServer, nicRateBps, ownNics }: RankFabric): NcclSpec {
  const { gpu, intra, channels, bwIntra, bwInter, nicRate, cpu, ll128, nvls, sharp } = nccl ?? ncclSchema.parse({})!;
  return {
    gpu,
    intra,
    channels,
    bwIntraGBps: bwIntra === undefined ? null : bwIntra / BITS_A_GIGABYTE,
    bwInterGBps: bwInter === undefined ? null : bwInter / BITS_A_GIGABYTE,
    nicRateBps: nicRate ?? nicRateBps,
    cpu,
    ll128: ll128 ?? null,
    nvls,
    sharp,
    switchRanks: perServer,
    ownNics,
  };
}

/** The same as keys of a config; what the fabric says is none of them. */
export function ncclBlock({ gpu, intra, channels, cpu, nvls, sharp, bwIntraGBps, bwInterGBps, nicRateBps, ll128 }: NcclSpec): JsonBlock {
  const rate = (key: string, bps: number | null): JsonBlock => (bps === null ? {} : { [key]: formatQuantity(bps, 'rate') });
  return {
    ...{ gpu, intra, channels, cpu, nvls, sharp },
    ...rate('bwIntra', bwIntraGBps === null ? null : bwIntraGBps * BITS_A_GIGABYTE),
    ...rate('bwInter', bwInterGBps === null ? null : bwInterGBps * BITS_A_GIGABYTE),
    nicRate: formatQuantity(nicRateBps, 'rate'),
    ...(ll128 === null ? {} : { ll128 }),
  };
}
