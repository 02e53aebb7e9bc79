import { dataDegree } from '../../workloads/training/layout.ts';
import { MODELS } from '../../workloads/training/models.ts';
import { layoutProblems } from '../../workloads/training/problems.ts';
import type { Say } from './contradiction.ts';
import { MOE_KEYS, SHAPE_KEYS, type TrainingConfig, trainingSpec } from './training-spec.ts';

/** Contradictions in a training step. */
export function checkTraining(workload: TrainingConfig, ranks: number, say: Say): void {
  let isWhole = true;
  const missing: Say = (path, message, hint) => {
    isWhole = false;
    say(['workload', ...path], message, hint);
  };
  checkShape(workload.model, missing);
  checkCompute(workload.compute, missing);
  if (!isWhole) return;
  const spec = trainingSpec(workload, ranks, 1);
  const problems = layoutProblems(spec);
  for (const { path, message, hint } of problems) say(['workload', ...path], message, hint);
  const { data } = workload.parallel;
  const replicas = dataDegree(spec);
  if (data !== undefined && Number.isInteger(replicas) && data !== replicas) {
    say(['workload', 'parallel', 'data'], `${data} replicas; ${ranks} ranks make ${replicas}`, 'leave it out, or change ranks');
  }
  const { dispatch, combine } = workload.precision;
  const { hidden, moe } = spec.model;
  const word = dispatch === 'fp8' ? 'dispatch' : combine === 'logfmt10' ? 'combine' : null;
  if (word === null) return;
  if (moe === null) say(['workload', 'precision', word], `${word} without experts`, 'leave it out, or give the model experts');
  else if (hidden % 128 !== 0) {
    say(['workload', 'precision', word], `hidden size ${hidden} with one scale for 128 values`, 'a multiple of 128, or bf16');
  }
}

function checkShape(model: TrainingConfig['model'], say: Say): void {
  if (typeof model === 'string') return;
  if (model.preset === undefined) {
    for (const key of SHAPE_KEYS) {
      if (model[key] === undefined) say(['model'], `a model without ${key}`, `give ${key}, or a preset`);
    }
  }
  const { hidden, heads, headDim } = model;
  if (headDim === undefined && hidden !== undefined && heads !== undefined && hidden % heads !== 0) {
    say(['model', 'heads'], `a hidden size of ${hidden} in ${heads} heads`, 'a divisor, or give headDim');
  }
  const hasExperts = model.experts !== undefined || (model.preset !== undefined && MODELS[model.preset].moe !== null);
  if (hasExperts) {
    for (const key of MOE_KEYS) {
      if (model.preset === undefined && model[key] === undefined) say(['model'], `experts without ${key}`, `give ${key}`);
    }
    return;
  }
  for (const key of [...MOE_KEYS, 'sharedExperts', 'denseLayers'] as const) {
    if (model[key] !== undefined) say(['model', key], `${key} without experts`, 'give experts too');
  }
}

function checkCompute({ gpu, utilisation, forward, backward }: TrainingConfig['compute'], say: Say): void {
  if (gpu === undefined && forward === undefined) {
    say(['compute'], 'neither a GPU nor times', 'give gpu: h100, or forward and backward');
  }
  if (gpu !== undefined && (forward !== undefined || backward !== undefined)) {
    say(['compute', forward === undefined ? 'backward' : 'forward'], 'times beside a GPU', 'leave one of them out');
  }
  if (gpu === undefined && utilisation !== undefined)
    say(['compute', 'utilisation'], 'utilisation without a GPU', 'give gpu, or leave it out');
  if (gpu === undefined && forward === undefined && backward !== undefined) {
    say(['compute', 'backward'], 'backward without forward', 'give both');
  }
}
