import type { GpuName } from '../../sim/base/training-spec.ts';

export interface Gpu {
  /** Dense BF16 tensor operations a second. */
  readonly peakFlops: number;
  readonly memoryBytesPerSecond: number;
}

/**
 * Published peaks of the SXM modules, without sparsity: NVIDIA's data sheets of A100 80GB (2021), H100 (2023) and HGX B200 (2024). The H800
 * computes as the H100 does; what differs is its NVLink.
 */
export const GPUS: Readonly<Record<GpuName, Gpu>> = {
  a100: { peakFlops: 312e12, memoryBytesPerSecond: 2.039e12 },
  h100: { peakFlops: 989e12, memoryBytesPerSecond: 3.35e12 },
  h800: { peakFlops: 989e12, memoryBytesPerSecond: 3.35e12 },
  b200: { peakFlops: 2250e12, memoryBytesPerSecond: 8e12 },
};
