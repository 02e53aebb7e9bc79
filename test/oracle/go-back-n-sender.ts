import { ACK } from './event-log.ts';
import type { Packet } from './packet.ts';
import { FlowTimerSender } from './sender.ts';

/** `gbn`. */
export class GoBackNSender extends FlowTimerSender {
  #neverSent = 0;

  inFlightBytes(): number {
    return this.#wireBytesBetween(this.una, this.next);
  }

  nextPacket(): number | null {
    return this.next < this.context.packetCount ? this.next : null;
  }

  protected noteTransmission(seq: number): boolean {
    const isRetransmission = seq < this.#neverSent;
    this.#neverSent = Math.max(this.#neverSent, seq + 1);
    this.next = seq + 1;
    return isRetransmission;
  }

  protected takeAnswer({ type, cumulative, marked, stamps }: Packet, timePs: number): null {
    const { congestion } = this.context;
    const una = Math.max(this.una, cumulative);
    const newlyBytes = this.#wireBytesBetween(this.una, una);
    this.una = una;
    this.next = Math.max(this.next, una);
    const inFlightBytes = this.inFlightBytes();
    const isAck = type === ACK;
    const news = { newlyBytes, una, next: this.next, inFlightBytes, rttPs: null, timePs };
    congestion.hearAck({ ...news, marked: isAck && marked, stamps: isAck ? stamps : [] });
    if (isAck) return null;
    congestion.hearLoss(this.next, timePs);
    this.next = this.una;
    return null;
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
