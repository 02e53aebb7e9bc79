import type { Limits } from '../derive.ts';
import { queueLimitPs, serialisationPs } from '../derive.ts';
import type { Topology } from '../base/topology.ts';
import { PacketStreams } from '../base/random.ts';
import type { Engine } from '../engine/engine.ts';
import { DUE, NOW, PORT_BITS, PORT_MASK, QUEUE_BYTES, WINDOW_START } from '../engine/record.ts';
import { CE, DATA, TYPE_MASK } from '../base/packet.ts';
import type { SwitchSpec } from '../base/device-spec.ts';
import { InternalError } from '../base/errors.ts';
import type { SwitchPorts } from './switch-ports.ts';
import { arena, doubles } from '../engine/arena.ts';

/** Wire sizes that nearly all packets have; their serialisation times are looked up instead of divided. */
export interface UsualSizes {
  readonly fullBytes: number;
  readonly ackBytes: number;
  readonly headerBytes: number;
}

// A port's place in the arena is one cache line: doubles first, then words.
const PORT_DOUBLES = 8;
/** Start of the window that FREE counts from. */
const SINCE_PS = 0;
/** Instant until which the port transmits what it has taken, where FREE cannot say it. */
const BUSY_PS = 1;
/** Payload bytes of first transmissions. */
const LOAD_BYTES = 2;
/** Largest backlog right after an enqueue. */
const PEAK_PS = 3;
/** Word: instant until which the port transmits what it has taken, counted from SINCE_PS; FAR: see BUSY_PS. */
const FREE = 8;
/** Word: up to this backlog an enqueue changes nothing else: the least of the largest backlog so far and the limits below; -1: never. */
const ATTENTION = 9;
/** Words: serialisation times of a full data packet and of an answer. */
const TX = 10;
/** Word: node << PORT_BITS | input port at the other end. */
const DESTINATION = 12;
const DELAY = 13;

// Times of the usual case are int32 picoseconds from the start of the window in hand: a port's backlog is below FAR / 2, its serialisation times
// and its delay at most NEAR. All others go the long way.
const FAR = 2 ** 30;
const NEAR = 2 ** 28;

// A port's limits, as serialisation times: needed only from ATTENTION on.
const LIMITS = 4;
const QUEUE_PS = 0;
const MARK_LOW_PS = 1;
const MARK_HIGH_PS = 2;

/**
 * The output ports of all switches in one table, indexed by the directed link they feed.
 *
 * A plain first-in first-out port knows everything about a packet when it is enqueued, so it stores no queue: the backlog is
 * `busy - now`, and the arrival at the next node is posted at once. Exact for byte limits and for marking at enqueue.
 */
export class FifoPorts implements SwitchPorts {
  readonly #engine: Engine;
  /** Where the table begins, in doubles. */
  readonly #at: number;
  readonly #limits: Float64Array;
  readonly #sizes: UsualSizes;
  readonly #rateBps: Float64Array;
  readonly #delayPs: Float64Array;
  readonly #maxProbability: number;
  readonly #markStream: Int32Array;
  readonly #markDraws: PacketStreams;
  readonly drops: Int32Array;
  readonly marks: Int32Array;
  readonly trims = new Int32Array(0);
  readonly pauses = new Int32Array(0);
  readonly resumes = new Int32Array(0);

  constructor(engine: Engine, topology: Topology, spec: SwitchSpec, limits: Limits, sizes: UsualSizes, seed: number) {
    const { links } = topology;
    this.#engine = engine;
    this.#sizes = sizes;
    this.#rateBps = topology.linkRateBps;
    this.#delayPs = topology.linkDelayPs;
    this.#at = engine.region.doubles(links * PORT_DOUBLES);
    this.#limits = new Float64Array(links * LIMITS);
    for (let link = 0; link < links; link++) {
      const rateBps = topology.linkRateBps[link]!;
      const limit = link * LIMITS;
      this.#limits[limit + QUEUE_PS] = queueLimitPs(limits.queueBytes, sizes.fullBytes, rateBps);
      const marks = limits.ecn !== null && (spec.ecnOnHostPorts || topology.linkTo[link]! >= topology.hosts);
      this.#limits[limit + MARK_LOW_PS] = marks ? (limits.ecn!.lowBytes * 8e12) / rateBps : Infinity;
      this.#limits[limit + MARK_HIGH_PS] = limits.ecn === null ? Infinity : (limits.ecn.highBytes * 8e12) / rateBps;
      this.#begin(link, (topology.linkTo[link]! << PORT_BITS) | topology.linkToPort[link]!);
    }
    this.#maxProbability = limits.ecn?.maxProbability ?? 0;
    this.#markStream = Int32Array.from(topology.linkFrom, (node) => Math.max(0, node - topology.hosts));
    this.#markDraws = new PacketStreams(seed, 'ecn', topology.switches);
    this.drops = new Int32Array(links);
    this.marks = new Int32Array(links);
  }

