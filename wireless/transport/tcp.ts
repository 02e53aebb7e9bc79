import type { EventQueue } from './event-queue.ts';
import { countLoss, type LossCause, noCounts, type TransportFlow } from './flow-counts.ts';
import type { PathEnd, Segment, Way } from './path.ts';
import type { WindowRule } from './window-rules.ts';

const REORDER = 3;
const INITIAL_WINDOW = 10;
/** Least time-out (RFC 6298 has 1 s; systems use less). */
const LEAST_RTO_PS = 2e11;
const MOST_RTO_PS = 60e12;

/**
 * A window-controlled sender with selective acknowledgements: every packet that arrives is acknowledged by itself over a way back that loses
 * nothing; a packet is lost when three later ones are acknowledged, or nothing is for a time-out.
 */
export class Tcp implements TransportFlow, PathEnd {
  counts = noCounts();
  readonly #events: EventQueue;
  readonly #path: Way;
  readonly #rule: WindowRule;
  readonly #segmentBytes: number;
  readonly #backPs: number;
  #window = INITIAL_WINDOW;
  #threshold = Infinity;
  #nextSeq = 0;
  /** Packets under way by their number of sending; what is sent again gets a new one. */
  readonly #underWay = new Map<number, { sentPs: number; data: number }>();
  #toResend: number[] = [];
  #nextData = 0;
  /** Losses of packets sent before this one belong to the cut already made. */
  #recoverSeq = -1;
  #srttS = NaN;
  #varianceS = 0;
  #leastRttS = Infinity;
  #timer = 0;
  #backoff = 1;

  constructor(events: EventQueue, path: Way, rule: WindowRule, segmentBytes: number, backPs: number) {
    this.#events = events;
    this.#path = path;
    this.#rule = rule;
    this.#segmentBytes = segmentBytes;
    this.#backPs = backPs;
  }

  start(): void {
    this.#fill();
  }

  onArrival(segment: Segment): void {
    this.counts.deliveredBytes += this.#segmentBytes;
    this.#events.after(this.#backPs, () => this.#onAck(segment));
  }

  onLoss(_segment: Segment, cause: LossCause): void {
    countLoss(this.counts, cause);
  }

  #fill(): void {
    while (this.#underWay.size < Math.floor(this.#window)) {
      const data = this.#toResend.shift() ?? this.#nextData++;
      const segment: Segment = { seq: this.#nextSeq++, sentPs: this.#events.nowPs, isMarked: false };
      this.#underWay.set(segment.seq, { sentPs: segment.sentPs, data });
      this.counts.sentPackets++;
      this.#path.send(segment, this);
    }
    this.#armTimer();
  }

  #onAck({ seq, sentPs }: Segment): void {
    if (!this.#underWay.delete(seq)) return;
    const rttS = (this.#events.nowPs - sentPs) / 1e12;
    this.#backoff = 1;
    this.#measure(rttS);
    this.#rule.onAck(1, this.#srttS, this.#leastRttS, this.#events.nowPs / 1e12);
    if (this.#window < this.#threshold) this.#window += 1;
    else this.#window += this.#rule.growth(this.#window, rttS, this.#leastRttS);
    // Numbers of sending rise, so the oldest come first.
    for (const [other, { data }] of this.#underWay) {
      if (other > seq - REORDER) break;
      this.#underWay.delete(other);
      this.#toResend.push(data);
      if (other > this.#recoverSeq) this.#cut(rttS);
    }
    this.#fill();
  }

  #cut(rttS: number): void {
    this.#recoverSeq = this.#nextSeq - 1;
    this.#threshold = this.#rule.thresholdAfterLoss(this.#underWay.size + 1, this.#window, rttS, this.#leastRttS);
    this.#window = this.#threshold;
  }

  #measure(rttS: number): void {
    if (rttS < this.#leastRttS) this.#leastRttS = rttS;
    if (Number.isNaN(this.#srttS)) {
      this.#srttS = rttS;
      this.#varianceS = rttS / 2;
    } else {
      this.#varianceS += (Math.abs(this.#srttS - rttS) - this.#varianceS) / 4;
      this.#srttS += (rttS - this.#srttS) / 8;
    }
  }

  #armTimer(): void {
    const number = ++this.#timer;
    const measuredPs = Number.isNaN(this.#srttS) ? 1e12 : (this.#srttS + 4 * this.#varianceS) * 1e12;
    const rtoPs = Math.min(MOST_RTO_PS, Math.max(LEAST_RTO_PS, measuredPs) * this.#backoff);
    this.#events.after(rtoPs, () => {
      if (number !== this.#timer) return;
      // All that was under way is taken as lost.
      this.#threshold = Math.max(2, this.#underWay.size / 2);
      this.#window = 1;
      this.#backoff = Math.min(64, 2 * this.#backoff);
      this.#toResend = [...[...this.#underWay.values()].map(({ data }) => data), ...this.#toResend];
      this.#underWay.clear();
      this.#recoverSeq = this.#nextSeq - 1;
      this.#fill();
    });
  }
}
