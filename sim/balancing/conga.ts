import type { CongaSpec } from '../base/balancer-spec.ts';
import { DATA, TYPE_MASK } from '../base/packet.ts';
import type { PacketStreams } from '../base/random.ts';
import type { Topology } from '../base/topology.ts';
import type { Batch } from '../engine/batch.ts';
import { NOW, PORT_BITS, WINDOW_START } from '../engine/record.ts';
import { FlowSlots } from './flow-slots.ts';
import { directionOf, type HashFamily } from './hash.ts';
import { pickLeast } from './pick-least.ts';
import type { RouteTables } from './route-tables.ts';
import type { Router } from './router.ts';
import { arena } from '../engine/arena.ts';

/** Discounting rate estimators of all ports, by link; an entry belongs to the switch that the link leaves. */
class RateEstimators {
  readonly #spec: CongaSpec;
  readonly #clock: Float64Array;
  readonly #bytes: Float64Array;
  /** Decays that #bytes has seen. */
  readonly #decays: Float64Array;
  /** Bits that a busy port settles at. */
  readonly #fullBits: Float64Array;

  constructor(spec: CongaSpec, rateBps: Float64Array, clock: Float64Array) {
    this.#spec = spec;
    this.#clock = clock;
    this.#bytes = new Float64Array(rateBps.length);
    this.#decays = new Float64Array(rateBps.length);
    this.#fullBits = rateBps.map((rate) => (rate * spec.dreIntervalPs) / 1e12 / spec.alpha);
  }

  /** A packet goes to the port of `link` at clock[NOW]. */
  add(link: number, sizeBytes: number): void {
    this.#decay(link);
    this.#bytes[link]! += sizeBytes;
  }

