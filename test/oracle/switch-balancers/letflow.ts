import type { PacketStreams } from '../../../sim/base/random.ts';
import type { Packet } from '../packet.ts';
import { oneOf, type NextHops, type SwitchBalancer, type SwitchView } from './switch-balancer.ts';

/** docs/model-balancers-switch.md, section 6. */
export class LetFlow implements SwitchBalancer {
  readonly smallestBytes = 1;
  readonly torsOnly = false;
  readonly #view: SwitchView;
  readonly #gapPs: number;
  readonly #streams: PacketStreams;
  readonly #flowlets = new Map<number, { readonly port: number; readonly lastPs: number }>();

  constructor(view: SwitchView, gapPs: number) {
    this.#view = view;
    this.#gapPs = gapPs;
    this.#streams = view.simulation.switchStreams('flowlet');
  }

  choose(packet: Packet, { ports }: NextHops): number {
    const { now, bugs } = this.#view.simulation;
    const known = this.#flowlets.get(packet.flow);
    const goesOn = known !== undefined && ports.includes(known.port) && now - known.lastPs <= this.#gapPs;
    const port = goesOn ? known.port : oneOf(ports, (n) => this.#streams.below(this.#view.index, n));
    const lastPs = goesOn && bugs.has('gap-since-the-flowlet-began') ? known.lastPs : now;
    this.#flowlets.set(packet.flow, { port, lastPs });
    return port;
  }
}
