import type { RandomStream } from '../random-stream.ts';
import type { App, PacketEntry } from './app.ts';

/** Always has something to send. */
export class FullBuffer implements App {
  readonly #bits: number;
  readonly #backlogPdus: number;

  /** @param backlogPdus what a slot carries at most */
  constructor(packetBits: number, backlogPdus: number) {
    this.#bits = packetBits;
    this.#backlogPdus = backlogPdus;
  }

  emit(untilPs: number, entry: PacketEntry): void {
    while (entry.backlogPdus < this.#backlogPdus) entry.arrive(0, this.#bits, untilPs, Infinity, 0);
  }

  onPacket(): void {}
}

/** A Poisson number of PDUs a slot, all at its end. */
export class PoissonSource implements App {
  readonly #mean: number;
  readonly #bits: number;
  readonly #delayBoundPs: number;
  readonly #stream: RandomStream;

  constructor(mean: number, packetBits: number, delayBoundPs: number, stream: RandomStream) {
    this.#mean = mean;
    this.#bits = packetBits;
    this.#delayBoundPs = delayBoundPs;
    this.#stream = stream;
  }

  emit(untilPs: number, entry: PacketEntry): void {
    const arrivals = this.#stream.poisson(this.#mean);
    for (let i = 0; i < arrivals; i++) entry.arrive(0, this.#bits, untilPs, untilPs + this.#delayBoundPs, 0);
  }

  onPacket(): void {}
}

/** One PDU at the end of a slot with a given probability. */
export class BernoulliSource implements App {
  readonly #probability: number;
  readonly #bits: number;
  readonly #delayBoundPs: number;
  readonly #stream: RandomStream;

  constructor(probability: number, packetBits: number, delayBoundPs: number, stream: RandomStream) {
    this.#probability = probability;
    this.#bits = packetBits;
    this.#delayBoundPs = delayBoundPs;
    this.#stream = stream;
  }

  emit(untilPs: number, entry: PacketEntry): void {
    if (this.#stream.uniform() < this.#probability) entry.arrive(0, this.#bits, untilPs, untilPs + this.#delayBoundPs, 0);
  }

  onPacket(): void {}
}

/** Packets at a constant rate, in periods that are on; exponential on and off periods, or on all the time. */
export class PacedSource implements App {
  readonly #bits: number;
  readonly #gapPs: number;
  readonly #delayBoundPs: number;
  readonly #meanOnPs: number;
  readonly #meanOffPs: number;
  readonly #stream: RandomStream;
  #nextPs: number;
  #onUntilPs: number;

  /** @param meanOffPs 0: it is on all the time */
  constructor(
    source: {
      readonly bits: number;
      readonly gapPs: number;
      readonly delayBoundPs: number;
      readonly meanOnPs: number;
      readonly meanOffPs: number;
    },
    stream: RandomStream,
  ) {
    this.#bits = source.bits;
    this.#gapPs = source.gapPs;
    this.#delayBoundPs = source.delayBoundPs;
    this.#meanOnPs = source.meanOnPs;
    this.#meanOffPs = source.meanOffPs;
    this.#stream = stream;
    // Sources of one kind do not start in step.
    this.#nextPs = stream.uniform() * source.gapPs;
    this.#onUntilPs = source.meanOffPs === 0 ? Infinity : source.meanOnPs * stream.exponential();
  }

  emit(untilPs: number, entry: PacketEntry): void {
    while (this.#nextPs <= untilPs) {
      if (this.#nextPs > this.#onUntilPs) {
        this.#nextPs = this.#onUntilPs + this.#meanOffPs * this.#stream.exponential();
        this.#onUntilPs = this.#nextPs + this.#meanOnPs * this.#stream.exponential();
        continue;
      }
      entry.arrive(0, this.#bits, this.#nextPs, this.#nextPs + this.#delayBoundPs, 0);
      this.#nextPs += this.#gapPs;
    }
  }

  onPacket(): void {}
}
