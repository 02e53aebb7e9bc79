import type { Topology } from '../base/topology.ts';
import type { SlotRule } from './route-tables.ts';
import { slotWeights } from './weights.ts';

/**
 * `wcmp` (WCMP, EuroSys 2014): each next hop stands in the table of the hash in proportion to the capacity that it leads to. The capacity of
 * a switch towards a ToR is the sum over its next hops of the smaller of the link's rate and the next switch's capacity.
 */
export function weightedSlots(topology: Topology): SlotRule {
  const { hosts, tors, linkTo, linkRateBps, portOffset, portLink, nextHopSet, setOffset, setPort } = topology;
  const known = new Float64Array(topology.switches * tors).fill(-1);
  const capacityBps = (switchIndex: number, tor: number): number => {
    if (switchIndex === tor) return Infinity;
    const cell = switchIndex * tors + tor;
    if (known[cell]! >= 0) return known[cell]!;
    const set = nextHopSet[cell]!;
    let sum = 0;
    if (set >= 0) {
      for (let i = setOffset[set]!; i < setOffset[set + 1]!; i++)
        sum += towardsBps(portLink[portOffset[hosts + switchIndex]! + setPort[i]!]!, tor);
    }
    known[cell] = sum;
    return sum;
  };
  const towardsBps = (link: number, tor: number): number => Math.min(linkRateBps[link]!, capacityBps(linkTo[link]! - hosts, tor));
  return (_switchIndex, tor, members) => {
    if (members.length < 2) return members;
    const weights = slotWeights(Float64Array.from(members, (link) => towardsBps(link, tor)));
    const slots: number[] = [];
    members.forEach((link, i) => {
      for (let slot = 0; slot < weights[i]!; slot++) slots.push(link);
    });
    return Int32Array.from(slots);
  };
}
