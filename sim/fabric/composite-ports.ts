import type { CompositeSpec } from '../base/device-spec.ts';
import { DATA, LAST_HOP, TRIMMED, TYPE_MASK } from '../base/packet.ts';
import { PacketStreams } from '../base/random.ts';
import { TX } from '../engine/record.ts';
import { LazyPorts } from './lazy-ports.ts';
import type { LazyPortsInput } from './lazy-ports-input.ts';
import { CONTROL, HEAD, QUEUE_BYTES_AT, QUEUE_DOUBLES, QUEUE_WORDS, TAIL, WAITING_PS } from './port-state.ts';
import { arena, doubles } from '../engine/arena.ts';

/**
 * `composite`: the trimming queues of NDP (SIGCOMM'17) and UEC. Data that does not fit is cut to its header, which joins the control
 * packets in a queue of their own that goes first; the receiver so learns of every loss at once.
 */
export class CompositePorts extends LazyPorts {
  readonly #dataLimitBytes: number;
  readonly #headerLimitBytes: number;
  readonly #trims: boolean;
  readonly #coin: PacketStreams;
  /** Share of the bandwidth that class 0 takes at most while data waits; null: all. */
  readonly #headerShare: number | null;
  /** By link: bytes that class 0 may go ahead of its share (negative: is ahead). */
  readonly #credit: Float64Array;

  constructor(input: LazyPortsInput & { readonly spec: CompositeSpec }) {
    super(input);
    const { spec, limits, topology, seed } = input;
    this.#dataLimitBytes = limits.queueBytes;
    this.#headerLimitBytes = limits.headerQueueBytes;
    this.#trims = spec.trims;
    this.#coin = new PacketStreams(seed, 'trim', topology.links);
    this.#headerShare = spec.headerShare;
    this.#credit = new Float64Array(spec.headerShare === null ? 0 : topology.links);
    if (spec.headerShare !== null) this.choosesByRule = true;
    this.setEasyBytes(this.#headerLimitBytes, this.#dataLimitBytes);
  }

  protected arrive(address: number, link: number, type: number, queue: number, sizeBytes: number): void {
    if (queue === CONTROL) {
      this.#arriveControl(address, link, sizeBytes);
      return;
    }
    // Wire bytes of data classes at the port; a packet counts until its last bit has left.
    const dataBytes = this.wireBytes(link, false) + (this.queues === 2 ? this.queueBytes(link, 1) : this.#allDataBytes(link));
    const limitBytes =
      this.timeline === null ? this.#dataLimitBytes : Math.max(this.#dataLimitBytes * this.factorNow(link), this.sizes.fullBytes);
    if (dataBytes + sizeBytes <= limitBytes) this.queuePacket(address, link, queue, sizeBytes);
    else if (type !== DATA || !this.#trims) this.drops[link]!++;
    else this.#overflow(address, link, queue, sizeBytes);
  }

  protected override choose(link: number): number {
    const share = this.#headerShare;
    if (share === null) return super.choose(link);
    const ready = this.ready(link);
    if ((ready & 1) === 0 || ready === 1) {
      this.#credit[link] = 0;
      return super.choose(link);
    }
    const credit = this.#credit[link]!;
    const chosen = credit >= 0 ? CONTROL : this.chooseData(link);
    const sizeBytes = this.headBytes(link, chosen);
    this.#credit[link] = chosen === CONTROL ? credit - sizeBytes * (1 - share) : Math.min(credit + sizeBytes * share, this.sizes.fullBytes);
    return chosen;
  }

  #allDataBytes(link: number): number {
    let bytes = 0;
    for (let queue = 1; queue < this.queues; queue++) bytes += this.queueBytes(link, queue);
    return bytes;
  }

  #arriveControl(address: number, link: number, sizeBytes: number): void {
    const bytes = this.queueBytes(link, CONTROL) + this.wireBytes(link, true);
    const limitBytes =
      this.timeline === null ? this.#headerLimitBytes : Math.max(this.#headerLimitBytes * this.factorNow(link), this.sizes.ackBytes);
    if (bytes + sizeBytes <= limitBytes) this.queuePacket(address, link, CONTROL, sizeBytes);
    else this.drops[link]!++;
  }

  /** The data queue is full: the arriving packet is cut, or the last one that waits, by the toss of a coin (NDP, section 3.1). */
  #overflow(address: number, link: number, queue: number, sizeBytes: number): void {
    const cell = this.#coin.next(link) >= 0 ? -1 : this.#lastData(link, queue);
    if (cell < 0) {
      this.#trim(address, link);
      return;
    }
    const { mailboxes } = this;
    const isTail = cell === arena[2 * this.place(link) + TAIL + QUEUE_WORDS * queue];
    const cut = isTail ? mailboxes.takeCell() : cell;
    if (isTail) mailboxes.copy(cell, cut);
    else this.#unlink(cell, link, queue);
    const cutBytes = arena[cut + 4]! >>> 16;
    this.#count(link, queue, cutBytes, -1);
    this.#trim(cut, link);
    mailboxes.freeCell(cut);
    if (!isTail) {
      this.queuePacket(address, link, queue, sizeBytes);
      return;
    }
    // The place of the packet that was cut is the end of the queue.
    this.markIfFull(address, link);
    mailboxes.copy(address, cell);
    this.#count(link, queue, sizeBytes, 1);
  }

  /** A packet has joined a queue (sign 1) or left it (-1). */
  #count(link: number, queue: number, sizeBytes: number, sign: number): void {
    const at = this.place(link);
    this.setTx(link, sizeBytes);
    doubles[at + QUEUE_BYTES_AT + QUEUE_DOUBLES * queue]! += sign * sizeBytes;
    doubles[at + WAITING_PS]! += sign * doubles[TX]!;
  }

  #trim(address: number, link: number): void {
    this.trims[link]!++;
    const lastHop = this.topology.linkTo[link]! < this.topology.hosts ? LAST_HOP : 0;
    arena[address + 3] = (arena[address + 3]! & ~TYPE_MASK) | TRIMMED | lastHop;
    arena[address + 4] = (this.sizes.ackBytes << 16) | (arena[address + 4]! & 0xffff);
    this.#arriveControl(address, link, this.sizes.ackBytes);
  }

  /** The cell of the data packet that was queued last; -1: none waits. */
  #lastData(link: number, queue: number): number {
    const words = 2 * this.place(link) + QUEUE_WORDS * queue;
    if (arena[words + HEAD]! < 0) return -1;
    const tail = arena[words + TAIL]!;
    if ((arena[tail + 3]! & TYPE_MASK) === DATA) return tail;
    let last = -1;
    for (let cell = arena[words + HEAD]!; cell >= 0; cell = arena[cell]!) {
      if ((arena[cell + 3]! & TYPE_MASK) === DATA) last = cell;
    }
    return last;
  }

  /** Takes `cell`, which is not the last one of its queue, out of its chain. */
  #unlink(cell: number, link: number, queue: number): void {
    let before = 2 * this.place(link) + HEAD + QUEUE_WORDS * queue;
    while (arena[before] !== cell) before = arena[before]!;
    arena[before] = arena[cell]!;
  }
}
