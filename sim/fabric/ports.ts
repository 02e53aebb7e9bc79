import type { Limits } from '../derive.ts';
import { serialisationPs } from '../derive.ts';
import type { Topology } from '../base/topology.ts';
import { PacketStreams } from '../base/random.ts';
import type { Engine } from '../engine/engine.ts';
import { CE, DATA, TYPE_MASK } from './meta.ts';

/** Wire sizes that nearly all packets have; their serialisation times are looked up instead of divided. */
export interface UsualSizes {
  readonly fullBytes: number;
  readonly ackBytes: number;
}

/**
 * All output ports of a run in one table, indexed by the directed link they feed.
 *
 * A plain first-in first-out port knows everything about a packet when it is enqueued, so it stores no queue: the backlog is
 * `busy - now`, and the arrival at the next node is posted at once. Exact for byte limits and for marking at enqueue.
 */
export class Ports {
  readonly engine: Engine;
  readonly busyPs: Float64Array;
  readonly #rateBps: Float64Array;
  readonly #delayPs: Float64Array;
  readonly #toNode: Int32Array;
  readonly #toPort: Int32Array;
  readonly #fullBytes: number;
  readonly #ackBytes: number;
  readonly #fullPs: Float64Array;
  readonly #ackPs: Float64Array;
  readonly #limitPs: Float64Array;
  readonly #markLowPs: Float64Array;
  readonly #markHighPs: Float64Array;
  readonly #markStream: Int32Array;
  readonly #markDraws: PacketStreams;
  /** Largest backlog right after an enqueue, in picoseconds. */
  readonly #peakPs: Float64Array;
  /** Packets refused by a full queue. */
  readonly drops: Int32Array;
  /** Data packets marked. */
  readonly marks: Int32Array;

  constructor(engine: Engine, topology: Topology, limits: Limits, sizes: UsualSizes, seed: number) {
    const { links } = topology;
    this.engine = engine;
    this.busyPs = new Float64Array(links);
    this.#rateBps = topology.linkRateBps;
    this.#delayPs = topology.linkDelayPs;
    this.#toNode = topology.linkTo;
    this.#toPort = topology.linkToPort;
    this.#fullBytes = sizes.fullBytes;
    this.#ackBytes = sizes.ackBytes;
    const perLink = (value: (rateBps: number) => number): Float64Array => Float64Array.from(topology.linkRateBps, value);
    this.#fullPs = perLink((rateBps) => serialisationPs(sizes.fullBytes, rateBps));
    this.#ackPs = perLink((rateBps) => serialisationPs(sizes.ackBytes, rateBps));
    this.#limitPs = perLink((rateBps) => (limits.queueBytes * 8e12) / rateBps);
    this.#markLowPs = perLink((rateBps) => (limits.ecn === null ? Infinity : (limits.ecn.lowBytes * 8e12) / rateBps));
    this.#markHighPs = perLink((rateBps) => (limits.ecn === null ? Infinity : (limits.ecn.highBytes * 8e12) / rateBps));
    this.#markStream = Int32Array.from(topology.linkFrom, (node) => Math.max(0, node - topology.hosts));
    this.#markDraws = new PacketStreams(seed, 'ecn', topology.switches);
    this.#peakPs = new Float64Array(links);
    this.drops = new Int32Array(links);
    this.marks = new Int32Array(links);
  }

  /** Serialisation time of a packet on a link. */
  serialisationPs(link: number, sizeBytes: number): number {
    if (sizeBytes === this.#fullBytes) return this.#fullPs[link]!;
    if (sizeBytes === this.#ackBytes) return this.#ackPs[link]!;
    return serialisationPs(sizeBytes, this.#rateBps[link]!);
  }

  /** Enqueues a packet that arrived at a switch at `nowPs`: admission, marking, transmission. The words are those of the record. */
  enqueue(link: number, nowPs: number, flow: number, seq: number, dstMeta: number, sizeEntropy: number, aux: number): void {
    const txPs = this.serialisationPs(link, sizeEntropy >>> 16);
    const freePs = this.busyPs[link]!;
    const backlogPs = freePs > nowPs ? freePs - nowPs : 0;
    if (backlogPs + txPs > this.#limitPs[link]!) {
      this.drops[link]!++;
      return;
    }
    if (backlogPs > this.#markLowPs[link]! && (dstMeta & TYPE_MASK) === DATA && this.#isMarked(link, backlogPs)) {
      this.marks[link]!++;
      dstMeta |= CE;
    }
    const aheadPs = backlogPs + txPs;
    if (aheadPs > this.#peakPs[link]!) this.#peakPs[link] = aheadPs;
    this.#commit(link, nowPs + aheadPs, flow, seq, dstMeta, sizeEntropy, aux);
  }

  /** Starts a transmission at `startPs` on a port that is free then: a host's, which decides late and has no queue here. */
  transmit(link: number, startPs: number, flow: number, seq: number, dstMeta: number, sizeEntropy: number, aux: number): void {
    const txPs = this.serialisationPs(link, sizeEntropy >>> 16);
    this.#commit(link, startPs + txPs, flow, seq, dstMeta, sizeEntropy, aux);
  }

  /** Largest queue of a link's output port, in bytes, the unsent rest of the packet on the wire included. */
  peakBytes(link: number): number {
    return Math.round((this.#peakPs[link]! * this.#rateBps[link]!) / 8e12);
  }

  #commit(link: number, endPs: number, flow: number, seq: number, dstMeta: number, sizeEntropy: number, aux: number): void {
    this.busyPs[link] = endPs;
    const address = this.engine.post(this.#toNode[link]!, endPs + this.#delayPs[link]!, this.#toPort[link]!);
    const arena = this.engine.arena;
    arena[address + 1] = flow;
    arena[address + 2] = seq;
    arena[address + 3] = dstMeta;
    arena[address + 4] = sizeEntropy;
    arena[address + 5] = aux;
  }

  /** Marking probability rises from 0 at the low to 1 at the high threshold, on the instantaneous queue (RED without averaging). */
  #isMarked(link: number, backlogPs: number): boolean {
    const highPs = this.#markHighPs[link]!;
    if (backlogPs > highPs) return true;
    const lowPs = this.#markLowPs[link]!;
    const draw = this.#markDraws.next(this.#markStream[link]!) >>> 0;
    return draw / 0x1_0000_0000 < (backlogPs - lowPs) / (highPs - lowPs);
  }
}
