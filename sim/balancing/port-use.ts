import { NOW } from '../engine/record.ts';

/** Utilisation is that of the last 30 us, as in htsim: intervals of that length, of which the one before the present counts in part. */
const INTERVAL_PS = 30e6;

/** How busy ports are, from the packets that are routed to them; by link. An entry belongs to the switch that the link leaves. */
export class PortUse {
  readonly #clock: Float64Array;
  readonly #rateBps: Float64Array;
  /** Number of the interval that `#nowBytes` is of. */
  readonly #interval: Float64Array;
  readonly #nowBytes: Float64Array;
  readonly #beforeBytes: Float64Array;

  constructor(rateBps: Float64Array, clock: Float64Array) {
    this.#clock = clock;
    this.#rateBps = rateBps;
    this.#interval = new Float64Array(rateBps.length);
    this.#nowBytes = new Float64Array(rateBps.length);
    this.#beforeBytes = new Float64Array(rateBps.length);
  }

  /** A packet goes to the port of `link` at clock[NOW]. */
  add(link: number, sizeBytes: number): void {
    this.#moveTo(link);
    this.#nowBytes[link]! += sizeBytes;
  }

  /** Utilisation of the port at clock[NOW] in four levels: 0 none, 1 below 15 %, 2 below 50 %, 3. */
  level(link: number): number {
    this.#moveTo(link);
    const part = (this.#clock[NOW]! - this.#interval[link]! * INTERVAL_PS) / INTERVAL_PS;
    const bytes = this.#beforeBytes[link]! * (1 - part) + this.#nowBytes[link]!;
    const use = (bytes * 8e12) / (this.#rateBps[link]! * INTERVAL_PS);
    return use === 0 ? 0 : use < 0.15 ? 1 : use < 0.5 ? 2 : 3;
  }

  #moveTo(link: number): void {
    const interval = Math.floor(this.#clock[NOW]! / INTERVAL_PS);
    const passed = interval - this.#interval[link]!;
    if (passed === 0) return;
    this.#beforeBytes[link] = passed === 1 ? this.#nowBytes[link]! : 0;
    this.#nowBytes[link] = 0;
    this.#interval[link] = interval;
  }
}
