import type { JobView } from './job-view.ts';

/** The next hops of a set in turn (`spray-switch-rr`, packet-model.md, section 6; `spray-tor-rr`, model-balancers-switch.md, section 4). */
export class RoundRobin {
  readonly #view: JobView;
  readonly #switchIndex: number;
  readonly #order: number[];
  readonly #permutes: boolean;
  readonly #shufflesAtWrap: boolean;
  readonly #roundsAnOrder: number;
  #rounds = 0;
  #pointer = 0;

  /** @param roundsAnOrder times that an order is used before the next shuffle */
  constructor(view: JobView, switchIndex: number, ports: readonly number[], permutes: boolean, roundsAnOrder: number) {
    this.#view = view;
    this.#switchIndex = switchIndex;
    this.#order = [...ports];
    this.#permutes = permutes;
    this.#roundsAnOrder = roundsAnOrder;
    this.#shufflesAtWrap = view.bugs.has('shuffle-at-wrap');
    if (permutes && this.#shufflesAtWrap) this.#shuffle();
  }

  next(): number {
    if (this.#pointer === 0 && this.#rounds++ % this.#roundsAnOrder === 0 && this.#permutes && !this.#shufflesAtWrap) this.#shuffle();
    const port = this.#order[this.#pointer]!;
    this.#pointer = (this.#pointer + 1) % this.#order.length;
    if (this.#pointer === 0 && this.#permutes && this.#shufflesAtWrap) this.#shuffle();
    return port;
  }

  #shuffle(): void {
    for (let i = this.#order.length - 1; i >= 1; i--) {
      const j = this.#view.switchStreams('round-robin').below(this.#switchIndex, i + 1);
      [this.#order[i], this.#order[j]] = [this.#order[j]!, this.#order[i]!];
    }
  }
}
