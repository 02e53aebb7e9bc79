import { setupStream } from '../../../sim/base/random.ts';
import type { JobView } from '../job-view.ts';

/** `rr-flow` (docs/model-balancers-switch.md, section 3): the path of each flow of a host that leaves its rack. */
export function roundRobinPaths(view: JobView, host: number): Map<number, number> {
  const { topology, plan, scenario } = view.input;
  const stream = setupStream(scenario.seed, 'rr-flow', host);
  const tor = topology.torOfHost[host]!;
  /** By ToR: the place of the next message. */
  const places = new Map<number, number>();
  const paths = new Map<number, number>();
  for (let flow = plan.hostOffset[host]!; flow < plan.hostOffset[host + 1]!; flow++) {
    const destination = topology.torOfHost[plan.dstHost[flow]!]!;
    if (destination === tor || !view.owns(flow)) continue;
    const { ids } = topology.pathsBetween(tor, destination);
    const place = places.get(destination) ?? stream.integer(ids.length);
    paths.set(flow, ids[place % ids.length]!);
    places.set(destination, place + 1);
  }
  return paths;
}
