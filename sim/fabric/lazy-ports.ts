import { DATA, PAUSE, RESUME, TYPE_MASK } from '../base/packet.ts';
import { serialisationPs } from '../derive.ts';
import type { Engine } from '../engine/engine.ts';
import { DUE, NOW, PORT_BITS, PORT_MASK, START, TX, UNTIL, WINDOW_END, WINDOW_START } from '../engine/record.ts';
import { DeficitRoundRobin } from './deficit-round-robin.ts';
import { DirtyPorts } from './dirty-ports.ts';
import { isPlain, quantumBytes, queueOfType, type LazyPortsInput } from './lazy-ports-input.ts';
import { Marking } from './marking.ts';
import {
  ANSWER_TX_PS,
  BUSY_PS,
  CONTROL,
  DELAY_PS,
  DESTINATION,
  DIRTY,
  FILLED,
  FULL_TX_PS,
  HEAD,
  LOAD_BYTES,
  PAUSED,
  PEAK_PS,
  QUEUE_BYTES_AT,
  SWITCH,
  TAIL,
  WAITING_PS,
  WIRE_BYTES,
  WIRE_QUEUE,
} from './port-state.ts';
import { PortTable } from './port-table.ts';
import type { SwitchPorts } from './switch-ports.ts';
import { stamp } from './telemetry-stamps.ts';
import { arena } from '../engine/arena.ts';

/**
 * Output ports that decide as late as possible, so that what depends on the instant a packet leaves is exact with one event a hop: packets
 * wait in queues, and a transmission is committed only when somebody needs to know: at the next event of the port, up to then, and at the
 * end of the window. A transmission that starts inside the window arrives after it, so that is in time.
 *
 * A packet that waits has a cell of the engine's arena, laid out as a record; its first word is the next cell of the queue.
 * How packets are admitted, and what their leaving changes, is that of the subclass.
 */
export abstract class LazyPorts extends PortTable implements SwitchPorts {
  readonly marks: Int32Array;
  /** By switch, above 0: departures of its ports must be made in order of time. null: never. */
  protected ordered: Int32Array | null = null;
  /** `departed` is of interest. */
  protected hasAccounts = false;
  /** `choose` does more than class 0 first. */
  protected choosesByRule: boolean;
  readonly #engine: Engine;
  readonly #marking: Marking;
  /** `#drainPlain` will do. */
  readonly #isPlain: boolean;
  readonly #telemetryWord: number;
  /** With telemetry: wire bytes of every kind whose transmission has started. */
  readonly #sentBytes: Float64Array;
  /** Queue of each packet type, and of data by flow (null: one queue). */
  readonly #queueOfType: Int32Array;
  readonly #queueOfFlow: Uint8Array | null;
  readonly #dataClasses: readonly number[];
  readonly #turns: DeficitRoundRobin | null;
  readonly #headBytes: Float64Array;
  readonly #dirty: DirtyPorts;

  constructor(input: LazyPortsInput) {
    super(input);
    const { engine, topology, spec, limits, seed } = input;
    const { dataClasses, indexOfFlow } = input.classes;
    const { links } = topology;
    this.#engine = engine;
    this.choosesByRule = this.queues > 2;
    this.#marking = new Marking(spec, limits, topology, seed);
    this.marks = this.#marking.marks;
    this.#isPlain = isPlain(input);
    this.#telemetryWord = engine.layout.telemetry;
    this.#sentBytes = new Float64Array(this.#telemetryWord > 0 ? links : 0);
    this.#dataClasses = dataClasses;
    this.#queueOfFlow = indexOfFlow === null ? null : indexOfFlow.map((index) => 1 + index);
    this.#queueOfType = queueOfType(input.answersFirst);
    this.#turns = this.queues === 2 ? null : new DeficitRoundRobin(links, quantumBytes(input));
    this.#headBytes = new Float64Array(this.queues);
    this.#dirty = new DirtyPorts(topology, engine);
  }

