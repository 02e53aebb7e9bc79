import type { Topology } from '../base/topology.ts';
import { ACK, CE, DATA, NACK, PAUSE, RESUME, TYPE_MASK } from '../base/packet.ts';
import { PacketStreams } from '../base/random.ts';
import type { SwitchSpec } from '../base/device-spec.ts';
import type { Limits } from '../derive.ts';
import { serialisationPs } from '../derive.ts';
import type { Engine } from '../engine/engine.ts';
import type { Mailboxes } from '../engine/mailboxes.ts';
import { DUE, NOW, PORT_BITS, PORT_MASK, QUEUE_BYTES, START, TX, WINDOW_END, WINDOW_START } from '../engine/record.ts';
import type { UsualSizes } from './fifo-ports.ts';
import type { LinkTimeline } from './link-timeline.ts';
import { stamp } from './telemetry-stamps.ts';
import type { SwitchPorts } from './switch-ports.ts';
import type { TrafficClasses } from './traffic-classes.ts';

// A port's doubles, side by side.
export const PORT_DOUBLES = 16;
/** Instant until which the port transmits. */
export const BUSY_PS = 0;
const DELAY_PS = 1;
/** Serialisation times of all that waits, together. */
export const WAITING_PS = 2;
const PEAK_PS = 3;
const LOAD_BYTES = 4;
/** Serialisation times of a full data packet and of an answer. */
const TX_PS = 5;
/** Node << PORT_BITS | input port at the other end. */
const DESTINATION = 7;
/** Wire bytes of the packet on the wire or sent last, and its queue. */
export const WIRE_BYTES = 8;
export const WIRE_QUEUE = 9;
/** Marking thresholds for the queue at dequeue, in bytes; Infinity: no marks. */
const MARK_LOW_BYTES = 10;
const MARK_HIGH_BYTES = 11;
/** 1: the port faces a host. */
export const FACES_HOST = 12;
/** Wire bytes of every kind whose transmission has started. */
const SENT_BYTES = 13;

/** The queue of class 0. */
export const CONTROL = 0;

/** What all kinds of lazy ports are made of. */
export interface LazyPortsInput {
  readonly engine: Engine;
  readonly topology: Topology;
  readonly spec: SwitchSpec;
  readonly limits: Limits;
  readonly sizes: UsualSizes;
  readonly seed: number;
  /** ACKs and NACKs go in class 0. */
  readonly answersFirst: boolean;
  /** Queue 1 + i is that of dataClasses[i]. */
  readonly classes: TrafficClasses;
  /** null: links work all the time. */
  readonly timeline: LinkTimeline | null;
}

/**
 * Output ports that decide as late as possible, so that what depends on the instant a packet leaves is exact with one event a hop: packets
 * wait in queues, and a transmission is committed only when somebody needs to know: at the next event of the port, up to then, and at the
 * end of the window. A transmission that starts inside the window arrives after it, so that is in time.
 *
 * A packet that waits has a cell of the engine's arena, laid out as a record; its first word is the next cell of the queue.
 * How packets are admitted, and what their leaving changes, is that of the subclass.
 */
