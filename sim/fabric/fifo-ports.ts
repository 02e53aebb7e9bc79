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
/** Instant until which the port transmits what it has taken, where FREE cannot say it. */
const BUSY_PS = 0;
/** Payload bytes of first transmissions. */
const LOAD_BYTES = 1;
/** Largest backlog right after an enqueue. */
const PEAK_PS = 2;
/** Limits of the backlog, as serialisation times: the whole queue, and below this nothing is marked. */
const QUEUE_PS = 3;
const MARK_LOW_PS = 4;
/** Word: instant until which the port transmits what it has taken, modulo 2^32 ps. */
const FREE = 10;
/**
 * Word: up to this backlog an enqueue changes nothing else: no more than the largest backlog so far, the marking threshold and FAR. NOT_NEAR: FREE says
 * nothing, and is no later than now.
 */
const ATTENTION = 11;
/** Words: serialisation times of a full data packet and of an answer. */
const TX = 12;
/** Word: node << PORT_BITS | input port at the other end. */
const DESTINATION = 14;
const DELAY = 15;

// Times of the usual case are int32 picoseconds: a port's backlog is at most FAR, its serialisation times and its delay at most NEAR. All others go the
// long way.
const FAR = 2 ** 29;
const NEAR = 2 ** 28;
const NOT_NEAR = -1;
/** FREE is brought up to date as often: an epoch, a window, FAR and NEAR together are less than 2^31 ps, so that its distance from now is an int32. */
const EPOCH_PS = 2 ** 30;

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
  /** From this backlog on every packet is marked. */
  readonly #markHighPs: Float64Array;
  /** What FREE counts from: no port is free earlier. */
  #epochPs = 0;
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
    this.#markHighPs = new Float64Array(links);
    for (let link = 0; link < links; link++) {
      const port = this.#place(link);
      const rateBps = topology.linkRateBps[link]!;
      const marks = limits.ecn !== null && (spec.ecnOnHostPorts || topology.linkTo[link]! >= topology.hosts);
      doubles[port + QUEUE_PS] = queueLimitPs(limits.queueBytes, sizes.fullBytes, rateBps);
      doubles[port + MARK_LOW_PS] = marks ? (limits.ecn!.lowBytes * 8e12) / rateBps : Infinity;
      this.#markHighPs[link] = limits.ecn === null ? Infinity : (limits.ecn.highBytes * 8e12) / rateBps;
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
      arena[words + ATTENTION] = NOT_NEAR;
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
    if (startPs - this.#epochPs >= EPOCH_PS) this.#beginEpoch(startPs);
    // As FREE counts: modulo 2^32.
    const start = startPs | 0;
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
      const nowPs = arena[address]! >>> PORT_BITS;
      const waitPs = (((arena[(words + FREE) | 0]! - start) | 0) - nowPs) | 0;
      const aheadPs = ((waitPs & ~(waitPs >> 31)) + arena[(words + TX + isAnswer) | 0]!) | 0;
      const isUsual = sizeBytes === fullBytes + ((ackBytes - fullBytes) & -isAnswer);
      const attention = arena[(words + ATTENTION) | 0]!;
      if (!isUsual || (aheadPs > attention && (attention < 0 || aheadPs > FAR))) {
        this.#forwardWithCare(address, link);
        continue;
      }
      doubles[(port + LOAD_BYTES) | 0]! += (sizeBytes - headerBytes) & -isFirst;
      if (aheadPs > attention && !this.#admits(address, link, aheadPs, arena[(words + TX + isAnswer) | 0]!)) continue;
      const freePs = (nowPs + aheadPs) | 0;
      arena[(words + FREE) | 0] = (start + freePs) | 0;
      const destination = arena[(words + DESTINATION) | 0]!;
      const duePs = (freePs + arena[(words + DELAY) | 0]!) | 0;
      mailboxes.copy(address, mailboxes.postAhead(destination >>> PORT_BITS, destination & PORT_MASK, duePs));
    }
  }

  /** No port is free before `startPs`, as far as anybody can tell from then on. */
  #beginEpoch(startPs: number): void {
    for (let link = 0; link < this.drops.length; link++) {
      const port = this.#place(link);
      arena[2 * port + FREE] = arena[2 * port + ATTENTION]! < 0 ? startPs : Math.max(startPs, this.#busyPs(port));
    }
    this.#epochPs = startPs;
  }

  /** Instant until which the port transmits what it has taken, or any instant before the window in hand. */
  #busyPs(port: number): number {
    if (arena[2 * port + ATTENTION]! < 0) return doubles[port + BUSY_PS]!;
    return this.#epochPs + ((arena[2 * port + FREE]! - this.#epochPs) | 0);
  }

  /** What `forward` does for one packet, with times of any size, limits, marks and the largest backlog. */
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
    const isNear = aheadPs <= FAR && arena[2 * port + TX]! > 0;
    arena[2 * port + FREE] = isNear ? endPs : nowPs;
    arena[2 * port + ATTENTION] = isNear ? this.#attentionPs(port) : NOT_NEAR;
    clock[DUE] = endPs + this.#delayPs[link]!;
    const destination = arena[2 * port + DESTINATION]!;
    mailboxes.copy(address, mailboxes.post(destination >>> PORT_BITS, destination & PORT_MASK));
  }

  /**
   * Whether the queue of `link` takes the packet at `address`, which will have left after `aheadPs`, `txPs` of them on the wire; marks it, and
   * notes the largest backlog.
   */
  #admits(address: number, link: number, aheadPs: number, txPs: number): boolean {
    const port = this.#place(link);
    if (aheadPs > doubles[(port + QUEUE_PS) | 0]!) {
      this.drops[link]!++;
      return false;
    }
    if ((arena[(address + 3) | 0]! & TYPE_MASK) === DATA && this.#marksAt(link, aheadPs - txPs)) {
      this.marks[link]!++;
      arena[(address + 3) | 0]! |= CE;
    }
    if (aheadPs > doubles[(port + PEAK_PS) | 0]!) {
      doubles[(port + PEAK_PS) | 0] = aheadPs;
      if (arena[2 * port + ATTENTION]! >= 0) arena[2 * port + ATTENTION] = this.#attentionPs(port);
    }
    return true;
  }

  #attentionPs(port: number): number {
    return Math.floor(Math.min(doubles[port + PEAK_PS]!, doubles[port + MARK_LOW_PS]!, FAR));
  }

  /** RED without averaging: the probability rises from 0 at the low to 1 at the high threshold of the instantaneous queue. */
  #marksAt(link: number, backlogPs: number): boolean {
    const lowPs = doubles[(this.#place(link) + MARK_LOW_PS) | 0]!;
    if (backlogPs <= lowPs) return false;
    const highPs = this.#markHighPs[link]!;
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
