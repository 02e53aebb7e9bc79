import { arena, type Region } from '../engine/arena.ts';
import type { Topology } from '../base/topology.ts';

/** For each (switch s, destination ToR t) a list of links: from link[at[2 (s tors + t)]] on, at[2 (s tors + t) + 1] of them. */
export interface HopTable {
  readonly at: Int32Array;
  readonly link: Int32Array;
  /** Where the two begin in the arena. */
  readonly cellsAt: number;
  readonly linksAt: number;
}

function hopTable(at: Int32Array, links: readonly number[], region: Region): HopTable {
  const cellsAt = region.copy(at);
  const linksAt = region.copy(Int32Array.from(links));
  return { at: arena.subarray(cellsAt, cellsAt + at.length), link: arena.subarray(linksAt, linksAt + links.length), cellsAt, linksAt };
}

/** What stands in the table that a hash picks from, given the live next hops; a link may stand there several times. */
export type SlotRule = (switchIndex: number, tor: number, members: Int32Array) => Int32Array;

/**
 * The Topology's next hops with links instead of ports. Lists of one switch follow each other in `link`, and destinations with equal
 * lists share one.
 */
export class RouteTables {
  readonly tors: number;
  readonly torOfHost: Int32Array;
  /** Where the tables of hosts begin in the arena: of their ToRs, and of the links from there. */
  readonly torOfHostAt: number;
  readonly linkToHostAt: number;
  /** Link from its ToR to each host. */
  readonly linkToHost: Int32Array;
  /** The live next hops, ascending by port. */
  readonly members: HopTable;
  /** What a hash picks from; the members themselves without a rule. */
  readonly slots: HopTable;
  /** Lists of switch s in `members.link`: memberOffset[s] .. memberOffset[s + 1]. */
  readonly memberOffset: Int32Array;

  constructor(topology: Topology, slotRule: SlotRule | null, region: Region) {
    const { hosts, tors, switches, portLink, portOffset } = topology;
    this.tors = tors;
    this.torOfHost = topology.torOfHost;
    this.linkToHost = Int32Array.from({ length: hosts }, (_, host) => topology.linkReverse[portLink[portOffset[host]!]!]!);
    this.torOfHostAt = region.copy(topology.torOfHost);
    this.linkToHostAt = region.copy(this.linkToHost);
    this.memberOffset = new Int32Array(switches + 1);
    const at = new Int32Array(2 * switches * tors);
    const links: number[] = [];
    for (let s = 0; s < switches; s++) {
      const firstPort = portOffset[hosts + s]!;
      const known = new Map<number, number>();
      for (let t = 0; t < tors; t++) {
        const set = topology.nextHopSet[s * tors + t]!;
        if (set < 0) continue;
        let first = known.get(set);
        if (first === undefined) {
          first = links.length;
          known.set(set, first);
          for (let i = topology.setOffset[set]!; i < topology.setOffset[set + 1]!; i++)
            links.push(portLink[firstPort + topology.setPort[i]!]!);
        }
        at[2 * (s * tors + t)] = first;
        at[2 * (s * tors + t) + 1] = topology.setOffset[set + 1]! - topology.setOffset[set]!;
      }
      this.memberOffset[s + 1] = links.length;
    }
    this.members = hopTable(at, links, region);
    this.slots = slotRule === null ? this.members : slotTable(this.members, switches, tors, slotRule, region);
  }
}

/** Links of one (switch, ToR). */
export const hopsOf = ({ at, link }: Pick<HopTable, 'at' | 'link'>, cell: number): Int32Array =>
  link.subarray(at[2 * cell]!, at[2 * cell]! + at[2 * cell + 1]!);

function slotTable(members: HopTable, switches: number, tors: number, rule: SlotRule, region: Region): HopTable {
  const at = new Int32Array(members.at.length);
  const links: number[] = [];
  for (let s = 0; s < switches; s++) {
    const known = new Map<string, number>();
    for (let t = 0; t < tors; t++) {
      const cell = s * tors + t;
      const slots = rule(s, t, hopsOf(members, cell));
      const key = slots.join();
      let first = known.get(key);
      if (first === undefined) {
        first = links.length;
        known.set(key, first);
        for (const link of slots) links.push(link);
      }
      at[2 * cell] = first;
      at[2 * cell + 1] = slots.length;
    }
  }
  return hopTable(at, links, region);
}
