import type { SwitchSpec } from '../../sim/base/device-spec.ts';
import { CompositeBuffer } from './composite-buffer.ts';
import { DroptailBuffer, type SwitchBuffer } from './droptail-buffer.ts';
import { DATA, PAUSE, RESUME } from './event-log.ts';
import { NextHopHash } from './hashing.ts';
import { InputBuffer } from './input-buffer.ts';
import { OutputPort, type Deliver } from './output-port.ts';
import { BARE_PACKET, type Packet } from './packet.ts';
import { SharedBuffer, type SendFrame } from './shared-buffer.ts';
import type { Simulation } from './simulation.ts';
import type { Held } from './class-queues.ts';
import { ConWeaveTor } from './switch-balancers/conweave.ts';
import { switchBalancer } from './switch-balancers/make.ts';
import { nextHops, type NextHops, type SwitchBalancer } from './switch-balancers/switch-balancer.ts';
import { weightedHops } from './weighted-hops.ts';
import { WirelessCell } from './wireless-cell.ts';

const FRAME_BYTES = 64;

export class Switch {
  readonly ports: readonly OutputPort[];
  readonly #simulation: Simulation;
  readonly #index: number;
  readonly #node: number;
  /** By job. */
  readonly #hashes: readonly NextHopHash[];
  readonly #buffer: SwitchBuffer;
  /** By job; jobs with equal balancers share one. */
  readonly #balancers: readonly (SwitchBalancer | null)[];
  /** By job: those of `conweave` at a ToR; jobs with equal balancers share one. */
  readonly #orderers: readonly (ConWeaveTor | null)[];
  /** Hosts of a leaf, ascending, and their air; null: they have cables only. */
  readonly #hosts: readonly number[];
  readonly #cell: WirelessCell | null;

