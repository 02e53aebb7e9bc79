import type { Topology } from '../base/topology.ts';
import type { Engine } from '../engine/engine.ts';

/** The output ports of each switch in which packets wait: what a switch has to look at when time goes on. */
export class DirtyPorts {
  /** By switch. */
  readonly count: Int32Array;
  readonly #links: Int32Array;
  readonly #topology: Topology;
  readonly #engine: Engine;

  constructor(topology: Topology, engine: Engine) {
    this.#topology = topology;
    this.#engine = engine;
    this.count = new Int32Array(topology.switches);
    this.#links = new Int32Array(topology.portLink.length);
  }

  /** Entry `i` of a switch, below count[switchIndex]. */
  link(switchIndex: number, i: number): number {
    return this.#links[this.#first(switchIndex) + i]!;
  }

  /** The port of `link`, which is not in the list, has packets; its switch will be flushed. */
  add(switchIndex: number, link: number): void {
    this.#links[this.#first(switchIndex) + this.count[switchIndex]!++] = link;
    this.#engine.markDirty(this.#topology.linkFrom[link]!);
  }

  /** Entry `i` stays, as entry `place`. */
  keep(switchIndex: number, i: number, place: number): void {
    const first = this.#first(switchIndex);
    this.#links[first + place] = this.#links[first + i]!;
  }

  #first(switchIndex: number): number {
    return this.#topology.portOffset[this.#topology.hosts + switchIndex]!;
  }
}
