import { exactWeights, greatestCommonDivisor } from '../../sim/balancing/weights.ts';
import { torNode, type Topology } from '../../sim/base/topology.ts';

/** Which part of the traffic between two ToRs each fabric link carries: numerator[i] / denominator of it on link[i]. */
export interface PairShares {
  readonly link: Int32Array;
  readonly numerator: Float64Array;
  readonly denominator: number;
}

/** How the traffic of a pair of ToRs is spread. */
export type ShareRule = (topology: Topology, srcTor: number, dstTor: number) => PairShares;

/** Perfect spraying: over the live paths in proportion to their capacity. */
export const capacityShares: ShareRule = (topology, srcTor, dstTor) => {
  const paths = topology.pathsBetween(srcTor, dstTor);
  const weights = exactWeights(paths.capacityBps);
  return pathShares(paths, weights ?? paths.capacityBps);
};

/** Equally over the live paths: `drb`. */
export const equalPathShares: ShareRule = (topology, srcTor, dstTor) => {
  const paths = topology.pathsBetween(srcTor, dstTor);
  return pathShares(paths, new Float64Array(paths.ids.length).fill(1));
};

/** Hop by hop, equally over the live next hops of each switch: the mean of `spray` and of `spray-switch-rr`. */
export const nextHopShares: ShareRule = (topology, srcTor, dstTor) => {
  const destination = torNode(topology, dstTor);
  const onLink = new Map<number, Fraction>();
  // Breadth first by hop count; the graph of next hops has no cycle, and all ways to a switch are equally long.
  let frontier = new Map<number, Fraction>([[torNode(topology, srcTor), { numerator: 1, denominator: 1 }]]);
  while (frontier.size > 0) {
    const next = new Map<number, Fraction>();
    for (const [node, share] of frontier) {
      const sw = node - topology.hosts;
      const set = topology.nextHopSet[sw * topology.tors + dstTor]!;
      const hops = topology.setOffset[set + 1]! - topology.setOffset[set]!;
      const part = { numerator: share.numerator, denominator: share.denominator * hops };
      for (let i = topology.setOffset[set]!; i < topology.setOffset[set + 1]!; i++) {
        const link = topology.portLink[topology.portOffset[node]! + topology.setPort[i]!]!;
        onLink.set(link, sum(onLink.get(link), part));
        const to = topology.linkTo[link]!;
        if (to !== destination) next.set(to, sum(next.get(to), part));
      }
    }
    frontier = next;
  }
  const denominator = [...onLink.values()].reduce((all, part) => leastCommonMultiple(all, part.denominator), 1);
  return {
    link: Int32Array.from(onLink.keys()),
    numerator: Float64Array.from(onLink.values(), (part) => (part.numerator * denominator) / part.denominator),
    denominator,
  };
};

interface Fraction {
  readonly numerator: number;
  readonly denominator: number;
}

const leastCommonMultiple = (a: number, b: number): number => (a / greatestCommonDivisor(a, b)) * b;

function sum(a: Fraction | undefined, b: Fraction): Fraction {
  const first = a ?? { numerator: 0, denominator: b.denominator };
  const denominator = leastCommonMultiple(first.denominator, b.denominator);
  const numerator = (first.numerator * denominator) / first.denominator + (b.numerator * denominator) / b.denominator;
  const common = greatestCommonDivisor(numerator, denominator);
  return { numerator: numerator / common, denominator: denominator / common };
}

function pathShares(paths: { readonly linkOffset: Int32Array; readonly links: Int32Array }, weights: Float64Array): PairShares {
  const onLink = new Map<number, number>();
  weights.forEach((weight, p) => {
    for (let i = paths.linkOffset[p]!; i < paths.linkOffset[p + 1]!; i++) {
      const link = paths.links[i]!;
      onLink.set(link, (onLink.get(link) ?? 0) + weight);
    }
  });
  return {
    link: Int32Array.from(onLink.keys()),
    numerator: Float64Array.from(onLink.values()),
    denominator: weights.reduce((total, weight) => total + weight, 0),
  };
}

/** Shares of every pair under one rule, worked out once a pair. */
export class ShareTable {
  readonly #topology: Topology;
  readonly #rule: ShareRule;
  readonly #known = new Map<number, PairShares>();

  private constructor(topology: Topology, rule: ShareRule) {
    this.#topology = topology;
    this.#rule = rule;
  }

  /** The table of a fabric; it lives as long as its Topology, since loads are asked for seed after seed. */
  static of(topology: Topology, rule: ShareRule): ShareTable {
    let tables = TABLES.get(topology);
    if (tables === undefined) TABLES.set(topology, (tables = new Map()));
    let table = tables.get(rule);
    if (table === undefined) tables.set(rule, (table = new ShareTable(topology, rule)));
    return table;
  }

  /** @param pair srcTor * tors + dstTor */
  shares(pair: number): PairShares {
    let shares = this.#known.get(pair);
    if (shares === undefined) {
      const { tors } = this.#topology;
      shares = this.#rule(this.#topology, Math.floor(pair / tors), pair % tors);
      this.#known.set(pair, shares);
    }
    return shares;
  }
}

const TABLES = new WeakMap<Topology, Map<ShareRule, ShareTable>>();
