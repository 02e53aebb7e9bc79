import { serialisationPs } from '../../sim/derive.ts';
import { ClassQueues, type Held } from './class-queues.ts';
import { DATA, PAUSE, RESUME } from './event-log.ts';
import type { Packet, Stamp } from './packet.ts';
import type { Simulation } from './simulation.ts';

/** The transmission of a packet on a link ended at `endPs`: it travels on. */
export type Deliver = (link: number, packet: Packet, endPs: number) => void;

export interface PortContext {
  readonly deliver: Deliver;
  readonly switchIndex: number;
  /** A packet starts on the wire: the accounts of the switch let it go. */
  readonly onDeparture: (held: Held, output: OutputPort) => void;
}

/** An output port of a switch: what waits, by class, and the packet on the wire. */
export class OutputPort {
  readonly queues: ClassQueues;
  readonly index: number;
  readonly link: number;
  readonly rateBps: number;
  readonly facesHost: boolean;
  readonly #simulation: Simulation;
  readonly #context: PortContext;
  /** Of packets of every kind whose transmission has started. */
  #sentBytes = 0;
  #onWire: { packet: Packet; endPs: number } | null = null;
  #waitingPs = 0;

  constructor(simulation: Simulation, link: number, context: PortContext) {
    const { topology, scenario } = simulation.input;
    const { nic, switch: device } = scenario;
    this.#simulation = simulation;
    this.#context = context;
    this.link = link;
    this.index = topology.linkFromPort[link]!;
    this.rateBps = topology.linkRateBps[link]!;
    this.facesHost = topology.linkTo[link]! < topology.hosts;
    this.queues = new ClassQueues({
      fullBytes: nic.mtuBytes + nic.headerBytes,
      weights: device.classWeights,
      headerShare: device.kind === 'composite' ? device.headerShare : null,
    });
  }

  /** Queues a packet that was admitted; it starts if it can. */
  accept(held: Held): void {
    if (this.#simulation.input.scenario.switch.ecnAt === 'enqueue') this.#markOnArrival(held.packet);
    this.queues.push(held);
    this.#waitingPs += this.#fullRatePs(held);
    this.start();
  }

  /** An arrival for this port was dealt with: `queue_max_bytes`. */
  noteQueue(): void {
    const factor = this.factor();
    const queueBytes = Math.round(((this.waitingPs() / factor + this.wirePs()) * this.rateBps * factor) / 8e12);
    const { linkQueueMaxBytes } = this.#simulation;
    linkQueueMaxBytes[this.link] = Math.max(linkQueueMaxBytes[this.link]!, queueBytes);
  }

  /** Takes a packet that waits out again. */
  remove(held: Held): void {
    this.queues.remove(held);
    this.#waitingPs -= this.#fullRatePs(held);
  }

  /** Starts the next packet if the wire is free. */
  start(): void {
    if (this.#onWire !== null) return;
    const held = this.queues.takeNext();
    if (held === null) return;
    this.#waitingPs -= this.#fullRatePs(held);
    const { packet } = held;
    const { now, faults, input } = this.#simulation;
    const { topology } = input;
    const endPs = now + faults.transmissionPs(this.link, packet.wireBytes, now);
    this.#onWire = { packet, endPs };
    const isFrame = packet.type === PAUSE || packet.type === RESUME;
    const isLost = !isFrame && faults.loses(this.link, packet.wireBytes, now, endPs + topology.linkDelayPs[this.link]!);
    if (isLost) this.#simulation.noteLost(packet);
    else this.#simulation.packetsOnLinks++;
    this.#simulation.scheduleDeparture(endPs, topology.linkFrom[this.link]!, this.index, 0, () => {
      this.#onWire = null;
      if (!isLost) this.#context.deliver(this.link, packet, endPs);
      this.start();
    });
    if (packet.type === DATA && input.jobs[input.jobOfFlow[packet.flow]!]!.transport.kind === 'hpcc') this.#stamp(packet);
    this.#sentBytes += packet.wireBytes;
    this.#markOnDeparture(packet);
    this.#context.onDeparture(held, this);
  }

