import type { LayerRows } from '../../sim/base/moe-spec.ts';
import { NumberTable } from './number-table.ts';

/** The rows of one layer of a routing trace while it is read: a few bytes each, in typed arrays that grow. */
export class TraceRows {
  /** Experts of each row. */
  readonly k: number;
  #tokens = new Int32Array(16);
  #experts: Uint16Array | Int32Array;
  #size = 0;
  #last = -1;
  /** Tokens with a row; null: they have come in ascending order so far, so that the last one tells. */
  #seen: NumberTable | null = null;

  /** @param experts of the model */
  constructor(k: number, experts: number) {
    this.k = k;
    this.#experts = experts <= 2 ** 16 ? new Uint16Array(16 * k) : new Int32Array(16 * k);
  }

  /** @returns false where the token has a row already, which stays */
  add(token: number, experts: readonly number[]): boolean {
    if (token <= this.#last && this.#seen === null) {
      this.#seen = new NumberTable();
      for (let i = 0; i < this.#size; i++) this.#seen.add(this.#tokens[i]!, i);
    }
    if (this.#seen !== null) {
      if (this.#seen.get(token) !== undefined) return false;
      this.#seen.add(token, this.#size);
    }
    if (this.#size === this.#tokens.length) {
      const capacity = Math.ceil(1.5 * this.#size);
      this.#tokens = grown(this.#tokens, new Int32Array(capacity));
      const length = capacity * this.k;
      this.#experts = grown(this.#experts, this.#experts instanceof Uint16Array ? new Uint16Array(length) : new Int32Array(length));
    }
    this.#tokens[this.#size] = token;
    this.#experts.set(experts, this.#size * this.k);
    this.#size++;
    this.#last = token;
    return true;
  }

  build(): LayerRows {
    const size = this.#size;
    const tokens = this.#tokens.slice(0, size);
    const experts = this.#experts.slice(0, size * this.k);
    if (this.#seen === null) return { tokens, experts };
    tokens.sort();
    tokens.forEach((token, row) => {
      const from = this.#seen!.get(token)! * this.k;
      experts.set(this.#experts.subarray(from, from + this.k), row * this.k);
    });
    return { tokens, experts };
  }
}

/** A copy in a longer array. */
export function grown<T extends Int32Array | Uint16Array | Float64Array>(values: T, longer: T): T {
  longer.set(values);
  return longer;
}
