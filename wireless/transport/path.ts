import type { RandomStream } from '../random-stream.ts';
import type { PathSpec } from '../scenario.ts';
import type { EventQueue } from './event-queue.ts';
import type { LossCause } from './flow-counts.ts';

/** A packet of a transport flow on its way. */
export interface Segment {
  readonly seq: number;
  readonly sentPs: number;
  isMarked: boolean;
}

/** Where packets end: at the receiver, or lost, with the reason. */
export interface PathEnd {
  onArrival(segment: Segment): void;
  onLoss(segment: Segment, cause: LossCause): void;
}

/** The way of a flow's packets. */
export interface Way {
  send(segment: Segment, end: PathEnd): void;
}

/** How full a queue is, as a share of its size, from which on arriving packets are marked. */
export const MARK_AT = 0.5;

/** The wired bottleneck: a first-in first-out queue for whole packets of one size, shared with cross traffic. */
export class Bottleneck {
  readonly #events: EventQueue;
  readonly #spec: PathSpec;
  readonly #packetPs: number;
  readonly #stream: RandomStream;
  #waiting = 0;
  #freeAtPs = 0;

  constructor(events: EventQueue, spec: PathSpec, segmentBytes: number, stream: RandomStream) {
    this.#events = events;
    this.#spec = spec;
    this.#packetPs = (segmentBytes * 8e12) / spec.rateBps;
    this.#stream = stream;
    if (spec.crossTraffic > 0) this.#crossTraffic();
  }

  /** A packet joins the queue; `leave` hears when it has been sent, and whether it was marked; false: there was no room. */
  join(leave: (isMarked: boolean) => void): boolean {
    if (this.#waiting >= this.#spec.queuePackets) return false;
    const isMarked = this.#waiting >= MARK_AT * this.#spec.queuePackets;
    this.#waiting++;
    this.#freeAtPs = Math.max(this.#freeAtPs, this.#events.nowPs) + this.#packetPs;
    this.#events.at(this.#freeAtPs, () => {
      this.#waiting--;
      leave(isMarked);
    });
    return true;
  }

  #crossTraffic(): void {
    const gapPs = this.#packetPs / this.#spec.crossTraffic;
    this.#events.after(gapPs * this.#stream.exponential(), () => {
      this.join(() => {});
      this.#crossTraffic();
    });
  }
}

/** The way of one flow: bottleneck, propagation, and the air before or after, which loses packets at random. */
export class Path implements Way {
  readonly #events: EventQueue;
  readonly #bottleneck: Bottleneck;
  readonly #spec: PathSpec;
  readonly #stream: RandomStream;

  readonly #wirelessLoss: number;

  /** @param wirelessLoss P(a packet is lost on the air) */
  constructor(events: EventQueue, bottleneck: Bottleneck, spec: PathSpec, wirelessLoss: number, stream: RandomStream) {
    this.#events = events;
    this.#bottleneck = bottleneck;
    this.#spec = spec;
    this.#wirelessLoss = wirelessLoss;
    this.#stream = stream;
  }

  send(segment: Segment, end: PathEnd): void {
    const isLostOnAir = this.#stream.uniform() < this.#wirelessLoss;
    // In a backbone what is lost on the air never gets to the bottleneck.
    if (isLostOnAir && this.#spec.wireless === 'backbone') return end.onLoss(segment, 'wireless');
    const hasRoom = this.#bottleneck.join((isMarked) => {
      segment.isMarked = isMarked;
      if (isLostOnAir) end.onLoss(segment, 'wireless');
      else this.#events.after(this.#spec.delayPs, () => end.onArrival(segment));
    });
    if (!hasRoom) end.onLoss(segment, 'congestion');
  }
}
