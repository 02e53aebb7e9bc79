import type { JobView } from '../job-view.ts';
import type { OutputPort } from '../output-port.ts';
import type { Packet } from '../packet.ts';
import type { Routing } from '../routes.ts';

/** What a rule of a switch sees of it. */
export interface SwitchView {
  readonly simulation: JobView;
  readonly index: number;
  readonly ports: readonly OutputPort[];
  /** Index in [0, n) under the hash of the switch. */
  readonly hashed: (packet: Packet, n: number) => number;
}

/** Where a packet for another ToR may go. */
export interface NextHops {
  readonly tor: number;
  /** Ascending. */
  readonly ports: readonly number[];
  readonly routing: Routing;
}

/** docs/model-balancers-switch.md, sections 4 to 7. */
export interface SwitchBalancer {
  /** DATA packets with fewer wire bytes are hashed. */
  readonly smallestBytes: number;
  /** Other switches hash. */
  readonly torsOnly: boolean;
  /** Port of a balanced packet with several next hops. */
  choose(packet: Packet, hops: NextHops): number;
  /** Any packet of a flow has been routed to a port, also of a host. */
  noteRouted?(packet: Packet, port: number): void;
}

/** One of the candidates, uniformly, without a draw where there is no choice. */
export const oneOf = (candidates: readonly number[], below: (n: number) => number): number =>
  candidates.length === 1 ? candidates[0]! : candidates[below(candidates.length)]!;

/** The next hops of switch `index` towards `tor`, ascending by port. */
export function nextHops(routing: Routing, index: number, tor: number): NextHops {
  const { nextHopSet, tors, setOffset, setPort } = routing.topology;
  const set = nextHopSet[index * tors + tor]!;
  return { tor, routing, ports: set < 0 ? [] : [...setPort.slice(setOffset[set], setOffset[set + 1])] };
}