  #begin(link: number, destination: number): void {
    const words = 2 * this.#place(link);
    const fullPs = serialisationPs(this.#sizes.fullBytes, this.#rateBps[link]!);
    const answerPs = serialisationPs(this.#sizes.ackBytes, this.#rateBps[link]!);
    arena[words + DESTINATION] = destination;
    if (fullPs > NEAR || answerPs > NEAR || this.#delayPs[link]! > NEAR) {
      arena[words + ATTENTION] = -1;
      return;
    }
    arena[words + TX] = fullPs;
    arena[words + TX + 1] = answerPs;
    arena[words + DELAY] = this.#delayPs[link]!;
  }

  #place(link: number): number {
    return this.#at + link * PORT_DOUBLES;
  }

  forward(from: number, to: number): void {
    const { batch, mailboxes } = this.#engine;
    const { addressesAt, outputsAt } = batch;
    const { fullBytes, ackBytes, headerBytes } = this.#sizes;
    const portsAt = this.#at;
    const startPs = doubles[WINDOW_START]!;
    for (let i = from; i < to; i++) {
      const address = arena[(addressesAt + i) | 0]!;
      const link = arena[(outputsAt + i) | 0]!;
      const port = (portsAt + link * PORT_DOUBLES) | 0;
      const words = port << 1;
      const kind = arena[(address + 3) | 0]! & TYPE_MASK;
      const sizeBytes = arena[(address + 4) | 0]! >>> 16;
      // Without a branch: data and answers come mixed, and a processor cannot foresee them, nor whether a port is free. 1 for an answer, and 1 for a
      // packet that is data (kind 0) and sent for the first time (word 5 is 0).
      const isAnswer = (kind + 7) >> 3;
      const isFirst = (1 - isAnswer) & (1 - arena[(address + 5) | 0]!);
      if (doubles[(port + SINCE_PS) | 0] !== startPs) this.#rebase(port, startPs);
      const nowPs = arena[address]! >>> PORT_BITS;
      const waitPs = (arena[(words + FREE) | 0]! - nowPs) | 0;
      const aheadPs = ((waitPs & ~(waitPs >> 31)) + arena[(words + TX + isAnswer) | 0]!) | 0;
      const isUsual = sizeBytes === fullBytes + ((ackBytes - fullBytes) & -isAnswer);
      const attention = arena[(words + ATTENTION) | 0]!;
      if (!isUsual || (aheadPs > attention && (attention < 0 || aheadPs > FAR / 2))) {
        this.#forwardWithCare(address, link);
        continue;
      }
      doubles[(port + LOAD_BYTES) | 0]! += (sizeBytes - headerBytes) & -isFirst;
      if (aheadPs > attention && !this.#admits(address, link, aheadPs, arena[(words + TX + isAnswer) | 0]!)) continue;
      const freePs = (nowPs + aheadPs) | 0;
      arena[(words + FREE) | 0] = freePs;
      const destination = arena[(words + DESTINATION) | 0]!;
      const duePs = (freePs + arena[(words + DELAY) | 0]!) | 0;
      mailboxes.copy(address, mailboxes.postAhead(destination >>> PORT_BITS, destination & PORT_MASK, duePs));
    }
  }

  /** Lets FREE count from `startPs`. */
  #rebase(port: number, startPs: number): void {
    const freePs = this.#busyPs(port) - startPs;
    arena[2 * port + FREE] = freePs < FAR ? Math.max(0, freePs) : FAR;
    doubles[port + BUSY_PS] = freePs + startPs;
    doubles[port + SINCE_PS] = startPs;
  }

