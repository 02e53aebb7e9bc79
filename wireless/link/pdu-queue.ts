import type { Radio } from '../radio.ts';
import type { RandomStream } from '../random-stream.ts';

/** What became of a packet. */
export const DELIVERED = 0;
/** No room in the queue. */
export const CONGESTION = 1;
/** A PDU of it used up its attempts. */
export const WIRELESS = 2;
/** Too late, or dropped because it would be. */
export const DEADLINE = 3;
export type Outcome = typeof DELIVERED | typeof CONGESTION | typeof WIRELESS | typeof DEADLINE;

/** Told of every packet that leaves the link: its tag, what became of it, and its time since arrival. */
export type PacketSink = (tag: number, outcome: Outcome, delayPs: number) => void;

export interface LinkOptions {
  /** Infinity: no limit. */
  readonly capacityPdus: number;
  readonly packetBits: number;
  /** Infinity: persistent. May be changed between slots. */
  maxAttempts: number;
  /** Attempts by class 0, 1, 2; null: classes do not matter. May be changed between slots. */
  attemptsOfClass: readonly number[] | null;
  readonly harq: 'none' | 'chase' | 'ir';
  /** Attempts are bounded by the deadline. */
  readonly deadline: boolean;
  readonly slotPs: number;
  /** Failures in a row after which nothing is sent for `pauseSlots` slots, and then one PDU at a time until one arrives; null: never. */
  readonly pauseNacks: number | null;
  readonly pauseSlots: number;
  readonly sink: PacketSink;
}

/**
 * The sending side of a user's link: packets cut into PDUs, which wait in order, and the ARQ. A slot sends the PDUs at the head; those that
 * fail keep their place for a later slot, and a PDU that may not be sent again takes all of its packet that still waits with it.
 */
export class PduQueue {
  /** PDUs sent, failed and given up. */
  sent = 0;
  failed = 0;
  givenUp = 0;
  readonly options: LinkOptions;
  // PDUs in order, a ring.
  #packetOf = new Int32Array(64);
  #attempts = new Int32Array(64);
  #combined = new Float64Array(64);
  #head = 0;
  #size = 0;
  // Packets; a number is used again when its packet is gone.
  #arrivalPs = new Float64Array(64);
  #deadlinePs = new Float64Array(64);
  #tag = new Int32Array(64);
  #left = new Int32Array(64);
  #class = new Uint8Array(64);
  #isLost = new Uint8Array(64);
  readonly #free: number[] = [];
  #packets = 0;
  #failuresInRow = 0;
  #pausedUntilPs = 0;

  constructor(options: LinkOptions) {
    this.options = options;
  }

  get backlogPdus(): number {
    return this.#size;
  }

  /** PDUs that may be sent in a slot that begins at `startPs`: none during a pause. */
  readyPdus(startPs: number): number {
    return startPs < this.#pausedUntilPs ? 0 : this.#size;
  }

  /** Of the packet at the head; Infinity: there is none. */
  headArrivalPs(): number {
    return this.#size === 0 ? Infinity : this.#arrivalPs[this.#packetOf[this.#head]!]!;
  }

  headClass(): number {
    return this.#size === 0 ? 0 : this.#class[this.#packetOf[this.#head]!]!;
  }

