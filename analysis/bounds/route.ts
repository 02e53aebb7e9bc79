import { hashFamily, switchSalts, type HashFamily } from '../../sim/balancing/hash.ts';
import { torNode, type Topology } from '../../sim/base/topology.ts';

/** How the switches of a run hash. */
export interface Hashing {
  readonly seed: number;
  readonly hash: 'ideal' | 'jenkins';
}

/** Replays the switches' decisions for a packet (docs/packet-model.md section 3): no packets, only the links that they take. */
export class RouteReplay {
  /** Fabric links of the last route, in order of travel; the first `follow()` entries count. */
  readonly links = new Int32Array(64);
  readonly #topology: Topology;
  readonly #hash: HashFamily;
  readonly #salts: Int32Array;

  constructor(topology: Topology, hashing: Hashing) {
    this.#topology = topology;
    this.#hash = hashFamily(hashing.hash);
    this.#salts = switchSalts(hashing.seed, topology.switches);
  }

  /**
   * Puts the fabric links from ToR `srcTor` to ToR `dstTor` into `links` and returns their number.
   *
   * @param path identifier of the pinned path, or -1: every switch hashes (flow, entropy, its salt)
   */
  follow(flow: number, path: number, entropy: number, srcTor: number, dstTor: number): number {
    const t = this.#topology;
    const destination = torNode(t, dstTor);
    let node = torNode(t, srcTor);
    let count = 0;
    while (node !== destination) {
      const port = path >= 0 ? this.#pinnedPort(node - t.hosts, path, dstTor) : this.#hashedPort(node - t.hosts, flow, entropy, dstTor);
      const link = t.portLink[t.portOffset[node]! + port]!;
      this.links[count++] = link;
      node = t.linkTo[link]!;
    }
    return count;
  }

  #pinnedPort(sw: number, path: number, dstTor: number): number {
    const t = this.#topology;
    return t.pinPort[t.pinBase[sw * t.tors + dstTor]! + t.pinIndex[t.pinStage[sw]! * t.pathIds + path]!]!;
  }

  #hashedPort(sw: number, flow: number, entropy: number, dstTor: number): number {
    const t = this.#topology;
    const set = t.nextHopSet[sw * t.tors + dstTor]!;
    const first = t.setOffset[set]!;
    const hops = t.setOffset[set + 1]! - first;
    return t.setPort[hops === 1 ? first : first + this.#hash.choose(flow, entropy, this.#salts[sw]!, hops)]!;
  }
}
