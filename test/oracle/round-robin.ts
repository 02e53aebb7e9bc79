import type { Simulation } from './simulation.ts';

/** The next hops of a set in turn (`spray-switch-rr`, packet-model.md, section 6). */
export class RoundRobin {
  readonly #simulation: Simulation;
  readonly #switchIndex: number;
  readonly #order: number[];
  readonly #permutes: boolean;
  readonly #shufflesAtWrap: boolean;
  #pointer = 0;

  constructor(simulation: Simulation, switchIndex: number, ports: readonly number[], permutes: boolean) {
    this.#simulation = simulation;
    this.#switchIndex = switchIndex;
    this.#order = [...ports];
    this.#permutes = permutes;
    this.#shufflesAtWrap = simulation.bugs.has('shuffle-at-wrap');
    if (permutes && this.#shufflesAtWrap) this.#shuffle();
  }

  next(): number {
    if (this.#pointer === 0 && this.#permutes && !this.#shufflesAtWrap) this.#shuffle();
    const port = this.#order[this.#pointer]!;
    this.#pointer = (this.#pointer + 1) % this.#order.length;
    if (this.#pointer === 0 && this.#permutes && this.#shufflesAtWrap) this.#shuffle();
    return port;
  }

  #shuffle(): void {
    for (let i = this.#order.length - 1; i >= 1; i--) {
      const j = this.#simulation.roundRobinStream.below(this.#switchIndex, i + 1);
      [this.#order[i], this.#order[j]] = [this.#order[j]!, this.#order[i]!];
    }
  }
}
