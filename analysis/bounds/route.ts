import type { BalancerSpec } from '../../sim/base/balancer-spec.ts';
import type { SwitchSpec } from '../../sim/base/device-spec.ts';
import { hashFamily, hashSalts, type HashedFlows, type HashFamily } from '../../sim/balancing/hash.ts';
import { choosesEntropy } from '../../sim/balancing/plan.ts';
import type { SlotRule } from '../../sim/balancing/route-tables.ts';
import { weightedSlots } from '../../sim/balancing/wcmp.ts';
import { torNode, type Topology } from '../../sim/base/topology.ts';

/** How the switches of a run hash. */
export interface Hashing extends Pick<SwitchSpec, 'hash' | 'sameSalt'> {
  readonly seed: number;
}

/** Replays the switches' decisions for a packet (docs/packet-model.md section 3): no packets, only the links that they take. */
export class RouteReplay {
  /** Fabric links of the last route, in order of travel; the first `follow()` entries count. */
  readonly links = new Int32Array(64);
  readonly #topology: Topology;
  readonly #hash: HashFamily;
  readonly #salts: Int32Array;
  /** What a hash picks from; null: the next hops. */
  readonly #slotRule: SlotRule | null;
  /** Links, by switch * tors + ToR; only with a rule. */
  readonly #slots = new Map<number, Int32Array>();

  constructor(topology: Topology, balancer: BalancerSpec, hashing: Hashing, flows: HashedFlows) {
    this.#topology = topology;
    this.#hash = hashFamily(hashing.hash, flows, choosesEntropy(balancer));
    this.#salts = hashSalts(topology, hashing, hashing.seed);
    this.#slotRule = balancer.kind === 'wcmp' ? weightedSlots(topology) : null;
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
      const link = path >= 0 ? this.#pinnedLink(node, path, dstTor) : this.#hashedLink(node, flow, entropy, dstTor);
      this.links[count++] = link;
      node = t.linkTo[link]!;
    }
    return count;
  }

  #pinnedLink(node: number, path: number, dstTor: number): number {
    const t = this.#topology;
    const sw = node - t.hosts;
    return this.#linkOf(node, t.pinPort[t.pinBase[sw * t.tors + dstTor]! + t.pinIndex[t.pinStage[sw]! * t.pathIds + path]!]!);
  }

  #hashedLink(node: number, flow: number, entropy: number, dstTor: number): number {
    const t = this.#topology;
    const sw = node - t.hosts;
    if (this.#slotRule !== null) {
      const slots = this.#slotsOf(this.#slotRule, node, dstTor);
      return slots[slots.length === 1 ? 0 : this.#hash.choose(flow, entropy, 0, this.#salts[sw]!, slots.length)]!;
    }
    const set = t.nextHopSet[sw * t.tors + dstTor]!;
    const first = t.setOffset[set]!;
    const hops = t.setOffset[set + 1]! - first;
    return this.#linkOf(node, t.setPort[hops === 1 ? first : first + this.#hash.choose(flow, entropy, 0, this.#salts[sw]!, hops)]!);
  }

  #slotsOf(rule: SlotRule, node: number, dstTor: number): Int32Array {
    const t = this.#topology;
    const cell = (node - t.hosts) * t.tors + dstTor;
    let slots = this.#slots.get(cell);
    if (slots === undefined) {
      const set = t.nextHopSet[cell]!;
      const ports = t.setPort.subarray(t.setOffset[set]!, t.setOffset[set + 1]!);
      slots = rule(
        node - t.hosts,
        dstTor,
        ports.map((port) => this.#linkOf(node, port)),
      );
      this.#slots.set(cell, slots);
    }
    return slots;
  }

  #linkOf(node: number, port: number): number {
    return this.#topology.portLink[this.#topology.portOffset[node]! + port]!;
  }
}
