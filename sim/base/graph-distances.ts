import type { GraphSpec } from './topology-spec.ts';

/** Switches of a graph with hosts on them, its ToRs, ascending; of the spec's switches, from 0. */
export function graphTors({ hosts, switches, cables }: GraphSpec): number[] {
  const hasHosts = new Uint8Array(switches);
  for (const { a, b } of cables) if (Math.min(a, b) < hosts) hasHosts[Math.max(a, b) - hosts] = 1;
  return Array.from({ length: switches }, (_, s) => s).filter((s) => hasHosts[s] === 1);
}

/** Fewest cables from every switch to one of them, over switches alone; -1: no way. */
export class GraphDistances {
  readonly #offset: Int32Array;
  readonly #neighbour: Int32Array;

  constructor({ hosts, switches, cables }: GraphSpec) {
    const between = cables.filter(({ a, b }) => a >= hosts && b >= hosts).map(({ a, b }) => [a - hosts, b - hosts] as const);
    this.#offset = new Int32Array(switches + 1);
    for (const ends of between) for (const end of ends) this.#offset[end + 1]!++;
    for (let s = 0; s < switches; s++) this.#offset[s + 1]! += this.#offset[s]!;
    const next = this.#offset.slice();
    this.#neighbour = new Int32Array(2 * between.length);
    for (const [a, b] of between) {
      this.#neighbour[next[a]!++] = b;
      this.#neighbour[next[b]!++] = a;
    }
  }

  /** Breadth first from `target`; `order`: the switches that reach it, nearest first. */
  to(target: number): { readonly distance: Int32Array; readonly order: Int32Array } {
    const switches = this.#offset.length - 1;
    const distance = new Int32Array(switches).fill(-1);
    const order = new Int32Array(switches);
    let found = 1;
    order[0] = target;
    distance[target] = 0;
    for (let i = 0; i < found; i++) {
      const s = order[i]!;
      for (let e = this.#offset[s]!; e < this.#offset[s + 1]!; e++) {
        const other = this.#neighbour[e]!;
        if (distance[other]! >= 0) continue;
        distance[other] = distance[s]! + 1;
        order[found++] = other;
      }
    }
    return { distance, order: order.subarray(0, found) };
  }
}

/** Most switches on a shortest way between two hosts of a graph. */
export function mostSwitches(spec: GraphSpec): number {
  const distances = new GraphDistances(spec);
  const tors = graphTors(spec);
  let most = 0;
  for (const tor of tors) {
    const { distance } = distances.to(tor);
    for (const other of tors) most = Math.max(most, distance[other]! + 1);
  }
  return most;
}