  /** Takes the packet at `address` in at the port of `link`, or refuses it. The port has caught up. */
  protected abstract arrive(address: number, link: number, type: number, queue: number, sizeBytes: number): void;

  /** A packet of a data class has started at clock[START]; `address` is that of its record or cell. */
  protected departed(_address: number, _link: number, _queue: number, _sizeBytes: number): void {}

  forward(from: number, to: number): void {
    const { addresses, outputs } = this.#engine.batch;
    const { clock, state, words, stride, ordered } = this;
    const { headerBytes } = this.sizes;
    const queueOfType = this.#queueOfType;
    const queueOfFlow = this.#queueOfFlow;
    const startPs = clock[WINDOW_START]!;
    for (let i = from; i < to; i++) {
      const address = addresses[i]!;
      const link = outputs[i]!;
      const at = Math.imul(link, stride);
      const type = arena[(address + 3) | 0]! & TYPE_MASK;
      const sizeBytes = arena[(address + 4) | 0]! >>> 16;
      const nowPs = startPs + (arena[address]! >>> PORT_BITS);
      clock[NOW] = nowPs;
      if (type === DATA && arena[(address + 5) | 0] === 0) state[(at + LOAD_BYTES) | 0]! += sizeBytes - headerBytes;
      if (ordered !== null && ordered[words[2 * at + SWITCH]!]! > 0) this.catchUp(words[2 * at + SWITCH]!);
      else if (words[(2 * at + FILLED) | 0] !== 0 && state[(at + BUSY_PS) | 0]! <= nowPs) this.#sync(link);
      let queue = queueOfType[type]!;
      if (queue !== CONTROL && queueOfFlow !== null) queue = queueOfFlow[arena[address + 1]!]!;
      this.arrive(address, link, type, queue, sizeBytes);
      // What waits, and the rest of what is on the wire.
      const freePs = state[(at + BUSY_PS) | 0]! - nowPs;
      let aheadPs = state[(at + WAITING_PS) | 0]!;
      if (freePs > 0) aheadPs += this.timeline === null ? freePs : freePs * this.factorNow(link);
      if (aheadPs > state[(at + PEAK_PS) | 0]!) state[(at + PEAK_PS) | 0] = aheadPs;
    }
  }

