import type { Topology } from '../base/topology.ts';
import type { RouteEpochs } from './route-epochs.ts';

const NONE: ReadonlySet<number> = new Set();

/** Which paths between two ToRs lead over withdrawn cables. Found out where somebody asks, and kept. */
export class DeadPaths {
  readonly #topology: Topology;
  readonly #routes: RouteEpochs;
  readonly #known: readonly Map<number, ReadonlySet<number>>[];

  constructor(topology: Topology, routes: RouteEpochs) {
    this.#topology = topology;
    this.#routes = routes;
    this.#known = routes.routings.map(() => new Map());
  }

  /** Identifiers of the dead paths between two ToRs in the epoch of times[at]. */
  at(times: Float64Array, at: number, srcTor: number, dstTor: number): ReadonlySet<number> {
    const routing = this.#routes.routingOf[this.#routes.at(times, at)]!;
    if (routing === 0) return NONE;
    const known = this.#known[routing]!;
    const pair = srcTor * this.#topology.tors + dstTor;
    let dead = known.get(pair);
    if (dead === undefined) {
      dead = this.#find(routing, srcTor, dstTor);
      known.set(pair, dead);
    }
    return dead;
  }

  #find(routing: number, srcTor: number, dstTor: number): ReadonlySet<number> {
    const { linkUp } = this.#routes.routings[routing]!;
    const { ids, linkOffset, links } = this.#topology.pathsBetween(srcTor, dstTor);
    const isDead = (_id: number, i: number): boolean =>
      links.subarray(linkOffset[i]!, linkOffset[i + 1]!).some((link) => linkUp[link] === 0);
    return new Set(ids.filter(isDead));
  }
}
