import { DATA, PAUSE, RESUME, TYPE_MASK } from '../base/packet.ts';
import { serialisationPs } from '../derive.ts';
import type { Engine } from '../engine/engine.ts';
import { DUE, NOW, PORT_BITS, PORT_MASK, START, TX, UNTIL, WINDOW_END, WINDOW_START } from '../engine/record.ts';
import { DeficitRoundRobin } from './deficit-round-robin.ts';
import { DirtyPorts } from './dirty-ports.ts';
import { isPlain, quantumBytes, queueOfType, type LazyPortsInput } from './lazy-ports-input.ts';
import { Marking } from './marking.ts';
import { PlainPorts } from './plain-ports.ts';
import {
  ATTENTION_PS,
  BUSY_PS,
  CONTROL,
  DELAY_PS,
  DESTINATION,
  DIRTY,
  FILLED,
  HEAD,
  KEPT,
  LOAD_BYTES,
  PAUSED,
  QUEUE_BYTES_AT,
  QUEUE_DOUBLES,
  QUEUE_WORDS,
  SWITCH,
  TAIL,
  WAITING_PS,
  WIRE,
  WIRE_SHIFT,
} from './port-state.ts';
import { PortTable } from './port-table.ts';
import type { SwitchPorts } from './switch-ports.ts';
import { stamp } from './telemetry-stamps.ts';
import { arena, doubles } from '../engine/arena.ts';

