import type { Bug } from '../bugs.ts';

/** docs/model-congestion.md, section 9: the median of a flow's last samples. */
export class DelayMedian {
  readonly #most: number;
  readonly #takesUpper: boolean;
  readonly #samples: number[] = [];

  constructor(most: number, bugs: ReadonlySet<Bug>) {
    this.#most = most;
    this.#takesUpper = bugs.has('upper-median');
  }

  /** Takes a sample in; returns the median of the last ones. */
  add(sample: number): number {
    this.#samples.push(sample);
    if (this.#samples.length > this.#most) this.#samples.shift();
    const sorted = this.#samples.toSorted((a, b) => a - b);
    return sorted[this.#takesUpper ? sorted.length >> 1 : Math.floor((sorted.length - 1) / 2)]!;
  }
}
