import { exactWeights, greatestCommonDivisor } from '../../sim/balancing/weights.ts';
import { type PathSet, torNode, type Topology } from '../../sim/base/topology.ts';

/** Which part of the traffic between two ToRs each fabric link carries: numerator[i] / denominator of it on link[i]. */
export interface PairShares {
  readonly link: Int32Array;
  readonly numerator: Float64Array;
  readonly denominator: number;
}

/** How the traffic of a pair of ToRs is spread. `sums` is empty, and left so. */
export type ShareRule = (topology: Topology, srcTor: number, dstTor: number, sums: LinkSums) => PairShares;

/** Perfect spraying: over the live paths in proportion to their capacity. */
export const capacityShares: ShareRule = (topology, srcTor, dstTor, sums) => {
  const paths = topology.pathsBetween(srcTor, dstTor);
  const weights = exactWeights(paths.capacityBps);
  return pathShares(paths, weights ?? paths.capacityBps, sums);
};

/** Equally over the live paths: `drb`. */
export const equalPathShares: ShareRule = (topology, srcTor, dstTor, sums) => {
  const paths = topology.pathsBetween(srcTor, dstTor);
  return pathShares(paths, new Float64Array(paths.ids.length).fill(1), sums);
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
      const part = reduced(share.numerator, share.denominator * hops);
      for (let i = topology.setOffset[set]!; i < topology.setOffset[set + 1]!; i++) {
        const link = topology.portLink[topology.portOffset[node]! + topology.setPort[i]!]!;
        onLink.set(link, part); // a switch is met once, and so is its link
        const to = topology.linkTo[link]!;
        if (to === destination) continue;
        const before = next.get(to);
        next.set(to, before === undefined ? part : sum(before, part));
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

function reduced(numerator: number, denominator: number): Fraction {
  const common = greatestCommonDivisor(numerator, denominator);
  return { numerator: numerator / common, denominator: denominator / common };
}

function sum(a: Fraction, b: Fraction): Fraction {
  const denominator = leastCommonMultiple(a.denominator, b.denominator);
  return reduced((a.numerator * denominator) / a.denominator + (b.numerator * denominator) / b.denominator, denominator);
}

function pathShares(paths: PathSet, weights: Float64Array, sums: LinkSums): PairShares {
  let denominator = 0;
  for (let p = 0; p < weights.length; p++) {
    denominator += weights[p]!;
    for (let i = paths.linkOffset[p]!; i < paths.linkOffset[p + 1]!; i++) sums.add(paths.links[i]!, weights[p]!);
  }
  return { ...sums.take(), denominator };
}

/** Sums by link, a few of all links at a time. */
class LinkSums {
  /** Place of a link in the lists, plus 1; 0: not there. */
  readonly #place: Int32Array;
  readonly #links: number[] = [];
  readonly #sums: number[] = [];

  constructor(links: number) {
    this.#place = new Int32Array(links);
  }

  add(link: number, value: number): void {
    const place = this.#place[link]!;
    if (place > 0) {
      this.#sums[place - 1]! += value;
      return;
    }
    this.#sums.push(value);
    this.#place[link] = this.#links.push(link);
  }

  /** The links in the order of their first sums; starts again from nothing. */
  take(): { readonly link: Int32Array; readonly numerator: Float64Array } {
    const taken = { link: new Int32Array(this.#links), numerator: new Float64Array(this.#sums) };
    for (const link of this.#links) this.#place[link] = 0;
    this.#links.length = 0;
    this.#sums.length = 0;
    return taken;
  }
}

/** Entries of all the shares that a table keeps at most: 12 bytes each. A large fabric has more, and a run asks for few of its pairs. */
const MOST_ENTRIES = 8_000_000;

/** Shares of every pair under one rule, worked out once a pair as long as there is room. */
export class ShareTable {
  readonly #topology: Topology;
  readonly #rule: ShareRule;
  readonly #known = new Map<number, PairShares>();
  readonly #sums: LinkSums;
  #entries = 0;

  private constructor(topology: Topology, rule: ShareRule) {
    this.#topology = topology;
    this.#rule = rule;
    this.#sums = new LinkSums(topology.links);
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
      shares = this.#rule(this.#topology, Math.floor(pair / tors), pair % tors, this.#sums);
      this.#entries += shares.link.length;
      if (this.#entries > MOST_ENTRIES) {
        this.#known.clear();
        this.#entries = shares.link.length;
      }
      this.#known.set(pair, shares);
    }
    return shares;
  }
}

const TABLES = new WeakMap<Topology, Map<ShareRule, ShareTable>>();
