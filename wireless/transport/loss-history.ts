import { lossEventRateFor, meanLossInterval } from './tfrc-equation.ts';

const INTERVALS = 8;

/**
 * The loss events that a TFRC receiver has seen (RFC 5348 section 5): losses within a round-trip time of the first one are one event; an
 * interval is the packets from the first loss of an event to the first loss of the next.
 */
export class LossHistory {
  readonly #closed: number[] = [];
  #eventSeq = -1;
  #eventAtPs = -Infinity;
  #highestSeq = -1;

  onPacket(seq: number): void {
    if (seq > this.#highestSeq) this.#highestSeq = seq;
  }

  /**
   * Packet `seq` was lost at `atPs`. True: a new loss event begins.
   *
   * @param receiveRate bytes a second, for the interval before the first loss (section 6.3.1)
   */
  onLoss(seq: number, atPs: number, rttPs: number, segmentBytes: number, receiveRate: number): boolean {
    if (atPs - this.#eventAtPs <= rttPs) return false;
    if (this.#eventSeq >= 0) {
      this.#closed.unshift(seq - this.#eventSeq);
      if (this.#closed.length > INTERVALS) this.#closed.pop();
    } else {
      this.#closed.unshift(1 / lossEventRateFor(receiveRate, segmentBytes, rttPs / 1e12));
    }
    this.#eventSeq = seq;
    this.#eventAtPs = atPs;
    return true;
  }

  /** 0: nothing has been lost yet. */
  get lossEventRate(): number {
    if (this.#closed.length === 0) return 0;
    return 1 / meanLossInterval(this.#highestSeq - this.#eventSeq, this.#closed);
  }
}
