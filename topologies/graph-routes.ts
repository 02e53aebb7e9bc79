import { GraphDistances } from '../sim/base/graph-distances.ts';
import type { GraphSpec } from '../sim/base/topology-spec.ts';
import type { Topology } from '../sim/base/topology.ts';
import { PortSets } from './port-sets.ts';

export type GraphLinks = Pick<
  Topology,
  'links' | 'linkFrom' | 'linkTo' | 'linkFromPort' | 'linkReverse' | 'linkRateBps' | 'linkDelayPs' | 'linkUp' | 'portOffset' | 'portLink'
>;

/** Of a full data packet and an ACK: paths differ in their delays far more than in what the sizes make of it. */
const PACKET_BITS = 4160 * 8;
const ACK_BITS = 64 * 8;

/** Shortest paths of a graph to each of its ToRs, by fewest links of the whole graph, failed ones included. Switches are by node. */
export class GraphRoutes {
  readonly #links: GraphLinks;
  readonly #hosts: number;
  readonly #switches: number;
  readonly #tors: number;
  /** To ToR t, by switch: distance[t][switch]. */
  readonly #distance: readonly Int32Array[];
  /** The switches that reach ToR t, nearest first. */
  readonly #order: readonly Int32Array[];

  constructor(spec: GraphSpec, nodeOfSwitch: Int32Array, links: GraphLinks, tors: number) {
    const { hosts, switches } = spec;
    this.#links = links;
    this.#hosts = hosts;
    this.#switches = switches;
    this.#tors = tors;
    const specOfSwitch = new Int32Array(switches);
    nodeOfSwitch.forEach((node, s) => (specOfSwitch[node - hosts] = s));
    const distances = new GraphDistances(spec);
    const found = Array.from({ length: tors }, (_, t) => distances.to(specOfSwitch[t]!));
    this.#distance = found.map(({ distance }) => specOfSwitch.map((s) => distance[s]!));
    this.#order = found.map(({ order }) => order.map((s) => nodeOfSwitch[s]! - hosts));
  }

  /** The switches from which ToR t can be reached, nearest first. */
  reaching(tor: number): Int32Array {
    return this.#order[tor]!;
  }

  /** Links out of a switch that bring a packet nearer to a ToR, by port, failed ones included. */
  *closer(sw: number, tor: number): Generator<number> {
    const { portOffset, portLink, linkTo } = this.#links;
    const distance = this.#distance[tor]!;
    for (let i = portOffset[this.#hosts + sw]!; i < portOffset[this.#hosts + sw + 1]!; i++) {
      const link = portLink[i]!;
      const next = linkTo[link]! - this.#hosts;
      if (next >= 0 && distance[next] === distance[sw]! - 1) yield link;
    }
  }

  /** Live next hops of every switch towards every ToR. */
  nextHops(): Pick<Topology, 'nextHopSet' | 'setOffset' | 'setPort'> {
    const { linkUp, linkTo, linkFromPort } = this.#links;
    const nextHopSet = new Int32Array(this.#switches * this.#tors).fill(-1);
    const ports: (readonly number[])[] = Array.from({ length: this.#switches * this.#tors }, () => []);
    for (let tor = 0; tor < this.#tors; tor++) {
      const reaches = new Uint8Array(this.#switches);
      reaches[tor] = 1;
      for (const sw of this.reaching(tor)) {
        const live: number[] = [];
        for (const link of this.closer(sw, tor)) {
          if (linkUp[link] === 1 && reaches[linkTo[link]! - this.#hosts] === 1) live.push(linkFromPort[link]!);
        }
        if (live.length === 0) continue;
        reaches[sw] = 1;
        ports[sw * this.#tors + tor] = live;
      }
    }
    const sets = new PortSets();
    for (let i = 0; i < ports.length; i++) nextHopSet[i] = sets.add(Math.floor(i / this.#tors), ports[i]!);
    return { nextHopSet, ...sets.build() };
  }

  /** Links of a way between two hosts with the largest round-trip time; of equal ones the first, by ToRs and ports. */
  longestPath(torOfHost: Int32Array): Int32Array {
    const { portLink, portOffset, linkReverse } = this.#links;
    const slowest: [number, number][] = Array.from({ length: this.#tors }, () => [-1, -1]);
    const hostPs = (host: number): number => (host < 0 ? 0 : this.#roundTripPs(portLink[portOffset[host]!]!));
    torOfHost.forEach((tor, host) => {
      const [first, second] = slowest[tor]!;
      if (first < 0 || hostPs(host) > hostPs(first)) slowest[tor] = [host, first];
      else if (second < 0 || hostPs(host) > hostPs(second)) slowest[tor] = [first, host];
    });
    const up = (host: number): number => portLink[portOffset[host]!]!;
    let bestPs = -1;
    let best: number[] = [];
    for (let to = 0; to < this.#tors; to++) {
      const { worstPs, worstLink } = this.#slowestWays(to);
      for (let from = 0; from < this.#tors; from++) {
        if (worstPs[from] === -1) continue;
        const src = slowest[from]![0];
        const other = slowest[to]![from === to ? 1 : 0];
        const dst = other < 0 ? src : other;
        const ps = hostPs(src) + worstPs[from]! + hostPs(dst);
        if (ps <= bestPs) continue;
        bestPs = ps;
        best = [up(src)];
        for (let sw = from; sw !== to;) {
          best.push(worstLink[sw]!);
          sw = this.#links.linkTo[worstLink[sw]!]! - this.#hosts;
        }
        best.push(linkReverse[up(dst)]!);
      }
    }
    return Int32Array.from(best);
  }

  /** Of each switch the slowest shortest way to a ToR, and its first link; -1: none. */
  #slowestWays(tor: number): { readonly worstPs: Float64Array; readonly worstLink: Int32Array } {
    const worstPs = new Float64Array(this.#switches).fill(-1);
    const worstLink = new Int32Array(this.#switches).fill(-1);
    worstPs[tor] = 0;
    for (const sw of this.reaching(tor)) {
      for (const link of this.closer(sw, tor)) {
        const ps = this.#roundTripPs(link) + worstPs[this.#links.linkTo[link]! - this.#hosts]!;
        if (ps <= worstPs[sw]!) continue;
        worstPs[sw] = ps;
        worstLink[sw] = link;
      }
    }
    return { worstPs, worstLink };
  }

  #roundTripPs(link: number): number {
    const { linkRateBps, linkDelayPs, linkReverse } = this.#links;
    const back = linkReverse[link]!;
    return (PACKET_BITS * 1e12) / linkRateBps[link]! + linkDelayPs[link]! + (ACK_BITS * 1e12) / linkRateBps[back]! + linkDelayPs[back]!;
  }
}
