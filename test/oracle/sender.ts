import type { Bug } from './bugs.ts';
import type { CongestionControl } from './congestion.ts';
import { ACK, NACK } from './event-log.ts';
import type { Packet } from './packet.ts';

/** What the sending side of a flow has to know of the rest. */
export interface SenderContext {
  readonly packetCount: number;
  readonly wireBytes: (seq: number) => number;
  readonly congestion: CongestionControl;
  /** Infinity: no timer. */
  readonly rtoPs: number;
  /** A packet is marked lost when one sent this many transmissions later is acknowledged; called after each ACK. */
  readonly reorderDistance: () => number;
  readonly bugs: ReadonlySet<Bug>;
  readonly armTimer: (timePs: number) => void;
  /** After the sender and its congestion control have dealt with a timeout. */
  readonly onTimeout: () => void;
  readonly onComplete: () => void;
}

/** Section 5: the sender of one flow. */
export abstract class Sender {
  started = false;
  complete = false;
  nextSendPs = 0;
  una = 0;
  next = 0;
  protected readonly context: SenderContext;
  #lastActivityPs = 0;
  #hasTransmitted = false;

  constructor(context: SenderContext) {
    this.context = context;
  }

  /** Wire bytes. */
  abstract inFlightBytes(): number;
  /** The lowest lost packet, else the next new one; null when there is nothing to send. */
  abstract nextPacket(): number | null;
  protected abstract noteTransmission(seq: number): { isRetransmission: boolean };
  protected abstract takeAnswer(answer: Packet): void;
  protected abstract takeTimeout(): void;
  protected abstract hasUnanswered(): boolean;

  /** It would be sent now if pacing allowed it: the packet's number, else null. */
  admissiblePacket(): number | null {
    if (!this.started || this.complete) return null;
    const seq = this.nextPacket();
    if (seq === null) return null;
    const inFlight = this.inFlightBytes();
    return inFlight === 0 || inFlight + this.context.wireBytes(seq) <= this.context.congestion.windowBytes() ? seq : null;
  }

  transmit(seq: number, timePs: number): { isRetransmission: boolean } {
    this.#lastActivityPs = timePs;
    if (!this.#hasTransmitted) this.#arm(timePs + this.context.rtoPs);
    this.#hasTransmitted = true;
    return this.noteTransmission(seq);
  }

  hear(answer: Packet, timePs: number): void {
    if (this.complete) return;
    this.#lastActivityPs = timePs;
    this.takeAnswer(answer);
    if (this.una === this.context.packetCount) this.finish();
  }

  /** Everything has arrived. */
  finish(): void {
    this.complete = true;
    this.context.onComplete();
  }

  timerFires(timePs: number): void {
    const { rtoPs, congestion, bugs } = this.context;
    if (this.complete) return;
    if (this.#lastActivityPs + rtoPs > timePs && !bugs.has('timeout-despite-activity')) {
      this.#arm(this.#lastActivityPs + rtoPs);
      return;
    }
    if (this.hasUnanswered()) {
      this.takeTimeout();
      congestion.hearTimeout();
      this.context.onTimeout();
    }
    this.#arm(timePs + rtoPs);
  }

  #arm(timePs: number): void {
    if (timePs !== Infinity) this.context.armTimer(timePs);
  }
}

type PacketState = 'new' | 'outstanding' | 'lost' | 'acknowledged';

/** The receiver's bitmap: how far above `una` a new packet may be. */
const BITMAP_PACKETS = 4096;

/** `sr`; and `none`, which never marks anything lost. */
export class SelectiveSender extends Sender {
  readonly #marksLost: boolean;
  readonly #state: PacketState[];
  readonly #order: number[] = [];
  #transmissions = 0;
  #highestAcknowledgedOrder = -Infinity;

  constructor(context: SenderContext, recovery: 'sr' | 'none') {
    super(context);
    this.#marksLost = recovery === 'sr';
    this.#state = Array.from({ length: context.packetCount }, () => 'new');
  }

