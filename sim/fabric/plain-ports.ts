import { TYPE_MASK } from '../base/packet.ts';
import { serialisationPs } from '../derive.ts';
import { arena, doubles } from '../engine/arena.ts';
import type { Engine } from '../engine/engine.ts';
import { NOW, PORT_BITS, PORT_MASK, UNTIL, WINDOW_END, WINDOW_START } from '../engine/record.ts';
import type { DirtyPorts } from './dirty-ports.ts';
import type { LazyPortsInput } from './lazy-ports-input.ts';
import type { Marking } from './marking.ts';
import {
  ATTENTION_PS,
  BUSY_PS,
  DELAY_PS,
  DESTINATION,
  DIRTY,
  FILLED,
  FIRST_ARRIVAL,
  FULL_TX_PS,
  HEAD,
  KEPT,
  LAST_ARRIVAL,
  LOAD_BYTES,
  QUEUE_BYTES_AT,
  QUEUE_DOUBLES,
  QUEUE_WORDS,
  TAIL,
  WAITING_PS,
  WIRE,
  WIRE_SHIFT,
} from './port-state.ts';

/** Lazy ports, for what is not done here. */
export interface CarefulPorts {
  /** Takes the packet at `address` in at clock[NOW] at the port of `link`, which has caught up, and where all that waits has cells. */
  admit(address: number, link: number): void;
  /** The port has packets. */
  markDirty(link: number): void;
}

/** portStride of two queues. */
const PORT_DOUBLES = 16;
/** As the start of a mailbox's window: there is no mailbox yet. */
const NO_MAIL_PS = -(2 ** 30);
/** Bit of a queue's link to a packet that has no cell: addresses are even. */
const NO_CELL = 1;

/**
 * The usual packet at ports with two queues at which nothing but marks depends on the instant a packet leaves, and no queue is ever paused: in few
 * instructions, and for most packets with one copy, from where it came in to the mailbox of the next node.
 *
 * Packets that come are listed by port, and a port goes through the arrivals and departures of a window in one loop. A packet that waits is not moved
 * as long as the switch handles the batch with which it came: the queue leads through the records of the batch. Those that wait beyond the window
 * get cells at its end.
 */
export class PlainPorts {
  readonly #engine: Engine;
  readonly #careful: CarefulPorts;
  readonly #dirty: DirtyPorts;
  /** By switch: the end of the window that it has been flushed for. */
  readonly #flushedPs: Float64Array;
  readonly #marking: Marking;
  readonly #tableAt: number;
  /** Where the wire bytes begin that each queue and the wire hold together without further questions; doubles. */
  readonly #easyAt: number;
  readonly #rateBps: Float64Array;
  readonly #fullBytes: number;
  readonly #ackBytes: number;
  readonly #headerBytes: number;
  /** A bit a packet type that goes with the data. */
  readonly #dataTypes: number;

  constructor(input: LazyPortsInput, tableAt: number, marking: Marking, queueOfType: Int32Array, dirty: DirtyPorts, careful: CarefulPorts) {
    const { engine, topology, sizes } = input;
    this.#engine = engine;
    this.#careful = careful;
    this.#dirty = dirty;
    this.#flushedPs = new Float64Array(topology.switches);
    this.#marking = marking;
    this.#tableAt = tableAt;
    this.#easyAt = engine.region.doubles(2);
    this.#rateBps = topology.linkRateBps;
    this.#fullBytes = sizes.fullBytes;
    this.#ackBytes = sizes.ackBytes;
    this.#headerBytes = sizes.headerBytes;
    this.#dataTypes = queueOfType.reduce((bits, queue, type) => bits | (queue << type), 0);
  }

