import type { MoeRouting, MoeSpec } from '../../sim/base/moe-spec.ts';
import { formatQuantity } from '../../sim/base/quantity.ts';
import type { Json, JsonBlock } from './tree.ts';

const sizeText = (bytes: number): string => formatQuantity(bytes, 'bytes');
const timeText = (ps: number): string => formatQuantity(ps, 'time');

/** `{ key: value }`, or nothing where there is none. */
const given = (key: string, value: Json): JsonBlock => (value === null ? {} : { [key]: value });

/** An MoE workload, written out. */
export function moeBlock(moe: MoeSpec): JsonBlock {
  const { kind, layers, tokens, experts, topk, phase, routing, limit, capacity, placement, replication, scheme, counts } = moe;
  return {
    kind,
    layers,
    tokens,
    hidden: moe.hidden,
    experts,
    topk,
    phase,
    dispatch: sizeText(moe.dispatchBytesPerToken),
    combine: sizeText(moe.combineBytesPerToken),
    routing: routingBlock(routing),
    ...given('limit', limit === null ? null : { ...limit }),
    capacity: capacity === null ? 'none' : { ...capacity },
    placement,
    ...given('replication', replication === null ? null : replicationBlock(replication)),
    scheme,
    counts,
    overlap: { chunks: moe.chunks, microbatches: moe.microbatches },
    ...given('compute', computeBlock(moe.compute)),
    expert: expertBlock(moe.expert),
    ...given('groupSize', moe.groupSize),
    layout: moe.layout,
    ranksPerServer: moe.ranksPerServer,
    ranks: moe.ranks,
  };
}

const replicationBlock = ({ physical, groups, replica }: NonNullable<MoeSpec['replication']>): JsonBlock => ({
  experts: physical,
  groups,
  replica,
});

const expertBlock = ({ inner, weightBytes, loadBps }: MoeSpec['expert']): JsonBlock => ({
  inner,
  weights: weightBytes === 1 ? 'fp8' : 'bf16',
  loadRate: formatQuantity(loadBps, 'rate'),
});

function computeBlock(compute: MoeSpec['compute']): Json {
  if (compute === null) return null;
  const { attentionPs, launchPs, expert, alignment } = compute;
  const times = { attention: timeText(attentionPs), launch: timeText(launchPs) };
  return 'tflops' in expert ? { ...times, ...expert, alignment } : { ...times, perToken: timeText(expert.perTokenPs), alignment };
}

function routingBlock(routing: MoeRouting): JsonBlock {
  switch (routing.kind) {
    case 'trace':
      return { kind: routing.kind, path: routing.path, sparse: routing.sparse };
    case 'sticky':
    case 'expertflow':
      return { ...routing, base: { ...routing.base } };
    case 'read-me': {
      const { base, maxWait, cache, ...rest } = routing;
      return { ...rest, base: { ...base }, ...given('maxWait', maxWait), ...given('cache', cache) };
    }
    case 'premoe': {
      const { base, taskSwitchEvery, ...rest } = routing;
      return { ...rest, base: { ...base }, ...given('taskSwitchEvery', taskSwitchEvery) };
    }
    default:
      return { ...routing };
  }
}
