import type { Topology } from '../base/topology.ts';
import { serialisationPs } from '../derive.ts';
import type { Mailboxes } from '../engine/mailboxes.ts';
import { NOW, PORT_BITS, QUEUE_BYTES, TX } from '../engine/record.ts';
import type { UsualSizes } from './fifo-ports.ts';
import type { LazyPortsInput } from './lazy-ports-input.ts';
import type { LinkTimeline } from './link-timeline.ts';
import {
  ANSWER_TX_PS,
  BUSY_PS,
  DELAY_PS,
  DESTINATION,
  FILLED,
  FULL_TX_PS,
  HEAD,
  LOAD_BYTES,
  PAUSED,
  PEAK_PS,
  portStride,
  SWITCH,
  TAIL,
  WAITING_PS,
} from './port-state.ts';
import { arena } from '../engine/arena.ts';

/** The table of all lazy ports of a run, and what can be read from it. */
export abstract class PortTable {
  readonly drops: Int32Array;
  readonly trims: Int32Array;
  readonly pauses: Int32Array;
  readonly resumes: Int32Array;
  protected readonly clock: Float64Array;
  protected readonly mailboxes: Mailboxes;
  protected readonly topology: Topology;
  protected readonly sizes: UsualSizes;
  protected readonly timeline: LinkTimeline | null;
  /** Doubles, and the same memory as words: port-state.ts. */
  protected readonly state: Float64Array;
  protected readonly words: Int32Array;
  protected readonly stride: number;
  /** Queues a port. */
  protected readonly queues: number;
  protected readonly rateBps: Float64Array;
  /** By link, 1: it has a timeline. */
  protected readonly isTimed: Uint8Array;

  constructor({ engine, topology, sizes, timeline, classes }: LazyPortsInput) {
    const { links, hosts } = topology;
    this.clock = engine.clock;
    this.mailboxes = engine.mailboxes;
    this.topology = topology;
    this.sizes = sizes;
    this.timeline = timeline;
    this.queues = 1 + classes.dataClasses.length;
    this.drops = new Int32Array(links);
    this.trims = new Int32Array(links);
    this.pauses = new Int32Array(links);
    this.resumes = new Int32Array(links);
    this.rateBps = topology.linkRateBps;
    this.isTimed = Uint8Array.from({ length: links }, (_, link) => (timeline?.has(link) === true ? 1 : 0));
    this.stride = portStride(this.queues);
    this.state = new Float64Array(links * this.stride);
    this.words = new Int32Array(this.state.buffer);
    for (let link = 0; link < links; link++) {
      const rateBps = topology.linkRateBps[link]!;
      const at = link * this.stride;
      this.state[at + FULL_TX_PS] = serialisationPs(sizes.fullBytes, rateBps);
      this.state[at + ANSWER_TX_PS] = serialisationPs(sizes.ackBytes, rateBps);
      this.state[at + DELAY_PS] = topology.linkDelayPs[link]!;
      this.state[at + DESTINATION] = (topology.linkTo[link]! << PORT_BITS) | topology.linkToPort[link]!;
      this.words[2 * at + SWITCH] = topology.linkFrom[link]! - hosts;
      for (let queue = 0; queue < this.queues; queue++) {
        this.words[2 * at + HEAD + 4 * queue] = -1;
        this.words[2 * at + TAIL + 4 * queue] = -1;
      }
    }
  }

  look(link: number): void {
    const at = link * this.stride;
    const restPs = Math.max(0, this.state[at + BUSY_PS]! - this.clock[NOW]!) * this.factorNow(link);
    this.clock[QUEUE_BYTES] = ((this.state[at + WAITING_PS]! + restPs) * this.rateBps[link]!) / 8e12;
  }

  isPaused(link: number): boolean {
    return this.words[2 * link * this.stride + PAUSED] !== 0;
  }

  loadBytes(link: number): number {
    return this.state[link * this.stride + LOAD_BYTES]!;
  }

  peakBytes(link: number): number {
    return Math.round((this.state[link * this.stride + PEAK_PS]! * this.rateBps[link]!) / 8e12);
  }

  waiting(): number {
    let waiting = 0;
    this.#eachWaiting(() => waiting++);
    return waiting;
  }

  waitingPaused(): number {
    let waiting = 0;
    this.eachPaused(() => waiting++);
    return waiting;
  }

  /** Calls `visit` for every packet that waits behind a pause; for the end of a run. */
  protected eachPaused(visit: (link: number, cell: number) => void): void {
    this.#eachWaiting((link, queue, cell) => {
      if ((this.words[2 * link * this.stride + PAUSED]! & (1 << queue)) !== 0) visit(link, cell);
    });
  }

  /** Factor on the rate of a link at clock[NOW]. */
  protected factorNow(link: number): number {
    if (this.timeline === null || this.isTimed[link] === 0) return 1;
    return this.timeline.factor[this.timeline.segmentAt(link, this.clock, NOW)]!;
  }

  protected switchOf(link: number): number {
    return this.words[2 * link * this.stride + SWITCH]!;
  }

  /** Writes the serialisation time of a packet at the full rate of `link` to clock[TX]. */
  protected setTx(link: number, sizeBytes: number): void {
    const at = link * this.stride;
    if (sizeBytes === this.sizes.fullBytes) this.clock[TX] = this.state[at + FULL_TX_PS]!;
    else if (sizeBytes === this.sizes.ackBytes) this.clock[TX] = this.state[at + ANSWER_TX_PS]!;
    else this.clock[TX] = serialisationPs(sizeBytes, this.rateBps[link]!);
  }

  /** A bit a queue that is filled and not paused. */
  protected ready(link: number): number {
    const place = 2 * link * this.stride;
    return this.words[place + FILLED]! & ~this.words[place + PAUSED]!;
  }

  /** Wire bytes of the first packet of a queue. */
  protected headBytes(link: number, queue: number): number {
    return arena[this.words[2 * link * this.stride + HEAD + 4 * queue]! + 4]! >>> 16;
  }

  #eachWaiting(visit: (link: number, queue: number, cell: number) => void): void {
    for (let link = 0; link < this.drops.length; link++) {
      const place = 2 * link * this.stride;
      for (let queue = 0; queue < this.queues; queue++) {
        if ((this.words[place + FILLED]! & (1 << queue)) === 0) continue;
        for (let cell = this.words[place + HEAD + 4 * queue]!; cell >= 0; cell = arena[cell]!) visit(link, queue, cell);
      }
    }
  }
}