/**
 * Output ports that decide as late as possible, so that what depends on the instant a packet leaves is exact with one event a hop: packets
 * wait in queues, and a transmission is committed only when somebody needs to know: at the next event of the port, up to then, and at the
 * end of the window. A transmission that starts inside the window arrives after it, so that is in time.
 *
 * A packet that waits has a cell of the engine's arena, laid out as a record; its first word is the next cell of the queue. Where little
 * depends on those instants, the usual packet is dealt with by PlainPorts, and only others here. How packets are admitted, and what their
 * leaving changes, is that of the subclass.
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
  /** By link: up to this backlog nothing is refused or marked because of it; of use to plain ports only. */
  protected readonly easyPs: Float64Array;
  /** null: every packet needs care. */
  readonly #plain: PlainPorts | null;
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
    const { engine, topology } = input;
    const { dataClasses, indexOfFlow } = input.classes;
    const { links } = topology;
    this.#engine = engine;
    this.choosesByRule = this.queues > 2;
    this.#marking = new Marking(input);
    this.marks = this.#marking.marks;
    this.easyPs = this.#marking.atEnqueue ? this.#marking.low.slice() : new Float64Array(links).fill(Infinity);
    this.#telemetryWord = engine.layout.telemetry;
    this.#sentBytes = new Float64Array(this.#telemetryWord > 0 ? links : 0);
    this.#dataClasses = dataClasses;
    this.#queueOfFlow = indexOfFlow === null ? null : indexOfFlow.map((index) => 1 + index);
    this.#queueOfType = queueOfType(input.answersFirst);
    this.#turns = this.queues === 2 ? null : new DeficitRoundRobin(links, quantumBytes(input));
    this.#headBytes = new Float64Array(this.queues);
    this.#dirty = new DirtyPorts(topology, engine);
    this.#plain = isPlain(input) ? new PlainPorts(input, this.tableAt, this.#marking, this.#queueOfType, this.#dirty, this) : null;
  }

  /** Takes the packet at `address` in at the port of `link`, or refuses it. The port has caught up. */
  protected abstract arrive(address: number, link: number, type: number, queue: number, sizeBytes: number): void;

  /** A packet of a data class has started at clock[START]; `address` is that of its record or cell. */
  protected departed(_address: number, _link: number, _queue: number, _sizeBytes: number): void {}

  /** No packet of class 0, or of data, is refused as long as those and the packet on the wire have so many bytes. */
  protected setEasyBytes(control: number, data: number): void {
    this.#plain?.setEasyBytes(control, data);
  }

  forward(from: number, to: number): void {
    if (this.#plain !== null) {
      this.#plain.forward(from, to);
      return;
    }
    const { addressesAt, outputsAt } = this.#engine.batch;
    const startPs = doubles[WINDOW_START]!;
    for (let i = from; i < to; i++) {
      const address = arena[(addressesAt + i) | 0]!;
      doubles[NOW] = startPs + (arena[address]! >>> PORT_BITS);
      this.#take(address, arena[(outputsAt + i) | 0]!);
    }
  }

  /** The packet at `address` arrives for the port of `link` at clock[NOW]. */
  #take(address: number, link: number): void {
    const { ordered } = this;
    const at = this.place(link);
    const words = at << 1;
    if (ordered !== null && ordered[arena[(words + SWITCH) | 0]!]! > 0) this.catchUp(arena[(words + SWITCH) | 0]!);
    else if (arena[(words + FILLED) | 0] !== 0 && doubles[(at + BUSY_PS) | 0]! <= doubles[NOW]!) this.#sync(link);
    this.admit(address, link);
  }

  /** Likewise, where the port has caught up. */
  admit(address: number, link: number): void {
    const at = this.place(link);
    const nowPs = doubles[NOW]!;
    const type = arena[(address + 3) | 0]! & TYPE_MASK;
    const sizeBytes = arena[(address + 4) | 0]! >>> 16;
    if (type === DATA && arena[(address + 5) | 0] === 0) doubles[(at + LOAD_BYTES) | 0]! += sizeBytes - this.sizes.headerBytes;
    let queue = this.#queueOfType[type]!;
    if (queue !== CONTROL && this.#queueOfFlow !== null) queue = this.#queueOfFlow[arena[(address + 1) | 0]!]!;
    this.arrive(address, link, type, queue, sizeBytes);
    // What waits, and the rest of what is on the wire.
    const restPs = doubles[(at + BUSY_PS) | 0]! - nowPs;
    let aheadPs = doubles[(at + WAITING_PS) | 0]!;
    if (restPs > 0) aheadPs += this.timeline === null ? restPs : restPs * this.factorNow(link);
    if (aheadPs > this.peakPs[link]!) {
      this.peakPs[link] = aheadPs;
      doubles[(at + ATTENTION_PS) | 0] = Math.min(aheadPs, this.easyPs[link]!);
    }
  }

  batchEnds(switchIndex: number): void {
    this.#plain?.flush(switchIndex);
  }

  catchUp(switchIndex: number): void {
    doubles[UNTIL] = this.nowPs();
    if (this.#plain !== null) {
      this.#plain.catchUp(switchIndex);
      return;
    }
    if (this.ordered === null || this.ordered[switchIndex] === 0) {
      for (let i = this.#dirty.count[switchIndex]! - 1; i >= 0; i--) this.#drain(this.#dirty.link(switchIndex, i));
      return;
    }
    for (let link = this.#earliest(switchIndex); link >= 0 && this.#busyPs(link) <= this.nowPs(); link = this.#earliest(switchIndex)) {
      this.#commitDue(link);
    }
  }

  flush(switchIndex: number): boolean {
    if (this.#plain !== null) return this.#plain.flush(switchIndex);
    const endPs = doubles[WINDOW_END]!;
    if (this.ordered !== null && this.ordered[switchIndex]! > 0) {
      for (let link = this.#earliest(switchIndex); link >= 0 && this.#busyPs(link) < endPs; link = this.#earliest(switchIndex)) {
        this.#commitDue(link);
      }
    }
    const dirty = this.#dirty;
    doubles[UNTIL] = endPs - 1;
    let kept = 0;
    for (let i = 0; i < dirty.count[switchIndex]!; i++) {
      const link = dirty.link(switchIndex, i);
      this.#drain(link);
      if (this.ready(link) !== 0) dirty.keep(switchIndex, i, kept++);
      else arena[2 * this.place(link) + DIRTY] = 0;
    }
    dirty.count[switchIndex] = kept;
    return kept > 0;
  }

  setPaused(link: number, trafficClass: number, isPaused: boolean): void {
    const bit = 2 << this.#dataClasses.indexOf(trafficClass);
    const words = 2 * this.place(link);
    this.#sync(link);
    if (isPaused) {
      arena[words + PAUSED]! |= bit;
      return;
    }
    arena[words + PAUSED]! &= ~bit;
    this.#startIfFree(link);
    if (arena[words + FILLED] !== 0 && arena[words + DIRTY] === 0) this.markDirty(link);
  }

  pauseEdges(): Int32Array {
    return new Int32Array(0);
  }

  /** The packet at `address` has been admitted: it starts at clock[NOW], or waits. */
  protected queuePacket(address: number, link: number, queue: number, sizeBytes: number): void {
    if (this.#marking.atEnqueue) this.markIfFull(address, link);
    const at = this.place(link);
    const nowPs = doubles[NOW]!;
    this.setTx(link, sizeBytes);
    if (doubles[(at + BUSY_PS) | 0]! > nowPs) {
      this.append(address, link, queue, sizeBytes);
    } else if (this.queues === 2 && (arena[((at << 1) + PAUSED) | 0]! & (1 << queue)) === 0) {
      doubles[START] = nowPs;
      this.#start(address, link, queue, sizeBytes);
    } else {
      this.append(address, link, queue, sizeBytes);
      this.#startIfFree(link);
    }
  }

  /** Marking at enqueue (data only), by all that waits at the port and the rest of what is on the wire, as time. */
  protected markIfFull(address: number, link: number): void {
    if (!this.#marking.atEnqueue || (arena[address + 3]! & TYPE_MASK) !== DATA) return;
    const at = this.place(link);
    const restPs = Math.max(0, doubles[at + BUSY_PS]! - this.nowPs());
    const backlogPs = doubles[at + WAITING_PS]! / this.factorNow(link) + restPs;
    if (backlogPs > this.#marking.low[link]!) this.#marking.mark(address, link, backlogPs, 1);
  }

  /** Puts a copy of the packet at `address` at the end of a queue. clock[TX] is its serialisation time. */
  protected append(address: number, link: number, queue: number, sizeBytes: number): void {
    const { mailboxes } = this;
    const at = this.place(link);
    const words = at << 1;
    const head = (words + HEAD + queue * QUEUE_WORDS) | 0;
    const cell = mailboxes.takeCell();
    mailboxes.copy(address, cell);
    arena[cell] = -1;
    arena[arena[(head + TAIL - HEAD) | 0]!] = cell;
    arena[(head + TAIL - HEAD) | 0] = cell;
    arena[(head + KEPT - HEAD) | 0] = cell;
    doubles[(at + QUEUE_BYTES_AT + queue * QUEUE_DOUBLES) | 0]! += sizeBytes;
    doubles[(at + WAITING_PS) | 0]! += doubles[TX]!;
    arena[(words + FILLED) | 0]! |= 1 << queue;
    if (arena[(words + DIRTY) | 0] === 0) this.markDirty(link);
  }

  /** The next packet of the port starts at `startPs`. */
  protected commitAt(link: number, startPs: number): void {
    doubles[START] = startPs;
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
    return doubles[this.place(link) + BUSY_PS]!;
  }

  /** The port is free at clock[NOW]: what waits and may go starts. */
  #startIfFree(link: number): void {
    if (this.#busyPs(link) <= this.nowPs() && this.ready(link) !== 0) this.commitAt(link, this.nowPs());
  }

  /** Commits every transmission of the port that starts at or before clock[NOW]. */
  #sync(link: number): void {
    doubles[UNTIL] = doubles[NOW]!;
    this.#drain(link);
  }

  /** Commits every transmission of the port that starts at or before clock[UNTIL]. */
  #drain(link: number): void {
    const at = this.place(link);
    const untilPs = doubles[UNTIL]!;
    while (this.ready(link) !== 0 && doubles[(at + BUSY_PS) | 0]! <= untilPs) this.#commitDue(link);
  }

  #commitDue(link: number): void {
    doubles[START] = doubles[(this.place(link) + BUSY_PS) | 0]!;
    this.#commit(link);
  }

  /** Starts the next packet of the port at clock[START]. */
  #commit(link: number): void {
    const { mailboxes } = this;
    const at = this.place(link);
    const words = at << 1;
    const queue = this.choosesByRule ? this.choose(link) : 1 - (arena[(words + FILLED) | 0]! & 1);
    const head = (words + HEAD + queue * QUEUE_WORDS) | 0;
    const cell = arena[head]!;
    const next = arena[cell]!;
    arena[head] = next;
    if (next < 0) {
      arena[(head + TAIL - HEAD) | 0] = head;
      arena[(words + FILLED) | 0]! &= ~(1 << queue);
      if (this.#turns !== null && queue !== CONTROL) this.#turns.emptied(link, queue);
    }
    const sizeBytes = arena[(cell + 4) | 0]! >>> 16;
    doubles[(at + QUEUE_BYTES_AT + queue * QUEUE_DOUBLES) | 0]! -= sizeBytes;
    this.setTx(link, sizeBytes);
    doubles[(at + WAITING_PS) | 0]! -= doubles[TX]!;
    this.#start(cell, link, queue, sizeBytes);
    mailboxes.freeCell(cell);
  }

  /** The packet at `address` starts at clock[START]; clock[TX] is its serialisation time. */
  #start(address: number, link: number, queue: number, sizeBytes: number): void {
    const { mailboxes } = this;
    const at = this.place(link);
    const words = at << 1;
    let factor = 1;
    if (this.timeline !== null && this.isTimed[link] === 1) factor = this.#slowDown(link, sizeBytes);
    if (this.#marking.atDequeue && queue !== CONTROL) this.#markLate(address, link, queue, sizeBytes, factor);
    if (this.#telemetryWord > 0) this.#stamp(address, link, queue, sizeBytes);
    const endPs = doubles[START]! + doubles[TX]!;
    doubles[(at + BUSY_PS) | 0] = endPs;
    arena[(words + WIRE) | 0] = (sizeBytes << WIRE_SHIFT) | queue;
    doubles[DUE] = endPs + doubles[(at + DELAY_PS) | 0]!;
    if (this.timeline === null || this.isTimed[link] === 0 || !this.#loses(address, link, sizeBytes)) {
      const destination = arena[(words + DESTINATION) | 0]!;
      mailboxes.copy(address, mailboxes.post(destination >>> PORT_BITS, destination & PORT_MASK));
    }
    if (this.hasAccounts && queue !== CONTROL) this.departed(address, link, queue, sizeBytes);
  }

  /** Marking at dequeue, by what waits in the packet's queue. */
  #markLate(address: number, link: number, queue: number, sizeBytes: number, factor: number): void {
    const marking = this.#marking;
    const bytes = this.queueBytes(link, queue) + (marking.countsItself ? sizeBytes : 0);
    if (bytes > doubles[marking.lateAt + link]! * factor && (arena[address + 3]! & TYPE_MASK) === DATA) {
      marking.mark(address, link, bytes, factor);
    }
  }

  /** The serialisation time at the rate in force at clock[START]; returns the factor on the rate. */
  #slowDown(link: number, sizeBytes: number): number {
    const timeline = this.timeline!;
    const factor = timeline.factor[timeline.segmentAt(link, this.mailboxes.clock, START)]!;
    if (factor < 1) doubles[TX] = serialisationPs(sizeBytes, this.rateBps[link]! * factor);
    return factor;
  }

  /** Whether the link loses the packet. A pause is refreshed until it ends, so its frames always arrive. */
  #loses(address: number, link: number, sizeBytes: number): boolean {
    const type = arena[address + 3]! & TYPE_MASK;
    return type !== PAUSE && type !== RESUME && this.timeline!.loses(link, sizeBytes, this.mailboxes.clock, START, DUE);
  }

  #stamp(address: number, link: number, queue: number, sizeBytes: number): void {
    if ((arena[address + 3]! & TYPE_MASK) === DATA) {
      stamp(address + this.#telemetryWord, link, doubles[START]!, this.#sentBytes[link]!, this.queueBytes(link, queue));
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

  /** The port, which is not in its switch's list of ports with packets, joins it. */
  markDirty(link: number): void {
    const words = 2 * this.place(link);
    arena[words + DIRTY] = 1;
    this.#dirty.add(arena[words + SWITCH]!, link);
  }
}
