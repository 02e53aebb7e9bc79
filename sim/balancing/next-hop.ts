import { PacketStreams } from '../base/random.ts';
import type { BalancerSpec } from '../base/scenario.ts';
import type { Topology } from '../base/topology.ts';
import { hashFamily, switchSalts, type HashFamily } from './hash.ts';

/** Point C of a balancer: which live next hop a packet takes at one switch. One object a switch. */
export interface NextHopChooser {
  /**
   * Link towards the hosts of another ToR.
   *
   * @param isData a data packet (others are answers)
   * @param sizeEntropy word 4 of the record: wire bytes << 16 | entropy or path
   */
  linkTowards(tor: number, flow: number, isData: boolean, sizeEntropy: number): number;
}

/** One chooser for every switch, in switch order. */
export function nextHopChoosers(topology: Topology, balancer: BalancerSpec, hash: 'ideal' | 'jenkins', seed: number): NextHopChooser[] {
  const salts = switchSalts(seed, topology.switches);
  const family = hashFamily(hash);
  const routes = new Routes(topology);
  const rotation = new Rotation(routes, topology, seed, balancer.kind === 'spray-switch-rr' && balancer.variant === 'permute');
  const make = (s: number): NextHopChooser => {
    switch (balancer.kind) {
      case 'ecmp':
      case 'ecmp-split':
      case 'spray':
        return new HashedNextHop(routes, s, family, salts[s]!);
      case 'ethereal':
      case 'drb':
        return new PinnedNextHop(topology, s);
      case 'spray-switch-rr':
        return new RoundRobinNextHop(routes, s, family, salts[s]!, rotation);
    }
  };
  return Array.from({ length: topology.switches }, (_, s) => make(s));
}

/** The Topology's next-hop sets with links instead of ports. */
class Routes {
  readonly tors: number;
  readonly setOf: Int32Array;
  readonly setOffset: Int32Array;
  readonly setLink: Int32Array;

  constructor(topology: Topology) {
    this.tors = topology.tors;
    this.setOf = topology.nextHopSet;
    this.setOffset = topology.setOffset;
    this.setLink = new Int32Array(topology.setPort.length);
    for (let s = 0; s < topology.switches; s++) {
      const firstPort = topology.portOffset[topology.hosts + s]!;
      for (let t = 0; t < topology.tors; t++) {
        const set = topology.nextHopSet[s * topology.tors + t]!;
        if (set < 0) continue;
        for (let i = topology.setOffset[set]!; i < topology.setOffset[set + 1]!; i++) {
          this.setLink[i] = topology.portLink[firstPort + topology.setPort[i]!]!;
        }
      }
    }
  }
}

/** ECMP (RFC 2992) and spraying by entropy: hash of (flow, entropy, salt of the switch) over the live next hops. */
class HashedNextHop implements NextHopChooser {
  protected readonly routes: Routes;
  readonly #base: number;
  readonly #family: HashFamily;
  readonly #salt: number;

  constructor(routes: Routes, switchIndex: number, family: HashFamily, salt: number) {
    this.routes = routes;
    this.#base = switchIndex * routes.tors;
    this.#family = family;
    this.#salt = salt;
  }

  linkTowards(tor: number, flow: number, isData: boolean, sizeEntropy: number): number {
    const { setOf, setOffset, setLink } = this.routes;
    const set = setOf[this.#base + tor]!;
    const first = setOffset[set]!;
    const count = setOffset[set + 1]! - first;
    return setLink[first + (count === 1 ? 0 : this.pick(set, count, flow, isData, sizeEntropy))]!;
  }

  /** Position in a set of several next hops. */
  protected pick(_set: number, count: number, flow: number, _isData: boolean, sizeEntropy: number): number {
    return this.#family.choose(flow, sizeEntropy & 0xffff, this.#salt, count);
  }
}

/** Source routing: the packet's path says which port. */
class PinnedNextHop implements NextHopChooser {
  readonly #portBase: Int32Array;
  readonly #linkOfPort: Int32Array;
  readonly #indexOfPath: Int32Array;

  constructor(topology: Topology, switchIndex: number) {
    const firstPort = topology.portOffset[topology.hosts + switchIndex]!;
    this.#portBase = topology.pinBase.slice(switchIndex * topology.tors, (switchIndex + 1) * topology.tors);
    this.#linkOfPort = topology.pinPort.map((port) => topology.portLink[firstPort + port] ?? -1);
    const stage = topology.pinStage[switchIndex]!;
    this.#indexOfPath = topology.pinIndex.slice(stage * topology.pathIds, (stage + 1) * topology.pathIds);
  }

  linkTowards(tor: number, _flow: number, _isData: boolean, sizeEntropy: number): number {
    return this.#linkOfPort[this.#portBase[tor]! + this.#indexOfPath[sizeEntropy & 0xffff]!]!;
  }
}

/** State of all round-robin pointers: a next-hop set belongs to one switch, so each entry has one owner. */
class Rotation {
  readonly pointer: Int32Array;
  /** order[setOffset[set] + i]: position in the set of its i-th turn. */
  readonly order: Int32Array;
  readonly permutes: boolean;
  readonly #draws: PacketStreams;

  constructor(routes: Routes, topology: Topology, seed: number, permutes: boolean) {
    const sets = topology.setOffset.length - 1;
    this.pointer = new Int32Array(sets);
    this.order = new Int32Array(topology.setPort.length);
    for (let set = 0; set < sets; set++) {
      const first = routes.setOffset[set]!;
      for (let i = first; i < routes.setOffset[set + 1]!; i++) this.order[i] = i - first;
    }
    this.permutes = permutes;
    this.#draws = new PacketStreams(seed, 'round-robin', topology.switches);
  }

  shuffle(first: number, count: number, switchIndex: number): void {
    for (let i = count - 1; i > 0; i--) {
      const j = this.#draws.below(switchIndex, i + 1);
      const held = this.order[first + i]!;
      this.order[first + i] = this.order[first + j]!;
      this.order[first + j] = held;
    }
  }
}

/** Below this size packets are hashed by `spray-switch-rr`, as in htsim. */
const SMALLEST_ROTATED_BYTES = 128;

/** `spray-switch-rr`: one pointer a next-hop set of this switch, +1 a packet; `permute` reshuffles the set for every round. */
class RoundRobinNextHop extends HashedNextHop {
  readonly #switchIndex: number;
  readonly #rotation: Rotation;

  constructor(routes: Routes, switchIndex: number, family: HashFamily, salt: number, rotation: Rotation) {
    super(routes, switchIndex, family, salt);
    this.#switchIndex = switchIndex;
    this.#rotation = rotation;
  }

  protected override pick(set: number, count: number, flow: number, isData: boolean, sizeEntropy: number): number {
    if (!isData || sizeEntropy >>> 16 < SMALLEST_ROTATED_BYTES) return super.pick(set, count, flow, isData, sizeEntropy);
    const rotation = this.#rotation;
    const first = this.routes.setOffset[set]!;
    const at = rotation.pointer[set]!;
    if (at === 0 && rotation.permutes) rotation.shuffle(first, count, this.#switchIndex);
    rotation.pointer[set] = at + 1 < count ? at + 1 : 0;
    return rotation.order[first + at]!;
  }
}
