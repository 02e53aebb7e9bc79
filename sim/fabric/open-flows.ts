import type { FlowPlan } from '../balancing/flow-plan.ts';
import type { FlowEnds } from './flow-ends.ts';

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

/** @param hasSent whether a flow's first packet has been sent (by a host that is handled here) */
export function openFlows(plan: FlowPlan, { sender, pathOf }: FlowEnds, hasSent: (flow: number) => boolean): OpenFlows {
  const first: OpenFlow[] = [];
  let count = 0;
  for (let flow = 0; flow < plan.flows; flow++) {
    if (!hasSent(flow) || sender.isComplete(flow)) continue;
    if (count++ < MOST_NAMED) first.push({ flow, path: pathOf(flow) });
  }
  return { count, first };
}

/** Of two partitions: the result does not depend on how many there were. */
export function joinOpenFlows(a: OpenFlows, b: OpenFlows): OpenFlows {
  const first = [...a.first, ...b.first].sort((x, y) => x.flow - y.flow).slice(0, MOST_NAMED);
  return { count: a.count + b.count, first };
}
