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
  CONTROL,
  DELAY_PS,
  DESTINATION,
  FILLED,
  FIRST_ARRIVAL,
  FULL_TX_PS,
  HEAD,
  KEPT,
  LAST_ARRIVAL,
  LOAD_BYTES,
  PAUSED,
  portStride,
  QUEUE_BYTES_AT,
  QUEUE_DOUBLES,
  QUEUE_WORDS,
  SWITCH,
  TAIL,
  WAITING_PS,
  WIRE,
  WIRE_QUEUE_MASK,
  WIRE_SHIFT,
} from './port-state.ts';
import { arena, doubles } from '../engine/arena.ts';

/** The table of all lazy ports of a run, and what can be read from it. */
export abstract class PortTable {
  readonly drops: Int32Array;
  readonly trims: Int32Array;
  readonly pauses: Int32Array;
  readonly resumes: Int32Array;
  protected readonly mailboxes: Mailboxes;
  protected readonly topology: Topology;
  protected readonly sizes: UsualSizes;
  protected readonly timeline: LinkTimeline | null;
  /** Where the table begins, in doubles, and how many a port has: port-state.ts. */
  protected readonly tableAt: number;
  protected readonly stride: number;
  /** Queues a port. */
  protected readonly queues: number;
  protected readonly rateBps: Float64Array;
  /** By link: largest backlog right after a packet was dealt with. */
  protected readonly peakPs: Float64Array;
  /** By link, 1: it has a timeline. */
  protected readonly isTimed: Uint8Array;

  constructor({ engine, topology, sizes, timeline, classes }: LazyPortsInput) {
    const { links } = topology;
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
    this.peakPs = new Float64Array(links);
    this.isTimed = Uint8Array.from({ length: links }, (_, link) => (timeline?.has(link) === true ? 1 : 0));
    this.stride = portStride(this.queues);
    this.tableAt = engine.region.doubles(links * this.stride);
    for (let link = 0; link < links; link++) this.#begin(link);
  }

  #begin(link: number): void {
    const { topology, sizes } = this;
    const rateBps = topology.linkRateBps[link]!;
    const at = this.place(link);
    doubles[at + FULL_TX_PS] = serialisationPs(sizes.fullBytes, rateBps);
    doubles[at + ANSWER_TX_PS] = serialisationPs(sizes.ackBytes, rateBps);
    doubles[at + DELAY_PS] = topology.linkDelayPs[link]!;
    arena[2 * at + DESTINATION] = (topology.linkTo[link]! << PORT_BITS) | topology.linkToPort[link]!;
    arena[2 * at + SWITCH] = topology.linkFrom[link]! - topology.hosts;
    arena[2 * at + FIRST_ARRIVAL] = -1;
    arena[2 * at + LAST_ARRIVAL] = 2 * at + FIRST_ARRIVAL;
    for (let queue = 0; queue < this.queues; queue++) {
      const head = 2 * at + HEAD + QUEUE_WORDS * queue;
      arena[head] = -1;
      arena[head + TAIL - HEAD] = head;
      arena[head + KEPT - HEAD] = head;
    }
  }

  /** Where the port of `link` begins, in doubles. */
  protected place(link: number): number {
    return (this.tableAt + link * this.stride) | 0;
  }

  look(link: number): void {
    const at = this.place(link);
    const restPs = Math.max(0, doubles[at + BUSY_PS]! - this.nowPs()) * this.factorNow(link);
    doubles[QUEUE_BYTES] = ((doubles[at + WAITING_PS]! + restPs) * this.rateBps[link]!) / 8e12;
  }

  isPaused(link: number): boolean {
    return arena[2 * this.place(link) + PAUSED] !== 0;
  }

  loadBytes(link: number): number {
    return doubles[this.place(link) + LOAD_BYTES]!;
  }

  peakBytes(link: number): number {
    return Math.round((this.peakPs[link]! * this.rateBps[link]!) / 8e12);
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
      if ((arena[2 * this.place(link) + PAUSED]! & (1 << queue)) !== 0) visit(link, cell);
    });
  }

  /** clock[NOW]. */
  protected nowPs(): number {
    return doubles[NOW]!;
  }

  /** Factor on the rate of a link at clock[NOW]. */
  protected factorNow(link: number): number {
    if (this.timeline === null || this.isTimed[link] === 0) return 1;
    return this.timeline.factor[this.timeline.segmentAt(link, this.mailboxes.clock, NOW)]!;
  }

  protected switchOf(link: number): number {
    return arena[2 * this.place(link) + SWITCH]!;
  }

  /** Writes the serialisation time of a packet at the full rate of `link` to clock[TX]. */
  protected setTx(link: number, sizeBytes: number): void {
    const at = this.place(link);
    const { sizes } = this;
    if (sizeBytes === sizes.fullBytes) doubles[TX] = doubles[at + FULL_TX_PS]!;
    else if (sizeBytes === sizes.ackBytes) doubles[TX] = doubles[at + ANSWER_TX_PS]!;
    else doubles[TX] = serialisationPs(sizeBytes, this.rateBps[link]!);
  }

  /** A bit a queue that is filled and not paused. */
  protected ready(link: number): number {
    const words = 2 * this.place(link);
    return arena[words + FILLED]! & ~arena[words + PAUSED]!;
  }

  /** Wire bytes that wait in a queue. */
  protected queueBytes(link: number, queue: number): number {
    return doubles[this.place(link) + QUEUE_BYTES_AT + QUEUE_DOUBLES * queue]!;
  }

  /** Wire bytes of the packet of a data class, or of class 0, that the port transmits at clock[NOW]. */
  protected wireBytes(link: number, isControl: boolean): number {
    const at = this.place(link);
    if (doubles[at + BUSY_PS]! <= this.nowPs()) return 0;
    const wire = arena[2 * at + WIRE]!;
    return ((wire & WIRE_QUEUE_MASK) === CONTROL) === isControl ? wire >>> WIRE_SHIFT : 0;
  }

  /** Wire bytes of the first packet of a queue. */
  protected headBytes(link: number, queue: number): number {
    return arena[arena[2 * this.place(link) + HEAD + QUEUE_WORDS * queue]! + 4]! >>> 16;
  }

  #eachWaiting(visit: (link: number, queue: number, cell: number) => void): void {
    for (let link = 0; link < this.drops.length; link++) {
      const words = 2 * this.place(link);
      for (let queue = 0; queue < this.queues; queue++) {
        for (let cell = arena[words + HEAD + QUEUE_WORDS * queue]!; cell >= 0; cell = arena[cell]!) visit(link, queue, cell);
      }
    }
  }
}
