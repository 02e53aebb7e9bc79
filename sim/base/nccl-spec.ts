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
  /** Of each GPU's NIC; null: 400 Gb/s. */
  readonly nicRateBps: number | null;
  readonly cpu: 'intel' | 'amd' | 'arm' | 'mixed';
  /** null: as NCCL would by default. */
  readonly ll128: boolean | null;
  /** In-switch reduction of NVLink (NVLS), where the GPU has it. */
  readonly nvls: boolean;
  /** In-network reduction between servers (CollNet). */
  readonly sharp: boolean;
}
