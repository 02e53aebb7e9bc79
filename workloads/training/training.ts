import { ConfigError } from '../../sim/base/errors.ts';
import { ScheduleBuilder } from '../../sim/base/schedule.ts';
import type { TrainingSpec } from '../../sim/base/training-spec.ts';
import { criticalPath, criticalShares } from '../critical-path.ts';
import type { Workload } from '../workload.ts';
import { Iteration } from './iteration.ts';
import { modelParameters } from './layer-costs.ts';
import { dataDegree, Layout, microBatches } from './layout.ts';
import { layoutProblems } from './problems.ts';
import { streamMeasures } from './stream-measures.ts';

/**
 * One iteration of training (docs/training.md): every rank's computations, and what the groups of tensor, context, expert, pipeline and
 * data parallelism exchange.
 *
 * Facts: `parameters` of the model, `data_parallel` replicas, `micro_batches` of a replica.
 *
 * @throws ConfigError when the model cannot be laid out on the ranks
 */
export function trainingWorkload(spec: TrainingSpec): Workload {
  const [problem] = layoutProblems(spec);
  if (problem !== undefined) {
    const { path, message, hint } = problem;
    throw new ConfigError('E139', message, { where: { path: ['workload', ...path].join('.') }, hint });
  }
  const builder = new ScheduleBuilder(spec.ranks);
  const { streams } = new Iteration(spec, new Layout(spec), builder);
  const schedule = builder.build();
  return {
    schedule,
    notices: [],
    facts: { parameters: modelParameters(spec.model), data_parallel: dataDegree(spec), micro_batches: microBatches(spec) },
    measure: (times, completionPs) => streamMeasures(streams, schedule, times, completionPs),
    criticalShares: (whole, times) => criticalShares(whole, criticalPath(whole, times), groupOf),
  };
}

/** Phases are named after their group first. */
const groupOf = (phaseName: string): string => phaseName.slice(0, phaseName.indexOf(' '));
