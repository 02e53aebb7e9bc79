import type { SwitchSpec } from '../../sim/base/device-spec.ts';
import type { Topology } from '../../sim/base/topology.ts';
import { hashFamily, hashSalts, type HashFamily } from '../../sim/balancing/hash.ts';
import { CompositeBuffer } from './composite-buffer.ts';
import { DroptailBuffer, type SwitchBuffer } from './droptail-buffer.ts';
import { ACK, DATA, NACK, PAUSE, RESUME } from './event-log.ts';
import { InputBuffer } from './input-buffer.ts';
import { OutputPort, type Deliver } from './output-port.ts';
import type { Packet } from './packet.ts';
import { RoundRobin } from './round-robin.ts';
import { SharedBuffer, type SendFrame } from './shared-buffer.ts';
import type { Simulation } from './simulation.ts';

const FRAME_BYTES = 64;

export class Switch {
  readonly ports: readonly OutputPort[];
  readonly #simulation: Simulation;
  readonly #index: number;
  readonly #node: number;
  readonly #salt: number;
  readonly #hash: HashFamily;
  readonly #buffer: SwitchBuffer;
  readonly #roundRobin = new Map<string, RoundRobin>();

  constructor(simulation: Simulation, deliver: Deliver, index: number) {
    const { topology, scenario } = simulation.input;
    this.#simulation = simulation;
    this.#index = index;
    this.#node = topology.hosts + index;
    this.#salt = hashSalts(topology, scenario.switch, scenario.seed)[simulation.bugs.has('shared-salt') ? 0 : index]!;
    this.#hash = hashFamily(scenario.switch.hash, { ...simulation.input.plan, hashFlow: null }, scenario.balancer.kind === 'spray');
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
  }

  receive(packet: Packet, inPort: number): void {
    const { topology } = this.#simulation.input;
    if (packet.type === PAUSE || packet.type === RESUME) {
      this.#simulation.noteDelivered(packet);
      this.#obey(packet, this.ports[inPort]!);
      return;
    }
    const port = this.#route(packet);
    if (port === null) {
      this.#simulation.noteDropped(packet);
      return;
    }
    const output = this.ports[port]!;
    if (topology.linkUp[output.link] === 0) throw new Error(`${topology.nodeNames[this.#node]} sends on a dead link`);
    const counts = !packet.isRetransmission || this.#simulation.bugs.has('retransmissions-load');
    if (packet.type === DATA && counts && topology.linkIsFabric[output.link] === 1) {
      this.#simulation.linkLoadBytes[output.link]! += packet.payloadBytes;
    }
    this.#buffer.arrive({ packet, inPort }, output);
    output.noteQueue();
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
      type,
      flow: 0,
      seq: trafficClass,
      cumulative: 0,
      dstHost: 0,
      payloadBytes: 0,
      wireBytes: FRAME_BYTES,
      trafficClass: 0,
      entropy: 0,
      pinned: false,
      isRetransmission: false,
      marked: false,
      lastHop: false,
    };
    this.#simulation.noteSent(frame);
    if (type === PAUSE) this.#simulation.pfcPauses++;
    this.ports[port]!.accept({ packet: frame, inPort: -1 });
  };

  /** packet-model.md 3.1, and model-failures.md 5; null: there is no next hop. */
  #route(packet: Packet): number | null {
    const { now, routes, input } = this.#simulation;
    const { topology, scenario } = input;
    const tor = topology.torOfHost[packet.dstHost]!;
    if (tor === this.#index) return topology.linkToPort[topology.portLink[topology.portOffset[packet.dstHost]!]!]!;
    if (packet.pinned) {
      const stage = topology.pinStage[this.#index]!;
      return topology.pinPort[
        topology.pinBase[this.#index * topology.tors + tor]! + topology.pinIndex[stage * topology.pathIds + packet.entropy]!
      ]!;
    }
    const routing = routes.at(now);
    const { set, ports } = this.#nextHops(routing.topology, tor);
    if (ports.length === 0) return null;
    const smallest = this.#simulation.bugs.has('small-packets-in-turn') ? 0 : 128;
    if (scenario.balancer.kind === 'spray-switch-rr' && packet.type === DATA && packet.wireBytes >= smallest) {
      const key = `${routing.key} ${set}`;
      const known = this.#roundRobin.get(key);
      const rotation = known ?? new RoundRobin(this.#simulation, this.#index, ports, scenario.balancer.variant === 'permute');
      this.#roundRobin.set(key, rotation);
      return rotation.next();
    }
    if (scenario.switch.failHash === 'rehash-all') return ports[this.#hashed(packet, ports.length)]!;
    const whole = this.#nextHops(routes.whole, tor).ports;
    const index = this.#hashed(packet, whole.length);
    return ports.includes(whole[index]!) ? whole[index]! : ports[index % ports.length]!;
  }

  #nextHops(topology: Topology, tor: number): { set: number; ports: number[] } {
    const set = topology.nextHopSet[this.#index * topology.tors + tor]!;
    return { set, ports: set < 0 ? [] : [...topology.setPort.slice(topology.setOffset[set], topology.setOffset[set + 1])] };
  }

  /** In [0, n). */
  #hashed(packet: Packet, n: number): number {
    const direction = packet.type === ACK || packet.type === NACK ? 1 : 0;
    return n === 1 ? 0 : this.#hash.choose(packet.flow, packet.entropy, direction, this.#salt, n);
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
