import type { NicSpec } from '../../sim/base/device-spec.ts';
import type { Recovery } from '../../sim/base/transport-spec.ts';
import type { Bug } from './bugs.ts';
import { ACK, NACK } from './event-log.ts';
import type { Packet, Selection, Stamp } from './packet.ts';

export interface Answer {
  readonly type: typeof ACK | typeof NACK;
  readonly seq: number;
  readonly cumulative: number;
  readonly marked: boolean;
  readonly lastHop: boolean;
  readonly discarded: boolean;
  readonly isRetransmission: boolean;
  readonly stamps: readonly Stamp[];
  readonly selection: Selection | null;
}

export interface ReceiverOptions {
  readonly recovery: Recovery;
  readonly acks: NicSpec['acks'];
  readonly nackIntervalPs: number;
  /** Of the flow. */
  readonly packetCount: number;
  /** Packets that may be held above a gap. */
  readonly mostHeld: number;
  readonly bugs: ReadonlySet<Bug>;
}

/** packet-model.md, section 5, and model-transport.md, section 2: the receiver of one flow. */
export abstract class Receiver {
  protected readonly options: ReceiverOptions;
  #expected = 0;
  readonly #held = new Set<number>();

  constructor(options: ReceiverOptions) {
    this.options = options;
  }

  /** Takes a packet in; null when it is not answered. */
  abstract take(packet: Packet, timePs: number): Answer | null;

  /** Every packet below this number has arrived. */
  get expected(): number {
    return this.#expected;
  }

  /** Packets held above a gap. */
  get heldPackets(): number {
    return this.#held.size;
  }

  get isComplete(): boolean {
    return this.#expected === this.options.packetCount;
  }

  /** Takes the header of a packet whose payload was cut off; null when it is not answered. */
  takeTrimmed(packet: Packet, _timePs: number): Answer | null {
    return this.isDuplicate(packet.seq) ? { ...this.ack(packet), marked: false } : this.nack(packet);
  }

  /** Section 2.4: the packet is above the gap and would be one too many there. */
  lacksPlaceFor({ seq }: Packet): boolean {
    const most = this.options.mostHeld + (this.options.bugs.has('one-place-too-many') ? 1 : 0);
    return seq > this.#expected && !this.#held.has(seq) && this.#held.size >= most;
  }

  /** The answer to a packet that finds no place. */
  discard(packet: Packet): Answer {
    return { ...this.nack(packet), lastHop: true, discarded: true };
  }

  protected isDuplicate(seq: number): boolean {
    return seq < this.#expected || this.#held.has(seq);
  }

