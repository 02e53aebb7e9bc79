/** What both readers of Chakra execution traces (protobuf and its JSON twin) produce: one trace a rank. */
export interface Trace {
  readonly file: string;
  readonly nodes: readonly TraceNode[];
}

export interface TraceNode {
  readonly id: number;
  /** A value of NODE_TYPES. */
  readonly type: number;
  readonly ctrlDeps: readonly number[];
  readonly dataDeps: readonly number[];
  /** In the unit of `chakra.durationUnit`. */
  readonly duration: number;
  /** The node carries a start time: the trace was recorded, not converted from another format. */
  readonly wasRecorded: boolean;
  readonly attributes: ReadonlyMap<string, AttributeValue>;
  /** `inputs.values` of METADATA nodes: Python's way of writing a list. */
  readonly inputs: string;
  /** Where the node stands in its file, for messages. */
  readonly place: number;
  /** What `place` counts. */
  readonly placeUnit: 'byte' | 'entry';
}

/** null: lists of other things than booleans, bytes, or no value at all. */
export type AttributeValue = number | boolean | string | readonly boolean[] | null;

export const NODE_TYPES = ['INVALID', 'METADATA', 'MEM_LOAD', 'MEM_STORE', 'COMP', 'COMM_SEND', 'COMM_RECV', 'COMM_COLL'] as const;

export const COMM_TYPES = [
  'ALL_REDUCE',
  'REDUCE',
  'ALL_GATHER',
  'GATHER',
  'SCATTER',
  'BROADCAST',
  'ALL_TO_ALL',
  'REDUCE_SCATTER',
  'REDUCE_SCATTER_BLOCK',
  'BARRIER',
] as const;

/** `byte 8`, `workload_graph[3]`. */
export const placeOfNode = ({ place, placeUnit }: TraceNode): string =>
  placeUnit === 'byte' ? `byte ${place}` : `workload_graph[${place}]`;

/** `node 512 (byte 8)`. */
export const describeNode = (node: TraceNode): string => `node ${node.id} (${placeOfNode(node)})`;

/** Attributes that execution looks at. */
const COMM_ATTRIBUTES = new Set(['is_cpu_op', 'comm_type', 'comm_size', 'comm_src', 'comm_dst', 'comm_tag', 'pg_name', 'involved_dim']);
const NOTHING: ReadonlyMap<string, AttributeValue> = new Map();
const ON_CPU: ReadonlyMap<string, AttributeValue> = new Map([['is_cpu_op', true]]);
const ON_GPU: ReadonlyMap<string, AttributeValue> = new Map([['is_cpu_op', false]]);

/** Those that decide how a node of this type is executed. Nearly all nodes of a trace share one of three maps: a trace has millions. */
export function usedAttributes(type: number, all: readonly (readonly [string, AttributeValue])[]): ReadonlyMap<string, AttributeValue> {
  const isComm = NODE_TYPES[type]?.startsWith('COMM') ?? false;
  const used = all.filter(([name]) => (isComm ? COMM_ATTRIBUTES.has(name) : name === 'is_cpu_op'));
  if (used.length === 0) return NOTHING;
  if (used.length > 1 || used[0]![0] !== 'is_cpu_op' || typeof used[0]![1] !== 'boolean') return new Map(used);
  return used[0]![1] ? ON_CPU : ON_GPU;
}
