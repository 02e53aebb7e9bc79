import type { BalancerSpec, NicSpec } from '../../sim/base/scenario.ts';
import type { Topology } from '../../sim/base/topology.ts';
import type { FlowPlan } from '../../sim/balancing/flow-plan.ts';
import { serialisationPs } from '../../sim/derive.ts';
import { ExactLoads } from './exact-loads.ts';
import { LoadPlacer } from './load-placer.ts';
import { packetsOf, passingPs, roundsExactly } from './message-times.ts';
import { PathTimes } from './path-times.ts';
import type { Hashing } from './route.ts';

/**
 * Over all fabric links, the largest wire bytes / capacity + A(link), with the wire bytes that this balancer puts there and the
 * smallest packets of the pairs of ToRs that use the link. 0 where nothing crosses the fabric.
 */
export function busiestLinkPs(topology: Topology, plan: FlowPlan, balancer: BalancerSpec, nic: NicSpec, hashing: Hashing): number {
  const { torOfHost, tors, links, linkRateBps, linkDelayPs } = topology;
  const paths = new PathTimes(topology, nic);
  const wire = new ExactLoads(links);
  const packets = new ExactLoads(links);
  const needsPackets = linkRateBps.some((rate) => !roundsExactly(rate));
  const wirePlacer = new LoadPlacer(topology, plan, balancer, hashing);
  const packetPlacer = new LoadPlacer(topology, plan, balancer, hashing);
  const pairs = new Map<number, PairWaits>();
  for (let f = 0; f < plan.flows; f++) {
    const src = plan.srcHost[f]!;
    const dst = plan.dstHost[f]!;
    const srcTor = torOfHost[src]!;
    const dstTor = torOfHost[dst]!;
    if (srcTor === dstTor) continue;
    const bytes = plan.bytes[f]!;
    const count = packetsOf(bytes, nic.mtuBytes);
    wirePlacer.place(f, bytes + count * nic.headerBytes, wire);
    if (needsPackets) packetPlacer.place(f, count, packets);
    const smallest = bytes - (count - 1) * nic.mtuBytes + nic.headerBytes;
    const hostPs = (host: number): number => {
      const link = paths.hostLink[host]!;
      return serialisationPs(smallest, linkRateBps[link]!) + linkDelayPs[link]!;
    };
    const waits = pairs.get(srcTor * tors + dstTor) ?? { smallestBytes: Infinity, headPs: Infinity, tailPs: Infinity };
    waits.smallestBytes = Math.min(waits.smallestBytes, smallest);
    waits.headPs = Math.min(waits.headPs, hostPs(src));
    waits.tailPs = Math.min(waits.tailPs, hostPs(dst) + paths.returnPs(src, dst));
    pairs.set(srcTor * tors + dstTor, waits);
  }
  wirePlacer.finish(wire);
  packetPlacer.finish(packets);

  const beforePs = new Float64Array(links).fill(Infinity);
  const afterPs = new Float64Array(links).fill(Infinity);
  for (const [key, waits] of pairs) {
    const srcTor = Math.floor(key / tors);
    const pair = paths.pair(srcTor, key % tors);
    const set = topology.pathsBetween(srcTor, key % tors);
    for (let p = 0; p < set.ids.length; p++) {
      const first = set.linkOffset[p]!;
      for (let stage = 0; stage < pair.hops; stage++) {
        const link = set.links[first + stage]!;
        const before = waits.headPs + pair.spanPs(waits.smallestBytes, 0, stage);
        const after = linkDelayPs[link]! + pair.spanPs(waits.smallestBytes, stage + 1, pair.hops) + waits.tailPs;
        beforePs[link] = Math.min(beforePs[link]!, before);
        afterPs[link] = Math.min(afterPs[link]!, after);
      }
    }
  }
  let largest = 0;
  for (let link = 0; link < links; link++) {
    if (beforePs[link] === Infinity || wire.bytes(link) === 0) continue;
    const rate = linkRateBps[link]!;
    const timePs = passingPs(wire.bytes(link), packets.bytes(link), rate, rate, roundsExactly(rate));
    largest = Math.max(largest, timePs + beforePs[link]! + afterPs[link]!);
  }
  return largest;
}

/** Least waits around the fabric of what one pair of ToRs exchanges. */
interface PairWaits {
  smallestBytes: number;
  headPs: number;
  tailPs: number;
}
