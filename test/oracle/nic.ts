import { serialisationPs } from '../../sim/derive.ts';
import type { Deliver } from './output-port.ts';
import type { Packet } from './packet.ts';
import type { Sender, Transmission } from './sender.ts';
import type { Simulation } from './simulation.ts';

/** A flow that this host sends, and how its next packet is made. */
export interface NicFlow {
  readonly sender: Sender;
  readonly makePacket: (seq: number, transmission: Transmission, startPs: number) => Packet;
  readonly lineRateBps: number;
  readonly rateBps: () => number;
  readonly trafficClass: number;
  /** Name of the channel that its messages belong to. */
  readonly channel: string;
}

/** The packet of a flow that goes next. */
interface DataChoice {
  readonly flow: NicFlow;
  readonly seq: number;
}

/**
 * packet-model.md, section 4, and model-switches.md, section 8: one port; answers before data, data round robin over the flows; each choice
 * is made when the port can start.
 */
export class Nic {
  readonly control: Packet[] = [];
  readonly flows: NicFlow[] = [];
  /** Classes that the switch has paused. */
  readonly paused = new Set<number>();
  protected readonly simulation: Simulation;
  protected readonly node: number;
  protected busyUntilPs = 0;
  readonly #deliver: Deliver;
  readonly #link: number;
  #lastServed = -1;
  /** Answers that went in a row while data could have gone. */
  #controlRow = 0;
  /** The host's memory delivers the next payload then (`nic.pcieBps`). */
  #payloadFromPs = 0;
  /** By channel: its thread block delivers the next payload then (`nic.channelBps`). */
  readonly #channelFromPs = new Map<string, number>();
  readonly #wakeUpsPs = new Set<number>();

  constructor(simulation: Simulation, deliver: Deliver, host: number) {
    const { topology } = simulation.input;
    this.simulation = simulation;
    this.node = host;
    this.#deliver = deliver;
    this.#link = topology.portLink[topology.portOffset[host]!]!;
  }

  /** Handles an event of the host, then starts a transmission if the port is idle. */
  around(handle: () => void): void {
    handle();
    this.startIfIdle();
  }

