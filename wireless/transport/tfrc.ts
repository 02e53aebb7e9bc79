import type { LossClassifier, Verdict } from './classifiers/loss-classifier.ts';
import type { EventQueue } from './event-queue.ts';
import { countLoss, type LossCause, noCounts, type TransportFlow } from './flow-counts.ts';
import { LossHistory } from './loss-history.ts';
import type { PathEnd, Segment, Way } from './path.ts';
import { tfrcRateBytesPerS } from './tfrc-equation.ts';

/** Packets that have to come after a missing one before it counts as lost. */
const REORDER = 3;
/** Slowest rate: a packet in this many seconds. */
const SLOWEST_S = 64;

export interface TfrcOptions {
  readonly segmentBytes: number;
  /** Of the way back, which loses nothing. */
  readonly backPs: number;
  readonly classifier: LossClassifier;
  /** The link says what was lost on the air. */
  readonly hearsLosses: boolean;
}

/**
 * TCP-friendly rate control (RFC 5348), sender and receiver: the receiver measures loss events and the rate at which it gets data, and
 * reports once a round trip and at every new loss event; a loss that its classifier gives to the air starts no event.
 */
export class Tfrc implements TransportFlow, PathEnd {
  counts = noCounts();
  readonly #events: EventQueue;
  readonly #path: Way;
  readonly #options: TfrcOptions;
  // Sender.
  #rate: number;
  #rttPs = 0;
  #seq = 0;
  #lastSendPs = 0;
  #sendTimer = 0;
  #lastDoublingPs = -Infinity;
  #noFeedback = 0;
  // Receiver.
  readonly #history = new LossHistory();
  readonly #causeOf = new Map<number, Verdict>();
  /** Packets after the missing ones, in order: what had not arrived before each is a gap. */
  #highest = -1;
  #lastArrivalPs = NaN;
  readonly #gaps: { first: number; count: number; atPs: number; verdict: Verdict; later: number }[] = [];
  #bytesSinceReport = 0;
  #lastReportPs = 0;
  #receiverRttPs = 0;
  #lastSentPs = 0;
  #reportTimer = 0;

  constructor(events: EventQueue, path: Way, options: TfrcOptions) {
    this.#events = events;
    this.#path = path;
    this.#options = options;
    this.#rate = options.segmentBytes;
  }

  start(): void {
    this.#sendNext();
    this.#armNoFeedback();
  }

  // Sender

  #sendNext(): void {
    const segment: Segment = { seq: this.#seq++, sentPs: this.#events.nowPs, isMarked: false };
    this.counts.sentPackets++;
    this.#lastSendPs = segment.sentPs;
    this.#path.send(segment, this);
    this.#armSend();
  }

