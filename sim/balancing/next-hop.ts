import { PacketStreams } from '../base/random.ts';
import type { BalancerSpec } from '../base/balancer-spec.ts';
import type { Topology } from '../base/topology.ts';
import type { Batch } from '../engine/batch.ts';
import { DATA, TYPE_MASK } from '../base/packet.ts';
import { hashFamily, switchSalts, type HashFamily } from './hash.ts';

/** Point C of a balancer: which live next hop each packet takes at one switch. One object a switch. */
export interface Router {
  /** Chooses the output link of the first `count` packets of the batch, in order, and writes it to `batch.outputs`. */
  route(batch: Batch, arena: Int32Array, count: number): void;
}

/** One router for every switch, in switch order. */
export function routers(topology: Topology, balancer: BalancerSpec, hash: 'ideal' | 'jenkins', seed: number): Router[] {
  const salts = switchSalts(seed, topology.switches);
  const family = hashFamily(hash);
  const tables = new RouteTables(topology);
  const rotation = balancer.kind === 'spray-switch-rr' ? new Rotation(topology, seed, balancer.variant === 'permute') : null;
  const make = (s: number): Router => {
    switch (balancer.kind) {
      case 'ecmp':
      case 'ecmp-split':
      case 'spray':
        return new HashedRouter(tables, s, family, salts[s]!);
      case 'ethereal':
      case 'drb':
        return new PinnedRouter(tables, topology, s);
      case 'spray-switch-rr':
        return new RoundRobinRouter(tables, s, family, salts[s]!, rotation!);
    }
  };
  return Array.from({ length: topology.switches }, (_, s) => make(s));
}

/** The Topology's next-hop sets with links instead of ports. */
class RouteTables {
  readonly tors: number;
  readonly torOfHost: Int32Array;
  /** Link from its ToR to each host. */
  readonly linkToHost: Int32Array;
  /** Of (switch s, ToR t): at 2 (s tors + t) the first of its next hops in `setLink`, after it their number. */
  readonly hops: Int32Array;
  readonly setLink: Int32Array;

  constructor(topology: Topology) {
    const { hosts, tors, switches, portLink, portOffset } = topology;
    this.tors = tors;
    this.torOfHost = topology.torOfHost;
    this.linkToHost = Int32Array.from({ length: hosts }, (_, host) => topology.linkReverse[portLink[portOffset[host]!]!]!);
    this.hops = new Int32Array(2 * switches * tors);
    this.setLink = new Int32Array(topology.setPort.length);
    for (let s = 0; s < switches; s++) {
      const firstPort = portOffset[hosts + s]!;
      for (let t = 0; t < tors; t++) {
        const set = topology.nextHopSet[s * tors + t]!;
        if (set < 0) continue;
        const first = topology.setOffset[set]!;
        const end = topology.setOffset[set + 1]!;
        this.hops[2 * (s * tors + t)] = first;
        this.hops[2 * (s * tors + t) + 1] = end - first;
        for (let i = first; i < end; i++) this.setLink[i] = portLink[firstPort + topology.setPort[i]!]!;
      }
    }
  }
}

/** ECMP (RFC 2992) and spraying by entropy: hash of (flow, entropy, salt of the switch) over the live next hops. */
class HashedRouter implements Router {
  readonly #tables: RouteTables;
  readonly #switchIndex: number;
  readonly #family: HashFamily;
  readonly #salt: number;

  constructor(tables: RouteTables, switchIndex: number, family: HashFamily, salt: number) {
    this.#tables = tables;
    this.#switchIndex = switchIndex;
    this.#family = family;
    this.#salt = salt;
  }

  route({ addresses, outputs }: Batch, arena: Int32Array, count: number): void {
    const { torOfHost, linkToHost, hops, setLink, tors } = this.#tables;
    const ownTor = this.#switchIndex;
    const base = ownTor * tors;
    const family = this.#family;
    const salt = this.#salt;
    for (let i = 0; i < count; i++) {
      const address = addresses[i]!;
      const destination = arena[address + 3]! >>> 8;
      const tor = torOfHost[destination]!;
      if (tor === ownTor) {
        outputs[i] = linkToHost[destination]!;
        continue;
      }
      const at = 2 * (base + tor);
      const choices = hops[at + 1]!;
      const choice = choices === 1 ? 0 : family.choose(arena[address + 1]!, arena[address + 4]! & 0xffff, salt, choices);
      outputs[i] = setLink[hops[at]! + choice]!;
    }
  }
}

