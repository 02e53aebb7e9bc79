/** What both readers of Chakra execution traces (protobuf and its JSON twin) produce: one trace a rank. */
export interface Trace {
  readonly file: string;
  readonly nodes: readonly TraceNode[];
}

export interface TraceNode {
  readonly id: number;
  readonly name: string;
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
  /** Where the node stands in its file, for messages: `byte 8`, `workload_graph[3]`. */
  readonly place: string;
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

/** `node 512 (byte 8)`. */
export const describeNode = (node: TraceNode): string => `node ${node.id} (${node.place})`;
