import type { Scenario } from '../base/scenario.ts';
import type { Topology } from '../base/topology.ts';
import type { FlowPlan } from '../balancing/flow-plan.ts';
import type { Limits } from '../derive.ts';
import type { ControlContext } from './congestion-control.ts';
import type { Engine } from '../engine/engine.ts';

/** What the congestion controls of a run are built from. Tables are taken from the engine's region. */
export function controlContext(
  { scenario, topology, plan, limits }: { scenario: Scenario; topology: Topology; plan: FlowPlan; limits: Limits },
  { region, clock }: Engine,
): Omit<ControlContext, 'hasReceiverCredit'> {
  const { nic, switch: device } = scenario;
  return {
    region,
    flows: plan.flows,
    limits,
    fullBytes: nic.mtuBytes + nic.headerBytes,
    payloadBytes: nic.mtuBytes,
    lineRateBps: topology.linkRateBps[topology.longestPath[0]!]!,
    clock,
    trims: device.kind === 'composite' && device.trims,
    linkRateBps: topology.linkRateBps,
    maxHops: topology.longestPath.length - 1,
    hopsOfFlow: () => hopsOfFlow(topology, plan),
  };
}

/** Links of a shortest path of each flow, host links included. */
function hopsOfFlow(topology: Topology, plan: FlowPlan): Int32Array {
  const betweenTors = new Map<number, number>();
  const fabricHops = (from: number, to: number): number => {
    if (from === to) return 0;
    const pair = from * topology.tors + to;
    let hops = betweenTors.get(pair);
    if (hops === undefined) {
      const { linkOffset } = topology.pathsBetween(from, to);
      hops = linkOffset[1]! - linkOffset[0]!;
      betweenTors.set(pair, hops);
    }
    return hops;
  };
  return Int32Array.from(
    { length: plan.flows },
    (_, flow) => 2 + fabricHops(topology.torOfHost[plan.srcHost[flow]!]!, topology.torOfHost[plan.dstHost[flow]!]!),
  );
}
