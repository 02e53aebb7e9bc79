import type { CollectiveKind } from './collective-spec.ts';

/**
 * busbw over algbw of a collective among p ranks, as nccl-tests has it (its doc/PERFORMANCE.md): the share of the size that the busiest
 * port must carry. Null: it has no such figure.
 */
export function busbwFactor(kind: CollectiveKind, p: number): number | null {
  switch (kind) {
    case 'all-reduce':
      return (2 * (p - 1)) / p;
    case 'all-gather':
    case 'reduce-scatter':
    case 'all-to-all':
    case 'gather':
    case 'scatter':
      return (p - 1) / p;
    case 'broadcast':
    case 'reduce':
    case 'send-recv':
      return 1;
    case 'all-to-all-v':
    case 'barrier':
      return null;
  }
}

/** 10^9 bytes a second, from bytes and microseconds. */
export const gigabytesPerSecond = (bytes: number, us: number): number => bytes / (us * 1000);
