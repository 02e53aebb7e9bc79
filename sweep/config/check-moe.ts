import { expertGroups } from '../../workloads/moe/groups.ts';
import { hasTwoHops } from '../../workloads/moe/schemes.ts';
import { checkRouting } from './check-routing.ts';
import type { Say } from './contradiction.ts';
import type { MoeConfig } from './schema/moe.ts';

/** Choices of a layer that are held in memory at once: 1 GiB. */
const MAX_CHOICES = 2 ** 28;
/** The counts of pairs of experts take the square of this. */
const MAX_PAIRED_EXPERTS = 4096;

/**
 * Contradictions in MoE traffic.
 *
 * @param serverRanks ranks of a server, from the topology
 */
export function checkMoe(workload: MoeConfig, ranks: number, serverRanks: number, say: Say): void {
  const { experts, topk, hidden, dispatch, combine, compute, tokens, layers, routing } = workload;
  const size = workload.groupSize ?? ranks;
  if (topk > experts) say(['workload', 'topk'], `${topk} of ${experts} experts`, `at most ${experts}`);
  if (size < 2) say(['workload', 'groupSize'], 'a group of 1 rank', 'at least 2 ranks');
  if (ranks % size !== 0) {
    say(['workload', 'groupSize'], `${ranks} ranks in groups of ${size}`, 'the ranks must be a multiple of the group size');
    return;
  }
  if (experts % size !== 0 && routing.kind !== 't2mir')
    say(['workload', 'experts'], `${experts} experts on ${size} ranks`, 'the experts must be a multiple of the ranks');
  if ((dispatch === 'fp8' || combine === 'logfmt10') && hidden % 128 !== 0) {
    say(
      ['workload', 'hidden'],
      `hidden size ${hidden} with one scale for 128 values`,
      'a multiple of 128, or give dispatch and combine in bytes',
    );
  }
  const choices = size * tokens * topk * (routing.kind === 'expertflow' ? layers : 1);
  if (choices > MAX_CHOICES) say(['workload', 'tokens'], `${choices} choices of experts in a group`, `at most ${MAX_CHOICES}`);
  if (compute?.perToken !== undefined && compute.tflops !== undefined)
    say(['workload', 'compute', 'tflops'], 'the time of an expert twice', 'give perToken or tflops');
  checkScheme(workload, ranks, workload.ranksPerServer ?? serverRanks, say);
  checkLimit(workload, say);
  checkCapacity(workload, say);
  checkPlacement(workload, size, say);
  checkRouting(workload, size, say);
}

function checkScheme({ scheme, groupSize, layout }: MoeConfig, ranks: number, ranksPerServer: number, say: Say): void {
  if (!hasTwoHops(scheme)) return;
  const groups = expertGroups({ ranks, groupSize: groupSize ?? null, layout, ranksPerServer });
  if (groups.every(({ isGrid }) => isGrid)) return;
  say(
    ['workload', 'scheme'],
    `${scheme} among servers that hold different local ranks of a group`,
    'a group has the same local ranks on each of its servers, or another scheme',
  );
}

function checkLimit({ limit, experts, topk, routing }: MoeConfig, say: Say): void {
  if (limit === undefined) return;
  const { groups, keep, score } = limit;
  const path = ['workload', 'limit'];
  if (['trace', 'thor', 'premoe', 't2mir'].includes(routing.kind))
    say(path, `a limit with ${routing.kind}`, 'its experts are chosen without');
  if (experts % groups !== 0) {
    say([...path, 'groups'], `${experts} experts in ${groups} groups`, 'the groups must divide the experts');
    return;
  }
  const size = experts / groups;
  if (keep > groups) say([...path, 'keep'], `${keep} of ${groups} groups`, `at most ${groups}`);
  else if (keep * size < topk)
    say([...path, 'keep'], `${keep} groups of ${size} experts for ${topk} a token`, `at least ${Math.ceil(topk / size)}`);
  if (score === 'top2' && size < 2) say([...path, 'score'], 'the two best of groups of 1 expert', 'max, or fewer groups');
}

function checkCapacity({ capacity, scheme, placement, routing }: MoeConfig, say: Say): void {
  if (capacity === 'none') return;
  const path = ['workload', 'capacity'];
  const { factor, mode, rule, alignment } = capacity;
  if (['thor', 'read-me', 'expertflow', 't2mir'].includes(routing.kind))
    say(path, `a capacity with ${routing.kind}`, 'none: it drops nothing');
  if (rule === 'gshard' && factor <= 0)
    say([...path, 'factor'], `a capacity factor of ${factor}`, 'above 0; rule: tutel has factors of 0 and below');
  if (rule === 'gshard' && alignment !== 1) say([...path, 'alignment'], 'slots of gshard have no alignment', 'rule: tutel, or remove it');
  if (mode === 'pad' && scheme !== 'per-expert') say([...path, 'mode'], `slots sent full by ${scheme}`, 'scheme: per-expert');
  if (mode === 'pad' && (placement === 'eplb' || routing.kind === 'premoe'))
    say([...path, 'mode'], 'slots sent full to experts with replicas, or to pruned ones', 'mode: drop');
}

function checkPlacement({ placement, replication, limit, experts, routing }: MoeConfig, size: number, say: Say): void {
  const path = ['workload', 'placement'];
  const isRepacked = placement === 'repacked';
  if (isRepacked && (routing.kind !== 'premoe' || routing.repack === false)) {
    say(path, 'repacked experts without a pruned layer', 'routing: { kind: premoe, .. } without repack: false');
  }
  if (routing.kind === 'premoe' && routing.repack === true && !isRepacked && placement !== 'linear') {
    say(path, `${placement} placement of repacked experts`, 'linear or repacked');
  }
  const looksAtLoads = placement === 'eplb' || placement === 'co-activation';
  if (looksAtLoads && ['thor', 't2mir', 'hot-rank'].includes(routing.kind)) say(path, `${placement} with ${routing.kind}`, 'linear');
  if (placement === 'co-activation' && experts > MAX_PAIRED_EXPERTS) {
    say(path, `co-activation of ${experts} experts`, `at most ${MAX_PAIRED_EXPERTS} experts`);
  }
  if (replication === undefined) return;
  const key = ['workload', 'replication'];
  if (placement !== 'eplb') say(key, `replicas with ${placement} placement`, 'placement: eplb');
  const { experts: physical, groups = limit?.groups ?? 1 } = replication;
  if (physical < experts || physical % size !== 0) {
    say(
      [...key, 'experts'],
      `${physical} physical experts of ${experts} on ${size} ranks`,
      'at least the experts, and a multiple of the ranks',
    );
  }
  if (experts % groups !== 0) say([...key, 'groups'], `${experts} experts in ${groups} groups`, 'the groups must divide the experts');
}
