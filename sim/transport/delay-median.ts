/**
 * Median of the latest round-trip time samples of each flow: MSwift and MNSCC (arXiv 2509.07907) react to it instead of the latest sample,
 * so that a few congested paths do not decide for all.
 */
export class DelayMedian {
  readonly #size: number;
  /** The samples of each flow by age, oldest overwritten first; and in ascending order. */
  readonly #byAge: Float64Array;
  readonly #sorted: Float64Array;
  readonly #heard: Float64Array;

  /** @param size samples that count */
  constructor(flows: number, size: number) {
    this.#size = size;
    this.#byAge = new Float64Array(flows * size);
    this.#sorted = new Float64Array(flows * size);
    this.#heard = new Float64Array(flows);
  }

  /** Takes the sample in times[from]; writes the (lower) median of those that count to times[to]. */
  take(flow: number, times: Float64Array, from: number, to: number): void {
    const first = flow * this.#size;
    const heard = this.#heard[flow]!;
    const sample = times[from]!;
    const sorted = this.#sorted;
    const slot = first + (heard % this.#size);
    let last = first + Math.min(heard, this.#size);
    if (heard >= this.#size) {
      // The oldest goes: close its gap.
      const oldest = this.#byAge[slot]!;
      let i = first;
      while (sorted[i] !== oldest) i++;
      for (; i < last - 1; i++) sorted[i] = sorted[i + 1]!;
      last--;
    }
    this.#byAge[slot] = sample;
    let i = last;
    for (; i > first && sorted[i - 1]! > sample; i--) sorted[i] = sorted[i - 1]!;
    sorted[i] = sample;
    this.#heard[flow] = heard + 1;
    times[to] = sorted[first + ((last - first) >>> 1)]!;
  }
}