/** Source routing: the packet's path says which port. */
class PinnedRouter implements Router {
  readonly #tables: RouteTables;
  readonly #switchIndex: number;
  readonly #portLink: Int32Array;
  readonly #pinBase: Int32Array;
  readonly #pinPort: Int32Array;
  readonly #indexOfPath: Int32Array;

  constructor(tables: RouteTables, topology: Topology, switchIndex: number) {
    this.#tables = tables;
    this.#switchIndex = switchIndex;
    this.#portLink = topology.portLink.subarray(topology.portOffset[topology.hosts + switchIndex]!);
    this.#pinBase = topology.pinBase.subarray(switchIndex * topology.tors, (switchIndex + 1) * topology.tors);
    this.#pinPort = topology.pinPort;
    const stage = topology.pinStage[switchIndex]!;
    this.#indexOfPath = topology.pinIndex.subarray(stage * topology.pathIds, (stage + 1) * topology.pathIds);
  }

  route({ addresses, outputs }: Batch, arena: Int32Array, count: number): void {
    const { torOfHost, linkToHost } = this.#tables;
    const ownTor = this.#switchIndex;
    const portLink = this.#portLink;
    const pinBase = this.#pinBase;
    const pinPort = this.#pinPort;
    const indexOfPath = this.#indexOfPath;
    for (let i = 0; i < count; i++) {
      const address = addresses[i]!;
      const destination = arena[address + 3]! >>> 8;
      const tor = torOfHost[destination]!;
      outputs[i] =
        tor === ownTor ? linkToHost[destination]! : portLink[pinPort[pinBase[tor]! + indexOfPath[arena[address + 4]! & 0xffff]!]!]!;
    }
  }
}

/** State of all round-robin pointers: a next-hop set belongs to one switch, so each entry has one owner. */
class Rotation {
  /** Of the set whose links begin at i in `setLink`: the place of its next turn is pointer[i]. */
  readonly pointer: Int32Array;
  /** order[first + i]: position in the set of its i-th turn. */
  readonly order: Int32Array;
  readonly permutes: boolean;
  readonly #draws: PacketStreams;

  constructor(topology: Topology, seed: number, permutes: boolean) {
    const { setOffset } = topology;
    this.pointer = new Int32Array(topology.setPort.length);
    this.order = new Int32Array(topology.setPort.length);
    for (let set = 0; set + 1 < setOffset.length; set++) {
      const first = setOffset[set]!;
      for (let i = first; i < setOffset[set + 1]!; i++) this.order[i] = i - first;
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
class RoundRobinRouter implements Router {
  readonly #tables: RouteTables;
  readonly #switchIndex: number;
  readonly #family: HashFamily;
  readonly #salt: number;
  readonly #rotation: Rotation;

  constructor(tables: RouteTables, switchIndex: number, family: HashFamily, salt: number, rotation: Rotation) {
    this.#tables = tables;
    this.#switchIndex = switchIndex;
    this.#family = family;
    this.#salt = salt;
    this.#rotation = rotation;
  }

  route({ addresses, outputs }: Batch, arena: Int32Array, count: number): void {
    const { torOfHost, linkToHost, hops, setLink, tors } = this.#tables;
    const ownTor = this.#switchIndex;
    const base = ownTor * tors;
    for (let i = 0; i < count; i++) {
      const address = addresses[i]!;
      const dstMeta = arena[address + 3]!;
      const destination = dstMeta >>> 8;
      const tor = torOfHost[destination]!;
      if (tor === ownTor) {
        outputs[i] = linkToHost[destination]!;
        continue;
      }
      const at = 2 * (base + tor);
      const first = hops[at]!;
      const choices = hops[at + 1]!;
      const sizeEntropy = arena[address + 4]!;
      let choice = 0;
      if (choices > 1) {
        const isRotated = (dstMeta & TYPE_MASK) === DATA && sizeEntropy >>> 16 >= SMALLEST_ROTATED_BYTES;
        choice = isRotated
          ? this.#nextTurn(first, choices)
          : this.#family.choose(arena[address + 1]!, sizeEntropy & 0xffff, this.#salt, choices);
      }
      outputs[i] = setLink[first + choice]!;
    }
  }

  #nextTurn(first: number, choices: number): number {
    const rotation = this.#rotation;
    const turn = rotation.pointer[first]!;
    if (turn === 0 && rotation.permutes) rotation.shuffle(first, choices, this.#switchIndex);
    rotation.pointer[first] = turn + 1 < choices ? turn + 1 : 0;
    return rotation.order[first + turn]!;
  }
}