  constructor(simulation: Simulation, deliver: Deliver, index: number) {
    const { topology, scenario } = simulation.input;
    this.#simulation = simulation;
    this.#index = index;
    this.#node = topology.hosts + index;
    this.#hashes = simulation.switchViews.map((view) => new NextHopHash(view, index));
    this.#buffer = bufferOf(scenario.switch, simulation, index, this.#sendFrame);
    const links = topology.portLink.slice(topology.portOffset[this.#node], topology.portOffset[this.#node + 1]);
    this.ports = [...links].map(
      (link) =>
        new OutputPort(simulation, link, {
          deliver,
          switchIndex: index,
          onDeparture: (held, output) => {
            this.#buffer.depart(held, output);
          },
        }),
    );
    const known = new Map(
      simulation.switchViews.map((view) => [view, switchBalancer({ simulation: view, index, ports: this.ports, hashed: this.#indexOf })]),
    );
    this.#balancers = simulation.switchViews.map((view) => known.get(view)!);
    const context = { simulation, index, pass: this.#pass };
    const orderers = new Map(
      simulation.switchViews.map((view) => {
        const { balancer } = view.input.scenario;
        return [view, index < topology.tors && balancer.kind === 'conweave' ? new ConWeaveTor(context, balancer) : null];
      }),
    );
    this.#orderers = simulation.switchViews.map((view) => orderers.get(view)!);
    this.#hosts = [...topology.torOfHost.keys()].filter((host) => topology.torOfHost[host] === index);
    const { wireless } = scenario.topology;
    const isCell = wireless !== undefined && index < topology.tors && wireless.leaves.includes(index);
    this.#cell = isCell
      ? new WirelessCell(simulation, wireless, this.#node, this.#hosts, {
          up: (packet, inPort) => this.#forward(packet, inPort),
          down: (packet, inPort, terminal) => this.#admit(packet, inPort, this.#portOfHost(this.#hosts[terminal]!)),
        })
      : null;
  }

  receive(packet: Packet, inPort: number): void {
    if (packet.type === PAUSE || packet.type === RESUME) {
      this.#simulation.noteDelivered(packet);
      this.#obey(packet, this.ports[inPort]!);
      return;
    }
    const terminal = this.#hosts.findIndex((host) => this.#portOfHost(host) === inPort);
    if (this.#cell !== null && terminal >= 0) this.#cell.join('up', terminal, packet, inPort);
    else this.#forward(packet, inPort);
  }

  #forward(packet: Packet, inPort: number): void {
    const { topology } = this.#simulation.input;
    const tor = this.#orderers[this.#jobOf(packet)] ?? null;
    if (packet.notice !== undefined && topology.torOfHost[packet.dstHost] === this.#index) {
      this.#simulation.noteDelivered(packet);
      tor!.hear(packet.flow, packet.notice);
    } else if (tor?.isDestinationOf(packet) === true) {
      tor.arrive({ packet, inPort });
    } else {
      this.#pass({ packet, inPort });
    }
  }

  /** Sections 1 to 5 of packet-model.md 3. */
  readonly #pass = ({ packet, inPort }: Held): void => {
    const { topology } = this.#simulation.input;
    const port = this.#route(packet);
    if (port === null) {
      this.#simulation.noteDropped(packet);
      return;
    }
    for (const balancer of new Set(this.#balancers)) balancer?.noteRouted?.(packet, port);
    const output = this.ports[port]!;
    if (topology.linkUp[output.link] === 0) throw new Error(`${topology.nodeNames[this.#node]} sends on a dead link`);
    const counts = !packet.isRetransmission || this.#simulation.bugs.has('retransmissions-load');
    if (packet.type === DATA && counts && topology.linkIsFabric[output.link] === 1) {
      this.#simulation.linkLoadBytes[output.link]! += packet.payloadBytes;
    }
    const terminal = this.#hosts.findIndex((host) => this.#portOfHost(host) === port);
    if (this.#cell !== null && terminal >= 0) this.#cell.join('down', terminal, packet, inPort);
    else this.#admit(packet, inPort, port);
  };

  #admit(packet: Packet, inPort: number, port: number): void {
    const output = this.ports[port]!;
    this.#buffer.arrive({ packet, inPort }, output);
    output.noteQueue();
  }

  #portOfHost(host: number): number {
    const { topology } = this.#simulation.input;
    return topology.linkToPort[topology.portLink[topology.portOffset[host]!]!]!;
  }

  #obey({ type, seq }: Packet, port: OutputPort): void {
    if (type === PAUSE) {
      port.queues.pause(seq);
    } else {
      port.queues.resume(seq);
      port.start();
    }
  }

  /** docs/model-switches.md, section 7. */
  readonly #sendFrame: SendFrame = (port, type, trafficClass) => {
    const frame: Packet = {
      ...BARE_PACKET,
      type,
      flow: 0,
      seq: trafficClass,
      dstHost: 0,
      wireBytes: FRAME_BYTES,
      trafficClass: 0,
    };
    this.#simulation.noteSent(frame);
    if (type === PAUSE) this.#simulation.pfcPauses++;
    this.ports[port]!.accept({ packet: frame, inPort: -1 });
  };

  /** packet-model.md 3.1, and model-failures.md 5; null: there is no next hop. */
  #route(packet: Packet): number | null {
    const { now, routes, input } = this.#simulation;
    const { topology } = input;
    const tor = topology.torOfHost[packet.dstHost]!;
    if (tor === this.#index) return this.#portOfHost(packet.dstHost);
    if (packet.pinned) {
      const stage = topology.pinStage[this.#index]!;
      return topology.pinPort[
        topology.pinBase[this.#index * topology.tors + tor]! + topology.pinIndex[stage * topology.pathIds + packet.entropy]!
      ]!;
    }
    const hops = nextHops(routes.at(now), this.#index, tor);
    if (hops.ports.length === 0) return null;
    const orderer = this.#orderers[this.#jobOf(packet)] ?? null;
    if (orderer?.isSourceOf(packet) === true) return orderer.depart(packet, hops.ports);
    return this.#isBalanced(packet, hops) ? this.#balancers[this.#jobOf(packet)]!.choose(packet, hops) : this.#hashed(packet, hops);
  }

  /** model-balancers-switch.md, section 1. */
  #isBalanced(packet: Packet, { ports }: NextHops): boolean {
    const rule = this.#balancers[this.#jobOf(packet)]!;
    if (rule === null || ports.length === 1) return false;
    const isHere = !rule.torsOnly || this.#index < this.#simulation.input.topology.tors;
    return isHere && packet.type === DATA && packet.wireBytes >= rule.smallestBytes;
  }

  /** model-balancers-switch.md, section 2, and model-failures.md, section 5. */
  #hashed(packet: Packet, hops: NextHops): number {
    const { routes, input } = this.#simulation;
    if (input.scenario.switch.failHash === 'rehash-all') {
      const slots = this.#slots(packet, hops);
      return slots[this.#indexOf(packet, slots.length)]!;
    }
    const whole = this.#slots(packet, nextHops(routes.whole, this.#index, hops.tor));
    const index = this.#indexOf(packet, whole.length);
    return hops.ports.includes(whole[index]!) ? whole[index]! : hops.ports[index % hops.ports.length]!;
  }

  /** What a hash chooses among. */
  #slots(packet: Packet, { routing, tor, ports }: NextHops): readonly number[] {
    const { balancer } = this.#simulation.input.jobs[this.#jobOf(packet)]!;
    const isWeighted = balancer.kind === 'wcmp' && !this.#simulation.bugs.has('wcmp-without-weights');
    return isWeighted ? weightedHops(routing, this.#index, tor) : ports;
  }

  /** In [0, n). */
  readonly #indexOf = (packet: Packet, n: number): number => (n === 1 ? 0 : this.#hashes[this.#jobOf(packet)]!.choose(packet, n));

  #jobOf({ flow }: Packet): number {
    return this.#simulation.input.jobOfFlow[flow]!;
  }
}

function bufferOf(spec: SwitchSpec, simulation: Simulation, switchIndex: number, sendFrame: SendFrame): SwitchBuffer {
  switch (spec.kind) {
    case 'droptail':
      return new DroptailBuffer(simulation);
    case 'composite':
      return new CompositeBuffer(simulation, spec);
    case 'shared':
      return new SharedBuffer(simulation, spec, switchIndex, sendFrame);
    case 'lossless-input':
      return new InputBuffer(spec, sendFrame);
  }
}
