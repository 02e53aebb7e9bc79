import { EtherealPaths } from '../balancing/ethereal-paths.ts';
import type { FlowPlan } from '../balancing/flow-plan.ts';
import type { PacketBalancer } from '../balancing/packet-balancer.ts';
import type { Sender } from '../transport/sender.ts';

/** Flows that have sent something and are not complete when a run ends. */
export interface OpenFlows {
  readonly count: number;
  /** The first of them by number, at most MOST_NAMED. */
  readonly first: readonly OpenFlow[];
}

export interface OpenFlow {
  readonly flow: number;
  /** The path that it used last; -1: it is not pinned. */
  readonly path: number;
}

/** More than so many flows are not named. */
const MOST_NAMED = 3;

/** @param hasSent by flow, 1: its first packet has been sent (by a host that is handled here) */
export function openFlows(plan: FlowPlan, sender: Sender, balancer: PacketBalancer, hasSent: Uint8Array): OpenFlows {
  const first: OpenFlow[] = [];
  let count = 0;
  for (let flow = 0; flow < plan.flows; flow++) {
    if (hasSent[flow] === 0 || sender.isComplete(flow)) continue;
    const planned = plan.path[flow]!;
    const path = planned >= 0 && balancer instanceof EtherealPaths ? balancer.pathOf(flow) : planned;
    if (count++ < MOST_NAMED) first.push({ flow, path });
  }
  return { count, first };
}

/** Of two partitions: the result does not depend on how many there were. */
export function joinOpenFlows(a: OpenFlows, b: OpenFlows): OpenFlows {
  const first = [...a.first, ...b.first].sort((x, y) => x.flow - y.flow).slice(0, MOST_NAMED);
  return { count: a.count + b.count, first };
}