export abstract class LazyPorts implements SwitchPorts {
  readonly drops: Int32Array;
  readonly marks: Int32Array;
  readonly trims: Int32Array;
  readonly pauses: Int32Array;
  readonly resumes: Int32Array;
  protected readonly engine: Engine;
  protected readonly clock: Float64Array;
  protected readonly mailboxes: Mailboxes;
  protected readonly topology: Topology;
  protected readonly sizes: UsualSizes;
  protected readonly state: Float64Array;
  /** Queues a port. */
  protected readonly queues: number;
  /** Of queue q of link l: first and last cell (-1: none) and wire bytes, at l * queues + q. */
  protected readonly head: Int32Array;
  protected readonly tail: Int32Array;
  protected readonly queueBytes: Float64Array;
  /** By link, a bit a queue: it has packets; it may not send. */
  protected readonly filled: Int32Array;
  protected readonly paused: Int32Array;
  /** By switch: departures of its ports must be made in order of time. null: never. */
  protected ordered: Int32Array | null = null;
  protected readonly timeline: LinkTimeline | null;
  readonly #isTimed: Uint8Array;
  readonly #telemetryWord: number;
  readonly #rateBps: Float64Array;
  readonly #switchOf: Int32Array;
  /** Queue of each packet type, and of data by flow. */
  readonly #queueOfType: Int32Array;
  readonly #queueOfFlow: Uint8Array | null;
  readonly #queueOfClass: Int32Array;
  /** Ports with packets, by switch: dirtyLink[first of the switch + i]. */
  readonly #dirtyLink: Int32Array;
  readonly #dirtyCount: Int32Array;
  readonly #isDirty: Uint8Array;
  /** Deficit round robin: the queue whose turn it is (0: none yet), bytes it may still send, bytes a turn. */
  readonly #turn: Int32Array;
  readonly #deficitBytes: Float64Array;
  readonly #quantumBytes: Float64Array;
  readonly #marksBefore: boolean;
  readonly #maxProbability: number;
  /** Marking at dequeue, otherwise at enqueue by these thresholds (null: no marking then). */
  readonly #marksLate: boolean;
  readonly #markLowPs: Float64Array | null;
  readonly #markHighPs: Float64Array | null;
  readonly #markDraws: PacketStreams | null;

