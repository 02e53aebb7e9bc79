import { COLLECTIVE_ALGORITHMS, type CollectiveKind, type CollectiveShape, type CollectiveSpec } from '../../sim/base/collective-spec.ts';
import { formatQuantity } from '../../sim/base/quantity.ts';
import { ncclBlock, ncclSpec } from './nccl-spec.ts';
import type { NcclConfig } from './schema/nccl.ts';
import type { WorkloadConfig } from './schema/workload.ts';
import type { RankFabric } from './topology-spec.ts';
import type { JsonBlock } from './tree.ts';

export type CollectiveConfig = Extract<WorkloadConfig, { kind: CollectiveKind }>;

/** Every key that a collective may have; each kind has some. */
type Keys = {
  readonly [K in Exclude<keyof CollectiveShape, 'reduceRateBps'>]?: CollectiveShape[K] | undefined;
} & { readonly size?: number; readonly reduceRate?: number | undefined; readonly nccl?: NcclConfig };

/** A key of the spec where it asks for something. */
const given = <K extends keyof CollectiveShape>(
  key: K,
  value: CollectiveShape[K] | undefined,
  absent?: CollectiveShape[K],
): Pick<CollectiveShape, K> => (value === undefined || value === absent ? {} : { [key]: value }) as Pick<CollectiveShape, K>;

/** A collective of a valid config as the simulator takes it. */
export function collectiveSpec(workload: CollectiveConfig, ranks: number, fabric: RankFabric): CollectiveSpec {
  const keys: Keys = workload;
  const { size, sizes, reduceRate, ranksPerServer = fabric.perServer } = keys;
  const isAuto = workload.algorithm === 'auto';
  return {
    kind: workload.kind,
    algorithm: workload.algorithm === 'auto' ? COLLECTIVE_ALGORITHMS[workload.kind][0] : workload.algorithm,
    sizeBytes: size ?? largestRow(sizes ?? []),
    ranks,
    ...given('root', keys.root, 0),
    ...given('channels', keys.channels, 1),
    ...given('bidirectional', keys.bidirectional, false),
    ...given('chunks', keys.chunks, 1),
    ...given('window', keys.window),
    ...given('order', keys.order),
    ...given('dims', keys.dims),
    ...given('sizes', sizes),
    ...given('groups', keys.groups),
    ...given('sync', keys.sync, 'local'),
    ...given('reduceRateBps', reduceRate),
    ...given('ranksPerServer', ranksPerServer, 1),
    ...given('pxn', keys.pxn, false),
    ...(isAuto ? { nccl: ncclSpec(keys.nccl, fabric) } : {}),
  };
}

const largestRow = (sizes: readonly (readonly number[])[]): number =>
  sizes.reduce(
    (most, row) =>
      Math.max(
        most,
        row.reduce((sum, bytes) => sum + bytes, 0),
      ),
    0,
  );

/** The same as keys of a config. */
export function collectiveBlock({ kind, algorithm, sizeBytes, ranks, sizes, reduceRateBps, nccl, ...keys }: CollectiveSpec): JsonBlock {
  const size = (bytes: number): string => formatQuantity(bytes, 'bytes');
  return {
    kind,
    algorithm: nccl === undefined ? algorithm : 'auto',
    ...(nccl === undefined ? {} : { nccl: ncclBlock(nccl) }),
    ...(kind === 'barrier' ? {} : sizes === undefined ? { size: size(sizeBytes) } : { sizes: sizes.map((row) => row.map(size)) }),
    ...(keys as JsonBlock),
    ...(reduceRateBps === undefined ? {} : { reduceRate: formatQuantity(reduceRateBps, 'rate') }),
    ranks,
  };
}
