import type { Say } from './contradiction.ts';
import type { MoeConfig } from './schema/moe.ts';

/**
 * Contradictions between a routing and the layer that it routes in.
 *
 * @param size ranks of an expert-parallel group
 */
export function checkRouting(workload: MoeConfig, size: number, say: Say): void {
  const { routing, topk, experts, tokens, overlap, scheme } = workload;
  const path = ['workload', 'routing'];
  const { kind } = routing;
  if ((kind === 'thor' || kind === 'read-me') && topk !== 1) say(['workload', 'topk'], `${topk} experts a token with ${kind}`, 'topk: 1');
  switch (kind) {
    case 'hot-rank':
      if (routing.rank >= size) say([...path, 'rank'], `no rank ${routing.rank} in a group`, `ranks are 0 to ${size - 1}`);
      break;
    case 'thor':
      if (routing.move === 'parameters' && scheme !== 'per-expert' && scheme !== 'per-gpu')
        say([...path, 'move'], `parameters moved ${scheme}`, 'scheme: per-gpu');
      break;
    case 'read-me':
      if (routing.window !== undefined && routing.window < tokens)
        say([...path, 'window'], `${routing.window} waiting tokens for batches of ${tokens}`, `at least ${tokens}`);
      break;
    case 'expertflow':
      if (overlap.microbatches > 1)
        say(['workload', 'overlap', 'microbatches'], 'micro-batches beside those that expertflow forms', 'routing.groups');
      if (routing.window !== undefined && routing.window > tokens)
        say([...path, 'window'], `a window of ${routing.window} of ${tokens} tokens`, `at most ${tokens}`);
      if (routing.groups > (routing.window ?? tokens))
        say([...path, 'groups'], `${routing.groups} groups of a window of ${routing.window ?? tokens} tokens`, 'at most its tokens');
      break;
    case 'premoe':
      if (routing.keep > experts) say([...path, 'keep'], `${routing.keep} of ${experts} experts`, `at most ${experts}`);
      else if (routing.keep < topk) say([...path, 'keep'], `${routing.keep} experts left for ${topk} a token`, `at least ${topk}`);
      if (routing.base.kind === 'dirichlet' && routing.base.scope !== 'layer')
        say([...path, 'base', 'scope'], 'pruning by weights that differ between tokens', 'scope: layer');
      break;
    case 't2mir': {
      const { tokenExperts, tokenK, taskExperts, taskK } = routing;
      const [sum, k] = [tokenExperts + taskExperts, tokenK + taskK];
      if (experts !== sum) say(['workload', 'experts'], `${experts} experts of ${tokenExperts} + ${taskExperts}`, `experts: ${sum}`);
      if (topk !== k) say(['workload', 'topk'], `${topk} experts a token of ${tokenK} + ${taskK}`, `topk: ${k}`);
      if (tokenK > tokenExperts) say([...path, 'tokenK'], `${tokenK} of ${tokenExperts} experts`, `at most ${tokenExperts}`);
      if (taskK > taskExperts) say([...path, 'taskK'], `${taskK} of ${taskExperts} experts`, `at most ${taskExperts}`);
      break;
    }
  }
}
