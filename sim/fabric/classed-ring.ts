import type { Region } from '../engine/arena.ts';
import { FlowRing } from './flow-ring.ts';

/** What a NIC asks of the flows that may send. */
export interface ReadyFlows {
  /** Flows that may send now. */
  readonly count: number;
  has(flow: number): boolean;
  add(flow: number): void;
  remove(flow: number): void;
  /** First flow that may send after `flow`, cyclically (`flow` itself comes last). Only when `count > 0`. */
  after(flow: number): number;
}

/** The flows of one host by traffic class, of which some are paused: their flows do not count. */
export class ClassedRing implements ReadyFlows {
  count = 0;
  readonly #flows: number;
  readonly #rings: readonly FlowRing[];
  /** Index of the ring of each flow of the run; null: there is one. */
  readonly #ringOfFlow: Uint8Array | null;
  readonly #isPaused: boolean[];

  /** Flows `first` .. `first + flows - 1` in `classes` classes. */
  constructor(first: number, flows: number, classes: number, ringOfFlow: Uint8Array | null, region: Region) {
    this.#flows = flows;
    this.#rings = Array.from({ length: classes }, () => new FlowRing(first, flows, region));
    this.#ringOfFlow = ringOfFlow;
    this.#isPaused = new Array<boolean>(classes).fill(false);
  }

  setPaused(ring: number, isPaused: boolean): void {
    this.#isPaused[ring] = isPaused;
    this.#recount();
  }

  has(flow: number): boolean {
    return this.#ring(flow).has(flow);
  }

  add(flow: number): void {
    this.#ring(flow).add(flow);
    this.#recount();
  }

  remove(flow: number): void {
    this.#ring(flow).remove(flow);
    this.#recount();
  }

  after(flow: number): number {
    let best = -1;
    let bestDistance = Infinity;
    for (let i = 0; i < this.#rings.length; i++) {
      const ring = this.#rings[i]!;
      if (this.#isPaused[i]! || ring.count === 0) continue;
      const candidate = ring.after(flow);
      const distance = (candidate - flow - 1 + this.#flows) % this.#flows;
      if (distance < bestDistance) {
        best = candidate;
        bestDistance = distance;
      }
    }
    return best;
  }

  #ring(flow: number): FlowRing {
    return this.#rings[this.#ringOfFlow === null ? 0 : this.#ringOfFlow[flow]!]!;
  }

  #recount(): void {
    let count = 0;
    for (let i = 0; i < this.#rings.length; i++) if (!this.#isPaused[i]!) count += this.#rings[i]!.count;
    this.count = count;
  }
}