  /** The next packet comes as long after the last one as the rate of now says: a rate that rises does not wait for a slow packet. */
  #armSend(): void {
    const number = ++this.#sendTimer;
    const atPs = this.#lastSendPs + (this.#options.segmentBytes * 1e12) / this.#rate;
    this.#events.at(Math.max(atPs, this.#events.nowPs), () => {
      if (number === this.#sendTimer) this.#sendNext();
    });
  }

  #onReport(sample: number, lossEventRate: number, receiveRate: number): void {
    const { segmentBytes } = this.#options;
    const isFirst = this.#rttPs === 0;
    this.#rttPs = isFirst ? sample : 0.9 * this.#rttPs + 0.1 * sample;
    const rttS = this.#rttPs / 1e12;
    if (isFirst) {
      this.#rate = Math.min(4 * segmentBytes, Math.max(2 * segmentBytes, 4380)) / rttS;
      this.#lastDoublingPs = this.#events.nowPs;
    } else if (lossEventRate > 0) {
      const allowed = tfrcRateBytesPerS(segmentBytes, rttS, lossEventRate);
      this.#rate = Math.max(Math.min(allowed, 2 * receiveRate), segmentBytes / SLOWEST_S);
    } else if (this.#events.nowPs - this.#lastDoublingPs >= this.#rttPs) {
      this.#rate = Math.max(Math.min(2 * this.#rate, 2 * receiveRate), segmentBytes / rttS);
      this.#lastDoublingPs = this.#events.nowPs;
    }
    this.#armSend();
    this.#armNoFeedback();
  }

  /** Nothing heard for four round trips (or two packets): half the rate. */
  #armNoFeedback(): void {
    const number = ++this.#noFeedback;
    const { segmentBytes } = this.#options;
    const timeoutPs = Math.max(4 * this.#rttPs, (2 * segmentBytes * 1e12) / this.#rate);
    this.#events.after(this.#rttPs === 0 ? Math.max(timeoutPs, 2e12) : timeoutPs, () => {
      if (number !== this.#noFeedback) return;
      this.#rate = Math.max(this.#rate / 2, segmentBytes / SLOWEST_S);
      this.#armNoFeedback();
    });
  }

  // Receiver

  /** What came too late waited for too long: in the eyes of the flow that is congestion. */
  onLoss(segment: Segment, cause: LossCause): void {
    countLoss(this.counts, cause);
    this.#causeOf.set(segment.seq, cause === 'wireless' ? 'wireless' : 'congestion');
  }

  onArrival(segment: Segment): void {
    const { segmentBytes, classifier } = this.#options;
    const { nowPs } = this.#events;
    this.counts.deliveredBytes += segmentBytes;
    this.#bytesSinceReport += segmentBytes;
    const arrival = {
      tripS: (nowPs - segment.sentPs) / 1e12,
      gapS: Number.isNaN(this.#lastArrivalPs) ? 0 : (nowPs - this.#lastArrivalPs) / 1e12,
      isMarked: segment.isMarked,
      nowS: nowPs / 1e12,
    };
    classifier.onArrival(arrival);
    this.#lastArrivalPs = nowPs;
    this.#lastSentPs = segment.sentPs;
    // The receiver learns the round-trip time from the sender's packets; the way back is known.
    this.#receiverRttPs = this.#rttPs === 0 ? nowPs - segment.sentPs + this.#options.backPs : this.#rttPs;
    const lost = segment.seq - this.#highest - 1;
    if (lost > 0) {
      const first = this.#highest + 1;
      const verdict = this.#verdict(first, lost, () => classifier.classify(lost, arrival));
      this.#gaps.push({ first, count: lost, atPs: nowPs, verdict, later: 0 });
    }
    this.#highest = segment.seq;
    this.#history.onPacket(segment.seq);
    const isNewEvent = this.#closeGaps();
    if (isNewEvent || this.#lastReportPs === 0) this.#report();
  }

  #verdict(first: number, lost: number, guess: () => Verdict): Verdict {
    const truths = Array.from({ length: lost }, (_, i) => this.#causeOf.get(first + i) ?? 'congestion');
    for (let i = 0; i < lost; i++) this.#causeOf.delete(first + i);
    const verdict: Verdict = this.#options.hearsLosses ? (truths.includes('congestion') ? 'congestion' : 'wireless') : guess();
    for (const truth of truths) {
      if (truth === 'congestion' && verdict === 'wireless') this.counts.congestionCalledWireless++;
      if (truth === 'wireless' && verdict === 'congestion') this.counts.wirelessCalledCongestion++;
    }
    return verdict;
  }

  /** Gaps that enough packets have come after are losses. True: a loss event began. */
  #closeGaps(): boolean {
    let isNewEvent = false;
    for (const gap of this.#gaps) gap.later++;
    while (this.#gaps.length > 0 && this.#gaps[0]!.later >= REORDER) {
      const { first, atPs, verdict } = this.#gaps.shift()!;
      if (verdict === 'wireless') continue;
      const began = this.#history.onLoss(first, atPs, this.#receiverRttPs, this.#options.segmentBytes, this.#receiveRate());
      isNewEvent ||= began;
    }
    return isNewEvent;
  }

  #receiveRate(): number {
    const elapsedPs = this.#events.nowPs - this.#lastReportPs;
    return elapsedPs === 0 ? this.#rate : (this.#bytesSinceReport * 1e12) / elapsedPs;
  }

  #report(): void {
    const { nowPs } = this.#events;
    const receiveRate = this.#receiveRate();
    const { lossEventRate } = this.#history;
    const sentPs = this.#lastSentPs;
    const heldPs = nowPs - this.#lastArrivalPs;
    this.#events.after(this.#options.backPs, () => this.#onReport(this.#events.nowPs - sentPs - heldPs, lossEventRate, receiveRate));
    this.#bytesSinceReport = 0;
    this.#lastReportPs = nowPs;
    const number = ++this.#reportTimer;
    this.#events.after(this.#receiverRttPs, () => this.#reportAgain(number));
  }

  /** Once a round trip, where anything has come since. */
  #reportAgain(number: number): void {
    if (number !== this.#reportTimer) return;
    if (this.#bytesSinceReport > 0) this.#report();
    else this.#events.after(this.#receiverRttPs, () => this.#reportAgain(number));
  }
}
