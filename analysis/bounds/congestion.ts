import type { Topology } from '../../sim/base/topology.ts';

/** The rules by which the loads of the fabric links become `congestion_ratio`. */
export class Congestion {
  /** Links between switches, ascending. */
  readonly links: Int32Array;
  readonly #rateBps: Float64Array;
  readonly #sameCapacity: boolean;

  constructor(topology: Topology) {
    const fabric: number[] = [];
    for (let link = 0; link < topology.links; link++) if (topology.linkIsFabric[link] === 1) fabric.push(link);
    const live = fabric.filter((link) => topology.linkUp[link] === 1);
    this.links = Int32Array.from(fabric);
    this.#rateBps = topology.linkRateBps;
    this.#sameCapacity = live.every((link) => topology.linkRateBps[link] === topology.linkRateBps[live[0]!]);
  }

  /** Largest load of a fabric link, in bytes. */
  max(loadOf: (link: number) => number): number {
    let max = 0;
    for (const link of this.links) max = Math.max(max, loadOf(link));
    return max;
  }

  /**
   * How much fuller than under perfect spraying the fullest fabric link is: the ratio of the largest loads where all live fabric
   * links have one capacity, else of the largest load / capacity; 1 where nothing crosses the fabric.
   */
  ratio(loadOf: (link: number) => number, idealOf: (link: number) => number): number {
    const weigh = (of: (link: number) => number) => (this.#sameCapacity ? of : (link: number) => of(link) / this.#rateBps[link]!);
    const ideal = this.max(weigh(idealOf));
    return ideal === 0 ? 1 : this.max(weigh(loadOf)) / ideal;
  }
}

/** `Congestion.ratio` of two load tables, such as a run's measured loads and the ideal ones. */
export function congestionRatio(topology: Topology, loadBytes: Float64Array, idealBytes: Float64Array): number {
  return new Congestion(topology).ratio(
    (link) => loadBytes[link]!,
    (link) => idealBytes[link]!,
  );
}