  catchUp(switchIndex: number): void {
    if (this.ordered === null || this.ordered[switchIndex] === 0) {
      for (let i = this.#dirty.count[switchIndex]! - 1; i >= 0; i--) this.#sync(this.#dirty.link(switchIndex, i));
      return;
    }
    for (let link = this.#earliest(switchIndex); link >= 0 && this.#busyPs(link) <= this.clock[NOW]!; link = this.#earliest(switchIndex)) {
      this.#commitDue(link);
    }
  }

  flush(switchIndex: number): boolean {
    const { words, stride, clock } = this;
    const endPs = clock[WINDOW_END]!;
    if (this.ordered !== null && this.ordered[switchIndex]! > 0) {
      for (let link = this.#earliest(switchIndex); link >= 0 && this.#busyPs(link) < endPs; link = this.#earliest(switchIndex)) {
        this.#commitDue(link);
      }
    }
    const dirty = this.#dirty;
    clock[UNTIL] = endPs - 1;
    let kept = 0;
    for (let i = 0; i < dirty.count[switchIndex]!; i++) {
      const link = dirty.link(switchIndex, i);
      const at = link * stride;
      this.#drain(link);
      if ((words[2 * at + FILLED]! & ~words[2 * at + PAUSED]!) !== 0) dirty.keep(switchIndex, i, kept++);
      else words[2 * at + DIRTY] = 0;
    }
    dirty.count[switchIndex] = kept;
    return kept > 0;
  }

  setPaused(link: number, trafficClass: number, isPaused: boolean): void {
    const bit = 2 << this.#dataClasses.indexOf(trafficClass);
    const place = 2 * link * this.stride;
    this.#sync(link);
    if (isPaused) {
      this.words[place + PAUSED]! |= bit;
      return;
    }
    this.words[place + PAUSED]! &= ~bit;
    this.#startIfFree(link);
    if (this.words[place + FILLED] !== 0) this.#markDirty(link);
  }

  pauseEdges(): Int32Array {
    return new Int32Array(0);
  }

  /** The packet at `address` has been admitted: it starts at clock[NOW], or waits. */
  protected queuePacket(address: number, link: number, queue: number, sizeBytes: number): void {
    if (this.#marking.atEnqueue) this.markIfFull(address, link);
    const { clock, state, words } = this;
    const at = link * this.stride;
    this.setTx(link, sizeBytes);
    if (state[at + BUSY_PS]! > clock[NOW]!) {
      this.append(address, link, queue, sizeBytes);
    } else if (this.queues === 2 && (words[2 * at + PAUSED]! & (1 << queue)) === 0) {
      clock[START] = clock[NOW]!;
      this.#start(address, link, queue, sizeBytes);
    } else {
      this.append(address, link, queue, sizeBytes);
      this.#startIfFree(link);
    }
  }

  /** Marking at enqueue (data only), by all that waits at the port and the rest of what is on the wire, as time. */
  protected markIfFull(address: number, link: number): void {
    if (!this.#marking.atEnqueue || (arena[address + 3]! & TYPE_MASK) !== DATA) return;
    const at = link * this.stride;
    const restPs = Math.max(0, this.state[at + BUSY_PS]! - this.clock[NOW]!);
    const backlogPs = this.state[at + WAITING_PS]! / this.factorNow(link) + restPs;
    if (backlogPs > this.#marking.low[link]!) this.#marking.mark(address, link, backlogPs, 1);
  }

  /** Puts a copy of the packet at `address` at the end of a queue. clock[TX] is its serialisation time. */
  protected append(address: number, link: number, queue: number, sizeBytes: number): void {
    const { mailboxes, state, words } = this;
    const at = link * this.stride;
    const place = 2 * at + 4 * queue;
    const cell = mailboxes.takeCell();
    mailboxes.copy(address, cell);
    arena[cell] = -1;
    if (words[place + HEAD]! < 0) words[place + HEAD] = cell;
    else arena[words[place + TAIL]!] = cell;
    words[place + TAIL] = cell;
    state[at + QUEUE_BYTES_AT + 2 * queue]! += sizeBytes;
    state[at + WAITING_PS]! += this.clock[TX]!;
    words[2 * at + FILLED]! |= 1 << queue;
    if (words[2 * at + DIRTY] === 0) this.#markDirty(link);
  }

  /** The next packet of the port starts at `startPs`. */
  protected commitAt(link: number, startPs: number): void {
    this.clock[START] = startPs;
    this.#commit(link);
  }

  /** Which queue goes at clock[START], of those that are filled and not paused. */
  protected choose(link: number): number {
    return (this.ready(link) & 1) !== 0 ? CONTROL : this.chooseData(link);
  }

  /** Which data queue goes; some data queue is filled and not paused. */
  protected chooseData(link: number): number {
    if (this.#turns === null) return 1;
    const ready = this.ready(link);
    for (let queue = 1; queue < this.queues; queue++) {
      if ((ready & (1 << queue)) !== 0) this.#headBytes[queue] = this.headBytes(link, queue);
    }
    return this.#turns.next(link, ready, this.#headBytes);
  }

  #busyPs(link: number): number {
    return this.state[link * this.stride + BUSY_PS]!;
  }

  /** The port is free at clock[NOW]: what waits and may go starts. */
  #startIfFree(link: number): void {
    if (this.#busyPs(link) <= this.clock[NOW]! && this.ready(link) !== 0) this.commitAt(link, this.clock[NOW]!);
  }

  /** Commits every transmission of the port that starts at or before clock[NOW]. */
  #sync(link: number): void {
    this.clock[UNTIL] = this.clock[NOW]!;
    this.#drain(link);
  }

  /** Commits every transmission of the port that starts at or before clock[UNTIL]. */
  #drain(link: number): void {
    if (this.#isPlain) {
      this.#drainPlain(link);
      return;
    }
    const untilPs = this.clock[UNTIL]!;
    while (this.ready(link) !== 0 && this.#busyPs(link) <= untilPs) this.#commitDue(link);
  }

  /** What `#drain` does for a port with two queues where nothing but marks depends on the departure: the usual case, in one loop. */
  #drainPlain(link: number): void {
    const { clock, mailboxes, state, words } = this;
    const { fullBytes, ackBytes } = this.sizes;
    const at = Math.imul(link, this.stride);
    const place = (2 * at) | 0;
    const untilPs = clock[UNTIL]!;
    const destination = state[(at + DESTINATION) | 0]! | 0;
    const delayPs = state[(at + DELAY_PS) | 0]!;
    let busyPs = state[(at + BUSY_PS) | 0]!;
    while (words[(place + FILLED) | 0] !== 0 && busyPs <= untilPs) {
      const queue = 1 - (words[(place + FILLED) | 0]! & 1);
      const head = (place + HEAD + 4 * queue) | 0;
      const cell = words[head]!;
      const next = arena[cell]!;
      words[head] = next;
      if (next < 0) words[(place + FILLED) | 0]! &= ~(1 << queue);
      const sizeBytes = arena[(cell + 4) | 0]! >>> 16;
      let txPs: number;
      if (sizeBytes === fullBytes) txPs = state[(at + FULL_TX_PS) | 0]!;
      else if (sizeBytes === ackBytes) txPs = state[(at + ANSWER_TX_PS) | 0]!;
      else txPs = serialisationPs(sizeBytes, this.rateBps[link]!);
      state[(at + QUEUE_BYTES_AT + 2 * queue) | 0]! -= sizeBytes;
      state[(at + WAITING_PS) | 0]! -= txPs;
      if (this.#marking.atDequeue && queue !== CONTROL) this.#markLate(cell, link, queue, sizeBytes, 1);
      busyPs += txPs;
      state[(at + WIRE_BYTES) | 0] = sizeBytes;
      words[(place + WIRE_QUEUE) | 0] = queue;
      clock[DUE] = busyPs + delayPs;
      mailboxes.copy(cell, mailboxes.post(destination >>> PORT_BITS, destination & PORT_MASK));
      mailboxes.freeCell(cell);
    }
    state[(at + BUSY_PS) | 0] = busyPs;
  }

  #commitDue(link: number): void {
    this.clock[START] = this.state[link * this.stride + BUSY_PS]!;
    this.#commit(link);
  }

  /** Starts the next packet of the port at clock[START]. */
  #commit(link: number): void {
    const { mailboxes, state, words } = this;
    const at = link * this.stride;
    const queue = this.choosesByRule ? this.choose(link) : 1 - (words[2 * at + FILLED]! & 1);
    const place = 2 * at + 4 * queue + HEAD;
    const cell = words[place]!;
    const next = arena[cell]!;
    words[place] = next;
    if (next < 0) {
      words[2 * at + FILLED]! &= ~(1 << queue);
      if (this.#turns !== null && queue !== CONTROL) this.#turns.emptied(link, queue);
    }
    const sizeBytes = arena[cell + 4]! >>> 16;
    state[at + QUEUE_BYTES_AT + 2 * queue]! -= sizeBytes;
    this.setTx(link, sizeBytes);
    state[at + WAITING_PS]! -= this.clock[TX]!;
    this.#start(cell, link, queue, sizeBytes);
    mailboxes.freeCell(cell);
  }

  /** The packet at `address` starts at clock[START]; clock[TX] is its serialisation time. */
  #start(address: number, link: number, queue: number, sizeBytes: number): void {
    const { clock, mailboxes, state } = this;
    const at = link * this.stride;
    let factor = 1;
    if (this.timeline !== null && this.isTimed[link] === 1) factor = this.#slowDown(link, sizeBytes);
    if (this.#marking.atDequeue && queue !== CONTROL) this.#markLate(address, link, queue, sizeBytes, factor);
    if (this.#telemetryWord > 0) this.#stamp(address, link, queue, sizeBytes);
    const endPs = clock[START]! + clock[TX]!;
    state[at + BUSY_PS] = endPs;
    state[at + WIRE_BYTES] = sizeBytes;
    this.words[2 * at + WIRE_QUEUE] = queue;
    clock[DUE] = endPs + state[at + DELAY_PS]!;
    if (this.timeline === null || this.isTimed[link] === 0 || !this.#loses(address, link, sizeBytes)) {
      const destination = state[at + DESTINATION]! | 0;
      mailboxes.copy(address, mailboxes.post(destination >>> PORT_BITS, destination & PORT_MASK));
    }
    if (this.hasAccounts && queue !== CONTROL) this.departed(address, link, queue, sizeBytes);
  }

  /** Marking at dequeue, by what waits in the packet's queue. */
  #markLate(address: number, link: number, queue: number, sizeBytes: number, factor: number): void {
    const marking = this.#marking;
    const bytes = this.state[link * this.stride + QUEUE_BYTES_AT + 2 * queue]! + (marking.countsItself ? sizeBytes : 0);
    if (bytes > marking.low[link]! * factor && (arena[address + 3]! & TYPE_MASK) === DATA) {
      marking.mark(address, link, bytes, factor);
    }
  }

  /** The serialisation time at the rate in force at clock[START]; returns the factor on the rate. */
  #slowDown(link: number, sizeBytes: number): number {
    const timeline = this.timeline!;
    const factor = timeline.factor[timeline.segmentAt(link, this.clock, START)]!;
    if (factor < 1) this.clock[TX] = serialisationPs(sizeBytes, this.rateBps[link]! * factor);
    return factor;
  }

  /** Whether the link loses the packet. A pause is refreshed until it ends, so its frames always arrive. */
  #loses(address: number, link: number, sizeBytes: number): boolean {
    const type = arena[address + 3]! & TYPE_MASK;
    return type !== PAUSE && type !== RESUME && this.timeline!.loses(link, sizeBytes, this.clock, START, DUE);
  }

