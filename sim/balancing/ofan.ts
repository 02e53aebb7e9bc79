import { mix32, streamSeed } from '../base/random.ts';
import type { Topology } from '../base/topology.ts';
import { HopRule } from './hop-rule.ts';
import type { RouteTables } from './route-tables.ts';
import { arena } from '../engine/arena.ts';

/** Rotations of one switch under one set of tables. */
interface Rotations {
  /** Smallest ToR of each destination's key. */
  readonly key: Int32Array;
  /** Of (key, size class): where in `places` its pointer stands, with its order behind it; -1: not met yet. */
  readonly start: Int32Array;
  places: Uint16Array;
  used: number;
}

/** Smallest ToR whose cables lead to the same switches: the pod of a fat tree. */
export function torGroups(topology: Topology): Int32Array {
  const { hosts, tors, portOffset, portLink, linkTo, linkIsFabric } = topology;
  const known = new Map<string, number>();
  return Int32Array.from({ length: tors }, (_, tor) => {
    const neighbours = new Set<number>();
    for (let port = portOffset[hosts + tor]!; port < portOffset[hosts + tor + 1]!; port++) {
      const link = portLink[port]!;
      if (linkIsFabric[link] === 1) neighbours.add(linkTo[link]!);
    }
    const key = [...neighbours].sort((a, b) => a - b).join();
    const group = known.get(key) ?? tor;
    known.set(key, group);
    return group;
  });
}

/**
 * `ofan` (arXiv 2507.21372): packets rotate over the next hops, at a ToR by destination ToR, above it by destination pod, each rotation in an
 * order and from a start of its own. Full packets and shorter ones rotate apart, so that a short packet does not shift the others.
 */
export class Ofan extends HopRule {
  readonly looksAtQueues = false;
  readonly smallestBytes = 1;
  readonly #switchIndex: number;
  readonly #isTor: boolean;
  readonly #groups: Int32Array;
  readonly #fullBytes: number;
  readonly #seed: number;
  readonly #known = new Map<RouteTables, Rotations>();
  #rotations: Rotations = { key: new Int32Array(0), start: new Int32Array(0), places: new Uint16Array(0), used: 0 };

  /** @param groups of the ToRs, by `torGroups` */
  constructor(topology: Topology, switchIndex: number, groups: Int32Array, fullBytes: number, seed: number) {
    super();
    this.#switchIndex = switchIndex;
    this.#isTor = switchIndex < topology.tors;
    this.#groups = groups;
    this.#fullBytes = fullBytes;
    this.#seed = streamSeed(seed, 'ofan', switchIndex);
  }

  override useTables(tables: RouteTables): void {
    super.useTables(tables);
    let rotations = this.#known.get(tables);
    if (rotations === undefined) {
      const start = new Int32Array(2 * tables.tors).fill(-1);
      rotations = { key: this.#keys(tables), start, places: new Uint16Array(64), used: 0 };
      this.#known.set(tables, rotations);
    }
    this.#rotations = rotations;
  }

  choose(address: number, tor: number, first: number, count: number): number {
    const rotations = this.#rotations;
    const sizeClass = arena[address + 4]! >>> 16 === this.#fullBytes ? 0 : 1;
    const id = 2 * rotations.key[tor]! + sizeClass;
    if (rotations.start[id]! < 0) this.#begin(rotations, id, count);
    const start = rotations.start[id]!;
    const turn = rotations.places[start]!;
    rotations.places[start] = turn + 1 < count ? turn + 1 : 0;
    return this.link[first + rotations.places[start + 1 + turn]!]!;
  }

  #keys({ members, tors }: RouteTables): Int32Array {
    if (this.#isTor) return Int32Array.from({ length: tors }, (_, tor) => tor);
    const known = new Map<number, number>();
    return Int32Array.from({ length: tors }, (_, tor) => {
      const set = members.at[2 * (this.#switchIndex * tors + tor)]! * tors + this.#groups[tor]!;
      const key = known.get(set) ?? tor;
      known.set(set, key);
      return key;
    });
  }

  /** Draws the order and the start of a rotation that has its first packet. */
  #begin(rotations: Rotations, id: number, count: number): void {
    const start = rotations.used;
    rotations.start[id] = start;
    rotations.used += count + 1;
    if (rotations.used > rotations.places.length) {
      const grown = new Uint16Array(Math.max(rotations.used, 2 * rotations.places.length));
      grown.set(rotations.places);
      rotations.places = grown;
    }
    const { places } = rotations;
    let x = mix32(this.#seed ^ Math.imul(id + 1, 0x9e3779b1)) || 0x6d2b79f5;
    const below = (n: number): number => {
      x ^= x << 13;
      x ^= x >>> 17;
      x ^= x << 5;
      return Math.imul(x >>> 16, n) >>> 16;
    };
    const order = start + 1;
    for (let i = 0; i < count; i++) places[order + i] = i;
    for (let i = count - 1; i > 0; i--) {
      const j = below(i + 1);
      const held = places[order + i]!;
      places[order + i] = places[order + j]!;
      places[order + j] = held;
    }
    places[start] = below(count);
  }
}
