import { shapeProblem } from '../../workloads/collectives/shape-problem.ts';
import { autoProblem } from '../../workloads/nccl/server-shares.ts';
import { type CollectiveConfig, collectiveSpec } from './collective-specs.ts';
import type { Say } from './contradiction.ts';
import type { RankFabric } from './topology-spec.ts';

/** Keys of a config whose names differ in a spec. */
const WRITTEN: Readonly<Record<string, string>> = { reduceRateBps: 'reduceRate' };

/** Contradictions in a collective over `ranks` ranks. */
export function checkCollective(workload: CollectiveConfig, ranks: number, fabric: RankFabric, say: Say): void {
  if (workload.algorithm === 'auto' && !checkAuto(workload, say)) return;
  if (workload.algorithm !== 'auto' && 'nccl' in workload && workload.nccl !== undefined) {
    say(['workload', 'nccl'], `NCCL is not asked with algorithm: ${workload.algorithm}`, 'remove it, or use algorithm: auto');
  }
  const spec = collectiveSpec(workload, ranks, fabric);
  const problem = shapeProblem(spec.kind, spec.algorithm, ranks, spec) ?? (workload.algorithm === 'auto' ? autoProblem(ranks, spec) : null);
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

/** Whether nothing is written beside `auto`; what is would be checked against an algorithm that nobody chose. */
function checkAuto(workload: CollectiveConfig, say: Say): boolean {
  const keys: Readonly<Record<string, unknown>> = workload;
  const written = Object.keys(NOT_WITH_AUTO).find((key) => keys[key] !== undefined && keys[key] !== NOT_WITH_AUTO[key]);
  if (written !== undefined) say(['workload', written], `${written} beside algorithm: auto`, 'remove it, or choose an algorithm');
  return written === undefined;
}
