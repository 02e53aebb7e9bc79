import type { AirSink, Direction } from '../../sim/base/air.ts';
import { CONGESTION, DELIVERED, PduQueue, type LinkOptions } from '../link/pdu-queue.ts';
import type { Radio } from '../radio.ts';
import type { RandomStream } from '../random-stream.ts';

/** What is known of a packet: nothing yet, or its outcome (link/pdu-queue.ts). */
const UNDER_WAY = 0xff;

/**
 * One direction of a terminal: radio, queue and ARQ, and the order of its packets. A packet that is decoded waits for those before it, as in
 * the reordering buffers of LTE RLC (3GPP TS 36.322) and IEEE 802.11.
 */
export class AirLink {
  readonly radio: Radio;
  readonly queue: PduQueue;
  readonly #errors: RandomStream;
  // Packets in the order in which they joined, a ring by number: the caller's tag and what is known.
  #tags = new Int32Array(16);
  #fates = new Uint8Array(16);
  #first = 0;
  #next = 0;
  #hasRoom = true;

  constructor(radio: Radio, errors: RandomStream, link: Omit<LinkOptions, 'sink'>) {
    this.radio = radio;
    this.#errors = errors;
    this.queue = new PduQueue({
      ...link,
      sink: (number, outcome) => {
        if (outcome === CONGESTION) this.#hasRoom = false;
        else this.#fates[number & (this.#fates.length - 1)] = outcome;
      },
    });
  }

  /** A packet joins at `nowPs`; false: there is no room for it. */
  take(tag: number, bits: number, nowPs: number): boolean {
    this.#hasRoom = true;
    this.queue.arrive(this.#next, bits, nowPs, Infinity, 0);
    if (!this.#hasRoom) return false;
    if (this.#next - this.#first === this.#tags.length) this.#grow();
    const place = this.#next++ & (this.#tags.length - 1);
    this.#tags[place] = tag;
    this.#fates[place] = UNDER_WAY;
    return true;
  }

  /** Sends up to `pdus` in a slot that ends at `endPs`; returns how many. */
  serve(pdus: number, mode: number, endPs: number): number {
    return this.queue.serve(pdus, mode, this.radio, this.#errors, endPs);
  }

  /** Packets leave: the first ones whose fate is known. Returns how many. */
  release(direction: Direction, terminal: number, sink: AirSink): number {
    const before = this.#first;
    while (this.#first < this.#next) {
      const place = this.#first & (this.#tags.length - 1);
      const fate = this.#fates[place]!;
      if (fate === UNDER_WAY) break;
      this.#first++;
      if (fate === DELIVERED) sink.handOver(direction, terminal, this.#tags[place]!);
      else sink.lose(this.#tags[place]!);
    }
    return this.#first - before;
  }

  #grow(): void {
    const old = this.#tags.length;
    const tags = new Int32Array(2 * old);
    const fates = new Uint8Array(2 * old);
    for (let number = this.#first; number < this.#next; number++) {
      tags[number & (2 * old - 1)] = this.#tags[number & (old - 1)]!;
      fates[number & (2 * old - 1)] = this.#fates[number & (old - 1)]!;
    }
    this.#tags = tags;
    this.#fates = fates;
  }
}
