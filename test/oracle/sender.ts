import type { Bug } from './bugs.ts';
import type { CongestionControl } from './congestion.ts';
import type { Credit } from './credit.ts';
import type { Packet } from './packet.ts';

/** What the sending side of a flow has to know of the rest. */
export interface SenderContext {
  readonly packetCount: number;
  readonly wireBytes: (seq: number) => number;
  /** Of a full packet on the wire. */
  readonly fullBytes: number;
  readonly congestion: CongestionControl;
  /** null: none is needed. */
  readonly credit: Credit | null;
  /** The sender asks for credit by a packet of its own. */
  readonly sendRts: (seq: number, pullTarget: number) => void;
  /** Infinity: no timer. */
  readonly rtoPs: number;
  /** `sr`: what the balancer leaves of the receiver's bitmap; null: all of it. */
  readonly bitmapPackets: number | null;
  /** A packet is marked lost when one sent this many transmissions later is acknowledged; called after each ACK. */
  readonly reorderDistance: () => number;
  /** Not every packet is answered: some ask for an answer (docs/model-transport.md 1). */
  readonly asksForAnswers: boolean;
  /** ACKs come as `uec-sack`. */
  readonly hearsSelections: boolean;
  readonly bugs: ReadonlySet<Bug>;
  /** Runs `fire` at an instant, as an event of this flow's retransmission timer. */
  readonly armTimer: (timePs: number, fire: () => void) => void;
  /** A packet was found lost by what arrived after it; before the congestion control hears of it. */
  readonly onLoss: (seq: number) => void;
  /** A packet was found lost by time alone; before the congestion control hears of it. Go-back-N knows no such packet. */
  readonly onPacketTimeout: (seq: number) => void;
  /** Of a packet, before the congestion control hears of it; of a flow, after, and only where something was outstanding. */
  readonly onTimeout: () => void;
  readonly onComplete: () => void;
}

export interface Transmission {
  readonly isRetransmission: boolean;
  readonly asksForAnswer: boolean;
  readonly pullTarget: number;
}

/** packet-model.md, section 5, and model-transport.md, sections 1 to 5: the sender of one flow. */
export abstract class Sender {
  started = false;
  complete = false;
  nextSendPs = 0;
  una = 0;
  next = 0;
  protected readonly context: SenderContext;

  constructor(context: SenderContext) {
    this.context = context;
  }

  /** Wire bytes. */
  abstract inFlightBytes(): number;
  /** The lowest packet that has to be sent again, else the next new one; null when there is nothing to send. */
  abstract nextPacket(): number | null;
  /** Takes packet `seq`, whose transmission starts at `startPs`; says whether it is a retransmission. */
  protected abstract noteTransmission(seq: number, startPs: number): boolean;
  protected abstract armTimers(seq: number, startPs: number): void;
  /** Returns the sample of the round-trip time, if there is one. */
  protected abstract takeAnswer(answer: Packet, timePs: number): number | null;

  /** It would be sent now if pacing allowed it: the packet's number, else null. */
  admissiblePacket(): number | null {
    if (!this.started || this.complete) return null;
    const { credit } = this.context;
    const seq = this.nextPacket();
    if (seq === null || (credit !== null && !credit.isLeft)) return null;
    const inFlight = this.inFlightBytes();
    return inFlight <= 0 || inFlight + this.context.wireBytes(seq) <= this.context.congestion.windowBytes() ? seq : null;
  }

  /** `senders`: flows of this host that could have sent a packet now. */
  transmit(seq: number, startPs: number, senders: number): Transmission {
    const { congestion, wireBytes, credit } = this.context;
    credit?.take(wireBytes(seq));
    this.armTimers(seq, startPs);
    const isRetransmission = this.noteTransmission(seq, startPs);
    const asksForAnswer = this.#asksForAnswer(isRetransmission);
    congestion.hearTransmission(wireBytes(seq), startPs);
    return { isRetransmission, asksForAnswer, pullTarget: this.pullTarget(senders) };
  }

  /** @param onHeard hears the sample of the round-trip time, if there is one, before a flow that is complete ends */
  hear(answer: Packet, timePs: number, onHeard: (rttPs: number | null) => void): void {
    if (this.complete) return;
    onHeard(this.takeAnswer(answer, timePs));
    if (this.una === this.context.packetCount) this.finish();
  }

  /** A PULL has come. */
  pull(granted: number): void {
    if (this.complete) return;
    this.context.credit!.noteAnswer();
    this.context.credit!.pull(granted);
  }

  /** No new packet may follow before something is acknowledged. */
  protected fillsBitmap(): boolean {
    return false;
  }

  protected pullTarget(_senders: number): number {
    return 0;
  }

  /** Everything has arrived. */
  finish(): void {
    this.complete = true;
    this.context.congestion.close();
    this.context.onComplete();
  }

  #asksForAnswer(isRetransmission: boolean): boolean {
    const { asksForAnswers, packetCount, fullBytes, congestion, credit } = this.context;
    if (!asksForAnswers) return false;
    if (isRetransmission || (credit !== null && !credit.isLeft)) return true;
    return this.next === packetCount || this.fillsBitmap() || this.inFlightBytes() + fullBytes >= congestion.windowBytes();
  }
}

/** A sender with one timer for everything that is outstanding. */
export abstract class FlowTimerSender extends Sender {
  #lastActivityPs = 0;
  #hasTransmitted = false;

  protected abstract takeTimeout(): void;
  protected abstract hasUnanswered(): boolean;

  override hear(answer: Packet, timePs: number, onHeard: (rttPs: number | null) => void): void {
    this.#lastActivityPs = timePs;
    super.hear(answer, timePs, onHeard);
  }

  protected armTimers(_seq: number, startPs: number): void {
    this.#lastActivityPs = startPs;
    if (!this.#hasTransmitted) this.#arm(startPs + this.context.rtoPs);
    this.#hasTransmitted = true;
  }

  #fire(timePs: number): void {
    const { rtoPs, congestion, bugs } = this.context;
    if (this.complete) return;
    if (this.#lastActivityPs + rtoPs > timePs && !bugs.has('timeout-despite-activity')) {
      this.#arm(this.#lastActivityPs + rtoPs);
      return;
    }
    if (this.hasUnanswered()) {
      const wasOutstanding = this.inFlightBytes() > 0;
      this.takeTimeout();
      congestion.hearTimeout(0, timePs);
      if (wasOutstanding) this.context.onTimeout();
    }
    this.#arm(timePs + rtoPs);
  }

  #arm(timePs: number): void {
    if (timePs !== Infinity) this.context.armTimer(timePs, () => this.#fire(timePs));
  }
}
