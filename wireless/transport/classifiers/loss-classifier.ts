/** Why packets were lost. */
export type Verdict = 'wireless' | 'congestion';

/** What a receiver knows of the packet that follows a gap, or of any packet. */
export interface Arrival {
  /** Relative one-way trip time: arrival by the receiver's clock less departure by the sender's, in seconds. */
  readonly tripS: number;
  /** Since the packet before it, in seconds. */
  readonly gapS: number;
  readonly isMarked: boolean;
  readonly nowS: number;
}

/**
 * Tells losses on the air from losses in queues, at the receiver (Cen, Cosman and Voelker, "End-to-end differentiation of congestion and
 * wireless losses", IEEE/ACM Trans. Networking 11(5), 2003).
 */
export interface LossClassifier {
  /** Hears of every packet, before it is asked about the gap in front of it. */
  onArrival(arrival: Arrival): void;
  /** Why the `lost` packets before `arrival` are missing. */
  classify(lost: number, arrival: Arrival): Verdict;
}

/** Every loss is congestion. */
export class Blind implements LossClassifier {
  onArrival(): void {}

  classify(): Verdict {
    return 'congestion';
  }
}