  /** No packet is refused as long as class 0, or the data, and the packet on the wire have so many bytes. */
  setEasyBytes(control: number, data: number): void {
    doubles[this.#easyAt] = control;
    doubles[this.#easyAt + 1] = data;
  }

  forward(from: number, to: number): void {
    if (this.#marking.atEnqueue) this.#forwardInOrder(from, to);
    else this.#list(from, to);
  }

  /** Every packet is taken in before the next one: all ports of a switch share the draws of marks at enqueue. */
  #forwardInOrder(from: number, to: number): void {
    const { addressesAt, outputsAt } = this.#engine.batch;
    const startPs = doubles[WINDOW_START]!;
    for (let i = from; i < to; i++) {
      const link = arena[(outputsAt + i) | 0]!;
      doubles[UNTIL] = startPs + (arena[arena[(addressesAt + i) | 0]!]! >>> PORT_BITS);
      this.#list(i, i + 1);
      this.#advance(link);
    }
  }

  /** Packets from..to-1 of the batch join the lists of those that have come to their ports. */
  #list(from: number, to: number): void {
    const { outputsAt } = this.#engine.batch;
    const tableAt = this.#tableAt;
    for (let i = from; i < to; i++) {
      const link = arena[(outputsAt + i) | 0]!;
      const words = ((tableAt + link * PORT_DOUBLES) << 1) | 0;
      arena[(outputsAt + i) | 0] = -1;
      arena[arena[(words + LAST_ARRIVAL) | 0]!] = i;
      arena[(words + LAST_ARRIVAL) | 0] = (outputsAt + i) | 0;
      if (arena[(words + DIRTY) | 0] === 0) this.#careful.markDirty(link);
    }
  }

  /** Everything at the ports of a switch up to and including clock[UNTIL]. */
  catchUp(switchIndex: number): void {
    const dirty = this.#dirty;
    for (let i = 0; i < dirty.count[switchIndex]!; i++) this.#advance(dirty.link(switchIndex, i));
  }

  /** As in SwitchPorts; first at the end of the batch, as long as its records are there. */
  flush(switchIndex: number): boolean {
    const dirty = this.#dirty;
    const endPs = doubles[WINDOW_END]!;
    const count = dirty.count[switchIndex]!;
    if (this.#flushedPs[switchIndex] === endPs) return count > 0;
    this.#flushedPs[switchIndex] = endPs;
    doubles[UNTIL] = endPs - 1;
    let kept = 0;
    for (let i = 0; i < count; i++) {
      const link = dirty.link(switchIndex, i);
      const words = 2 * (this.#tableAt + link * PORT_DOUBLES);
      this.#advance(link);
      if (arena[words + FILLED] === 0) {
        arena[words + DIRTY] = 0;
        continue;
      }
      this.#keep(link);
      dirty.keep(switchIndex, i, kept++);
    }
    dirty.count[switchIndex] = kept;
    return kept > 0;
  }

  /** Everything at the port up to and including clock[UNTIL]. */
  #advance(link: number): void {
    const words = 2 * (this.#tableAt + link * PORT_DOUBLES);
    while (!this.#advanceUsual(link)) {
      const { addressesAt, outputsAt } = this.#engine.batch;
      const arrival = arena[words + FIRST_ARRIVAL]!;
      const next = arena[outputsAt + arrival]!;
      arena[words + FIRST_ARRIVAL] = next;
      if (next < 0) arena[words + LAST_ARRIVAL] = words + FIRST_ARRIVAL;
      const address = arena[addressesAt + arrival]!;
      doubles[NOW] = doubles[WINDOW_START]! + (arena[address]! >>> PORT_BITS);
      this.#keep(link);
      this.#careful.admit(address, link);
    }
  }

  /**
   * `#advance` up to a packet that needs care: returns false there. One loop over arrivals and departures, so that the state of the port stands in
   * registers: in functions for the two the whole run is 8 % slower.
   */
  #advanceUsual(link: number): boolean {
    const { batch, mailboxes } = this.#engine;
    const { addressesAt, outputsAt } = batch;
    const fullBytes = this.#fullBytes;
    const ackBytes = this.#ackBytes;
    const headerBytes = this.#headerBytes;
    const dataTypes = this.#dataTypes;
    const easyAt = this.#easyAt;
    const port = (this.#tableAt + link * PORT_DOUBLES) | 0;
    const words = port << 1;
    const startPs = doubles[WINDOW_START]!;
    const untilPs = doubles[UNTIL]! - startPs;
    const delayPs = doubles[(port + DELAY_PS) | 0]!;
    const lowBytes = doubles[(this.#marking.lateAt + link) | 0]!;
    const own = this.#marking.countsItself ? -1 : 0;
    const destination = arena[(words + DESTINATION) | 0]!;
    const { windowPs, recordWords, chunk } = mailboxes;
    const chunkMask = chunk.mask;
    const lastRecord = chunk.fullAt - recordWords;
    let filled = arena[(words + FILLED) | 0]!;
    let busyPs = doubles[(port + BUSY_PS) | 0]! - startPs;
    let waitingPs = doubles[(port + WAITING_PS) | 0]!;
    let loadBytes = 0;
    let arrival = arena[(words + FIRST_ARRIVAL) | 0]!;
    // Of the mailbox that the last record was posted to.
    let mailPs = NO_MAIL_PS;
    let endAt = 0;
    for (;;) {
      let nowPs = untilPs;
      let address = 0;
      if (arrival >= 0) {
        address = arena[(addressesAt + arrival) | 0]!;
        nowPs = arena[address]! >>> PORT_BITS;
      }
      while (filled !== 0 && busyPs <= nowPs) {
        const queue = 1 - (filled & 1);
        const head = (words + HEAD + queue * QUEUE_WORDS) | 0;
        const named = arena[head]!;
        const leaving = named & ~NO_CELL;
        const next = arena[leaving]!;
        arena[head] = next;
        if (next < 0) {
          arena[(head + TAIL - HEAD) | 0] = head;
          filled &= ~(1 << queue);
        }
        const isAnswer = ((arena[(leaving + 3) | 0]! & TYPE_MASK) + 7) >> 3;
        const sizeBytes = arena[(leaving + 4) | 0]! >>> 16;
        let txPs = doubles[(port + FULL_TX_PS + isAnswer) | 0]!;
        if (sizeBytes !== fullBytes + ((ackBytes - fullBytes) & -isAnswer)) txPs = serialisationPs(sizeBytes, this.#rateBps[link]!);
        const bytesAt = (port + QUEUE_BYTES_AT + queue * QUEUE_DOUBLES) | 0;
        const restBytes = doubles[bytesAt]! - sizeBytes;
        doubles[bytesAt] = restBytes;
        waitingPs -= txPs;
        busyPs += txPs;
        arena[(words + WIRE) | 0] = (sizeBytes << WIRE_SHIFT) | queue;
        if (restBytes + (sizeBytes & own) > lowBytes && isAnswer === 0) {
          this.#marking.mark(leaving, link, restBytes + (sizeBytes & own), 1);
        }
        const duePs = (busyPs + delayPs) | 0;
        let aheadPs = (duePs - mailPs) | 0;
        if (aheadPs >= windowPs) {
          const windows = (duePs / windowPs) | 0;
          mailPs = (windows * windowPs) | 0;
          aheadPs = (duePs - mailPs) | 0;
          endAt = mailboxes.endOf(destination >>> PORT_BITS, windows);
        }
        let to = arena[endAt]!;
        if ((to & chunkMask) > lastRecord) {
          to = mailboxes.postAhead(destination >>> PORT_BITS, destination & PORT_MASK, duePs);
        } else {
          arena[endAt] = (to + recordWords) | 0;
          arena[to] = (aheadPs << PORT_BITS) | (destination & PORT_MASK);
        }
        mailboxes.copy(leaving, to);
        if ((named & NO_CELL) === 0) mailboxes.freeCell(leaving);
      }
      if (arrival < 0) break;
      const kind = arena[(address + 3) | 0]! & TYPE_MASK;
      const sizeBytes = arena[(address + 4) | 0]! >>> 16;
      // Without a branch: data and answers come mixed, and a processor cannot foresee them. 1 for an answer, and 1 for data sent for the first time.
      const isAnswer = (kind + 7) >> 3;
      const isFirst = (1 - isAnswer) & (1 - arena[(address + 5) | 0]!);
      const queue = (dataTypes >>> kind) & 1;
      // The port is free: the packet starts now, in the next round.
      if (busyPs < nowPs) busyPs = nowPs;
      const txPs = doubles[(port + FULL_TX_PS + isAnswer) | 0]!;
      const heldPs = waitingPs + txPs;
      const bytesAt = (port + QUEUE_BYTES_AT + queue * QUEUE_DOUBLES) | 0;
      const heldBytes = doubles[bytesAt]! + sizeBytes;
      if (
        sizeBytes !== fullBytes + ((ackBytes - fullBytes) & -isAnswer) ||
        heldPs + (busyPs - nowPs) > doubles[(port + ATTENTION_PS) | 0]! ||
        heldBytes + (arena[(words + WIRE) | 0]! >>> WIRE_SHIFT) > doubles[(easyAt + queue) | 0]!
      ) {
        break;
      }
      loadBytes += (sizeBytes - headerBytes) & -isFirst;
      doubles[bytesAt] = heldBytes;
      waitingPs = heldPs;
      const tail = (words + TAIL + queue * QUEUE_WORDS) | 0;
      arena[address] = -1;
      arena[arena[tail]!] = address | NO_CELL;
      arena[tail] = address;
      filled |= 1 << queue;
      arrival = arena[(outputsAt + arrival) | 0]!;
    }
    arena[(words + FILLED) | 0] = filled;
    doubles[(port + BUSY_PS) | 0] = busyPs + startPs;
    doubles[(port + WAITING_PS) | 0] = waitingPs;
    doubles[(port + LOAD_BYTES) | 0]! += loadBytes;
    arena[(words + FIRST_ARRIVAL) | 0] = arrival;
    if (arrival >= 0) return false;
    arena[(words + LAST_ARRIVAL) | 0] = (words + FIRST_ARRIVAL) | 0;
    return true;
  }

  /** Gives a cell to every packet that waits at the port and has none. */
  #keep(link: number): void {
    const head = 2 * (this.#tableAt + link * PORT_DOUBLES) + HEAD;
    this.#keepQueue(head);
    this.#keepQueue(head + QUEUE_WORDS);
  }

  #keepQueue(head: number): void {
    const { mailboxes } = this.#engine;
    let place = (arena[head]! & NO_CELL) !== 0 ? head : arena[head + KEPT - HEAD]!;
    let named = arena[place]!;
    if (named < 0) return;
    while (named >= 0) {
      const address = named & ~NO_CELL;
      const cell = mailboxes.takeCell();
      mailboxes.copy(address, cell);
      arena[place] = cell;
      place = cell;
      named = arena[address]!;
    }
    arena[place] = -1;
    arena[head + TAIL - HEAD] = place;
    arena[head + KEPT - HEAD] = place;
  }
}
