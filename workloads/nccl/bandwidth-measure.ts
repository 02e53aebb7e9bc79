import { busbwFactor, gigabytesPerSecond } from '../../sim/base/busbw.ts';
import type { CollectiveSpec } from '../../sim/base/collective-spec.ts';
import type { Measuring } from '../../sim/base/measures.ts';

/** Measures a collective as nccl-tests does: `algbw` is its size over its time, `busbw` what the busiest port carries (docs/nccl.md 4). */
export function bandwidthMeasure({ kind, sizeBytes, ranks, groups }: CollectiveSpec): Measuring {
  const factor = busbwFactor(kind, groups?.size ?? ranks);
  return (_times, completionPs) => {
    if (factor === null || completionPs === 0) return {};
    const algbw = gigabytesPerSecond(sizeBytes, completionPs / 1e6);
    return { algbw_gb_per_s: algbw, busbw_gb_per_s: algbw * factor };
  };
}
