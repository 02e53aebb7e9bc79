import { NOW, RTT } from '../engine/record.ts';

/**
 * Rounds of about one round-trip time a flow, and how many of a round's ACKs echoed a mark. A round ends with the ACK of a packet that was
 * sent in it.
 */
export class MarkRounds {
  /** Of the round that is on, or has just ended. */
  readonly acks: Int32Array;
  readonly marks: Int32Array;
  readonly #clock: Float64Array;
  readonly #baseRttPs: number;
  readonly #startPs: Float64Array;

  /** @param baseRttPs stands for the sample of an ACK without one */
  constructor(flows: number, clock: Float64Array, baseRttPs: number) {
    this.acks = new Int32Array(flows);
    this.marks = new Int32Array(flows);
    this.#clock = clock;
    this.#baseRttPs = baseRttPs;
    this.#startPs = new Float64Array(flows).fill(-1);
  }

  /** Counts the ACK in hand; true: it ends the round, and `begin` must follow. */
  ends(flow: number, isMarked: boolean): boolean {
    this.acks[flow]!++;
    if (isMarked) this.marks[flow]!++;
    const nowPs = this.#clock[NOW]!;
    const startPs = this.#startPs[flow]!;
    if (startPs < 0) {
      this.#startPs[flow] = nowPs;
      return false;
    }
    const rttPs = this.#clock[RTT]!;
    return nowPs - (rttPs >= 0 ? rttPs : this.#baseRttPs) >= startPs;
  }

  /** The next round begins now. */
  begin(flow: number): void {
    this.acks[flow] = 0;
    this.marks[flow] = 0;
    this.#startPs[flow] = this.#clock[NOW]!;
  }
}
