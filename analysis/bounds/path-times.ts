import type { NicSpec } from '../../sim/base/device-spec.ts';
import type { Topology } from '../../sim/base/topology.ts';
import { serialisationPs } from '../../sim/derive.ts';

/** The fabric links of a way between two ToRs, as far as time is concerned. */
interface Way {
  readonly rateBps: readonly number[];
  readonly delayPs: readonly number[];
  /** Of the ACK on the same way back: serialisation and propagation. */
  readonly returnPs: number;
}

/** What the fabric between two ToRs costs at least, whatever way a packet takes. Between a ToR and itself there is nothing. */
export class PairTimes {
  /** Fabric links of a way. */
  readonly hops: number;
  readonly returnPs: number;
  /** The fastest link with which a way can begin, and end. */
  readonly firstRateBps: number;
  readonly lastRateBps: number;
  readonly #ways: readonly Way[];

  constructor(ways: readonly Way[]) {
    this.#ways = ways;
    this.hops = ways[0]?.rateBps.length ?? 0;
    this.returnPs = ways.length === 0 ? 0 : Math.min(...ways.map((way) => way.returnPs));
    this.firstRateBps = Math.max(...ways.map((way) => way.rateBps[0]!));
    this.lastRateBps = Math.max(...ways.map((way) => way.rateBps[this.hops - 1]!));
  }

  /** Least time of a packet of `wireBytes` on links from..to-1: propagation on all, serialisation on those from `serialFrom` on. */
  spanPs(wireBytes: number, from: number, to: number, serialFrom = from): number {
    let least = Infinity;
    for (const way of this.#ways) {
      let time = 0;
      for (let i = from; i < to; i++) {
        time += way.delayPs[i]!;
        if (i >= serialFrom) time += serialisationPs(wireBytes, way.rateBps[i]!);
      }
      if (time < least) least = time;
    }
    return this.#ways.length === 0 ? 0 : least;
  }
}

/** Least times between hosts on an idle network: the latency part A(X) of bound (5). */
export class PathTimes {
  /** Link from each host to its ToR; the other direction is its `linkReverse`. */
  readonly hostLink: Int32Array;
  readonly #topology: Topology;
  readonly #nic: NicSpec;
  readonly #pairs = new Map<number, PairTimes>();
  readonly #hostReturnPs: Float64Array;
  readonly #sameTor = new PairTimes([]);
  /** Links of the same rate and delay have the same class. */
  readonly #linkClass: Int32Array;
  readonly #byWays = new Map<string, PairTimes>();

  constructor(topology: Topology, nic: NicSpec) {
    this.#topology = topology;
    this.#nic = nic;
    this.hostLink = Int32Array.from({ length: topology.hosts }, (_, host) => topology.portLink[topology.portOffset[host]!]!);
    this.#linkClass = linkClasses(topology);
    this.#hostReturnPs = Float64Array.from(this.hostLink, (link) => this.#ackPs(link));
  }

  pair(srcTor: number, dstTor: number): PairTimes {
    if (srcTor === dstTor) return this.#sameTor;
    const key = srcTor * this.#topology.tors + dstTor;
    let times = this.#pairs.get(key);
    if (times === undefined) {
      times = this.#timesOf(srcTor, dstTor);
      this.#pairs.set(key, times);
    }
    return times;
  }

  /** From the arrival of a message's last byte at `dst` until `src` knows: the ACK, or with `acks: none` propagation alone. */
  returnPs(src: number, dst: number): number {
    const { torOfHost } = this.#topology;
    return this.#hostReturnPs[src]! + this.#hostReturnPs[dst]! + this.pair(torOfHost[src]!, torOfHost[dst]!).returnPs;
  }

  /** Least times of a pair of ToRs. Pairs whose ways take the same times share one answer. */
  #timesOf(srcTor: number, dstTor: number): PairTimes {
    const { ids, links, linkOffset } = this.#topology.pathsBetween(srcTor, dstTor);
    const classes = this.#linkClass;
    const hops = linkOffset[1] ?? 0;
    const wayOf = new Map<string, number>(); // classes of the links -> a path; paths over equal links are one way
    for (let p = 0; p < ids.length; p++) {
      let isNew = p === 0;
      for (let i = linkOffset[p]!; i < linkOffset[p + 1]! && !isNew; i++) isNew = classes[links[i]!] !== classes[links[i - hops]!];
      if (!isNew) continue; // as the path before
      const way = Array.from(links.subarray(linkOffset[p]!, linkOffset[p + 1]!), (link) => classes[link]!).join();
      if (!wayOf.has(way)) wayOf.set(way, p);
    }
    const key = [...wayOf.keys()].join(';');
    let times = this.#byWays.get(key);
    if (times === undefined) {
      times = new PairTimes(Array.from(wayOf.values(), (p) => this.#way(links.subarray(linkOffset[p]!, linkOffset[p + 1]!))));
      this.#byWays.set(key, times);
    }
    return times;
  }

  #way(links: Int32Array): Way {
    const { linkRateBps, linkDelayPs } = this.#topology;
    return {
      rateBps: Array.from(links, (link) => linkRateBps[link]!),
      delayPs: Array.from(links, (link) => linkDelayPs[link]!),
      returnPs: links.reduce((sum, link) => sum + this.#ackPs(link), 0),
    };
  }

  /** An ACK over the other direction of a cable, which has the same rate and delay. */
  #ackPs(link: number): number {
    const back = this.#topology.linkReverse[link]!;
    const serialPs = this.#nic.acks === 'none' ? 0 : serialisationPs(this.#nic.ackBytes, this.#topology.linkRateBps[back]!);
    return serialPs + this.#topology.linkDelayPs[back]!;
  }
}

function linkClasses({ links, linkRateBps, linkDelayPs }: Topology): Int32Array {
  const known = new Map<string, number>();
  const classes = new Int32Array(links);
  for (let link = 0; link < links; link++) {
    const key = `${linkRateBps[link]} ${linkDelayPs[link]}`;
    const own = known.get(key) ?? known.size;
    known.set(key, own);
    classes[link] = own;
  }
  return classes;
}