  /** A packet of `bits` arrives; without room for all of it, it is lost at once. */
  arrive(tag: number, bits: number, nowPs: number, deadlinePs: number, packetClass: number): void {
    const { packetBits, capacityPdus, sink } = this.options;
    const pdus = bits === packetBits ? 1 : Math.ceil(bits / packetBits);
    if (this.#size + pdus > capacityPdus) return sink(tag, CONGESTION, 0);
    if (this.#size + pdus > this.#packetOf.length) this.#growPdus(this.#size + pdus);
    const packet = this.#free.pop() ?? this.#newPacket();
    this.#arrivalPs[packet] = nowPs;
    this.#deadlinePs[packet] = deadlinePs;
    this.#tag[packet] = tag;
    this.#left[packet] = pdus;
    this.#class[packet] = packetClass;
    this.#isLost[packet] = 0;
    const mask = this.#packetOf.length - 1;
    for (let i = 0; i < pdus; i++) {
      const at = (this.#head + this.#size++) & mask;
      this.#packetOf[at] = packet;
      this.#attempts[at] = 0;
      this.#combined[at] = 0;
    }
  }

  /** Drops packets from the head that are past their deadline at `nowPs`. */
  dropLate(nowPs: number): void {
    const mask = this.#packetOf.length - 1;
    while (this.#size > 0) {
      const packet = this.#packetOf[this.#head]!;
      if (this.#deadlinePs[packet]! >= nowPs) return;
      this.#lose(packet, DEADLINE, nowPs);
      const pdus = this.#left[packet]!;
      for (let i = 0; i < pdus; i++) this.#forget(packet);
      this.#head = (this.#head + pdus) & mask;
      this.#size -= pdus;
    }
  }

  /**
   * Sends the first PDUs, `count` at most, in a slot that ends at `endPs`. Each fails on its own with the radio's probability.
   *
   * @returns how many were sent
   */
  serve(count: number, mode: number, radio: Radio, stream: RandomStream, endPs: number): number {
    const { harq, deadline, slotPs, pauseNacks, pauseSlots, sink } = this.options;
    const mask = this.#packetOf.length - 1;
    const { dataSnr } = radio;
    const first = radio.failProbability(mode, 0, dataSnr);
    const isProbing = pauseNacks !== null && this.#failuresInRow >= pauseNacks;
    const combines = harq !== 'none';
    const most = isProbing ? Math.min(1, count) : count;
    let looked = 0;
    let sent = 0;
    let delivered = 0;
    let kept = 0;
    let isAnyLost = false;
    while (sent < most && looked < this.#size) {
      const at = (this.#head + looked++) & mask;
      const packet = this.#packetOf[at]!;
      // The rest of a packet that has lost a PDU is not sent any more.
      if (this.#isLost[packet] === 1) {
        this.#forget(packet);
        continue;
      }
      // Nor one that would come too late.
      if (deadline && endPs > this.#deadlinePs[packet]!) {
        isAnyLost = true;
        this.#lose(packet, DEADLINE, endPs);
        this.#forget(packet);
        continue;
      }
      sent++;
      const before = this.#combined[at]!;
      const gathered = combines ? this.#gathered(before, dataSnr) : 0;
      const fails = before === 0 ? first : radio.failProbability(mode, before, gathered);
      if (stream.uniform() >= fails) {
        delivered++;
        this.#failuresInRow = 0;
        if (this.#left[packet] === 1) sink(this.#tag[packet]!, DELIVERED, endPs - this.#arrivalPs[packet]!);
        this.#forget(packet);
        continue;
      }
      this.#failuresInRow++;
      const attempts = this.#attempts[at]! + 1;
      const isExhausted = attempts >= this.#attemptsAllowed(packet);
      if (isExhausted || (deadline && endPs + slotPs > this.#deadlinePs[packet]!)) {
        isAnyLost = true;
        this.givenUp++;
        this.#lose(packet, isExhausted ? WIRELESS : DEADLINE, endPs);
        this.#forget(packet);
        continue;
      }
      // Kept PDUs gather at the head in their order; they are moved to the end of what was looked at below.
      const to = (this.#head + kept++) & mask;
      this.#packetOf[to] = packet;
      this.#attempts[to] = attempts;
      this.#combined[to] = gathered;
    }
    if (isAnyLost) looked += this.#forgetLostAt(looked);
    // A packet that was lost just now has no PDU among them: those before the lost one have had as many attempts or more.
    const gone = looked - kept;
    for (let i = kept - 1; gone > 0 && i >= 0; i--) {
      const from = (this.#head + i) & mask;
      const to = (from + gone) & mask;
      this.#packetOf[to] = this.#packetOf[from]!;
      this.#attempts[to] = this.#attempts[from]!;
      this.#combined[to] = this.#combined[from]!;
    }
    this.#head = (this.#head + gone) & mask;
    this.#size -= gone;
    this.sent += sent;
    this.failed += sent - delivered;
    radio.onAnswers(delivered, sent - delivered);
    if (pauseNacks !== null && this.#failuresInRow >= pauseNacks) this.#pausedUntilPs = endPs + pauseSlots * slotPs;
    return sent;
  }

  /** PDUs of a packet that was lost just now and that were not looked at any more, from place `looked` on. */
  #forgetLostAt(looked: number): number {
    const mask = this.#packetOf.length - 1;
    let lost = 0;
    for (; looked + lost < this.#size; lost++) {
      const packet = this.#packetOf[(this.#head + looked + lost) & mask]!;
      if (this.#isLost[packet] === 0) break;
      this.#forget(packet);
    }
    return lost;
  }

  /**
   * What a receiver has after one more attempt at `snr`, as the SNR of a single one: Chase combining adds SNR, incremental redundancy mutual
   * information, log2(1 + SNR).
   */
  #gathered(before: number, snr: number): number {
    return this.options.harq === 'chase' ? before + snr : before + snr + before * snr;
  }

  #attemptsAllowed(packet: number): number {
    const { maxAttempts, attemptsOfClass } = this.options;
    return attemptsOfClass === null ? maxAttempts : Math.min(maxAttempts, attemptsOfClass[this.#class[packet]!]!);
  }

  #lose(packet: number, outcome: Outcome, nowPs: number): void {
    this.#isLost[packet] = 1;
    this.options.sink(this.#tag[packet]!, outcome, nowPs - this.#arrivalPs[packet]!);
  }

  /** One PDU of the packet is gone. */
  #forget(packet: number): void {
    if (--this.#left[packet]! === 0) this.#free.push(packet);
  }

  #newPacket(): number {
    if (this.#packets === this.#tag.length) {
      const length = 2 * this.#packets;
      this.#arrivalPs = grown(this.#arrivalPs, new Float64Array(length));
      this.#deadlinePs = grown(this.#deadlinePs, new Float64Array(length));
      this.#tag = grown(this.#tag, new Int32Array(length));
      this.#left = grown(this.#left, new Int32Array(length));
      this.#class = grown(this.#class, new Uint8Array(length));
      this.#isLost = grown(this.#isLost, new Uint8Array(length));
    }
    return this.#packets++;
  }

  /** The ring straightened out into arrays of twice the size or more. */
  #growPdus(needed: number): void {
    const old = this.#packetOf.length;
    let length = 2 * old;
    while (length < needed) length *= 2;
    const packetOf = new Int32Array(length);
    const attempts = new Int32Array(length);
    const combined = new Float64Array(length);
    for (let i = 0; i < this.#size; i++) {
      const from = (this.#head + i) & (old - 1);
      packetOf[i] = this.#packetOf[from]!;
      attempts[i] = this.#attempts[from]!;
      combined[i] = this.#combined[from]!;
    }
    this.#packetOf = packetOf;
    this.#attempts = attempts;
    this.#combined = combined;
    this.#head = 0;
  }
}

function grown<T extends Float64Array | Int32Array | Uint8Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
