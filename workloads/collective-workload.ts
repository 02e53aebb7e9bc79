import type { CollectiveSpec } from '../sim/base/collective-spec.ts';
import { collectiveSchedule } from './collectives/collective.ts';
import { autoChoice, onTheWire } from './nccl/auto.ts';
import { bandwidthMeasure } from './nccl/bandwidth-measure.ts';
import type { Workload } from './workload.ts';

/**
 * One collective as a workload; it measures its bandwidth. With `nccl` NCCL's tuner chooses the algorithm.
 *
 * @throws ConfigError when the collective has no such algorithm, or the algorithm not for this number of ranks or this shape
 */
export function collectiveWorkload(spec: CollectiveSpec): Workload {
  const measure = bandwidthMeasure(spec);
  if (spec.nccl === undefined) return { schedule: collectiveSchedule(spec), notices: [], facts: {}, measure };
  const { spec: chosen, protocol, notice } = autoChoice(spec, spec.nccl);
  return { schedule: onTheWire(collectiveSchedule(chosen), protocol), notices: [notice], facts: {}, measure };
}