  /** Of the rate of its link, now. */
  factor(): number {
    return this.#simulation.faults.factor(this.link, this.#simulation.now);
  }

  /** Of what waits and of the unsent rest of the packet on the wire. */
  backlogPs(): number {
    return this.waitingPs() / this.factor() + (this.#simulation.bugs.has('backlog-without-wire') ? 0 : this.wirePs());
  }

  /** Wire bytes of what has not left, the packet on the wire counted whole. */
  heldBytes(belongs: (packet: Packet) => boolean): number {
    const packets = this.queues.all().map(({ packet }) => packet);
    if (this.#onWire !== null) packets.push(this.#onWire.packet);
    return packets.filter(belongs).reduce((bytes, { wireBytes }) => bytes + wireBytes, 0);
  }

  /** Serialisation times of what waits, at the full rate. */
  waitingPs(): number {
    return this.#waitingPs;
  }

  #fullRatePs({ packet }: Held): number {
    return serialisationPs(packet.wireBytes, this.rateBps);
  }

  /** Of the packet on the wire, what has not left. */
  wirePs(): number {
    return this.#onWire === null ? 0 : this.#onWire.endPs - this.#simulation.now;
  }

  /** packet-model.md 3.4. */
  #markOnArrival(packet: Packet): void {
    const { limits, bugs, ecnStream } = this.#simulation;
    const toPs = (bytes: number): number => (bytes * 8e12) / this.rateBps;
    if (!this.#canMark(packet)) return;
    const low = toPs(limits.ecn!.lowBytes);
    const high = toPs(limits.ecn!.highBytes);
    const stream = bugs.has('shared-ecn-stream') ? 0 : this.#context.switchIndex;
    this.#markBetween(packet, this.backlogPs(), low, high, () => ecnStream.next(stream));
  }

  /** docs/model-congestion.md, section 5. */
  #stamp(packet: Packet): void {
    const stamp: Stamp = {
      link: this.link,
      startPs: this.#simulation.now,
      sentBytes: this.#sentBytes,
      queueBytes: this.#waitingBytes(packet.trafficClass),
    };
    packet.stamps = [...packet.stamps, stamp];
  }

  #waitingBytes(trafficClass: number): number {
    return this.queues.waiting(trafficClass).reduce((bytes, { packet }) => bytes + packet.wireBytes, 0);
  }

  /** docs/model-switches.md, section 4. The packet is no longer in the queues. */
  #markOnDeparture(packet: Packet): void {
    const { limits, ecnPortStream, input } = this.#simulation;
    const { ecnAt } = input.scenario.switch;
    if (ecnAt === 'enqueue' || !this.#canMark(packet)) return;
    const behind = this.#waitingBytes(packet.trafficClass);
    const queue = ecnAt === 'dequeue-before' ? behind + packet.wireBytes : behind;
    const { lowBytes, highBytes } = limits.ecn!;
    const factor = this.factor();
    this.#markBetween(packet, queue, lowBytes * factor, highBytes * factor, () => ecnPortStream.next(this.link));
  }

  #canMark(packet: Packet): boolean {
    const { limits, input } = this.#simulation;
    return packet.type === DATA && limits.ecn !== null && (!this.facesHost || input.scenario.switch.ecnOnHostPorts);
  }

  #markBetween(packet: Packet, queue: number, low: number, high: number, draw: () => number): void {
    const { ecn } = this.#simulation.input.scenario.switch;
    const probability = ecn === null || ecn === 'off' ? 1 : ecn.maxProbability;
    const isAtThreshold = queue === high && this.#simulation.bugs.has('mark-at-threshold');
    if (queue <= low && !isAtThreshold) return;
    const marks = queue > high || isAtThreshold || (draw() >>> 0) / 2 ** 32 < (probability * (queue - low)) / (high - low);
    if (!marks) return;
    packet.marked = true;
    this.#simulation.ecnMarks++;
  }
}