  #stamp(address: number, link: number, queue: number, sizeBytes: number): void {
    if ((arena[address + 3]! & TYPE_MASK) === DATA) {
      const waitingBytes = this.state[link * this.stride + QUEUE_BYTES_AT + 2 * queue]!;
      stamp(address + this.#telemetryWord, link, this.clock[START]!, this.#sentBytes[link]!, waitingBytes);
    }
    this.#sentBytes[link]! += sizeBytes;
  }

  /** The port of a switch whose next transmission starts first, the lowest of them; -1: none has one. */
  #earliest(switchIndex: number): number {
    let best = -1;
    for (let i = 0; i < this.#dirty.count[switchIndex]!; i++) {
      const link = this.#dirty.link(switchIndex, i);
      if (this.ready(link) !== 0 && (best < 0 || this.#isBefore(link, best))) best = link;
    }
    return best;
  }

  #isBefore(link: number, other: number): boolean {
    const difference = this.#busyPs(link) - this.#busyPs(other);
    return difference < 0 || (difference === 0 && this.topology.linkFromPort[link]! < this.topology.linkFromPort[other]!);
  }

  #markDirty(link: number): void {
    const place = 2 * link * this.stride;
    if (this.words[place + DIRTY] === 1) return;
    this.words[place + DIRTY] = 1;
    this.#dirty.add(this.words[place + SWITCH]!, link);
  }
}
