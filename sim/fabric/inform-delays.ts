import type { Topology } from '../base/topology.ts';
import type { FlowPlan } from '../balancing/flow-plan.ts';

/** Propagation delay of a shortest way back of each flow. */
export function informDelaysPs(topology: Topology, plan: FlowPlan): Float64Array {
  const betweenTors = new Map<number, number>();
  const fabricPs = (from: number, to: number): number => {
    if (from === to) return 0;
    const pair = from * topology.tors + to;
    let shortest = betweenTors.get(pair);
    if (shortest === undefined) {
      const { ids, links, linkOffset } = topology.pathsBetween(from, to);
      shortest = Infinity;
      for (let i = 0; i < ids.length; i++) {
        let sum = 0;
        for (let j = linkOffset[i]!; j < linkOffset[i + 1]!; j++) sum += topology.linkDelayPs[links[j]!]!;
        shortest = Math.min(shortest, sum);
      }
      betweenTors.set(pair, shortest);
    }
    return shortest;
  };
  const hostPs = (host: number): number => topology.linkDelayPs[topology.portLink[topology.portOffset[host]!]!]!;
  return Float64Array.from({ length: plan.flows }, (_, flow) => {
    const src = plan.srcHost[flow]!;
    const dst = plan.dstHost[flow]!;
    return hostPs(dst) + fabricPs(topology.torOfHost[dst]!, topology.torOfHost[src]!) + hostPs(src);
  });
}
