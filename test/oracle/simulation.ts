import { PacketStreams } from '../../sim/base/random.ts';
import { deriveLimits, type Limits } from '../../sim/derive.ts';
import { Faults } from './faults.ts';
import { hostViews, switchViews, type JobView } from './job-view.ts';
import { Routes } from './routes.ts';
import { DATA, NIC_WAKE_UP, TRIMMED, type NodeLog } from './event-log.ts';
import { canonicalOrder, EventQueue, type EventOrder } from './event-queue.ts';
import type { Packet } from './packet.ts';
import type { Bug } from './bugs.ts';
import type { OracleInput } from './types.ts';

const DEPARTURE = 0;
const EVENT = 1;

/** Packets of one kind that left a host, and what became of them. */
interface Account {
  sent: number;
  delivered: number;
  dropped: number;
  lost: number;
  readonly inFlight: Set<Packet>;
}

const emptyAccount = (): Account => ({ sent: 0, delivered: 0, dropped: 0, lost: 0, inFlight: new Set() });

/** The clock, the events, the random streams and the counters that all nodes share. */
export class Simulation {
  now = 0;
  readonly input: OracleInput;
  readonly limits: Limits;
  readonly bugs: ReadonlySet<Bug>;
  readonly logs: readonly NodeLog[];
  readonly faults: Faults;
  readonly routes: Routes;
  readonly ecnStream: PacketStreams;
  /** By job. */
  readonly hostViews: readonly JobView[];
  readonly switchViews: readonly JobView[];
  readonly trimStream: PacketStreams;
  readonly ecnPortStream: PacketStreams;

  packets = 0;
  packetHops = 0;
  drops = 0;
  lostOnLinks = 0;
  trims = 0;
  pfcPauses = 0;
  retransmits = 0;
  ecnMarks = 0;
  reorderMaxPackets = 0;
  /** Being sent, or on their way. */
  packetsOnLinks = 0;
  /** At ToRs, outside their ports. */
  heldPackets = 0;
  readonly linkLoadBytes: Float64Array;
  readonly linkQueueMaxBytes: Float64Array;
  readonly #data = emptyAccount();
  readonly #control = emptyAccount();

  readonly #queue: EventQueue;
  #sequence = 0;
  readonly #switchStreams = new Map<string, PacketStreams>();

  constructor(input: OracleInput, bugs: ReadonlySet<Bug>) {
    const { topology, scenario } = input;
    this.input = input;
    this.bugs = bugs;
    this.limits = deriveLimits(scenario, topology);
    this.logs = Array.from({ length: topology.hosts + topology.switches }, () => ({ packets: [], locals: [] }));
    this.faults = new Faults(topology, scenario.failures, scenario.seed);
    this.routes = new Routes(scenario, topology, input.schedule.ranks);
    this.ecnStream = new PacketStreams(scenario.seed, 'ecn', topology.switches);
    this.trimStream = new PacketStreams(scenario.seed, 'trim', topology.links);
    this.ecnPortStream = new PacketStreams(scenario.seed, 'ecn-port', topology.links);
    this.linkLoadBytes = new Float64Array(topology.links);
    this.linkQueueMaxBytes = new Float64Array(topology.links);
    this.#queue = new EventQueue(orderWith(bugs));
    this.hostViews = hostViews(this);
    this.switchViews = switchViews(this);
  }

  /** Of the switches, for one purpose. */
  switchStreams(purpose: string): PacketStreams {
    const { scenario, topology } = this.input;
    const streams = this.#switchStreams.get(purpose) ?? new PacketStreams(scenario.seed, purpose, topology.switches);
    this.#switchStreams.set(purpose, streams);
    return streams;
  }

  /** A port of `node` becomes free, or may start because of its pacing: before anything else of that instant. */
  scheduleDeparture(timePs: number, node: number, port: number, id: number, run: () => void): void {
    this.#push(timePs, DEPARTURE, node, port, id, run);
  }

