import type { MalformedConfig } from './base.ts';
import { withWorkload } from './base.ts';

/** MoE traffic of 8 experts on the 4 ranks of the valid config. */
const moe = (keys: string, topk = 2): string => withWorkload(`{ kind: moe, tokens: 8, experts: 8, topk: ${topk}, ${keys} }`);

/** MoE traffic that contradicts itself; the workload starts at column 11 of line 8. */
export const MOE: readonly MalformedConfig[] = [
  {
    name: 'expert-parallel groups that do not divide the ranks',
    content: moe('groupSize: 3'),
    error: '8:67 workload.groupSize: 4 ranks in groups of 3 (the ranks must be a multiple of the group size)',
  },
  {
    name: 'more groups kept than there are',
    content: moe('limit: { groups: 4, keep: 5 }'),
    error: '8:82 workload.limit.keep: 5 of 4 groups (at most 4)',
  },
  {
    name: 'too few experts in the groups that are kept',
    content: moe('limit: { groups: 8, keep: 1 }'),
    error: '8:82 workload.limit.keep: 1 groups of 1 experts for 2 a token (at least 2)',
  },
  {
    name: 'a capacity factor without a meaning',
    content: moe('capacity: { factor: 0 }'),
    error: '8:76 workload.capacity.factor: a capacity factor of 0 (above 0; rule: tutel has factors of 0 and below)',
  },
  {
    name: 'slots sent full by copies that are not of experts',
    content: moe('capacity: { factor: 1, mode: pad }'),
    error: '8:85 workload.capacity.mode: slots sent full by per-gpu (scheme: per-expert)',
  },
  {
    name: 'replicas without a placement of replicas',
    content: moe('replication: { experts: 12 }'),
    error: '8:69 workload.replication: replicas with linear placement (placement: eplb)',
  },
  {
    name: 'replicas that do not spread evenly',
    content: moe('placement: eplb, replication: { experts: 10 }'),
    error: '8:97 workload.replication.experts: 10 physical experts of 8 on 4 ranks (at least the experts, and a multiple of the ranks)',
  },
  {
    name: 'two hops among servers that differ',
    content: moe('scheme: per-node, ranksPerServer: 3'),
    error:
      '8:64 workload.scheme: per-node among servers that hold different local ranks of a group (a group has the same local ranks on each of its servers, or another scheme)',
  },
  {
    name: 'THOR with several experts a token',
    content: moe('routing: thor'),
    error: '8:53 workload.topk: 2 experts a token with thor (topk: 1)',
  },
  {
    name: 'repacked experts without pruning',
    content: moe('placement: repacked'),
    error: '8:67 workload.placement: repacked experts without a pruned layer (routing: { kind: premoe, .. } without repack: false)',
  },
  {
    name: 'fewer experts left than a token needs',
    content: moe('routing: { kind: premoe, keep: 1 }'),
    error: '8:87 workload.routing.keep: 1 experts left for 2 a token (at least 2)',
  },
  {
    name: 'other experts than T2MIR has',
    content: moe('routing: t2mir', 4),
    error: '8:44 workload.experts: 8 experts of 6 + 8 (experts: 14)',
  },
  {
    name: 'the time of an expert twice',
    content: moe('compute: { perToken: 1ns, tflops: 900 }'),
    error: '8:90 workload.compute.tflops: the time of an expert twice (give perToken or tflops)',
  },
];
