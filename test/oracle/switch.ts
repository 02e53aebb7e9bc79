import { hashFamily, switchSalts } from '../../sim/balancing/hash.ts';
import { serialisationPs } from '../../sim/derive.ts';
import { DATA } from './event-log.ts';
import type { Packet } from './packet.ts';
import type { Simulation } from './simulation.ts';

/** The transmission of a packet on a link ended at `endPs`: it travels on. */
export type Deliver = (link: number, packet: Packet, endPs: number) => void;

/** An output port of a switch: a FIFO and the packet on the wire. */
class OutputPort {
  readonly #simulation: Simulation;
  readonly #deliver: Deliver;
  readonly #switchIndex: number;
  readonly #link: number;
  readonly #rateBps: number;
  readonly #waiting: Packet[] = [];
  #onWire: { packet: Packet; endPs: number } | null = null;

  constructor(simulation: Simulation, deliver: Deliver, switchIndex: number, link: number) {
    this.#simulation = simulation;
    this.#deliver = deliver;
    this.#switchIndex = switchIndex;
    this.#link = link;
    this.#rateBps = simulation.input.topology.linkRateBps[link]!;
  }

  /** Section 3, steps 3 to 5. */
  enqueue(packet: Packet): void {
    const { bugs } = this.#simulation;
    const backlog = this.#backlogPs();
    const total = backlog + serialisationPs(packet.wireBytes, this.#rateBps);
    const limit = this.#limitPs();
    if (total > limit || (total === limit && bugs.has('drop-when-exactly-full'))) {
      this.#simulation.noteDropped(packet);
      return;
    }
    if (packet.type === DATA && this.#marks(backlog)) {
      this.#simulation.ecnMarks++;
      packet.marked = true;
    }
    const queueBytes = Math.round((total * this.#rateBps) / 8e12);
    const { linkQueueMaxBytes } = this.#simulation;
    linkQueueMaxBytes[this.#link] = Math.max(linkQueueMaxBytes[this.#link]!, queueBytes);

    this.#waiting.push(packet);
    if (this.#onWire === null) this.#transmitNext();
  }

  #limitPs(): number {
    const { limits, input } = this.#simulation;
    const { mtuBytes, headerBytes } = input.scenario.nic;
    const isWhole = (8e12 / this.#rateBps) % 1 === 0 || this.#simulation.bugs.has('limit-without-rounding');
    return this.#toPs(limits.queueBytes) + (isWhole ? 0 : 0.5 * Math.ceil(limits.queueBytes / (mtuBytes + headerBytes)));
  }

  #toPs(bytes: number): number {
    return (bytes * 8e12) / this.#rateBps;
  }

  #backlogPs(): number {
    let backlog = 0;
    if (this.#onWire !== null && !this.#simulation.bugs.has('backlog-without-wire')) backlog += this.#onWire.endPs - this.#simulation.now;
    for (const packet of this.#waiting) backlog += serialisationPs(packet.wireBytes, this.#rateBps);
    return backlog;
  }

  #marks(backlog: number): boolean {
    const { limits, bugs, ecnStream } = this.#simulation;
    if (limits.ecn === null) return false;
    const low = this.#toPs(limits.ecn.lowBytes);
    const high = this.#toPs(limits.ecn.highBytes);
    if (bugs.has('mark-at-threshold') && backlog === high) return true;
    if (backlog <= low) return false;
    if (backlog > high) return true;
    const draw = ecnStream.next(bugs.has('shared-ecn-stream') ? 0 : this.#switchIndex);
    return (draw >>> 0) / 2 ** 32 < (backlog - low) / (high - low);
  }

  #transmitNext(): void {
    const packet = this.#waiting.shift();
    if (packet === undefined) return;
    const { topology } = this.#simulation.input;
    const endPs = this.#simulation.now + serialisationPs(packet.wireBytes, this.#rateBps);
    this.#onWire = { packet, endPs };
    this.#simulation.scheduleDeparture(endPs, topology.linkFrom[this.#link]!, topology.linkFromPort[this.#link]!, 0, () => {
      this.#onWire = null;
      this.#deliver(this.#link, packet, endPs);
      this.#transmitNext();
    });
  }
}

/** The next hops of a set in turn (`spray-switch-rr`, section 6). */
class RoundRobin {
  readonly #simulation: Simulation;
  readonly #switchIndex: number;
  readonly #order: number[];
  readonly #permutes: boolean;
  readonly #shufflesAtWrap: boolean;
  #pointer = 0;

  constructor(simulation: Simulation, switchIndex: number, ports: readonly number[], permutes: boolean) {
    this.#simulation = simulation;
    this.#switchIndex = switchIndex;
    this.#order = [...ports];
    this.#permutes = permutes;
    this.#shufflesAtWrap = simulation.bugs.has('shuffle-at-wrap');
    if (permutes && this.#shufflesAtWrap) this.#shuffle();
  }

  next(): number {
    if (this.#pointer === 0 && this.#permutes && !this.#shufflesAtWrap) this.#shuffle();
    const port = this.#order[this.#pointer]!;
    this.#pointer = (this.#pointer + 1) % this.#order.length;
    if (this.#pointer === 0 && this.#permutes && this.#shufflesAtWrap) this.#shuffle();
    return port;
  }

  #shuffle(): void {
    for (let i = this.#order.length - 1; i >= 1; i--) {
      const j = this.#simulation.roundRobinStream.below(this.#switchIndex, i + 1);
      [this.#order[i], this.#order[j]] = [this.#order[j]!, this.#order[i]!];
    }
  }
}

export class Switch {
  readonly #simulation: Simulation;
  readonly #index: number;
  readonly #node: number;
  readonly #salt: number;
  readonly #ports: OutputPort[] = [];
  readonly #roundRobin = new Map<number, RoundRobin>();

  constructor(simulation: Simulation, deliver: Deliver, index: number) {
    const { topology, scenario } = simulation.input;
    this.#simulation = simulation;
    this.#index = index;
    this.#node = topology.hosts + index;
    this.#salt = switchSalts(scenario.seed, topology.switches)[simulation.bugs.has('shared-salt') ? 0 : index]!;
    for (let i = topology.portOffset[this.#node]!; i < topology.portOffset[this.#node + 1]!; i++) {
      this.#ports.push(new OutputPort(simulation, deliver, index, topology.portLink[i]!));
    }
  }

  receive(packet: Packet): void {
    const { topology } = this.#simulation.input;
    const port = this.#route(packet);
    const link = topology.portLink[topology.portOffset[this.#node]! + port]!;
    if (topology.linkUp[link] === 0) throw new Error(`${topology.nodeNames[this.#node]} sends on a dead link`);
    const counts = !packet.isRetransmission || this.#simulation.bugs.has('retransmissions-load');
    if (packet.type === DATA && counts && topology.linkIsFabric[link] === 1) this.#simulation.linkLoadBytes[link]! += packet.payloadBytes;
    this.#ports[port]!.enqueue(packet);
  }

  /** Section 3, step 1. */
  #route(packet: Packet): number {
    const { topology, scenario } = this.#simulation.input;
    const tor = topology.torOfHost[packet.dstHost]!;
    if (tor === this.#index) return topology.linkToPort[topology.portLink[topology.portOffset[packet.dstHost]!]!]!;
    const cell = this.#index * topology.tors + tor;
    if (packet.pinned) {
      const stage = topology.pinStage[this.#index]!;
      return topology.pinPort[topology.pinBase[cell]! + topology.pinIndex[stage * topology.pathIds + packet.entropy]!]!;
    }
    const set = topology.nextHopSet[cell]!;
    if (set < 0) throw new Error(`${topology.nodeNames[this.#node]} has no next hop towards host ${packet.dstHost}`);
    const ports = [...topology.setPort.slice(topology.setOffset[set], topology.setOffset[set + 1])];
    const smallest = this.#simulation.bugs.has('small-packets-in-turn') ? 0 : 128;
    if (scenario.balancer.kind === 'spray-switch-rr' && packet.type === DATA && packet.wireBytes >= smallest) {
      const known = this.#roundRobin.get(set);
      const rotation = known ?? new RoundRobin(this.#simulation, this.#index, ports, scenario.balancer.variant === 'permute');
      this.#roundRobin.set(set, rotation);
      return rotation.next();
    }
    if (ports.length === 1) return ports[0]!;
    return ports[hashFamily(scenario.switch.hash).choose(packet.flow, packet.entropy, this.#salt, ports.length)]!;
  }
}
