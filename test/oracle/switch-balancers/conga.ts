import type { CongaSpec } from '../../../sim/base/balancer-spec.ts';
import type { PacketStreams } from '../../../sim/base/random.ts';
import { DATA } from '../event-log.ts';
import type { Packet } from '../packet.ts';
import { best } from './port-state.ts';
import { oneOf, type NextHops, type SwitchBalancer, type SwitchView } from './switch-balancer.ts';

/** What a path was last said to carry. */
interface Entry {
  readonly path: number;
  readonly ce: number;
  readonly writtenPs: number;
}

/** By leaf. */
type Table = Map<number, Entry[]>;

/** docs/model-balancers-switch.md, section 7. */
export class Conga implements SwitchBalancer {
  readonly smallestBytes = 1;
  readonly torsOnly = true;
  readonly #view: SwitchView;
  readonly #spec: CongaSpec;
  readonly #streams: PacketStreams;
  readonly #flowlets = new Map<number, { readonly port: number; readonly lastPs: number }>();
  readonly #toLeaf: Table = new Map();
  readonly #fromLeaf: Table = new Map();
  /** The estimator of each port, and the decays that it has had. */
  readonly #measures = new Map<number, { bytes: number; decays: number }>();

  constructor(view: SwitchView, spec: CongaSpec) {
    this.#view = view;
    this.#spec = spec;
    this.#streams = view.simulation.switchStreams('conga');
  }

  choose(packet: Packet, { tor, ports }: NextHops): number {
    const known = this.#flowlets.get(packet.flow);
    const goesOn = known !== undefined && ports.includes(known.port) && this.#now - known.lastPs <= this.#spec.gapPs;
    const said = this.#valid(this.#toLeaf, tor);
    const costOf = (port: number): number => Math.max(this.#metric(port), said.find(({ path }) => path === port)?.ce ?? 0);
    const port = goesOn ? known.port : oneOf(best(ports, (p) => [costOf(p)]).ports, this.#below);
    this.#flowlets.set(packet.flow, { port, lastPs: this.#now });
    return port;
  }

  noteRouted(packet: Packet, port: number): void {
    this.#measure(port).bytes += packet.wireBytes;
    if (packet.type !== DATA || !this.#view.simulation.owns(packet.flow)) return;
    const { topology, plan } = this.#view.simulation.input;
    const source = topology.torOfHost[plan.srcHost[packet.flow]!]!;
    const destination = topology.torOfHost[packet.dstHost]!;
    if (source === destination) return;
    const { index } = this.#view;
    if (index === source) packet.conga = { path: port, ce: this.#metric(port), feedback: this.#feedback(destination) };
    else if (index !== destination) packet.conga!.ce = Math.max(packet.conga!.ce, this.#metric(port));
    else this.#learn(source, packet.conga!);
  }

  #learn(source: number, { path, ce, feedback }: NonNullable<Packet['conga']>): void {
    this.#write(this.#fromLeaf, source, path, ce);
    if (feedback !== null) this.#write(this.#toLeaf, source, feedback.path, feedback.ce);
  }

  #write(table: Table, leaf: number, path: number, ce: number): void {
    const others = (table.get(leaf) ?? []).filter((entry) => entry.path !== path);
    table.set(leaf, [...others, { path, ce, writtenPs: this.#now }]);
  }

  #feedback(leaf: number): { path: number; ce: number } | null {
    const entries = this.#valid(this.#fromLeaf, leaf);
    if (entries.length === 0) return null;
    const paths = entries.map(({ path }) => path).sort((a, b) => a - b);
    const path = oneOf(paths, this.#below);
    return entries.find((entry) => entry.path === path)!;
  }

  #valid(table: Table, leaf: number): Entry[] {
    const entries = table.get(leaf) ?? [];
    if (this.#view.simulation.bugs.has('feedback-never-ages')) return entries;
    return entries.filter(({ writtenPs }) => this.#now - writtenPs <= this.#spec.ageingPs);
  }

  #metric(port: number): number {
    const { alpha, bits, dreIntervalPs } = this.#spec;
    const fullBits = (this.#view.ports[port]!.rateBps * dreIntervalPs) / 1e12 / alpha;
    return Math.min(2 ** bits - 1, Math.floor(((8 * this.#measure(port).bytes) / fullBits) * 2 ** bits));
  }

  #measure(port: number): { bytes: number } {
    const { alpha, dreIntervalPs } = this.#spec;
    const measure = this.#measures.get(port) ?? { bytes: 0, decays: 0 };
    this.#measures.set(port, measure);
    for (; measure.decays < Math.floor(this.#now / dreIntervalPs); measure.decays++) measure.bytes *= 1 - alpha;
    return measure;
  }

  get #now(): number {
    return this.#view.simulation.now;
  }

  readonly #below = (n: number): number => this.#streams.below(this.#view.index, n);
}