  /** Instant until which the port transmits what it has taken, or any instant before the window in hand. */
  #busyPs(port: number): number {
    const free = arena[2 * port + FREE]!;
    return free === FAR ? doubles[port + BUSY_PS]! : doubles[port + SINCE_PS]! + free;
  }

  /** What `forward` does for one packet, with times of any size, limits, marks and the largest backlog. FREE counts from this window. */
  #forwardWithCare(address: number, link: number): void {
    const { clock, mailboxes } = this.#engine;
    const port = this.#place(link);
    const isData = (arena[address + 3]! & TYPE_MASK) === DATA;
    const sizeBytes = arena[address + 4]! >>> 16;
    if (isData && arena[address + 5] === 0) doubles[port + LOAD_BYTES]! += sizeBytes - this.#sizes.headerBytes;
    const nowPs = clock[WINDOW_START]! + (arena[address]! >>> PORT_BITS);
    const txPs = serialisationPs(sizeBytes, this.#rateBps[link]!);
    const endPs = Math.max(this.#busyPs(port), nowPs) + txPs;
    const aheadPs = endPs - nowPs;
    if (!this.#admits(address, link, aheadPs, txPs)) return;
    doubles[port + BUSY_PS] = endPs;
    arena[2 * port + FREE] = Math.min(FAR, endPs - doubles[port + SINCE_PS]!);
    clock[DUE] = endPs + this.#delayPs[link]!;
    const destination = arena[2 * port + DESTINATION]!;
    mailboxes.copy(address, mailboxes.post(destination >>> PORT_BITS, destination & PORT_MASK));
  }

  /**
   * Whether the queue of `link` takes the packet at `address`, which will have left after `aheadPs`, `txPs` of them on the wire; marks it, and
   * notes the largest backlog.
   */
  #admits(address: number, link: number, aheadPs: number, txPs: number): boolean {
    const limit = link * LIMITS;
    const queuePs = this.#limits[limit + QUEUE_PS]!;
    if (aheadPs > queuePs) {
      this.drops[link]!++;
      return false;
    }
    if ((arena[(address + 3) | 0]! & TYPE_MASK) === DATA && this.#marksAt(link, aheadPs - txPs)) {
      this.marks[link]!++;
      arena[(address + 3) | 0]! |= CE;
    }
    const port = this.#place(link);
    if (aheadPs > doubles[port + PEAK_PS]!) {
      doubles[port + PEAK_PS] = aheadPs;
      const attention = Math.floor(Math.min(aheadPs, queuePs, this.#limits[limit + MARK_LOW_PS]!, FAR / 2));
      if (arena[2 * port + ATTENTION]! >= 0) arena[2 * port + ATTENTION] = attention;
    }
    return true;
  }

  /** RED without averaging: the probability rises from 0 at the low to 1 at the high threshold of the instantaneous queue. */
  #marksAt(link: number, backlogPs: number): boolean {
    const lowPs = this.#limits[link * LIMITS + MARK_LOW_PS]!;
    if (backlogPs <= lowPs) return false;
    const highPs = this.#limits[link * LIMITS + MARK_HIGH_PS]!;
    if (backlogPs > highPs) return true;
    const draw = (this.#markDraws.next(this.#markStream[link]!) >>> 0) / 0x1_0000_0000;
    return draw < (this.#maxProbability * (backlogPs - lowPs)) / (highPs - lowPs);
  }

  // Nothing waits here: all is posted at once.

  waiting(): number {
    return 0;
  }

  waitingPaused(): number {
    return 0;
  }

  pauseEdges(): Int32Array {
    return new Int32Array(0);
  }

  catchUp(): void {}

  batchEnds(): void {}

  flush(): boolean {
    return false;
  }

  setPaused(): void {
    throw new InternalError('E922', 'a port that cannot pause was told to');
  }

  isPaused(): boolean {
    return false;
  }

  look(link: number): void {
    const { clock } = this.#engine;
    const restPs = Math.max(0, this.#busyPs(this.#place(link)) - clock[NOW]!);
    clock[QUEUE_BYTES] = (restPs * this.#rateBps[link]!) / 8e12;
  }

  loadBytes(link: number): number {
    return doubles[this.#place(link) + LOAD_BYTES]!;
  }

  peakBytes(link: number): number {
    return Math.round((doubles[this.#place(link) + PEAK_PS]! * this.#rateBps[link]!) / 8e12);
  }
}
