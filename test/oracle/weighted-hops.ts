import { slotWeights } from '../../sim/balancing/weights.ts';
import type { Topology } from '../../sim/base/topology.ts';
import { nextHops } from './switch-balancers/switch-balancer.ts';
import type { Routing } from './routes.ts';

/** `wcmp` (docs/model-balancers-switch.md, section 2): the next hops, each as often as its weight. */
export function weightedHops(routing: Routing, index: number, tor: number): number[] {
  const { ports } = nextHops(routing, index, tor);
  const weights = slotWeights(Float64Array.from(ports, (port) => hopBps(routing, index, port, tor)));
  return ports.flatMap((port, i) => new Array<number>(weights[i]!).fill(port));
}

/** What a hop carries towards a ToR. */
function hopBps(routing: Routing, index: number, port: number, tor: number): number {
  const { topology } = routing;
  const link = topology.portLink[topology.portOffset[topology.hosts + index]! + port]!;
  return Math.min(topology.linkRateBps[link]!, capacityBps(routing, switchBehind(topology, link), tor));
}

function capacityBps(routing: Routing, index: number, tor: number): number {
  if (index === tor) return Infinity;
  return nextHops(routing, index, tor).ports.reduce((sum, port) => sum + hopBps(routing, index, port, tor), 0);
}

const switchBehind = (topology: Topology, link: number): number => topology.linkTo[link]! - topology.hosts;
