import { mix32, PacketStreams, streamSeed } from '../../../sim/base/random.ts';
import type { Topology } from '../../../sim/base/topology.ts';
import type { Packet } from '../packet.ts';
import { RoundRobin } from '../round-robin.ts';
import { nextHops, type NextHops, type SwitchBalancer, type SwitchView } from './switch-balancer.ts';

/** Section 4: something that deals out ports, by key. */
class Rotations<T> {
  readonly #byKey = new Map<string, T>();

  get({ routing }: NextHops, key: string, make: () => T): T {
    const full = `${routing.key} / ${key}`;
    if (!this.#byKey.has(full)) this.#byKey.set(full, make());
    return this.#byKey.get(full)!;
  }
}

/** `spray-switch-rr` and, at ToRs, `spray-tor-rr`. */
export class SetRotation implements SwitchBalancer {
  readonly smallestBytes: number;
  readonly torsOnly: boolean;
  readonly #view: SwitchView;
  readonly #rotations = new Rotations<RoundRobin>();

  constructor(view: SwitchView, torsOnly: boolean) {
    this.#view = view;
    this.torsOnly = torsOnly;
    this.smallestBytes = view.simulation.bugs.has('small-packets-in-turn') ? 0 : 128;
  }

  choose(_packet: Packet, hops: NextHops): number {
    const { simulation, index } = this.#view;
    const { balancer } = simulation.input.scenario;
    const permutes = balancer.kind === 'spray-tor-rr' || (balancer.kind === 'spray-switch-rr' && balancer.variant === 'permute');
    const rounds = this.torsOnly && !simulation.bugs.has('shuffle-every-round') ? 5 : 1;
    const make = (): RoundRobin => new RoundRobin(simulation, index, hops.ports, permutes, rounds);
    return this.#rotations.get(hops, hops.ports.join(), make).next();
  }
}

/** `ofan`. */
export class Ofan implements SwitchBalancer {
  readonly smallestBytes = 1;
  readonly torsOnly = false;
  readonly #view: SwitchView;
  readonly #rotations = new Rotations<{ readonly ports: readonly number[]; pointer: number }>();

  constructor(view: SwitchView) {
    this.#view = view;
  }

  choose(packet: Packet, hops: NextHops): number {
    const { simulation, index } = this.#view;
    const { nic } = simulation.input.scenario;
    const { topology } = hops.routing;
    const isFull = packet.wireBytes === nic.mtuBytes + nic.headerBytes || simulation.bugs.has('ofan-of-one-class');
    const sizeClass = isFull ? 0 : 1;
    const isAlike = (tor: number): boolean =>
      isOneGroup(topology, tor, hops.tor) && nextHops(hops.routing, index, tor).ports.join() === hops.ports.join();
    const tors = Array.from({ length: topology.tors }, (_, tor) => tor);
    const smallest = index < topology.tors ? hops.tor : tors.find(isAlike)!;
    const rotation = this.#rotations.get(hops, `${smallest} ${sizeClass}`, () => this.#begin(hops.ports, smallest, sizeClass));
    const port = rotation.ports[rotation.pointer]!;
    rotation.pointer = (rotation.pointer + 1) % rotation.ports.length;
    return port;
  }

  #begin(hops: readonly number[], smallest: number, sizeClass: number): { ports: readonly number[]; pointer: number } {
    const { simulation, index } = this.#view;
    const stream = new PacketStreams(0, 'ofan', 1);
    const mixed = mix32(streamSeed(simulation.input.scenario.seed, 'ofan', index) ^ Math.imul(2 * smallest + sizeClass + 1, 0x9e3779b1));
    stream.state[0] = mixed === 0 ? 0x6d2b79f5 : mixed;
    const ports = [...hops];
    for (let i = ports.length - 1; i >= 1; i--) {
      const j = stream.below(0, i + 1);
      [ports[i], ports[j]] = [ports[j]!, ports[i]!];
    }
    return { ports, pointer: stream.below(0, ports.length) };
  }
}

/** Their cables, dead ones too, lead to the same switches. */
function isOneGroup(topology: Topology, torA: number, torB: number): boolean {
  const above = (tor: number): string => {
    const links = topology.portLink.slice(topology.portOffset[topology.hosts + tor], topology.portOffset[topology.hosts + tor + 1]);
    const neighbours = [...links].map((link) => topology.linkTo[link]!).filter((node) => node >= topology.hosts);
    return [...new Set(neighbours)].sort().join();
  };
  return above(torA) === above(torB);
}
