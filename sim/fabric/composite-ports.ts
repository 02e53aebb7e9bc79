import type { CompositeSpec } from '../base/device-spec.ts';
import { DATA, LAST_HOP, TRIMMED, TYPE_MASK } from '../base/packet.ts';
import { PacketStreams } from '../base/random.ts';
import { NOW } from '../engine/record.ts';
import { BUSY_PS, CONTROL, FACES_HOST, LazyPorts, PORT_DOUBLES, WIRE_BYTES, WIRE_QUEUE, type LazyPortsInput } from './lazy-ports.ts';

/**
 * `composite`: the trimming queues of NDP (SIGCOMM'17) and UEC. Data that does not fit is cut to its header, which joins the control
 * packets in a queue of their own that goes first; the receiver so learns of every loss at once.
 */
export class CompositePorts extends LazyPorts {
  readonly #dataLimitBytes: number;
  readonly #headerLimitBytes: number;
  readonly #trims: boolean;
  readonly #coin: PacketStreams;
  /** Share of the bandwidth that class 0 takes at most while data waits; 1: all. */
  readonly #headerShare: number;
  /** By link: bytes that class 0 may go ahead of its share (negative: is ahead). */
  readonly #credit: Float64Array;

  constructor(input: LazyPortsInput & { readonly spec: CompositeSpec }) {
    super(input);
    const { spec, limits, topology, seed } = input;
    this.#dataLimitBytes = limits.queueBytes;
    this.#headerLimitBytes = spec.headerQueueBytes ?? 2 * limits.queueBytes;
    this.#trims = spec.trims;
    this.#coin = new PacketStreams(seed, 'trim', topology.links);
    this.#headerShare = spec.headerShare ?? 1;
    this.#credit = new Float64Array(spec.headerShare === null ? 0 : topology.links);
  }

  protected arrive(address: number, link: number, type: number, queue: number, sizeBytes: number): void {
    if (queue === CONTROL) {
      this.#arriveControl(address, link, sizeBytes);
      return;
    }
    const limitBytes =
      this.timeline === null ? this.#dataLimitBytes : Math.max(this.#dataLimitBytes * this.factorNow(link), this.sizes.fullBytes);
    if (this.#dataBytes(link) + sizeBytes <= limitBytes) {
      this.setTx(link, sizeBytes);
      this.queuePacket(address, link, queue, sizeBytes);
    } else if (type !== DATA || !this.#trims) {
      this.drops[link]!++;
    } else {
      this.#overflow(address, link, queue, sizeBytes);
    }
  }

  protected override choose(link: number): number {
    const queue = super.choose(link);
    if (this.#headerShare === 1) return queue;
    const ready = this.filled[link]! & ~this.paused[link]!;
    if ((ready & 1) === 0 || ready === 1) {
      this.#credit[link] = 0;
      return queue;
    }
    const credit = this.#credit[link]!;
    const chosen = credit >= 0 ? CONTROL : this.chooseData(link);
    const sizeBytes = this.headBytes(link, chosen);
    this.#credit[link] =
      chosen === CONTROL
        ? credit - sizeBytes * (1 - this.#headerShare)
        : Math.min(credit + sizeBytes * this.#headerShare, this.sizes.fullBytes);
    return chosen;
  }

  #arriveControl(address: number, link: number, sizeBytes: number): void {
    const isOnWire = this.#isOnWire(link) && this.state[link * PORT_DOUBLES + WIRE_QUEUE] === CONTROL;
    const wireBytes = isOnWire ? this.state[link * PORT_DOUBLES + WIRE_BYTES]! : 0;
    const limitBytes =
      this.timeline === null ? this.#headerLimitBytes : Math.max(this.#headerLimitBytes * this.factorNow(link), this.sizes.ackBytes);
    if (this.queueBytes[link * this.queues + CONTROL]! + wireBytes + sizeBytes > limitBytes) {
      this.drops[link]!++;
      return;
    }
    this.setTx(link, sizeBytes);
    this.queuePacket(address, link, CONTROL, sizeBytes);
  }

  /** Wire bytes of data classes at the port, a packet until its last bit has left. */
  #dataBytes(link: number): number {
    const place = link * this.queues;
    let bytes = 0;
    for (let queue = 1; queue < this.queues; queue++) bytes += this.queueBytes[place + queue]!;
    if (this.#isOnWire(link) && this.state[link * PORT_DOUBLES + WIRE_QUEUE]! > CONTROL)
      bytes += this.state[link * PORT_DOUBLES + WIRE_BYTES]!;
    return bytes;
  }

  #isOnWire(link: number): boolean {
    return this.state[link * PORT_DOUBLES + BUSY_PS]! > this.clock[NOW]!;
  }

  /** The data queue is full: the arriving packet is cut, or the last one that waits, by the toss of a coin (NDP, section 3.1). */
  #overflow(address: number, link: number, queue: number, sizeBytes: number): void {
    const cell = this.#coin.next(link) >= 0 ? -1 : this.#lastData(link, queue);
    if (cell < 0) {
      this.#trim(address, link);
      return;
    }
    const { mailboxes } = this;
    if (cell === this.tail[link * this.queues + queue]) {
      const cut = mailboxes.takeCell();
      this.liftTail(cut, link, queue);
      this.#trim(cut, link);
      mailboxes.freeCell(cut);
      this.putInPlace(address, link, queue, sizeBytes);
      return;
    }
    this.unlink(cell, link, queue);
    this.#trim(cell, link);
    mailboxes.freeCell(cell);
    this.setTx(link, sizeBytes);
    this.queuePacket(address, link, queue, sizeBytes);
  }

  #trim(address: number, link: number): void {
    const arena = this.mailboxes.arena;
    this.trims[link]!++;
    const lastHop = this.state[link * PORT_DOUBLES + FACES_HOST] === 1 ? LAST_HOP : 0;
    arena[address + 3] = (arena[address + 3]! & ~TYPE_MASK) | TRIMMED | lastHop;
    arena[address + 4] = (this.sizes.ackBytes << 16) | (arena[address + 4]! & 0xffff);
    this.#arriveControl(address, link, this.sizes.ackBytes);
  }

  /** The cell of the data packet that was queued last; -1: none waits. */
  #lastData(link: number, queue: number): number {
    const { arena } = this.mailboxes;
    const tail = this.tail[link * this.queues + queue]!;
    if ((this.filled[link]! & (1 << queue)) === 0) return -1;
    if ((arena[tail + 3]! & TYPE_MASK) === DATA) return tail;
    let last = -1;
    for (let cell = this.head[link * this.queues + queue]!; cell >= 0; cell = arena[cell]!) {
      if ((arena[cell + 3]! & TYPE_MASK) === DATA) last = cell;
    }
    return last;
  }
}
