import type { Limits } from '../derive.ts';
import { queueLimitPs, serialisationPs } from '../derive.ts';
import type { Topology } from '../base/topology.ts';
import { PacketStreams } from '../base/random.ts';
import type { Engine } from '../engine/engine.ts';
import { DUE, NOW, PORT_BITS, PORT_MASK, QUEUE_BYTES, WINDOW_START } from '../engine/record.ts';
import { CE, TYPE_MASK } from '../base/packet.ts';
import type { SwitchSpec } from '../base/device-spec.ts';
import { InternalError } from '../base/errors.ts';
import type { SwitchPorts } from './switch-ports.ts';

/** Wire sizes that nearly all packets have; their serialisation times are looked up instead of divided. */
export interface UsualSizes {
  readonly fullBytes: number;
  readonly ackBytes: number;
  readonly headerBytes: number;
}

// A port's doubles, side by side: a packet meets one cache line.
const DOUBLES = 8;
/** Instant until which the port transmits what it has taken. */
const BUSY_PS = 0;
const DELAY_PS = 1;
/** Below this backlog an enqueue changes nothing else: the least of the largest backlog so far and the limits below. */
const ATTENTION_PS = 2;
/** Largest backlog right after an enqueue. */
const PEAK_PS = 3;
/** Payload bytes of first transmissions. */
const LOAD_BYTES = 4;
/** Serialisation times of a full data packet and of an answer. */
const TX_PS = 5;
/** Node << PORT_BITS | input port at the other end. */
const DESTINATION = 7;

// A port's limits, as serialisation times: needed only from ATTENTION_PS on.
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
  readonly #state: Float64Array;
  readonly #limits: Float64Array;
  readonly #sizes: UsualSizes;
  readonly #rateBps: Float64Array;
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
    this.#state = new Float64Array(links * DOUBLES);
    this.#limits = new Float64Array(links * LIMITS);
    for (let link = 0; link < links; link++) {
      const rateBps = topology.linkRateBps[link]!;
      const at = link * DOUBLES;
      this.#state[at + TX_PS] = serialisationPs(sizes.fullBytes, rateBps);
      this.#state[at + TX_PS + 1] = serialisationPs(sizes.ackBytes, rateBps);
      this.#state[at + DELAY_PS] = topology.linkDelayPs[link]!;
      const limit = link * LIMITS;
      this.#limits[limit + QUEUE_PS] = queueLimitPs(limits.queueBytes, sizes.fullBytes, rateBps);
      const marks = limits.ecn !== null && (spec.ecnOnHostPorts || topology.linkTo[link]! >= topology.hosts);
      this.#limits[limit + MARK_LOW_PS] = marks ? (limits.ecn!.lowBytes * 8e12) / rateBps : Infinity;
      this.#limits[limit + MARK_HIGH_PS] = limits.ecn === null ? Infinity : (limits.ecn.highBytes * 8e12) / rateBps;
      this.#state[at + DESTINATION] = (topology.linkTo[link]! << PORT_BITS) | topology.linkToPort[link]!;
    }
    this.#rateBps = topology.linkRateBps;
    this.#maxProbability = limits.ecn?.maxProbability ?? 0;
    this.#markStream = Int32Array.from(topology.linkFrom, (node) => Math.max(0, node - topology.hosts));
    this.#markDraws = new PacketStreams(seed, 'ecn', topology.switches);
    this.drops = new Int32Array(links);
    this.marks = new Int32Array(links);
  }

  forward(from: number, to: number): void {
    const { batch, clock, mailboxes } = this.#engine;
    const { addresses, outputs } = batch;
    const state = this.#state;
    const { fullBytes, ackBytes, headerBytes } = this.#sizes;
    const startPs = clock[WINDOW_START]!;
    for (let i = from; i < to; i++) {
      const arena = mailboxes.arena;
      const address = addresses[i]!;
      const link = outputs[i]!;
      const at = Math.imul(link, DOUBLES);
      const kind = arena[(address + 3) | 0]! & TYPE_MASK;
      const sizeBytes = arena[(address + 4) | 0]! >>> 16;
      // Without a branch: data and answers come mixed, and a processor cannot foresee them. 1 for an answer, and 1 for a packet that is
      // data (kind 0) and sent for the first time (word 5 is 0).
      const isAnswer = (kind + 7) >> 3;
      const isFirst = (1 - isAnswer) & (1 - arena[(address + 5) | 0]!);
      let txPs = state[(at + TX_PS + isAnswer) | 0]!;
      if (sizeBytes !== fullBytes + Math.imul(ackBytes - fullBytes, isAnswer)) txPs = this.#unusualPs(sizeBytes, link);
      state[(at + LOAD_BYTES) | 0]! += Math.imul(sizeBytes - headerBytes, isFirst);
      const nowPs = startPs + (arena[address]! >>> PORT_BITS);
      const freePs = state[(at + BUSY_PS) | 0]!;
      const endPs = (freePs > nowPs ? freePs : nowPs) + txPs;
      const aheadPs = endPs - nowPs;
      if (aheadPs > state[(at + ATTENTION_PS) | 0]!) {
        const limits = this.#limits;
        const limit = link * LIMITS;
        if (aheadPs > limits[limit + QUEUE_PS]!) {
          this.drops[link]!++;
          continue;
        }
        // RED without averaging: the probability rises from 0 at the low to 1 at the high threshold of the instantaneous queue.
        const backlogPs = aheadPs - txPs;
        const lowPs = limits[limit + MARK_LOW_PS]!;
        if (isAnswer === 0 && backlogPs > lowPs) {
          const highPs = limits[limit + MARK_HIGH_PS]!;
          if (
            backlogPs > highPs ||
            (this.#markDraws.next(this.#markStream[link]!) >>> 0) / 0x1_0000_0000 <
              (this.#maxProbability * (backlogPs - lowPs)) / (highPs - lowPs)
          ) {
            this.marks[link]!++;
            arena[address + 3]! |= CE;
          }
        }
        if (aheadPs > state[at + PEAK_PS]!) {
          state[at + PEAK_PS] = aheadPs;
          state[at + ATTENTION_PS] = Math.min(aheadPs, limits[limit + QUEUE_PS]!, lowPs);
        }
      }
      state[(at + BUSY_PS) | 0] = endPs;
      clock[DUE] = endPs + state[(at + DELAY_PS) | 0]!;
      const destination = state[(at + DESTINATION) | 0]! | 0;
      mailboxes.copy(address, mailboxes.post(destination >>> PORT_BITS, destination & PORT_MASK));
    }
  }

  /** Serialisation time of a packet that has not the usual size of its type. */
  #unusualPs(sizeBytes: number, link: number): number {
    return serialisationPs(sizeBytes, this.#rateBps[link]!);
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
    const restPs = Math.max(0, this.#state[link * DOUBLES + BUSY_PS]! - clock[NOW]!);
    clock[QUEUE_BYTES] = (restPs * this.#rateBps[link]!) / 8e12;
  }

  loadBytes(link: number): number {
    return this.#state[link * DOUBLES + LOAD_BYTES]!;
  }

  peakBytes(link: number): number {
    return Math.round((this.#state[link * DOUBLES + PEAK_PS]! * this.#rateBps[link]!) / 8e12);
  }
}
