import type { WorkloadSpec } from '../sim/base/workload-spec.ts';
import { collectiveWorkload } from './collective-workload.ts';
import { flowsSchedule, incastSchedule } from './flows.ts';
import { moeWorkload } from './moe/moe.ts';
import { permutationSchedule } from './permutation.ts';
import { trainingWorkload } from './training/training.ts';
import type { Workload } from './workload.ts';

export type { Notice, Workload } from './workload.ts';

/**
 * The Schedule of a workload. The same spec and seed give the same Schedule; only `permutation` with pattern `random` and `moe` draw.
 *
 * @param seed run seed
 * @throws ConfigError when the spec contradicts itself (docs/workloads.md lists the cases)
 */
export function buildWorkload(spec: WorkloadSpec, seed: number): Workload {
  switch (spec.kind) {
    case 'permutation':
      return { schedule: permutationSchedule(spec, seed), notices: [], facts: {} };
    case 'incast':
      return { schedule: incastSchedule(spec), notices: [], facts: {} };
    case 'flows':
      return { schedule: flowsSchedule(spec), notices: [], facts: {} };
    case 'moe':
      return moeWorkload(spec, seed);
    case 'training':
      return trainingWorkload(spec);
    case 'file':
      return spec.imported;
    default:
      return collectiveWorkload(spec);
  }
}
