import { shapeProblem } from '../../workloads/collectives/shape-problem.ts';
import { type CollectiveConfig, collectiveSpec } from './collective-specs.ts';
import type { Say } from './contradiction.ts';

/** Keys of a config whose names differ in a spec. */
const WRITTEN: Readonly<Record<string, string>> = { reduceRateBps: 'reduceRate' };

/** Contradictions in a collective over `ranks` ranks. */
export function checkCollective(workload: CollectiveConfig, ranks: number, perServer: number, say: Say): void {
  if (workload.algorithm === 'auto') checkAuto(workload, say);
  else if ('nccl' in workload && workload.nccl !== undefined) {
    say(['workload', 'nccl'], `NCCL is not asked with algorithm: ${workload.algorithm}`, 'remove it, or use algorithm: auto');
  }
  const spec = collectiveSpec(workload, ranks, perServer);
  const problem = shapeProblem(spec.kind, spec.algorithm, ranks, spec);
  if (problem !== null) say(['workload', WRITTEN[problem.key] ?? problem.key], problem.message, problem.hint);
}

/** What NCCL decides, or what not all of its algorithms take: with its value where nothing is asked for. */
const NOT_WITH_AUTO: Readonly<Record<string, unknown>> = {
  channels: 1,
  bidirectional: false,
  chunks: 1,
  window: undefined,
  order: undefined,
  dims: undefined,
  sync: 'local',
  pxn: false,
};

function checkAuto(workload: CollectiveConfig, say: Say): void {
  const keys: Readonly<Record<string, unknown>> = workload;
  const written = Object.keys(NOT_WITH_AUTO).find((key) => keys[key] !== undefined && keys[key] !== NOT_WITH_AUTO[key]);
  if (written !== undefined) say(['workload', written], `${written} beside algorithm: auto`, 'remove it, or choose an algorithm');
}
