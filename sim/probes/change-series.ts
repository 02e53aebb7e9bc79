import type { ProbeSeries } from '../base/probe-tables.ts';

/** Gathers the changes of one measure at many places. */
export class ChangeSeries {
  /** By place: its value so far. */
  readonly #last: Float64Array;
  #timePs = new Float64Array(256);
  #place = new Uint32Array(256);
  #value = new Float64Array(256);
  #count = 0;

  constructor(places: number) {
    this.#last = new Float64Array(places);
  }

  /** How many changes there have been. */
  get count(): number {
    return this.#count;
  }

  /** The value of a place at an instant; kept where it differs from the one before. In order of time and then of places. */
  note(timePs: number, place: number, value: number): void {
    if (this.#last[place] === value) return;
    this.#last[place] = value;
    if (this.#count === this.#place.length) this.#grow();
    this.#timePs[this.#count] = timePs;
    this.#place[this.#count] = place;
    this.#value[this.#count++] = value;
  }

  series(): ProbeSeries {
    const count = this.#count;
    return { timePs: this.#timePs.slice(0, count), place: this.#place.slice(0, count), value: this.#value.slice(0, count) };
  }

  #grow(): void {
    const length = 2 * this.#place.length;
    const [timePs, place, value] = [this.#timePs, this.#place, this.#value];
    this.#timePs = new Float64Array(length);
    this.#place = new Uint32Array(length);
    this.#value = new Float64Array(length);
    this.#timePs.set(timePs);
    this.#place.set(place);
    this.#value.set(value);
  }
}
