import { serialisationPs } from '../../sim/derive.ts';
import type { Packet } from './packet.ts';
import type { Sender } from './sender.ts';
import type { Simulation } from './simulation.ts';
import type { Deliver } from './switch.ts';

/** A flow that this host sends, and how its next packet is made. */
export interface NicFlow {
  readonly sender: Sender;
  readonly makePacket: (seq: number, isRetransmission: boolean) => Packet;
  readonly lineRateBps: number;
  readonly rateBps: () => number;
}

/** Section 4: one port; answers before data, data round robin over the flows; each choice is made when the port can start. */
export class Nic {
  readonly control: Packet[] = [];
  readonly flows: NicFlow[] = [];
  protected readonly simulation: Simulation;
  protected readonly node: number;
  protected busyUntilPs = 0;
  readonly #deliver: Deliver;
  readonly #link: number;
  #lastServed = -1;
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
    const endPs = timePs + serialisationPs(packet.wireBytes, topology.linkRateBps[this.#link]!);
    this.busyUntilPs = endPs;
    this.transmit(endPs, () => this.#deliver(this.#link, packet, endPs));
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
    const paced = this.flows.filter(({ sender }) => sender.admissiblePacket() !== null && sender.nextSendPs > timePs);
    return Math.min(...paced.map(({ sender }) => sender.nextSendPs));
  }

  #takePacket(timePs: number): Packet | null {
    const dataFirst = this.simulation.bugs.has('data-before-control');
    const answer = dataFirst ? undefined : this.control.shift();
    return answer ?? this.#takeData(timePs) ?? this.control.shift() ?? null;
  }

  #takeData(timePs: number): Packet | null {
    for (let i = 1; i <= this.flows.length; i++) {
      const index = (this.#lastServed + i) % this.flows.length;
      const { sender, makePacket, rateBps, lineRateBps } = this.flows[index]!;
      const seq = sender.admissiblePacket();
      if (seq === null || sender.nextSendPs > timePs) continue;
      if (!this.simulation.bugs.has('scan-from-first-flow')) this.#lastServed = index;
      const { isRetransmission } = sender.transmit(seq, timePs);
      const packet = makePacket(seq, isRetransmission);
      if (isRetransmission) this.simulation.retransmits++;
      else this.simulation.packets++;
      const fromPs = this.simulation.bugs.has('pacing-from-the-end') ? timePs + serialisationPs(packet.wireBytes, lineRateBps) : timePs;
      if (rateBps() < lineRateBps) sender.nextSendPs = fromPs + serialisationPs(packet.wireBytes, rateBps());
      return packet;
    }
    return null;
  }
}

/**
 * A NIC that is asked late, as an engine without transmit-done events does (reference/engine.md 9.6): before each event of its host
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
    const hasWork = this.control.length > 0 || this.flows.some(({ sender }) => sender.admissiblePacket() !== null);
    const at = (Math.floor(from / windowPs) + 1) * windowPs - 1;
    if (!hasWork || at <= this.#flushPs) return;
    this.#flushPs = at;
    this.simulation.scheduleDeparture(at, this.node, 0, 2, () => {
      this.#pullUpTo(this.simulation.now);
      this.#flushLater();
    });
  }
}
