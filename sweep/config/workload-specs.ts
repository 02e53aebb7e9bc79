import type { StartSpec } from '../../sim/base/job-spec.ts';
import { AT_ONCE } from '../../sim/base/job-spec.ts';
import type { InputFile } from '../../sim/base/file-spec.ts';
import type { WorkloadSpec } from '../../sim/base/workload-spec.ts';
import { collectiveSpec } from './collective-specs.ts';
import { fileSpec } from './file-spec.ts';
import { moeSpec } from './moe-spec.ts';
import { trainingSpec } from './training-spec.ts';
import type { WorkloadConfig } from './schema/workload.ts';
import type { RankFabric } from './topology-spec.ts';

/**
 * The workload of a valid config as the simulator takes it.
 *
 * @param ranks how many take part
 * @param files its files, in rank order; empty for workloads without
 */
export function workloadSpec(workload: WorkloadConfig, ranks: number, files: readonly InputFile[], fabric: RankFabric): WorkloadSpec {
  switch (workload.kind) {
    case 'permutation':
      return { kind: workload.kind, pattern: workload.pattern, sizeBytes: workload.size, ranks };
    case 'incast':
      return { kind: workload.kind, senders: workload.senders, receiver: workload.receiver, sizeBytes: workload.size, ranks };
    case 'flows': {
      const flows = workload.flows.map(({ src, dst, size, start }) => ({ src, dst, sizeBytes: size, startPs: start }));
      return { kind: workload.kind, flows, ranks };
    }
    case 'moe':
      return moeSpec(workload, ranks, files, fabric.perServer);
    case 'training':
      return trainingSpec(workload, ranks, fabric.perServer);
    case 'file':
      return fileSpec(workload, ranks, files);
    default:
      return collectiveSpec(workload, ranks, fabric);
  }
}

/** The keys of a workload or a job that say when its ranks begin. */
type LateConfig = Pick<WorkloadConfig, 'start' | 'startJitter' | 'stragglers'>;

export function startSpec({ start = 0, startJitter = 0, stragglers }: LateConfig): StartSpec {
  if (start === 0 && startJitter === 0 && stragglers === undefined) return AT_ONCE;
  const late =
    stragglers === undefined ? null : { fraction: stragglers.fraction, delayPs: stragglers.delay ?? 0, slowdown: stragglers.slowdown ?? 1 };
  return { startPs: start, startJitterPs: startJitter, stragglers: late };
}
