/** A list of numbers that grows by doubling; typed arrays keep a million operations in tens of megabytes. */
export class Column<T extends Int32Array | Uint32Array | Float64Array | Uint8Array> {
  values: T;
  length = 0;
  readonly #make: (length: number) => T;

  constructor(make: (length: number) => T) {
    this.#make = make;
    this.values = make(64);
  }

  push(value: number): void {
    if (this.length === this.values.length) {
      const grown = this.#make(this.length * 2);
      grown.set(this.values);
      this.values = grown;
    }
    this.values[this.length++] = value;
  }

  trimmed(): T {
    return this.values.slice(0, this.length) as T;
  }
}

export const int32 = (length: number): Int32Array => new Int32Array(length);
export const float64 = (length: number): Float64Array => new Float64Array(length);
export const uint8 = (length: number): Uint8Array => new Uint8Array(length);
export const uint32 = (length: number): Uint32Array => new Uint32Array(length);