  protected accept(seq: number): void {
    this.#held.add(seq);
    while (this.#held.delete(this.#expected)) this.#expected++;
  }

  protected heldBetween(first: number, end: number): number[] {
    return [...this.#held].filter((seq) => seq >= first && seq < end);
  }

  protected ack({ seq, marked, isRetransmission, stamps }: Packet): Answer {
    const cumulative = this.#expected;
    return { type: ACK, seq, cumulative, marked, lastHop: false, discarded: false, isRetransmission, stamps, selection: null };
  }

  protected nack({ seq, marked, lastHop, isRetransmission }: Packet): Answer {
    const cumulative = this.#expected;
    return { type: NACK, seq, cumulative, marked, lastHop, discarded: false, isRetransmission, stamps: [], selection: null };
  }
}

/** Packets of a flow accepted since its last answer (model-transport.md 2.2); `per-packet` is every 1. */
class Count {
  readonly #most: number;
  readonly #isNeverReset: boolean;
  #count = 0;

  constructor({ acks, bugs }: ReceiverOptions) {
    this.#most = typeof acks === 'object' ? acks.every : 1;
    this.#isNeverReset = bugs.has('count-of-all-packets');
  }

  /** Counts a packet; says whether there are enough now. */
  add(): boolean {
    this.#count++;
    return this.#isNeverReset ? this.#count % this.#most === 0 : this.#count >= this.#most;
  }

  noteAnswer(): void {
    if (!this.#isNeverReset) this.#count = 0;
  }
}

/** `sr`, `none`, `trim`, `timers` with `per-packet` and `{ every: n }`. */
class CountingReceiver extends Receiver {
  readonly #count: Count;

  constructor(options: ReceiverOptions) {
    super(options);
    this.#count = new Count(options);
  }

  take(packet: Packet): Answer | null {
    const answers = this.#answers(packet);
    if (answers) this.#count.noteAnswer();
    return answers ? this.ack(packet) : null;
  }

  #answers({ seq, marked, asksForAnswer }: Packet): boolean {
    if (this.isDuplicate(seq)) return true;
    const isInOrder = seq === this.expected;
    const hadGap = this.heldPackets > 0;
    this.accept(seq);
    const isEnough = this.#count.add();
    return marked || asksForAnswer || !isInOrder || hadGap || this.isComplete || isEnough;
  }
}

/** `gbn`. */
class InOrderReceiver extends Receiver {
  readonly #count: Count;
  #lastNack: { expected: number; timePs: number } | null = null;

  constructor(options: ReceiverOptions) {
    super(options);
    this.#count = new Count(options);
  }

  take(packet: Packet, timePs: number): Answer | null {
    const answer = this.#answer(packet, timePs);
    if (answer !== null) this.#count.noteAnswer();
    return answer;
  }

  override takeTrimmed(packet: Packet, timePs: number): Answer | null {
    if (packet.seq < this.expected) return { ...this.ack(packet), marked: false };
    return this.#mayNack(timePs) ? this.#nackOfExpected(packet) : null;
  }

  #answer(packet: Packet, timePs: number): Answer | null {
    if (packet.seq < this.expected) return this.ack(packet);
    if (packet.seq === this.expected) {
      this.accept(packet.seq);
      const isEnough = this.#count.add();
      return packet.marked || packet.asksForAnswer || this.isComplete || isEnough ? this.ack(packet) : null;
    }
    if (!this.#mayNack(timePs)) return null;
    return { ...this.#nackOfExpected(packet), marked: packet.marked && this.options.bugs.has('mark-in-nack') };
  }

  #nackOfExpected(packet: Packet): Answer {
    return { ...this.nack(packet), seq: this.expected, isRetransmission: false };
  }

  #mayNack(timePs: number): boolean {
    const { nackIntervalPs, bugs } = this.options;
    const last = this.#lastNack;
    const intervalPs = bugs.has('nack-without-interval') ? 0 : nackIntervalPs;
    if (last !== null && last.expected === this.expected && timePs - last.timePs < intervalPs) return false;
    this.#lastNack = { expected: this.expected, timePs };
    return true;
  }
}

/** `uec-sack`: model-transport.md 2.3. */
class SelectiveReceiver extends Receiver {
  #totalBytes = 0;
  #sinceBytes = 0;
  #asked = false;

  take(packet: Packet): Answer | null {
    const isDuplicate = this.isDuplicate(packet.seq);
    this.#sinceBytes += packet.wireBytes;
    if (!isDuplicate && !this.#answers(packet)) return null;
    this.#sinceBytes = 0;
    return this.#selectiveAck(packet, packet.marked || (packet.asksForAnswer && !isDuplicate));
  }

  override takeTrimmed(packet: Packet): Answer | null {
    return this.isDuplicate(packet.seq) ? { ...this.#selectiveAck(packet, false), marked: false } : this.nack(packet);
  }

  #answers({ seq, wireBytes, marked, asksForAnswer }: Packet): boolean {
    const isFirst = this.#totalBytes === 0;
    const isInOrder = seq === this.expected;
    this.#totalBytes += wireBytes;
    this.#asked ||= asksForAnswer;
    this.accept(seq);
    const isDrained = isInOrder && this.#asked && this.heldPackets === 0;
    if (isDrained) this.#asked = false;
    return isFirst || marked || asksForAnswer || isDrained || this.#sinceBytes >= 16_384;
  }

  #selectiveAck(packet: Packet, isAboutItself: boolean): Answer {
    const above = this.options.bugs.has('selection-from-the-expected') ? this.expected + 1 : Math.max(packet.seq - 63, this.expected + 1);
    const base = isAboutItself ? packet.seq : above;
    return { ...this.ack(packet), selection: { totalBytes: this.#totalBytes, held: this.heldBetween(base, base + 64) } };
  }
}

export function makeReceiver(options: ReceiverOptions): Receiver {
  if (options.recovery === 'gbn') return new InOrderReceiver(options);
  return options.acks === 'uec-sack' ? new SelectiveReceiver(options) : new CountingReceiver(options);
}
