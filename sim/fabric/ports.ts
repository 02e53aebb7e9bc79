import type { Limits } from '../derive.ts';
import { queueLimitPs, serialisationPs } from '../derive.ts';
import type { Topology } from '../base/topology.ts';
import { PacketStreams } from '../base/random.ts';
import type { Engine } from '../engine/engine.ts';
import { PORT_BITS, PORT_MASK } from '../engine/record.ts';
import { CE, DATA, TYPE_MASK } from './meta.ts';

/** Wire sizes that nearly all packets have; their serialisation times are looked up instead of divided. */
export interface UsualSizes {
  readonly fullBytes: number;
  readonly ackBytes: number;
}

// A port's doubles, side by side: a packet meets one cache line.
const DOUBLES = 8;
/** Instant until which the port transmits what it has taken. */
const BUSY_PS = 0;
/** Serialisation time of a full packet and of an ACK. */
const FULL_PS = 1;
const ACK_PS = 2;
const DELAY_PS = 3;
/** Below this backlog an enqueue changes nothing else: the least of the three that follow. */
const ATTENTION_PS = 4;
/** Largest backlog right after an enqueue. */
const PEAK_PS = 5;
/** Queue limit and lower marking threshold as serialisation times. */
const LIMIT_PS = 6;
const MARK_LOW_PS = 7;

/**
 * All output ports of a run in one table, indexed by the directed link they feed.
 *
 * A plain first-in first-out port knows everything about a packet when it is enqueued, so it stores no queue: the backlog is
 * `busy - now`, and the arrival at the next node is posted at once. Exact for byte limits and for marking at enqueue.
 */
export class Ports {
  readonly #engine: Engine;
  readonly #state: Float64Array;
  /** Node * 2048 + input port at the other end of each link. */
  readonly #destination: Int32Array;
  readonly #fullBytes: number;
  readonly #ackBytes: number;
  readonly #rateBps: Float64Array;
  readonly #markHighBytes: number;
  readonly #markStream: Int32Array;
  readonly #markDraws: PacketStreams;
  /** Packets refused by a full queue. */
  readonly drops: Int32Array;
  /** Decisions to mark; a packet may be marked at several ports. */
  readonly marks: Int32Array;

  constructor(engine: Engine, topology: Topology, limits: Limits, sizes: UsualSizes, seed: number) {
    const { links } = topology;
    this.#engine = engine;
    this.#fullBytes = sizes.fullBytes;
    this.#ackBytes = sizes.ackBytes;
    this.#state = new Float64Array(links * DOUBLES);
    this.#destination = new Int32Array(links);
    for (let link = 0; link < links; link++) {
      const rateBps = topology.linkRateBps[link]!;
      const at = link * DOUBLES;
      this.#state[at + FULL_PS] = serialisationPs(sizes.fullBytes, rateBps);
      this.#state[at + ACK_PS] = serialisationPs(sizes.ackBytes, rateBps);
      this.#state[at + LIMIT_PS] = queueLimitPs(limits.queueBytes, sizes.fullBytes, rateBps);
      this.#state[at + MARK_LOW_PS] = limits.ecn === null ? Infinity : (limits.ecn.lowBytes * 8e12) / rateBps;
      this.#state[at + DELAY_PS] = topology.linkDelayPs[link]!;
      this.#destination[link] = (topology.linkTo[link]! << PORT_BITS) | topology.linkToPort[link]!;
    }
    this.#rateBps = topology.linkRateBps;
    this.#markHighBytes = limits.ecn?.highBytes ?? Infinity;
    this.#markStream = Int32Array.from(topology.linkFrom, (node) => Math.max(0, node - topology.hosts));
    this.#markDraws = new PacketStreams(seed, 'ecn', topology.switches);
    this.drops = new Int32Array(links);
    this.marks = new Int32Array(links);
  }

  /** Instant until which the port is transmitting what it has taken. */
  busyPs(link: number): number {
    return this.#state[link * DOUBLES + BUSY_PS]!;
  }