  /** Quantised utilisation at clock[NOW]: 0 .. 2^bits - 1. */
  metric(link: number): number {
    this.#decay(link);
    const levels = 2 ** this.#spec.bits;
    return Math.min(levels - 1, Math.floor(((8 * this.#bytes[link]!) / this.#fullBits[link]!) * levels));
  }

  #decay(link: number): void {
    const decays = Math.floor(this.#clock[NOW]! / this.#spec.dreIntervalPs);
    let missing = decays - this.#decays[link]!;
    if (missing === 0) return;
    this.#decays[link] = decays;
    let bytes = this.#bytes[link]!;
    for (; missing > 0 && bytes > 0; missing--) bytes *= 1 - this.#spec.alpha;
    this.#bytes[link] = bytes;
  }
}

/** What the switches of a run share. */
export interface CongaShared {
  readonly spec: CongaSpec;
  readonly topology: Topology;
  readonly clock: Float64Array;
  readonly srcHost: Int32Array;
  /** Where packets carry (path + 1) << 8 | ce, and behind it the feedback likewise. */
  readonly tagWord: number;
  readonly rates: RateEstimators;
  readonly draws: PacketStreams;
  /** Of a ToR. */
  readonly mostPorts: number;
}

export function congaShared(
  spec: CongaSpec,
  topology: Topology,
  clock: Float64Array,
  srcHost: Int32Array,
  tagWord: number,
  draws: PacketStreams,
): CongaShared {
  const rates = new RateEstimators(spec, topology.linkRateBps, clock);
  return { spec, topology, clock, srcHost, tagWord, rates, draws, mostPorts: mostTorPorts(topology) };
}

/** Of any ToR. */
export function mostTorPorts({ tors, hosts, portOffset }: Topology): number {
  let most = 0;
  for (let node = hosts; node < hosts + tors; node++) most = Math.max(most, portOffset[node + 1]! - portOffset[node]!);
  return most;
}

/** Congestion that a leaf knows of, by (other leaf, path): the metric, and when it was written. */
class CongestionTable {
  readonly ce: Uint8Array;
  readonly writtenPs: Float64Array;

  constructor(entries: number) {
    this.ce = new Uint8Array(entries);
    this.writtenPs = new Float64Array(entries).fill(-Infinity);
  }
}

/**
 * `conga` (SIGCOMM 2014): at every flowlet the source ToR takes the uplink whose path is least congested, by its own measure of the uplink and by
 * what the destination ToR has fed back of the rest of the path. Other switches hash, and note how busy they are in what passes.
 */
export class CongaRouter implements Router {
  readonly looksAtQueues = false;
  #tables: RouteTables;
  readonly #shared: CongaShared;
  readonly #switchIndex: number;
  readonly #family: HashFamily;
  readonly #salt: number;
  readonly #flows = new FlowSlots();
  readonly #toLeaf: CongestionTable;
  readonly #fromLeaf: CongestionTable;
  readonly #costs: Float64Array;

  constructor(tables: RouteTables, switchIndex: number, family: HashFamily, salt: number, shared: CongaShared) {
    const { topology, mostPorts } = shared;
    this.#tables = tables;
    this.#switchIndex = switchIndex;
    this.#family = family;
    this.#salt = salt;
    this.#shared = shared;
    const entries = switchIndex < topology.tors ? topology.tors * mostPorts : 0;
    this.#toLeaf = new CongestionTable(entries);
    this.#fromLeaf = new CongestionTable(entries);
    this.#costs = new Float64Array(mostPorts);
  }

  useTables(tables: RouteTables): void {
    this.#tables = tables;
  }

  hear(link: number, sizeBytes: number): void {
    this.#shared.rates.add(link, sizeBytes);
  }

  route({ addresses, outputs }: Batch, from: number, to: number): void {
    const { torOfHost, linkToHost, members, tors } = this.#tables;
    const { clock, srcHost, rates } = this.#shared;
    const ownTor = this.#switchIndex;
    const isTor = ownTor < tors;
    const base = ownTor * tors;
    for (let i = from; i < to; i++) {
      const address = addresses[i]!;
      const dstMeta = arena[address + 3]!;
      const destination = dstMeta >>> 8;
      const tor = torOfHost[destination]!;
      const isData = (dstMeta & TYPE_MASK) === DATA;
      const sourceTor = isData ? torOfHost[srcHost[arena[address + 1]!]!]! : -1;
      clock[NOW] = clock[WINDOW_START]! + (arena[address]! >>> PORT_BITS);
      if (tor === ownTor) {
        if (isData && sourceTor !== ownTor) this.#learn(address, sourceTor);
        outputs[i] = linkToHost[destination]!;
        continue;
      }
      const at = 2 * (base + tor);
      const first = members.at[at]!;
      const choices = members.at[at + 1]!;
      if (choices === 0) {
        outputs[i] = -1;
        continue;
      }
      const isOwn = isTor && sourceTor === ownTor;
      const link =
        choices === 1
          ? members.link[first]!
          : isOwn
            ? this.#chosen(arena[address + 1]!, tor, first, choices)
            : this.#hashed(address, dstMeta, at);
      rates.add(link, arena[address + 4]! >>> 16);
      if (isOwn) this.#attach(address, tor, link);
      else if (isData) this.#raise(address, link);
      outputs[i] = link;
    }
  }

  #hashed(address: number, dstMeta: number, at: number): number {
    const { at: slotsAt, link } = this.#tables.slots;
    const slots = slotsAt[at + 1]!;
    const slot =
      slots > 1 ? this.#family.choose(arena[address + 1]!, arena[address + 4]! & 0xffff, directionOf(dstMeta), this.#salt, slots) : 0;
    return link[slotsAt[at]! + slot]!;
  }

  /** The uplink of a flow, chosen anew after every gap. */
  #chosen(flow: number, tor: number, first: number, count: number): number {
    const { spec, clock, topology, mostPorts, rates, draws } = this.#shared;
    const { link } = this.#tables.members;
    const flows = this.#flows;
    const toLeaf = this.#toLeaf;
    const nowPs = clock[NOW]!;
    let slot = flows.find(flow);
    if (slot < 0) slot = flows.add(flow);
    let chosen = flows.link[slot]!;
    let isLive = false;
    for (let i = first; i < first + count; i++) isLive ||= link[i] === chosen;
    if (!isLive || nowPs - flows.lastPs[slot]! > spec.gapPs) {
      for (let i = 0; i < count; i++) {
        const uplink = link[first + i]!;
        const entry = tor * mostPorts + topology.linkFromPort[uplink]!;
        const remote = nowPs - toLeaf.writtenPs[entry]! > spec.ageingPs ? 0 : toLeaf.ce[entry]!;
        this.#costs[i] = Math.max(rates.metric(uplink), remote);
      }
      chosen = link[first + pickLeast(this.#costs, count, draws, this.#switchIndex)]!;
      flows.link[slot] = chosen;
    }
    flows.lastPs[slot] = nowPs;
    return chosen;
  }

  /** Source ToR: the path and its first metric, and one thing known of the paths from there. */
  #attach(address: number, tor: number, link: number): void {
    const { topology, tagWord, rates, mostPorts, draws, spec, clock } = this.#shared;
    arena[address + tagWord] = ((topology.linkFromPort[link]! + 1) << 8) | rates.metric(link);
    const { ce, writtenPs } = this.#fromLeaf;
    const oldestPs = clock[NOW]! - spec.ageingPs;
    const base = tor * mostPorts;
    let known = 0;
    for (let path = 0; path < mostPorts; path++) if (writtenPs[base + path]! >= oldestPs) known++;
    let left = known > 1 ? draws.below(this.#switchIndex, known) : 0;
    let feedback = 0;
    for (let path = 0; path < mostPorts && known > 0; path++) {
      if (writtenPs[base + path]! < oldestPs || left-- > 0) continue;
      feedback = ((path + 1) << 8) | ce[base + path]!;
      break;
    }
    arena[address + tagWord + 1] = feedback;
  }

  /** A switch on the way: the largest metric counts. */
  #raise(address: number, link: number): void {
    const { tagWord, rates } = this.#shared;
    const word = arena[address + tagWord]!;
    const metric = rates.metric(link);
    if (metric > (word & 0xff)) arena[address + tagWord] = (word & ~0xff) | metric;
  }

  /** Destination ToR: what came with the packet of the way here, and as feedback of the way back. */
  #learn(address: number, sourceTor: number): void {
    const { tagWord, clock, mostPorts } = this.#shared;
    const word = arena[address + tagWord]!;
    const arrived = sourceTor * mostPorts + (word >>> 8) - 1;
    this.#fromLeaf.ce[arrived] = word & 0xff;
    this.#fromLeaf.writtenPs[arrived] = clock[NOW]!;
    const feedback = arena[address + tagWord + 1]!;
    if (feedback === 0) return;
    const entry = sourceTor * mostPorts + (feedback >>> 8) - 1;
    this.#toLeaf.ce[entry] = feedback & 0xff;
    this.#toLeaf.writtenPs[entry] = clock[NOW]!;
  }
}
