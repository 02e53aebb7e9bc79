import { NACK } from './event-log.ts';
import type { Packet } from './packet.ts';
import { BITMAP_PACKETS } from './selective-sender.ts';
import { SendTimes } from './send-times.ts';
import { Sender, type SenderContext } from './sender.ts';

type PacketState = 'new' | 'outstanding' | 'queued' | 'acknowledged';

/** `trim` and `timers`: docs/model-transport.md, section 3. */
export class RecordSender extends Sender {
  readonly #state: PacketState[];
  readonly #times: SendTimes;
  #inFlightBytes = 0;
  /** Largest total of a selective ACK. */
  #heardBytes = 0;

  constructor(context: SenderContext) {
    super(context);
    this.#state = Array.from({ length: context.packetCount }, () => 'new');
    this.#times = new SendTimes(context.bugs);
  }

  inFlightBytes(): number {
    return this.#inFlightBytes;
  }

  nextPacket(): number | null {
    const queued = this.#state.indexOf('queued');
    if (queued >= 0) return queued;
    return this.next < Math.min(this.context.packetCount, this.una + BITMAP_PACKETS) ? this.next : null;
  }

  protected noteTransmission(seq: number, startPs: number): boolean {
    const isRetransmission = seq < this.next;
    this.#state[seq] = 'outstanding';
    this.#inFlightBytes += this.context.wireBytes(seq);
    this.#times.noteTransmission(seq, startPs);
    if (!isRetransmission) this.next++;
    return isRetransmission;
  }

  /** Each transmission has a timeout of its own; with credit one timer fires at all of them. */
  protected armTimers(seq: number, startPs: number): void {
    const timePs = startPs + this.context.rtoPs;
    if (this.context.credit !== null) {
      if (this.next === 0) this.#armCreditTimer(timePs);
      return;
    }
    this.context.armTimer(timePs, () => {
      if (this.#state[seq] === 'outstanding' && this.#times.latestPs(seq) === startPs) this.#takeTimeout(seq, timePs);
    });
  }

  /** model-transport.md 6.1. */
  #armCreditTimer(timePs: number): void {
    this.context.armTimer(timePs, () => {
      if (this.complete) return;
      const { rtoPs, credit, sendRts } = this.context;
      const isDue = (seq: number): boolean => this.#times.latestPs(seq) + rtoPs <= timePs;
      const due = this.#outstanding().filter(isDue);
      for (const seq of due) this.#takeTimeout(seq, timePs);
      const starts = this.#outstanding().map((seq) => this.#times.latestPs(seq));
      if (due.length > 0 || starts.length === 0) {
        if (credit!.noteSilence(due.length > 0, timePs)) sendRts(this.nextPacket()!, this.pullTarget(1));
      }
      this.#armCreditTimer(Math.min(timePs, ...starts) + rtoPs);
    });
  }

  protected override pullTarget(senders: number): number {
    const { credit, wireBytes, packetCount, congestion } = this.context;
    if (credit === null) return 0;
    let backlogBytes = 0;
    for (let seq = 0; seq < packetCount; seq++) {
      if (this.#state[seq] === 'new' || this.#state[seq] === 'queued') backlogBytes += wireBytes(seq);
    }
    return credit.target(backlogBytes, congestion.windowBytes(), this.next < packetCount, senders);
  }

  #outstanding(): number[] {
    return this.#state.flatMap((state, seq) => (state === 'outstanding' ? [seq] : []));
  }

  protected takeAnswer(answer: Packet, timePs: number): number | null {
    const { seq, lastHop, marked, stamps, type } = answer;
    const { congestion, wireBytes, credit } = this.context;
    credit?.noteAnswer();
    const isOutstanding = this.#state[seq] === 'outstanding';
    const rttPs = isOutstanding ? this.#times.sample(seq, answer.isRetransmission, timePs) : null;
    if (type === NACK) {
      if (!isOutstanding) return rttPs;
      this.#queue(seq);
      congestion.hearTrim({ bytes: wireBytes(seq), lastHop, next: this.next, inFlightBytes: this.#inFlightBytes, rttPs, timePs });
      return rttPs;
    }
    const newlyBytes = this.context.hearsSelections ? this.#takeSelection(answer) : this.#takeNumbers(answer);
    while (this.#state[this.una] === 'acknowledged') this.una++;
    const { una, next } = this;
    congestion.hearAck({ newlyBytes, marked, una, next, inFlightBytes: this.#inFlightBytes, rttPs, timePs, stamps });
    return rttPs;
  }

  /** Returns the wire bytes of what an ACK of `per-packet` or `{ every: n }` is the first to acknowledge. */
  #takeNumbers({ seq, cumulative }: Packet): number {
    const { wireBytes } = this.context;
    let newlyBytes = 0;
    const acknowledge = (n: number): void => {
      if (this.#state[n] === 'acknowledged') return;
      if (this.#state[n] === 'outstanding') this.#inFlightBytes -= wireBytes(n);
      this.#state[n] = 'acknowledged';
      newlyBytes += wireBytes(n);
    };
    if (seq >= this.una) acknowledge(seq);
    for (let n = this.una; n < cumulative; n++) acknowledge(n);
    return newlyBytes;
  }

  /** Returns by how much the total of `uec-sack` has grown. */
  #takeSelection({ cumulative, selection }: Packet): number {
    const { wireBytes, bugs } = this.context;
    const { totalBytes, held } = selection!;
    const newlyBytes = Math.max(0, totalBytes - this.#heardBytes);
    this.#heardBytes += newlyBytes;
    this.#inFlightBytes -= newlyBytes;
    const acknowledge = (n: number): void => {
      if (this.#state[n] === 'queued' && !bugs.has('queued-packets-leave-twice')) this.#inFlightBytes += wireBytes(n);
      this.#state[n] = 'acknowledged';
    };
    for (let n = this.una; n < cumulative; n++) acknowledge(n);
    for (const n of held) if (n >= this.una && n < this.next) acknowledge(n);
    return newlyBytes;
  }

  #takeTimeout(seq: number, timePs: number): void {
    if (this.complete) return;
    this.#queue(seq);
    this.context.onPacketTimeout(seq);
    this.context.onTimeout();
    this.context.congestion.hearTimeout(this.context.wireBytes(seq), timePs);
  }

  #queue(seq: number): void {
    this.#state[seq] = 'queued';
    this.#inFlightBytes -= this.context.wireBytes(seq);
  }
}