  /** Enqueues the packet of the record at `address`, which arrived at a switch at `nowPs`: admission, marking, transmission. */
  enqueue(link: number, nowPs: number, address: number): void {
    const state = this.#state;
    const at = link * DOUBLES;
    const txPs = this.#serialisationPs(link, this.#engine.arena[address + 4]! >>> 16);
    const freePs = state[at + BUSY_PS]!;
    const endPs = (freePs > nowPs ? freePs : nowPs) + txPs;
    if (endPs - nowPs > state[at + ATTENTION_PS]! && !this.#admit(link, endPs - nowPs, txPs, address)) return;
    this.#forward(link, endPs, address);
  }

  /** The slow part of an enqueue that leaves `aheadPs` of work at the port: false if it drops the packet, else marks it if need be. */
  #admit(link: number, aheadPs: number, txPs: number, address: number): boolean {
    const state = this.#state;
    const at = link * DOUBLES;
    if (aheadPs > state[at + LIMIT_PS]!) {
      this.drops[link]!++;
      return false;
    }
    const arena = this.#engine.arena;
    const backlogPs = aheadPs - txPs;
    if (backlogPs > state[at + MARK_LOW_PS]! && (arena[address + 3]! & TYPE_MASK) === DATA && this.#isMarked(link, backlogPs)) {
      this.marks[link]!++;
      arena[address + 3]! |= CE;
    }
    if (aheadPs > state[at + PEAK_PS]!) {
      state[at + PEAK_PS] = aheadPs;
      state[at + ATTENTION_PS] = Math.min(aheadPs, state[at + LIMIT_PS]!, state[at + MARK_LOW_PS]!);
    }
    return true;
  }

  /** Starts a transmission at `startPs` on a port that is free then: a host's, which decides late and has no queue here. */
  transmit(link: number, startPs: number, flow: number, seq: number, dstMeta: number, sizeEntropy: number, aux: number): void {
    const to = this.#post(link, startPs + this.#serialisationPs(link, sizeEntropy >>> 16));
    const arena = this.#engine.arena;
    arena[to + 1] = flow;
    arena[to + 2] = seq;
    arena[to + 3] = dstMeta;
    arena[to + 4] = sizeEntropy;
    arena[to + 5] = aux;
  }

  /** Largest queue of a link's output port, in bytes, the unsent rest of the packet on the wire included. */
  peakBytes(link: number): number {
    return Math.round((this.#state[link * DOUBLES + PEAK_PS]! * this.#rateBps[link]!) / 8e12);
  }

  #serialisationPs(link: number, sizeBytes: number): number {
    if (sizeBytes === this.#fullBytes) return this.#state[link * DOUBLES + FULL_PS]!;
    if (sizeBytes === this.#ackBytes) return this.#state[link * DOUBLES + ACK_PS]!;
    return serialisationPs(sizeBytes, this.#rateBps[link]!);
  }

  /** The packet of the record at `address` leaves at `endPs`. */
  #forward(link: number, endPs: number, address: number): void {
    const to = this.#post(link, endPs);
    const arena = this.#engine.arena;
    arena[to + 1] = arena[address + 1]!;
    arena[to + 2] = arena[address + 2]!;
    arena[to + 3] = arena[address + 3]!;
    arena[to + 4] = arena[address + 4]!;
    arena[to + 5] = arena[address + 5]!;
  }

  /** Posts the arrival of a packet whose last bit leaves at `endPs`; returns the address of its record. */
  #post(link: number, endPs: number): number {
    const at = link * DOUBLES;
    this.#state[at + BUSY_PS] = endPs;
    const destination = this.#destination[link]!;
    return this.#engine.post(destination >>> PORT_BITS, endPs + this.#state[at + DELAY_PS]!, destination & PORT_MASK);
  }

  /** Marking probability rises from 0 at the low to 1 at the high threshold, on the instantaneous queue (RED without averaging). */
  #isMarked(link: number, backlogPs: number): boolean {
    const highPs = (this.#markHighBytes * 8e12) / this.#rateBps[link]!;
    if (backlogPs > highPs) return true;
    const lowPs = this.#state[link * DOUBLES + MARK_LOW_PS]!;
    const draw = this.#markDraws.next(this.#markStream[link]!) >>> 0;
    return draw / 0x1_0000_0000 < (backlogPs - lowPs) / (highPs - lowPs);
  }
}
