export type NcclGpu = 'volta' | 'ampere' | 'hopper' | 'blackwell';

/** What NCCL's tuner is told of the machines (docs/nccl.md). Bandwidths are in 10^9 bytes a second; null: derived. */
export interface NcclSpec {
  readonly gpu: NcclGpu;
  /** What joins the GPUs of a server. */
  readonly intra: 'nvlink' | 'pci';
  /** Parallel rings, or pairs of trees. */
  readonly channels: number;
  /** Of a channel inside a server and between servers. */
  readonly bwIntraGBps: number | null;
  readonly bwInterGBps: number | null;
  /** What each GPU has of a NIC. */
  readonly nicRateBps: number;
  readonly cpu: 'intel' | 'amd' | 'arm' | 'mixed';
  /** null: as NCCL would by default. */
  readonly ll128: boolean | null;
  /** In-switch reduction of NVLink (NVLS), where the GPU has it. */
  readonly nvls: boolean;
  /** In-network reduction between servers (CollNet). */
  readonly sharp: boolean;
  /** Consecutive ranks that an NVSwitch of the fabric joins, as many as share a server; 1: the fabric has none. */
  readonly switchRanks: number;
  /** Every rank has a NIC of its own. */
  readonly ownNics: boolean;
}
