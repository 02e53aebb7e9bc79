import type { PortKey } from '../../../sim/base/balancer-spec.ts';
import type { PacketStreams } from '../../../sim/base/random.ts';
import type { Packet } from '../packet.ts';
import { best, compareKeys, PortStates } from './port-state.ts';
import { oneOf, type NextHops, type SwitchBalancer, type SwitchView } from './switch-balancer.ts';

/** docs/model-balancers-switch.md, section 5. */
abstract class Adaptive implements SwitchBalancer {
  readonly smallestBytes = 100;
  readonly torsOnly = false;
  protected readonly view: SwitchView;
  protected readonly states: PortStates;
  readonly #streams: PacketStreams;

  constructor(view: SwitchView) {
    this.view = view;
    this.states = new PortStates(view);
    this.#streams = view.simulation.switchStreams('adaptive');
  }

  abstract choose(packet: Packet, hops: NextHops): number;

  noteRouted(packet: Packet, port: number): void {
    this.states.noteRouted(port, packet.wireBytes);
  }

  protected readonly below = (n: number): number => this.#streams.below(this.view.index, n);

  /** One bit. */
  protected drawsHigh(): boolean {
    return this.#streams.next(this.view.index) < 0;
  }

  protected oneOf(candidates: readonly number[]): number {
    return this.view.simulation.bugs.has('first-of-the-best') ? candidates[0]! : oneOf(candidates, this.below);
  }

  protected bytes(port: number): number {
    return this.states.queueBytes(port);
  }
}

export class AdaptiveRouting extends Adaptive {
  readonly #key: PortKey;

  constructor(view: SwitchView, key: PortKey) {
    super(view);
    this.#key = key;
  }

  choose(packet: Packet, { ports }: NextHops): number {
    const port = this.oneOf(best(ports, (p) => this.states.key(p, this.#key)).ports);
    this.states.noteFlow(packet.flow, port);
    return port;
  }
}

export class ShortestQueue extends Adaptive {
  choose(_packet: Packet, { ports }: NextHops): number {
    return this.oneOf(best(ports, (p) => [this.bytes(p)]).ports);
  }
}

export class TwoChoices extends Adaptive {
  choose(_packet: Packet, { ports }: NextHops): number {
    const a = ports[this.below(ports.length)]!;
    const b = ports[this.below(ports.length)]!;
    if (this.view.simulation.bugs.has('second-choice-at-a-tie')) return this.bytes(b) <= this.bytes(a) ? b : a;
    return this.bytes(b) < this.bytes(a) ? b : a;
  }
}

export class AdaptiveHashing extends Adaptive {
  readonly #key: PortKey;

  constructor(view: SwitchView, key: PortKey) {
    super(view);
    this.#key = key;
  }

  choose(packet: Packet, { ports }: NextHops): number {
    const port = this.#better(packet, ports);
    this.states.noteFlow(packet.flow, port);
    return port;
  }

  #better(packet: Packet, ports: readonly number[]): number {
    const hashed = ports[this.view.hashed(packet, ports.length)]!;
    if (this.drawsHigh()) return hashed;
    const keys = ports.map((port) => this.states.key(port, this.#key));
    const own = keys[ports.indexOf(hashed)]!;
    if (keys.some((key) => compareKeys(key, own) > 0)) return hashed;
    return this.oneOf(best(ports, (port) => keys[ports.indexOf(port)]!).ports);
  }
}

export class Drill extends Adaptive {
  /** By ToR. */
  readonly #last = new Map<number, number>();

  choose(_packet: Packet, { tor, ports }: NextHops): number {
    const a = this.below(ports.length);
    let b = this.below(ports.length - 1);
    if (b >= a) b++;
    const known = this.#last.get(tor);
    const remembers = known !== undefined && ports.includes(known) && !this.view.simulation.bugs.has('drill-without-memory');
    let port = remembers ? known : ports[a]!;
    for (const other of [ports[a]!, ports[b]!]) if (this.bytes(other) < this.bytes(port)) port = other;
    this.#last.set(tor, port);
    return port;
  }
}

/** Section 6, `flowlet-ar`. */
export class FlowletRouting extends Adaptive {
  readonly #key: PortKey;
  readonly #gapPs: number;
  readonly #flowlets = new Map<number, { readonly port: number; lastPs: number }>();

  constructor(view: SwitchView, key: PortKey, gapPs: number) {
    super(view);
    this.#key = key;
    this.#gapPs = gapPs;
  }

  choose(packet: Packet, { ports }: NextHops): number {
    const { now } = this.view.simulation;
    const known = this.#flowlets.get(packet.flow);
    let port: number;
    if (known === undefined || !ports.includes(known.port)) port = this.#anyBest(ports);
    else if (now - known.lastPs > this.#gapPs && !this.drawsHigh()) port = this.#better(known.port, ports);
    else port = known.port;
    this.states.moveFlow(packet.flow, port);
    this.#flowlets.set(packet.flow, { port, lastPs: now });
    return port;
  }

  #keyOf(port: number): readonly number[] {
    return this.states.key(port, this.#key);
  }

  #anyBest(ports: readonly number[]): number {
    return this.oneOf(best(ports, (p) => this.#keyOf(p)).ports);
  }

  #better(port: number, ports: readonly number[]): number {
    const chosen = this.#anyBest(ports);
    return compareKeys(this.#keyOf(chosen), this.#keyOf(port)) < 0 ? chosen : port;
  }
}