  constructor(input: LazyPortsInput) {
    const { engine, topology, spec, limits, sizes, seed, timeline } = input;
    const { dataClasses, indexOfFlow } = input.classes;
    const { links, switches, hosts } = topology;
    this.engine = engine;
    this.clock = engine.clock;
    this.mailboxes = engine.mailboxes;
    this.topology = topology;
    this.sizes = sizes;
    this.queues = 1 + dataClasses.length;
    this.drops = new Int32Array(links);
    this.marks = new Int32Array(links);
    this.trims = new Int32Array(links);
    this.pauses = new Int32Array(links);
    this.resumes = new Int32Array(links);
    this.head = new Int32Array(links * this.queues).fill(-1);
    this.tail = new Int32Array(links * this.queues).fill(-1);
    this.queueBytes = new Float64Array(links * this.queues);
    this.filled = new Int32Array(links);
    this.paused = new Int32Array(links);
    this.#rateBps = topology.linkRateBps;
    this.#switchOf = topology.linkFrom.map((node) => node - hosts);
    this.#dirtyLink = new Int32Array(topology.portLink.length);
    this.#dirtyCount = new Int32Array(switches);
    this.#isDirty = new Uint8Array(links);
    this.#queueOfClass = new Int32Array(8);
    dataClasses.forEach((trafficClass, i) => (this.#queueOfClass[trafficClass] = 1 + i));
    this.#queueOfFlow = indexOfFlow === null ? null : indexOfFlow.map((index) => 1 + index);
    this.timeline = timeline;
    this.#isTimed = Uint8Array.from({ length: timeline === null ? 0 : links }, (_, link) => (timeline!.has(link) ? 1 : 0));
    this.#telemetryWord = engine.layout.telemetry;
    this.#queueOfType = new Int32Array(TYPE_MASK + 1);
    this.#queueOfType[DATA] = 1;
    if (!input.answersFirst) {
      this.#queueOfType[ACK] = 1;
      this.#queueOfType[NACK] = 1;
    }
    this.#turn = new Int32Array(links);
    this.#deficitBytes = new Float64Array(this.queues > 2 ? links * this.queues : 0);
    this.#quantumBytes = Float64Array.from({ length: this.queues }, (_, queue) =>
      queue === CONTROL ? 0 : sizes.fullBytes * (spec.classWeights?.[dataClasses[queue - 1]!] ?? 1),
    );
    const { ecn } = limits;
    const marksHere = (link: number): boolean => ecn !== null && (spec.ecnOnHostPorts || topology.linkTo[link]! >= hosts);
    const marksLate = spec.ecnAt !== 'enqueue' && ecn !== null;
    this.#marksBefore = spec.ecnAt === 'dequeue-before';
    this.#maxProbability = ecn?.maxProbability ?? 0;
    this.#marksLate = marksLate;
    this.#markDraws =
      ecn === null ? null : marksLate ? new PacketStreams(seed, 'ecn-port', links) : new PacketStreams(seed, 'ecn', switches);
    const { linkRateBps } = topology;
    const marksEarly = ecn !== null && !marksLate;
    this.#markLowPs = marksEarly
      ? linkRateBps.map((rateBps, link) => (marksHere(link) ? (ecn.lowBytes * 8e12) / rateBps : Infinity))
      : null;
    this.#markHighPs = marksEarly ? linkRateBps.map((rateBps) => (ecn.highBytes * 8e12) / rateBps) : null;
    this.state = new Float64Array(links * PORT_DOUBLES);
    for (let link = 0; link < links; link++) {
      const rateBps = topology.linkRateBps[link]!;
      const at = link * PORT_DOUBLES;
      const facesHost = topology.linkTo[link]! < hosts;
      this.state[at + TX_PS] = serialisationPs(sizes.fullBytes, rateBps);
      this.state[at + TX_PS + 1] = serialisationPs(sizes.ackBytes, rateBps);
      this.state[at + DELAY_PS] = topology.linkDelayPs[link]!;
      this.state[at + DESTINATION] = (topology.linkTo[link]! << PORT_BITS) | topology.linkToPort[link]!;
      this.state[at + FACES_HOST] = facesHost ? 1 : 0;
      const isMarking = marksLate && marksHere(link);
      this.state[at + MARK_LOW_BYTES] = isMarking ? ecn.lowBytes : Infinity;
      this.state[at + MARK_HIGH_BYTES] = isMarking ? ecn.highBytes : Infinity;
    }
  }

  /** Takes the packet at `address` in at the port of `link`, or refuses it. The port has caught up. */
  protected abstract arrive(address: number, link: number, type: number, queue: number, sizeBytes: number): void;

  /** A packet of a data class has started at clock[START]; `address` is that of its record or cell. */
  protected departed(_address: number, _link: number, _queue: number, _sizeBytes: number): void {}

  forward(from: number, to: number): void {
    const { batch } = this.engine;
    const { addresses, outputs } = batch;
    const { clock, mailboxes, state } = this;
    const { headerBytes } = this.sizes;
    const startPs = clock[WINDOW_START]!;
    for (let i = from; i < to; i++) {
      const arena = mailboxes.arena;
      const address = addresses[i]!;
      const link = outputs[i]!;
      const at = Math.imul(link, PORT_DOUBLES);
      const type = arena[(address + 3) | 0]! & TYPE_MASK;
      const sizeBytes = arena[(address + 4) | 0]! >>> 16;
      clock[NOW] = startPs + (arena[address]! >>> PORT_BITS);
      if (type === DATA && arena[(address + 5) | 0] === 0) state[(at + LOAD_BYTES) | 0]! += sizeBytes - headerBytes;
      if (this.ordered !== null && this.ordered[this.#switchOf[link]!]! > 0) this.catchUp(this.#switchOf[link]!);
      else if (this.filled[link] !== 0) this.#sync(link);
      this.arrive(address, link, type, this.#queueOf(arena, address, type), sizeBytes);
      // What waits, and the rest of what is on the wire.
      const freePs = state[(at + BUSY_PS) | 0]! - clock[NOW]!;
      let aheadPs = state[(at + WAITING_PS) | 0]!;
      if (freePs > 0) aheadPs += this.timeline === null ? freePs : freePs * this.factorNow(link);
      if (aheadPs > state[(at + PEAK_PS) | 0]!) state[(at + PEAK_PS) | 0] = aheadPs;
    }
  }

  catchUp(switchIndex: number): void {
    if (this.ordered === null || this.ordered[switchIndex] === 0) {
      const first = this.#firstPort(switchIndex);
      for (let i = this.#dirtyCount[switchIndex]! - 1; i >= 0; i--) this.#sync(this.#dirtyLink[first + i]!);
    } else {
      for (
        let link = this.#earliest(switchIndex);
        link >= 0 && this.#startOf(link) <= this.clock[NOW]!;
        link = this.#earliest(switchIndex)
      ) {
        this.#commitDue(link);
      }
    }
  }

  flush(switchIndex: number): boolean {
    const endPs = this.clock[WINDOW_END]!;
    if (this.ordered !== null && this.ordered[switchIndex]! > 0) {
      for (let link = this.#earliest(switchIndex); link >= 0 && this.#startOf(link) < endPs; link = this.#earliest(switchIndex)) {
        this.#commitDue(link);
      }
    }
    const { state, filled, paused } = this;
    const first = this.#firstPort(switchIndex);
    let kept = 0;
    for (let i = 0; i < this.#dirtyCount[switchIndex]!; i++) {
      const link = this.#dirtyLink[first + i]!;
      while ((filled[link]! & ~paused[link]!) !== 0 && state[link * PORT_DOUBLES + BUSY_PS]! < endPs) this.#commitDue(link);
      if ((filled[link]! & ~paused[link]!) !== 0) this.#dirtyLink[first + kept++] = link;
      else this.#isDirty[link] = 0;
    }
    this.#dirtyCount[switchIndex] = kept;
    return kept > 0;
  }

  setPaused(link: number, trafficClass: number, isPaused: boolean): void {
    const bit = 1 << this.#queueOfClass[trafficClass]!;
    this.#sync(link);
    if (isPaused) {
      this.paused[link]! |= bit;
      return;
    }
    this.paused[link]! &= ~bit;
    this.startIfIdle(link);
    if (this.filled[link] !== 0) this.#markDirty(link);
  }

  look(link: number): void {
    const at = link * PORT_DOUBLES;
    const restPs = Math.max(0, this.state[at + BUSY_PS]! - this.clock[NOW]!) * this.factorNow(link);
    this.clock[QUEUE_BYTES] = ((this.state[at + WAITING_PS]! + restPs) * this.#rateBps[link]!) / 8e12;
  }

  isPaused(link: number): boolean {
    return this.paused[link] !== 0;
  }

  loadBytes(link: number): number {
    return this.state[link * PORT_DOUBLES + LOAD_BYTES]!;
  }

  peakBytes(link: number): number {
    return Math.round((this.state[link * PORT_DOUBLES + PEAK_PS]! * this.#rateBps[link]!) / 8e12);
  }

  waiting(): number {
    let waiting = 0;
    this.#eachWaiting(() => waiting++);
    return waiting;
  }

  waitingPaused(): number {
    let waiting = 0;
    this.#eachWaiting((link, queue) => {
      if ((this.paused[link]! & (1 << queue)) !== 0) waiting++;
    });
    return waiting;
  }

  pauseEdges(): Int32Array {
    return new Int32Array(0);
  }

  /** Calls `visit` for every packet that waits; for the end of a run. */
  #eachWaiting(visit: (link: number, queue: number, cell: number) => void): void {
    for (let link = 0; link < this.filled.length; link++) {
      if (this.filled[link] === 0) continue;
      for (let queue = 0; queue < this.queues; queue++) {
        for (let cell = this.head[link * this.queues + queue]!; cell >= 0; cell = this.mailboxes.arena[cell]!) visit(link, queue, cell);
      }
    }
  }

  protected eachPaused(visit: (link: number, cell: number) => void): void {
    this.#eachWaiting((link, queue, cell) => {
      if ((this.paused[link]! & (1 << queue)) !== 0) visit(link, cell);
    });
  }

  /** Writes the serialisation time of a packet at the port of `link` to clock[TX]. */
  protected setTx(link: number, sizeBytes: number): void {
    const at = link * PORT_DOUBLES;
    if (sizeBytes === this.sizes.fullBytes) this.clock[TX] = this.state[at + TX_PS]!;
    else if (sizeBytes === this.sizes.ackBytes) this.clock[TX] = this.state[at + TX_PS + 1]!;
    else this.clock[TX] = serialisationPs(sizeBytes, this.#rateBps[link]!);
  }

  /** Factor on the rate of a link at clock[NOW]. */
  protected factorNow(link: number): number {
    if (this.timeline === null || this.#isTimed[link] === 0) return 1;
    return this.timeline.factor[this.timeline.segmentAt(link, this.clock, NOW)]!;
  }

  /** The packet at `address` has been admitted: it starts at clock[NOW], or waits. clock[TX] is its serialisation time. */
  protected queuePacket(address: number, link: number, queue: number, sizeBytes: number): void {
    if (this.#markLowPs !== null) this.markIfFull(address, link);
    const isFree = this.state[link * PORT_DOUBLES + BUSY_PS]! <= this.clock[NOW]!;
    if (isFree && this.queues === 2 && (this.paused[link]! & (1 << queue)) === 0) {
      this.clock[START] = this.clock[NOW]!;
      this.#start(address, link, queue, sizeBytes);
      return;
    }
    this.append(address, link, queue, sizeBytes);
    if (isFree) this.startIfIdle(link);
  }

  /** Marking at enqueue (data only), by all that waits at the port and the rest of what is on the wire, as time. */
  protected markIfFull(address: number, link: number): void {
    const { arena } = this.mailboxes;
    if (this.#markLowPs === null || (arena[address + 3]! & TYPE_MASK) !== DATA) return;
    const at = link * PORT_DOUBLES;
    const restPs = Math.max(0, this.state[at + BUSY_PS]! - this.clock[NOW]!);
    const backlogPs = this.state[at + WAITING_PS]! / this.factorNow(link) + restPs;
    const lowPs = this.#markLowPs[link]!;
    if (backlogPs <= lowPs) return;
    const highPs = this.#markHighPs![link]!;
    if (backlogPs <= highPs) {
      const draw = this.#markDraws!.next(this.#switchOf[link]!) >>> 0;
      if (draw / 0x1_0000_0000 >= (this.#maxProbability * (backlogPs - lowPs)) / (highPs - lowPs)) return;
    }
    this.marks[link]!++;
    arena[address + 3]! |= CE;
  }

  /** Puts a copy of the packet at `address` at the end of a queue. */
  protected append(address: number, link: number, queue: number, sizeBytes: number): void {
    const { mailboxes } = this;
    const cell = mailboxes.takeCell();
    mailboxes.copy(address, cell);
    const arena = mailboxes.arena;
    arena[cell] = -1;
    const place = link * this.queues + queue;
    if (this.head[place]! < 0) this.head[place] = cell;
    else arena[this.tail[place]!] = cell;
    this.tail[place] = cell;
    this.queueBytes[place]! += sizeBytes;
    this.state[link * PORT_DOUBLES + WAITING_PS]! += this.clock[TX]!;
    this.filled[link]! |= 1 << queue;
    this.#markDirty(link);
  }

  /** The port is free at clock[NOW]: what waits and may go starts. */
  protected startIfIdle(link: number): void {
    if (this.state[link * PORT_DOUBLES + BUSY_PS]! > this.clock[NOW]! || (this.filled[link]! & ~this.paused[link]!) === 0) return;
    this.clock[START] = this.clock[NOW]!;
    this.#commit(link);
  }

  /** Which queue goes at clock[START], of those that are filled and not paused. */
  protected choose(link: number): number {
    const ready = this.filled[link]! & ~this.paused[link]!;
    if ((ready & 1) !== 0) return CONTROL;
    return this.queues === 2 ? 1 : this.chooseData(link);
  }

  /** Deficit round robin over the data classes (Shreedhar and Varghese 1995). Some data class is filled and not paused. */
  protected chooseData(link: number): number {
    if (this.queues === 2) return 1;
    const ready = this.filled[link]! & ~this.paused[link]!;
    const base = link * this.queues;
    let queue = this.#turn[link]!;
    let isNew = queue === 0;
    if (isNew) queue = 1;
    for (;;) {
      if ((ready & (1 << queue)) !== 0) {
        if (isNew) this.#deficitBytes[base + queue]! += this.#quantumBytes[queue]!;
        const sizeBytes = this.headBytes(link, queue);
        if (sizeBytes <= this.#deficitBytes[base + queue]!) {
          this.#deficitBytes[base + queue]! -= sizeBytes;
          this.#turn[link] = queue;
          return queue;
        }
      }
      queue = queue + 1 < this.queues ? queue + 1 : 1;
      isNew = true;
    }
  }

  /** Wire bytes of the first packet of a queue. */
  protected headBytes(link: number, queue: number): number {
    return this.mailboxes.arena[this.head[link * this.queues + queue]! + 4]! >>> 16;
  }

  /** Copies the last packet of a queue to `out`, and its place is left to `putInPlace`. */
  protected liftTail(out: number, link: number, queue: number): void {
    const place = link * this.queues + queue;
    this.mailboxes.copy(this.tail[place]!, out);
    const sizeBytes = this.mailboxes.arena[out + 4]! >>> 16;
    this.queueBytes[place]! -= sizeBytes;
    this.setTx(link, sizeBytes);
    this.state[link * PORT_DOUBLES + WAITING_PS]! -= this.clock[TX]!;
  }

  /** Puts the packet at `address` into the place that `liftTail` left. */
  protected putInPlace(address: number, link: number, queue: number, sizeBytes: number): void {
    const place = link * this.queues + queue;
    this.markIfFull(address, link);
    this.mailboxes.copy(address, this.tail[place]!);
    this.queueBytes[place]! += sizeBytes;
    this.setTx(link, sizeBytes);
    this.state[link * PORT_DOUBLES + WAITING_PS]! += this.clock[TX]!;
  }

  /** Takes `cell`, which is not the last one of its queue, out of it. */
  protected unlink(cell: number, link: number, queue: number): void {
    const { arena } = this.mailboxes;
    const place = link * this.queues + queue;
    if (this.head[place] === cell) {
      this.head[place] = arena[cell]!;
    } else {
      let before = this.head[place]!;
      while (arena[before] !== cell) before = arena[before]!;
      arena[before] = arena[cell]!;
    }
    const sizeBytes = arena[cell + 4]! >>> 16;
    this.queueBytes[place]! -= sizeBytes;
    this.setTx(link, sizeBytes);
    this.state[link * PORT_DOUBLES + WAITING_PS]! -= this.clock[TX]!;
  }

  protected markDirtySwitchOf(link: number): void {
    this.engine.markDirty(this.topology.linkFrom[link]!);
  }

  protected switchOf(link: number): number {
    return this.#switchOf[link]!;
  }

  /** The next packet of the port starts at `startPs`. */
  protected commitAt(link: number, startPs: number): void {
    this.clock[START] = startPs;
    this.#commit(link);
  }

  #queueOf(arena: Int32Array, address: number, type: number): number {
    const queue = this.#queueOfType[type]!;
    return queue === CONTROL || this.#queueOfFlow === null ? queue : this.#queueOfFlow[arena[address + 1]!]!;
  }

  /** Commits every transmission of the port that starts at or before clock[NOW]. */
  #sync(link: number): void {
    const nowPs = this.clock[NOW]!;
    while (this.state[link * PORT_DOUBLES + BUSY_PS]! <= nowPs && (this.filled[link]! & ~this.paused[link]!) !== 0) this.#commitDue(link);
  }

  #startOf(link: number): number {
    return this.state[link * PORT_DOUBLES + BUSY_PS]!;
  }

  /** The port of a switch whose next transmission starts first, the lowest of them; -1: none has one. */
  #earliest(switchIndex: number): number {
    const first = this.#firstPort(switchIndex);
    let best = -1;
    for (let i = 0; i < this.#dirtyCount[switchIndex]!; i++) {
      const link = this.#dirtyLink[first + i]!;
      if ((this.filled[link]! & ~this.paused[link]!) === 0) continue;
      if (best < 0 || this.#isBefore(link, best)) best = link;
    }
    return best;
  }

  #isBefore(link: number, other: number): boolean {
    const difference = this.state[link * PORT_DOUBLES + BUSY_PS]! - this.state[other * PORT_DOUBLES + BUSY_PS]!;
    return difference < 0 || (difference === 0 && this.topology.linkFromPort[link]! < this.topology.linkFromPort[other]!);
  }

  #firstPort(switchIndex: number): number {
    return this.topology.portOffset[this.topology.hosts + switchIndex]!;
  }

  #markDirty(link: number): void {
    if (this.#isDirty[link] === 1) return;
    this.#isDirty[link] = 1;
    const switchIndex = this.#switchOf[link]!;
    this.#dirtyLink[this.#firstPort(switchIndex) + this.#dirtyCount[switchIndex]!++] = link;
    this.engine.markDirty(this.topology.linkFrom[link]!);
  }

  #commitDue(link: number): void {
    this.clock[START] = this.state[link * PORT_DOUBLES + BUSY_PS]!;
    this.#commit(link);
  }

  /** Starts the next packet of the port at clock[START]. */
  #commit(link: number): void {
    const { mailboxes } = this;
    const queue = this.choose(link);
    const place = link * this.queues + queue;
    const cell = this.head[place]!;
    const next = mailboxes.arena[cell]!;
    this.head[place] = next;
    if (next < 0) {
      this.filled[link]! &= ~(1 << queue);
      if (this.queues > 2) this.#deficitBytes[place] = 0;
    }
    const sizeBytes = mailboxes.arena[cell + 4]! >>> 16;
    this.queueBytes[place]! -= sizeBytes;
    this.setTx(link, sizeBytes);
    this.state[link * PORT_DOUBLES + WAITING_PS]! -= this.clock[TX]!;
    this.#start(cell, link, queue, sizeBytes);
    mailboxes.freeCell(cell);
  }

  /** The packet at `address` starts at clock[START]; clock[TX] is its serialisation time. */
  #start(address: number, link: number, queue: number, sizeBytes: number): void {
    const { clock, mailboxes, state } = this;
    const at = link * PORT_DOUBLES;
    let factor = 1;
    if (this.timeline !== null && this.#isTimed[link] === 1) factor = this.#slowDown(link, sizeBytes);
    if (this.#marksLate) this.#mark(address, link, queue, sizeBytes, factor);
    if (this.#telemetryWord > 0) this.#stamp(address, link, queue, sizeBytes);
    const endPs = clock[START]! + clock[TX]!;
    state[at + BUSY_PS] = endPs;
    state[at + WIRE_BYTES] = sizeBytes;
    state[at + WIRE_QUEUE] = queue;
    clock[DUE] = endPs + state[at + DELAY_PS]!;
    if (this.timeline === null || this.#isTimed[link] === 0 || !this.#loses(address, link, sizeBytes)) {
      const destination = state[at + DESTINATION]! | 0;
      mailboxes.copy(address, mailboxes.post(destination >>> PORT_BITS, destination & PORT_MASK));
    }
    if (queue !== CONTROL) this.departed(address, link, queue, sizeBytes);
  }

  /** The serialisation time at the rate in force at clock[START]; returns the factor on the rate. */
  #slowDown(link: number, sizeBytes: number): number {
    const timeline = this.timeline!;
    const factor = timeline.factor[timeline.segmentAt(link, this.clock, START)]!;
    if (factor < 1) this.clock[TX] = serialisationPs(sizeBytes, this.#rateBps[link]! * factor);
    return factor;
  }

  /** Whether the link loses the packet. A pause is refreshed until it ends, so its frames always arrive. */
  #loses(address: number, link: number, sizeBytes: number): boolean {
    const type = this.mailboxes.arena[address + 3]! & TYPE_MASK;
    return type !== PAUSE && type !== RESUME && this.timeline!.loses(link, sizeBytes, this.clock, START, DUE);
  }

  #stamp(address: number, link: number, queue: number, sizeBytes: number): void {
    const at = link * PORT_DOUBLES;
    const { arena } = this.mailboxes;
    if ((arena[address + 3]! & TYPE_MASK) === DATA) {
      const waitingBytes = this.queueBytes[link * this.queues + queue]!;
      stamp(arena, address + this.#telemetryWord, link, this.clock[START]!, this.state[at + SENT_BYTES]!, waitingBytes);
    }
    this.state[at + SENT_BYTES]! += sizeBytes;
  }

  /** Marking at dequeue, by what waits in the packet's queue. */
  #mark(address: number, link: number, queue: number, sizeBytes: number, factor: number): void {
    const arena = this.mailboxes.arena;
    if ((arena[address + 3]! & TYPE_MASK) !== DATA) return;
    const at = link * PORT_DOUBLES;
    const bytes = this.queueBytes[link * this.queues + queue]! + (this.#marksBefore ? sizeBytes : 0);
    const low = this.state[at + MARK_LOW_BYTES]! * factor;
    if (bytes <= low) return;
    const high = this.state[at + MARK_HIGH_BYTES]! * factor;
    if (bytes <= high) {
      const draw = this.#markDraws!.next(link) >>> 0;
      if (draw / 0x1_0000_0000 >= (this.#maxProbability * (bytes - low)) / (high - low)) return;
    }
    this.marks[link]!++;
    arena[address + 3]! |= CE;
  }
}