  protected startIfIdle(): void {
    const now = this.simulation.now;
    if (this.busyUntilPs > now || this.startAt(now)) return;
    const at = this.earliestPacedPs(now);
    if (at === Infinity || this.#wakeUpsPs.has(at)) return;
    this.#wakeUpsPs.add(at);
    this.simulation.scheduleDeparture(at, this.node, 0, 1, () => this.startIfIdle());
  }

  /** Transmits the packet that is first in line at `timePs`; false when there is none. */
  protected startAt(timePs: number): boolean {
    const packet = this.#takePacket(timePs);
    if (packet === null) return false;
    const { topology } = this.simulation.input;
    this.simulation.noteSent(packet);
    const { faults } = this.simulation;
    const endPs = timePs + faults.transmissionPs(this.#link, packet.wireBytes, timePs);
    this.busyUntilPs = endPs;
    const isLost = faults.loses(this.#link, packet.wireBytes, timePs, endPs + topology.linkDelayPs[this.#link]!);
    if (isLost) this.simulation.noteLost(packet);
    else this.simulation.packetsOnLinks++;
    this.transmit(endPs, () => {
      if (!isLost) this.#deliver(this.#link, packet, endPs);
    });
    return true;
  }

  /** The port is busy until `endPs`. */
  protected transmit(endPs: number, deliver: () => void): void {
    this.simulation.scheduleDeparture(endPs, this.node, 0, 0, () => {
      deliver();
      this.startIfIdle();
    });
  }

  /** The earliest instant from `timePs` on at which pacing alone lets a flow go; Infinity if there is none. */
  protected earliestPacedPs(timePs: number): number {
    const instants = this.flows.filter((flow) => this.couldSend(flow)).map((flow) => Math.max(this.#readyPs(flow), this.#payloadFromPs));
    return Math.min(...instants.filter((at) => at > timePs));
  }

  /** Only pacing and the host's memory may hold it back. */
  protected couldSend({ sender, trafficClass }: NicFlow): boolean {
    return !this.paused.has(trafficClass) && sender.admissiblePacket() !== null;
  }

  /** From when on neither its own pacing nor its channel holds it back. */
  #readyPs({ sender, channel }: NicFlow): number {
    return Math.max(sender.nextSendPs, this.#channelFromPs.get(channel) ?? 0);
  }

  protected couldAnswer(): boolean {
    return this.control.some(({ trafficClass }) => !this.paused.has(trafficClass));
  }

  #takePacket(timePs: number): Packet | null {
    const data = this.#nextData(timePs);
    const mayAnswer = this.couldAnswer();
    if (!mayAnswer && data === null) return null;
    if (!mayAnswer || data === null) {
      this.#controlRow = 0;
      return data === null ? this.#takeAnswer() : this.#takeData(data, timePs);
    }
    const { controlBurst } = this.simulation.input.scenario.nic;
    if (this.#controlRow === controlBurst || this.simulation.bugs.has('data-before-control')) {
      this.#controlRow = 0;
      return this.#takeData(data, timePs);
    }
    this.#controlRow++;
    return this.#takeAnswer();
  }

  #takeAnswer(): Packet {
    return this.control.splice(
      this.control.findIndex(({ trafficClass }) => !this.paused.has(trafficClass)),
      1,
    )[0]!;
  }

  #nextData(timePs: number): DataChoice | null {
    if (this.#payloadFromPs > timePs) return null;
    const isOldestFirst = this.simulation.input.scenario.nic.scheduler === 'oldest-first';
    const first = isOldestFirst || this.simulation.bugs.has('scan-from-first-flow') ? 0 : this.#lastServed + 1;
    for (let i = 0; i < this.flows.length; i++) {
      const flow = this.flows[(first + i) % this.flows.length]!;
      const seq = flow.sender.admissiblePacket();
      if (seq !== null && this.couldSend(flow) && this.#readyPs(flow) <= timePs) return { flow, seq };
    }
    return null;
  }

  #takeData({ flow, seq }: DataChoice, timePs: number): Packet {
    const { sender, makePacket, rateBps, lineRateBps } = flow;
    const { pcieBps, channelBps } = this.simulation.input.scenario.nic;
    this.#lastServed = this.flows.indexOf(flow);
    const senders = this.flows.filter((other) => this.couldSend(other) && this.#readyPs(other) <= timePs).length;
    const transmission = sender.transmit(seq, timePs, senders);
    const packet = makePacket(seq, transmission, timePs);
    if (transmission.isRetransmission) this.simulation.retransmits++;
    else this.simulation.packets++;
    const fromPs = this.simulation.bugs.has('pacing-from-the-end') ? timePs + serialisationPs(packet.wireBytes, lineRateBps) : timePs;
    if (rateBps() < lineRateBps) sender.nextSendPs = fromPs + serialisationPs(packet.wireBytes, rateBps());
    if (channelBps !== null) this.#channelFromPs.set(flow.channel, timePs + Math.round((packet.payloadBytes * 8e12) / channelBps));
    if (pcieBps !== null) this.#payloadFromPs = timePs + Math.round((packet.payloadBytes * 8e12) / pcieBps);
    return packet;
  }
}

/**
 * A NIC that is asked late, as an engine without transmit-done events does: before each event of its host
 * and at the end of each window. Asked before the event it must do what Nic does; asked after it, it sees a state that came too late.
 */
export class LazyNic extends Nic {
  readonly #pullsFirst: boolean;
  #flushPs = -1;

  constructor(simulation: Simulation, deliver: Deliver, host: number, pullsFirst: boolean) {
    super(simulation, deliver, host);
    this.#pullsFirst = pullsFirst;
  }

  override around(handle: () => void): void {
    if (this.#pullsFirst) this.#pullUpTo(this.simulation.now);
    handle();
    if (!this.#pullsFirst) this.#pullUpTo(this.simulation.now);
    if (this.busyUntilPs <= this.simulation.now) this.startAt(this.simulation.now);
    this.#flushLater();
  }

  /** Without an event for the departure: the arrival is all there is. */
  protected override transmit(_endPs: number, deliver: () => void): void {
    deliver();
  }

  /** Starts whatever can start at or before `timePs`. What could start in an earlier window was started by its flush. */
  #pullUpTo(timePs: number): void {
    while (this.busyUntilPs <= timePs) {
      const fromPs = Math.max(this.busyUntilPs, Math.floor(timePs / this.simulation.shortestDelayPs) * this.simulation.shortestDelayPs);
      if (this.startAt(fromPs)) continue;
      const pacedPs = this.earliestPacedPs(fromPs);
      if (pacedPs > timePs || !this.startAt(pacedPs)) return;
    }
  }

  /** A flush at the last instant of each window in which something may start; an arrival is never earlier than a delay later. */
  #flushLater(): void {
    const windowPs = this.simulation.shortestDelayPs;
    const from = Math.max(this.busyUntilPs, this.simulation.now + 1);
    const hasWork = this.couldAnswer() || this.flows.some((flow) => this.couldSend(flow));
    const at = (Math.floor(from / windowPs) + 1) * windowPs - 1;
    if (!hasWork || at <= this.#flushPs) return;
    this.#flushPs = at;
    this.simulation.scheduleDeparture(at, this.node, 0, 2, () => {
      this.#pullUpTo(this.simulation.now);
      this.#flushLater();
    });
  }
}
