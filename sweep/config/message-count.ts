import type { CollectiveSpec } from '../../sim/base/collective-spec.ts';
import { autoChoice } from '../../workloads/nccl/auto.ts';
import { collectiveMessages } from '../../workloads/collectives/message-count.ts';
import { trainingMessages } from '../../workloads/training/message-count.ts';
import { collectiveSpec } from './collective-specs.ts';
import type { MoeConfig } from './schema/moe.ts';
import type { WorkloadConfig } from './schema/workload.ts';
import type { RankFabric } from './topology-spec.ts';
import { trainingSpec } from './training-spec.ts';

/**
 * Messages of a workload, by the closed forms of its algorithm (docs/collectives.md) and without making them; every block has a byte and
 * every rank of an MoE layer a token for every other one, which is the most there can be. null: only the file can say.
 */
export function messageCount(workload: WorkloadConfig, ranks: number, fabric: RankFabric): number | null {
  switch (workload.kind) {
    case 'permutation':
      return ranks;
    case 'incast':
      return workload.senders;
    case 'flows':
      return workload.flows.length;
    case 'moe':
      return moeMessages(workload, ranks);
    case 'training':
      return trainingMessages(trainingSpec(workload, ranks, 1));
    case 'file':
      return null;
    default:
      return collectiveMessages(chosenSpec(collectiveSpec(workload, ranks, fabric)));
  }
}

/** With the algorithm that `auto` stands for. */
const chosenSpec = (spec: CollectiveSpec): CollectiveSpec => (spec.nccl === undefined ? spec : autoChoice(spec, spec.nccl).spec);

/** Each exchange has at most a message a pair of a group, by any scheme: a copy that is forwarded saves one of its way. */
function moeMessages(workload: MoeConfig, ranks: number): number {
  const { routing, layers, phase, overlap, counts, tokens } = workload;
  const pairs = ranks * ((workload.groupSize ?? ranks) - 1);
  const isTraining = phase === 'training';
  const isSecond = routing.kind === 'expertflow' && routing.onMiss === 'second-dispatch' ? 1 : 0;
  const channels = routing.kind === 't2mir' && routing.channels === 'separate' ? 2 : 1;
  const exchanges = ((isTraining ? 4 : 2) * channels + isSecond) * overlap.chunks + (counts ? 1 : 0);
  const batches = routing.kind === 'expertflow' ? routing.groups * Math.ceil(tokens / (routing.window ?? tokens)) : overlap.microbatches;
  const passes = routing.kind === 'thor' && isTraining ? 2 * batches : batches;
  return layers * passes * exchanges * pairs;
}
