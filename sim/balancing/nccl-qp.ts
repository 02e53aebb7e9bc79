import type { NcclQpSpec } from '../base/balancer-spec.ts';
import type { FlowPlan } from './flow-plan.ts';

/**
 * The queue pairs of `nccl-qp`: a connection (source and destination host) has a few, and keeps them, so that all flows of one queue pair are
 * hashed alike. `split` deals the pieces of a message to them (NCCL_IB_SPLIT_DATA_ON_QPS=1), else they take whole messages in turn.
 *
 * @returns for each flow the first one of its queue pair
 */
export function queuePairFlows(plan: Pick<FlowPlan, 'flows' | 'srcHost' | 'dstHost' | 'message'>, spec: NcclQpSpec): Int32Array {
  const { flows, srcHost, dstHost, message } = plan;
  const connections = new Map<number, { next: number; readonly first: number[] }>();
  const hashFlow = new Int32Array(flows);
  let piece = 0;
  for (let flow = 0; flow < flows; flow++) {
    const key = srcHost[flow]! * 2 ** 26 + dstHost[flow]!;
    let connection = connections.get(key);
    if (connection === undefined) connections.set(key, (connection = { next: 0, first: [] }));
    piece = flow > 0 && message[flow] === message[flow - 1] ? piece + 1 : 0;
    const pair = spec.split ? piece : connection.next++ % spec.queuePairs;
    connection.first[pair] ??= flow;
    hashFlow[flow] = connection.first[pair]!;
  }
  return hashFlow;
}