  /** A packet leaves the far end of a link. */
  scheduleArrival(timePs: number, node: number, port: number, packet: Packet, run: () => void): void {
    this.#push(timePs, EVENT, node, port, 0, () => {
      const { flow, seq, type, marked, lastHop, isRetransmission: again, entropy } = packet;
      this.packetHops++;
      this.packetsOnLinks--;
      const asksForAnswer = packet.asksForAnswer || packet.discarded;
      this.logs[node]!.packets.push({ timePs, port, flow, seq, type, marked, lastHop, again, asksForAnswer, entropy });
      run();
    });
  }

  scheduleLocal(timePs: number, node: number, eventClass: number, id: number, run: () => void): void {
    const handledPs = this.bugs.has('late-window-timers') ? Math.max(this.now, this.#lateTime(timePs)) : timePs;
    this.#push(handledPs, EVENT, node, eventClass, id, () => {
      if (eventClass !== NIC_WAKE_UP) this.logs[node]!.locals.push({ timePs: this.now, eventClass, id });
      run();
    });
  }

  /**
   * Handles everything up to and including `untilPs`, until nothing is pending, or until the end of an interval that finds the network
   * stuck; says whether it is stuck.
   */
  run(untilPs: number, packetsWaitBehindPause: () => boolean): boolean {
    const lastPs = this.bugs.has('stop-before-its-instant') ? untilPs - 1 : untilPs;
    const isStuck = (): boolean => this.packetsOnLinks + this.heldPackets === 0 && packetsWaitBehindPause();
    const intervalPs = Math.ceil(1e9 / this.#lookaheadPs) * this.#lookaheadPs;
    for (let endPs = intervalPs; ; endPs += intervalPs) {
      for (
        let event = this.#queue.popUpTo(Math.min(endPs - 1, lastPs));
        event !== null;
        event = this.#queue.popUpTo(Math.min(endPs - 1, lastPs))
      ) {
        if (event.timePs < this.now) throw new Error(`an event at ${event.timePs} ps comes after ${this.now} ps`);
        this.now = event.timePs;
        event.run();
      }
      if (endPs > lastPs && !this.#queue.isEmpty) return false;
      if (isStuck()) return true;
      if (this.#queue.isEmpty) return false;
    }
  }

  noteSent(packet: Packet): void {
    const account = this.#accountOf(packet);
    account.sent++;
    account.inFlight.add(packet);
  }

  noteDropped(packet: Packet): void {
    const account = this.#accountOf(packet);
    this.drops++;
    account.dropped++;
    account.inFlight.delete(packet);
  }

  /** A link did not carry it to its end. */
  noteLost(packet: Packet): void {
    const account = this.#accountOf(packet);
    this.drops++;
    this.lostOnLinks++;
    account.lost++;
    account.inFlight.delete(packet);
  }

  noteDelivered(packet: Packet): void {
    const account = this.#accountOf(packet);
    account.delivered++;
    account.inFlight.delete(packet);
  }

  /** Section 9: no packet is lost from the books, none is counted twice. */
  checkConservation(): void {
    for (const { sent, delivered, dropped, lost, inFlight } of [this.#data, this.#control]) {
      if (sent !== delivered + dropped + lost + inFlight.size) {
        throw new Error(`${sent} packets sent, ${delivered} delivered, ${dropped} dropped, ${lost} lost, ${inFlight.size} in flight`);
      }
    }
  }

  /** Smallest delay of a link or NVLink: an engine that works in windows takes it as its window. */
  get shortestDelayPs(): number {
    return Math.min(...this.input.topology.linkDelayPs, this.input.scenario.topology.server?.nvlink.delayPs ?? Infinity);
  }

  /** L of section 9. */
  get #lookaheadPs(): number {
    return Math.min(this.shortestDelayPs, Math.min(...this.hostViews.map(({ limits }) => limits.rtoPs)), 2 ** 20 - 1);
  }

  #accountOf(packet: Packet): Account {
    return (packet.type === DATA || packet.type === TRIMMED) && !packet.isProbe ? this.#data : this.#control;
  }

  #push(timePs: number, stage: 0 | 1, node: number, port: number, id: number, run: () => void): void {
    this.#queue.push({ timePs, stage, node, port, id, sequence: this.#sequence++, run });
  }

  #lateTime(timePs: number): number {
    const windowPs = this.shortestDelayPs;
    const windowEnd = (Math.floor(this.now / windowPs) + 1) * windowPs;
    return timePs > this.now && timePs < windowEnd ? windowEnd : timePs;
  }
}

/** The canonical order, or what a planted bug makes of it. */
function orderWith(bugs: ReadonlySet<Bug>): EventOrder {
  const isLocal = (port: number): boolean => port >= 2040;
  return (a, b) => {
    const sameInstant = a.timePs === b.timePs && a.node === b.node;
    if (sameInstant && a.stage !== b.stage && bugs.has('arrivals-before-departures')) return b.stage - a.stage;
    if (sameInstant && a.stage === EVENT && b.stage === EVENT) {
      if (!isLocal(a.port) && !isLocal(b.port) && bugs.has('port-order-ignored')) return b.sequence - a.sequence;
      if (isLocal(a.port) && a.port === b.port && bugs.has('local-id-ignored')) return b.sequence - a.sequence;
      if (isLocal(a.port) !== isLocal(b.port) && bugs.has('locals-before-packets')) return b.port - a.port;
    }
    return canonicalOrder(a, b);
  };
}
