import { NACK } from './event-log.ts';
import type { Packet } from './packet.ts';
import { SendTimes } from './send-times.ts';
import { FlowTimerSender, type SenderContext } from './sender.ts';

type PacketState = 'new' | 'outstanding' | 'lost' | 'acknowledged';

/** The receiver's bitmap: how far above `una` a new packet may be. */
export const BITMAP_PACKETS = 4096;

/** `sr`; and `none`, which never marks anything lost. */
export class SelectiveSender extends FlowTimerSender {
  readonly #marksLost: boolean;
  readonly #state: PacketState[];
  readonly #order: number[] = [];
  readonly #times: SendTimes;
  #transmissions = 0;
  #highestAcknowledgedOrder = -Infinity;

  constructor(context: SenderContext, recovery: 'sr' | 'none') {
    super(context);
    this.#marksLost = recovery === 'sr';
    this.#state = Array.from({ length: context.packetCount }, () => 'new');
    this.#times = new SendTimes(context.bugs);
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
    return isLimited && this.fillsBitmap() ? null : this.next;
  }

  protected override fillsBitmap(): boolean {
    return this.next >= this.una + (this.context.bitmapPackets ?? BITMAP_PACKETS);
  }

  protected noteTransmission(seq: number, startPs: number): boolean {
    const isRetransmission = seq < this.next;
    this.#state[seq] = 'outstanding';
    this.#order[seq] = this.#transmissions++;
    this.#times.noteTransmission(seq, startPs);
    if (!isRetransmission) this.next++;
    return isRetransmission;
  }

  protected takeAnswer(answer: Packet, timePs: number): number | null {
    const { marked, stamps } = answer;
    const isOutstanding = this.#state[answer.seq] === 'outstanding';
    const rttPs = isOutstanding ? this.#times.sample(answer.seq, answer.isRetransmission, timePs) : null;
    if (answer.type === NACK) {
      if (isOutstanding && answer.discarded) this.#takeDiscarded(answer.seq, timePs);
      else if (isOutstanding && this.#marksLost) this.#takeTrimmed(answer, rttPs, timePs);
      return rttPs;
    }
    const { congestion, wireBytes, bugs } = this.context;
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
    if (newlyBytes === 0 && bugs.has('repeated-acks-unheard')) return rttPs;
    const { una, next } = this;
    congestion.hearAck({ newlyBytes, marked, una, next, inFlightBytes: this.inFlightBytes(), rttPs, timePs, stamps });

    if (!this.#marksLost) return rttPs;
    if (acknowledgedItself) this.#highestAcknowledgedOrder = Math.max(this.#highestAcknowledgedOrder, this.#order[answer.seq]!);
    this.#findLost(timePs);
    return rttPs;
  }

  /** What was sent long before something that has come is lost. */
  #findLost(timePs: number): void {
    const { reorderDistance, congestion, onLoss } = this.context;
    if (this.#markLost(this.#highestAcknowledgedOrder - reorderDistance(), onLoss)) congestion.hearLoss(this.next, timePs);
  }

  /** docs/model-transport.md 2.4: it has come, and is not there. */
  #takeDiscarded(seq: number, timePs: number): void {
    if (this.context.bugs.has('discards-say-nothing')) return;
    this.#highestAcknowledgedOrder = Math.max(this.#highestAcknowledgedOrder, this.#order[seq]!);
    this.#findLost(timePs);
  }

  protected takeTimeout(): void {
    this.#markLost(Infinity, this.context.onPacketTimeout);
  }

  protected hasUnanswered(): boolean {
    return this.#state.some((state) => state === 'outstanding' || state === 'lost');
  }

  #takeTrimmed({ seq, lastHop }: Packet, rttPs: number | null, timePs: number): void {
    const { congestion, wireBytes, bugs } = this.context;
    if (bugs.has('headers-unheard')) return;
    this.#state[seq] = 'lost';
    const { next } = this;
    congestion.hearTrim({ bytes: wireBytes(seq), lastHop, next, inFlightBytes: this.inFlightBytes(), rttPs, timePs });
  }

  /** Marks what is outstanding and was last sent as number `order` or earlier; whether there was any. */
  #markLost(order: number, tell: (seq: number) => void): boolean {
    let any = false;
    for (let seq = this.una; seq < this.next; seq++) {
      if (this.#state[seq] !== 'outstanding' || this.#order[seq]! > order) continue;
      this.#state[seq] = 'lost';
      tell(seq);
      any = true;
    }
    return any;
  }
}