  inFlightBytes(): number {
    let bytes = 0;
    for (let seq = this.una; seq < this.next; seq++) if (this.#state[seq] === 'outstanding') bytes += this.context.wireBytes(seq);
    return bytes;
  }

  nextPacket(): number | null {
    const { packetCount, bugs } = this.context;
    if (bugs.has('new-before-lost') && this.next < packetCount) return this.next;
    for (let seq = this.una; seq < this.next; seq++) if (this.#state[seq] === 'lost') return seq;
    if (this.next === packetCount) return null;
    const isLimited = this.#marksLost && !bugs.has('unlimited-bitmap');
    return isLimited && this.next >= this.una + BITMAP_PACKETS ? null : this.next;
  }

  protected noteTransmission(seq: number): { isRetransmission: boolean } {
    const isRetransmission = seq < this.next;
    this.#state[seq] = 'outstanding';
    this.#order[seq] = this.#transmissions++;
    if (!isRetransmission) this.next++;
    return { isRetransmission };
  }

  protected takeAnswer(answer: Packet): void {
    if (answer.type === NACK) {
      if (this.#state[answer.seq] !== 'outstanding') return;
      this.#state[answer.seq] = 'lost';
      this.context.congestion.hearTrim(this.next);
      return;
    }
    const { congestion, wireBytes, reorderDistance, bugs } = this.context;
    let newlyBytes = 0;
    const acknowledge = (seq: number): boolean => {
      if (this.#state[seq] === 'acknowledged') return false;
      this.#state[seq] = 'acknowledged';
      newlyBytes += wireBytes(seq);
      return true;
    };
    const acknowledgedItself = answer.seq >= this.una && acknowledge(answer.seq);
    for (let seq = this.una; seq < answer.cumulative; seq++) acknowledge(seq);
    while (this.#state[this.una] === 'acknowledged') this.una++;
    if (newlyBytes === 0 && bugs.has('repeated-acks-unheard')) return;
    congestion.hearAck({ newlyBytes, marked: answer.marked, una: this.una, next: this.next });

    if (!this.#marksLost) return;
    if (acknowledgedItself) this.#highestAcknowledgedOrder = Math.max(this.#highestAcknowledgedOrder, this.#order[answer.seq]!);
    if (this.#markLost(this.#highestAcknowledgedOrder - reorderDistance())) congestion.hearLoss(this.next);
  }

  protected takeTimeout(): void {
    this.#markLost(Infinity);
  }

  protected hasUnanswered(): boolean {
    return this.#state.some((state) => state === 'outstanding' || state === 'lost');
  }

  /** Marks what is outstanding and was last sent as number `order` or earlier; whether there was any. */
  #markLost(order: number): boolean {
    let any = false;
    for (let seq = this.una; seq < this.next; seq++) {
      if (this.#state[seq] !== 'outstanding' || this.#order[seq]! > order) continue;
      this.#state[seq] = 'lost';
      any = true;
    }
    return any;
  }
}

/** `gbn`. */
export class GoBackNSender extends Sender {
  #neverSent = 0;

  inFlightBytes(): number {
    return this.#wireBytesBetween(this.una, this.next);
  }

  nextPacket(): number | null {
    return this.next < this.context.packetCount ? this.next : null;
  }

  protected noteTransmission(seq: number): { isRetransmission: boolean } {
    const isRetransmission = seq < this.#neverSent;
    this.#neverSent = Math.max(this.#neverSent, seq + 1);
    this.next = seq + 1;
    return { isRetransmission };
  }

  protected takeAnswer(answer: Packet): void {
    const { congestion } = this.context;
    const una = Math.max(this.una, answer.cumulative);
    const newlyBytes = this.#wireBytesBetween(this.una, una);
    this.una = una;
    this.next = Math.max(this.next, una);
    congestion.hearAck({ newlyBytes, marked: answer.marked, una, next: this.next });
    if (answer.type === ACK) return;
    congestion.hearLoss(this.next);
    this.next = this.una;
  }

  protected takeTimeout(): void {
    this.next = this.una;
  }

  protected hasUnanswered(): boolean {
    return this.next > this.una;
  }

  #wireBytesBetween(first: number, end: number): number {
    let bytes = 0;
    for (let seq = first; seq < end; seq++) bytes += this.context.wireBytes(seq);
    return bytes;
  }
}
