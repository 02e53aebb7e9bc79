import type { Say } from './contradiction.ts';
import type { WorkloadConfig } from './schema/workload.ts';

/** Contradictions in MoE traffic. */
export function checkMoe(workload: Extract<WorkloadConfig, { kind: 'moe' }>, ranks: number, say: Say): void {
  const { experts, topk, hidden, dispatch, combine } = workload;
  if (topk > experts) say(['workload', 'topk'], `${topk} of ${experts} experts`, `at most ${experts}`);
  if (experts % ranks !== 0)
    say(['workload', 'experts'], `${experts} experts on ${ranks} ranks`, 'the experts must be a multiple of the ranks');
  if ((dispatch === 'fp8' || combine === 'logfmt10') && hidden % 128 !== 0) {
    say(
      ['workload', 'hidden'],
      `hidden size ${hidden} with one scale for 128 values`,
      'a multiple of 128, or give dispatch and combine in bytes',
    );
  }
}
