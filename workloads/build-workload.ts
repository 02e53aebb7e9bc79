import type { WorkloadSpec } from '../sim/base/workload-spec.ts';
import { collectiveSchedule } from './collectives/collective.ts';
import { flowsSchedule, incastSchedule } from './flows.ts';
import { fileWorkload } from './import/file.ts';
import { moeWorkload } from './moe/moe.ts';
import { permutationSchedule } from './permutation.ts';
import type { Workload } from './workload.ts';

export type { Notice, Workload } from './workload.ts';

/**
 * The Schedule of a workload. The same spec and seed give the same Schedule; only `permutation` with pattern `random` and `moe` draw.
 *
 * @param seed run seed
 * @throws ConfigError when the spec contradicts itself (docs/workloads.md lists the cases)
 * @throws ImportError when a traffic or trace file is malformed, or needs more ranks than there are
 */
export function buildWorkload(spec: WorkloadSpec, seed: number): Workload {
  switch (spec.kind) {
    case 'all-reduce':
    case 'all-gather':
    case 'reduce-scatter':
    case 'all-to-all':
      return { schedule: collectiveSchedule(spec), notices: [], facts: {} };
    case 'permutation':
      return { schedule: permutationSchedule(spec, seed), notices: [], facts: {} };
    case 'incast':
      return { schedule: incastSchedule(spec), notices: [], facts: {} };
    case 'flows':
      return { schedule: flowsSchedule(spec), notices: [], facts: {} };
    case 'moe':
      return moeWorkload(spec, seed);
    case 'file':
      return fileWorkload(spec);
  }
}
