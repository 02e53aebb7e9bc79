import type { CollectiveSpec } from '../../sim/base/collective-spec.ts';
import { ConfigError } from '../../sim/base/errors.ts';
import { COMPUTE, RECV, type Schedule, SEND } from '../../sim/base/schedule.ts';
import type { WorkloadSpec } from '../../sim/base/workload-spec.ts';
import { PS_PER_UNIT } from '../../sim/base/time-unit.ts';
import { cannotExpress } from './cannot-express.ts';
import { type ChakraAttribute, type ChakraNode, chakraMetadata, chakraNode } from './chakra-encode.ts';
import { isJoin, WaitsOfOperations } from './joins.ts';
import { messageTags, type RankOrder, rankOrder } from './rank-order.ts';

/** Node types of the Chakra schema, and those of its collectives that ASTRA-sim simulates. */
const COMP_NODE = 4;
const SEND_NODE = 5;
const RECV_NODE = 6;
const COLLECTIVE_NODE = 7;
const COMM_TYPES = { 'all-reduce': 0, 'all-gather': 2, 'all-to-all': 6, 'reduce-scatter': 7 } as const;

/** What `duration_micros` counts: us by the schema, ns in traces that came from ASTRA-sim 1.0 text. */
export type DurationUnit = 'us' | 'ns';

/** A collective that one node of each rank stands for. */
export type ChakraCollective = CollectiveSpec & { readonly kind: keyof typeof COMM_TYPES };

/** Whether a workload is one collective of all ranks that has a node type which ASTRA-sim simulates. */
export const isChakraCollective = (workload: WorkloadSpec): workload is ChakraCollective =>
  workload.kind in COMM_TYPES && (workload as ChakraCollective).groups === undefined;

/**
 * One collective as Chakra traces, a file a rank, each with one node. The algorithm is not part of a trace.
 *
 * @throws ConfigError for an all-gather whose ranks do not have equal shards
 */
export function chakraCollective({ kind, sizeBytes, ranks }: ChakraCollective): Iterable<Uint8Array>[] {
  // The comm_size of an all-gather is one rank's shard.
  const bytes = kind === 'all-gather' ? sizeBytes / ranks : sizeBytes;
  if (!Number.isInteger(bytes)) {
    throw new ConfigError('E180', `Chakra cannot express an all-gather of ${sizeBytes} B over ${ranks} ranks: shards are equal there`, {
      where: { path: 'workload.size' },
      hint: 'use a multiple of the number of ranks',
    });
  }
  const node: ChakraNode = {
    id: 0,
    name: kind.toUpperCase().replaceAll('-', '_'),
    type: COLLECTIVE_NODE,
    dataDeps: [],
    duration: 0,
    attributes: [
      { name: 'is_cpu_op', kind: 'bool', value: false },
      { name: 'comm_type', kind: 'int64', value: COMM_TYPES[kind] },
      { name: 'comm_size', kind: 'int64', value: bytes },
      { name: 'involved_dim', kind: 'boolList', value: [true] },
    ],
  };
  return Array.from({ length: ranks }, () => [chakraMetadata(), chakraNode(node)]);
}

/**
 * A Schedule as Chakra traces, a file a rank, in pieces: a node an operation, joins replaced by what they wait for. Everything is checked
 * before the first piece is asked for.
 *
 * @throws ConfigError naming the first operation that waits for a start, or lasts no whole number of units
 */
export function chakraTraces(schedule: Schedule, unit: DurationUnit): Iterable<Uint8Array>[] {
  const waits = new WaitsOfOperations(schedule);
  const { ops, kind, durationPs } = schedule;
  for (let op = 0; op < ops; op++) {
    if (isJoin(schedule, op)) continue;
    if (waits.of(op).starts.length > 0) {
      const hint = 'export to GOAL, or a collective alone, which is one node';
      throw cannotExpress('Chakra', schedule, op, 'it waits for the start of another operation, and nodes wait for ends', hint);
    }
    if (kind[op] === COMPUTE && !Number.isInteger(durationPs[op]! / PS_PER_UNIT[unit])) {
      throw cannotExpress('Chakra', schedule, op, `it lasts no whole number of ${unit}`, 'say --time-unit ns, and so on import');
    }
  }
  const order = rankOrder(schedule, 'Chakra');
  const tags = messageTags(schedule);
  return Array.from({ length: schedule.ranks }, (_, rank) => trace(schedule, rank, { order, tags, waits, unit }));
}

interface Plan {
  readonly order: RankOrder;
  readonly tags: Int32Array;
  readonly waits: WaitsOfOperations;
  readonly unit: DurationUnit;
}

function* trace(schedule: Schedule, rank: number, { order: { offset, order }, tags, waits, unit }: Plan): Generator<Uint8Array> {
  yield chakraMetadata();
  const id = new Map<number, number>();
  for (let i = offset[rank]!; i < offset[rank + 1]!; i++) {
    const op = order[i]!;
    if (isJoin(schedule, op)) continue;
    id.set(op, id.size);
    yield chakraNode({
      id: id.get(op)!,
      ...bodyOf(schedule, op, tags[op]!, unit),
      dataDeps: waits.of(op).ends.map((end) => id.get(end)!),
    });
  }
}

type Body = Omit<ChakraNode, 'id' | 'dataDeps'>;

function bodyOf({ kind, rank, peer, bytes, durationPs }: Schedule, op: number, tag: number, unit: DurationUnit): Body {
  const onGpu: ChakraAttribute = { name: 'is_cpu_op', kind: 'bool', value: false };
  if (kind[op] === COMPUTE) {
    return { name: `compute ${op}`, type: COMP_NODE, duration: durationPs[op]! / PS_PER_UNIT[unit], attributes: [onGpu] };
  }
  const isReceive = kind[op] === RECV;
  const [src, dst] = isReceive ? [peer[op]!, rank[op]!] : [rank[op]!, peer[op]!];
  const integer = (name: string, value: number): ChakraAttribute => ({ name, kind: 'int64', value });
  return {
    name: `${kind[op] === SEND ? 'send' : 'receive'} ${op}`,
    type: isReceive ? RECV_NODE : SEND_NODE,
    duration: 0,
    attributes: [onGpu, integer('comm_src', src), integer('comm_dst', dst), integer('comm_size', bytes[op]!), integer('comm_tag', tag)],
  };
}
