/** What stands at an instant of a trace. At one instant they come in this order. */
export const BEGIN = 0;
export const SLICE = 1;
export const ARROW_OUT = 2;
export const ARROW_IN = 3;
export const END = 4;
export const COUNTER = 5;

export type EventKind = typeof BEGIN | typeof SLICE | typeof ARROW_OUT | typeof ARROW_IN | typeof END | typeof COUNTER;

/** The events of a trace with a bound on their number. Typed arrays: a million of them are 13 MB. */
export class EventList {
  readonly #most: number;
  readonly #timeNs: Float64Array;
  readonly #kind: Uint8Array;
  readonly #ref: Int32Array;
  #length = 0;

  /** @param most events that it takes */
  constructor(most: number) {
    this.#most = most;
    this.#timeNs = new Float64Array(most);
    this.#kind = new Uint8Array(most);
    this.#ref = new Int32Array(most);
  }

  get length(): number {
    return this.#length;
  }

  get room(): number {
    return this.#most - this.#length;
  }

  /** @param ref what the event is of, in the terms of its kind */
  add(timeNs: number, kind: EventKind, ref: number): void {
    this.#timeNs[this.#length] = timeNs;
    this.#kind[this.#length] = kind;
    this.#ref[this.#length++] = ref;
  }

  /** In order of time, then of kinds, then of additions. */
  *inOrder(): Generator<{ readonly timeNs: number; readonly kind: EventKind; readonly ref: number }> {
    const order = Int32Array.from({ length: this.#length }, (_, i) => i);
    const [timeNs, kind] = [this.#timeNs, this.#kind];
    order.sort((a, b) => timeNs[a]! - timeNs[b]! || kind[a]! - kind[b]! || a - b);
    for (const i of order) yield { timeNs: timeNs[i]!, kind: kind[i] as EventKind, ref: this.#ref[i]! };
  }
}
