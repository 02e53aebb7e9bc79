import type { InputFile } from '../../sim/base/file-spec.ts';
import type { MoeComputeSpec, MoeRouting, MoeSpec, ReplicationSpec, WeightRouting } from '../../sim/base/moe-spec.ts';
import type { MoeConfig } from './schema/moe.ts';
import { routingTrace } from './routing-trace.ts';
import type { BaseConfig, RoutingConfig } from './schema/moe-routing.ts';

/**
 * The MoE workload of a valid config. Bytes of a token copy: reference formulas of DeepEP's low-latency test (fp8 and logfmt10 carry one
 * 4-byte scale for 128 values).
 *
 * @throws ImportError when the routing trace is malformed
 * @param files the routing trace, if there is one
 * @param serverRanks ranks of a server, from the topology
 */
export function moeSpec(workload: MoeConfig, ranks: number, files: readonly InputFile[], serverRanks: number): MoeSpec {
  const { kind, layers, tokens, hidden, experts, topk, phase, dispatch, combine, limit, placement, scheme, counts, overlap } = workload;
  const formats = { fp8: hidden + (hidden / 128) * 4 + 16, bf16: 2 * hidden, logfmt10: (hidden * 10) / 8 + (hidden / 128) * 4 };
  const tokenBytes = (format: number | keyof typeof formats): number => (typeof format === 'number' ? format : formats[format]);
  const { inner, weights, loadRate } = workload.expert;
  return {
    kind,
    layers,
    tokens,
    experts,
    topk,
    phase,
    hidden,
    dispatchBytesPerToken: tokenBytes(dispatch),
    combineBytesPerToken: tokenBytes(combine),
    backwardBytesPerToken: formats.bf16,
    routing: routingSpec(workload.routing, workload, files),
    limit: limit ?? null,
    capacity: workload.capacity === 'none' ? null : workload.capacity,
    // Where the experts of a pruned layer go is a matter of its routing.
    placement: placement === 'repacked' ? 'linear' : placement,
    replication: placement === 'eplb' ? replicationSpec(workload) : null,
    scheme,
    counts,
    chunks: overlap.chunks,
    microbatches: overlap.microbatches,
    compute: computeSpec(workload.compute),
    expert: { inner, weightBytes: weights === 'fp8' ? 1 : 2, loadBps: loadRate },
    groupSize: workload.groupSize ?? null,
    layout: workload.layout,
    ranksPerServer: workload.ranksPerServer ?? serverRanks,
    ranks,
  };
}

function computeSpec(compute: MoeConfig['compute']): MoeComputeSpec | null {
  if (compute === undefined) return null;
  const { attention, launch, perToken, tflops, efficiency, alignment } = compute;
  const expert = tflops === undefined ? { perTokenPs: perToken ?? 0 } : { tflops, efficiency };
  return { attentionPs: attention, launchPs: launch, expert, alignment };
}

function replicationSpec({ experts, replication, limit }: MoeConfig): ReplicationSpec {
  return {
    physical: replication?.experts ?? experts,
    groups: replication?.groups ?? limit?.groups ?? 1,
    replica: replication?.replica ?? 'round-robin',
  };
}

function baseSpec(base: BaseConfig): WeightRouting {
  switch (base.kind) {
    case 'balanced':
      return { kind: 'uniform' };
    case 'resilient':
      return dirichlet(29);
    case 'medium':
      return dirichlet(14);
    case 'concentrated':
      return dirichlet(4);
    case 'mock':
      return { kind: 'zipf', s: 0.5, permute: true };
    default:
      return base;
  }
}

const dirichlet = (a: number): WeightRouting => ({ kind: 'dirichlet', a, scope: 'layer', sequenceLength: 512 });

function routingSpec(routing: RoutingConfig, { tokens, experts, placement }: MoeConfig, files: readonly InputFile[]): MoeRouting {
  switch (routing.kind) {
    case 'sticky':
      return { ...routing, base: baseSpec(routing.base) };
    case 'trace':
      return { kind: routing.kind, path: routing.path, ...routingTrace(files[0]!, experts), sparse: routing.sparse };
    case 'hot-rank':
    case 'thor':
    case 't2mir':
      return routing;
    case 'read-me':
      return {
        ...routing,
        base: baseSpec(routing.base),
        window: routing.window ?? tokens,
        maxWait: routing.maxWait ?? null,
        cache: routing.cache ?? null,
      };
    case 'expertflow':
      return { ...routing, base: baseSpec(routing.base), window: routing.window ?? tokens };
    case 'premoe':
      return {
        kind: routing.kind,
        base: baseSpec(routing.base),
        keep: routing.keep,
        repack: routing.repack ?? placement === 'repacked',
        taskSwitchEvery: routing.taskSwitchEvery ?? null,
      };
    default:
      return baseSpec(routing);
  }
}
