import type { BalancerSpec } from '../../sim/base/balancer-spec.ts';
import type { NicSpec } from '../../sim/base/device-spec.ts';
import type { Topology } from '../../sim/base/topology.ts';
import type { FlowPlan, PacketRule } from '../../sim/balancing/flow-plan.ts';
import { packetRule } from '../../sim/balancing/plan.ts';
import { serialisationPs } from '../../sim/derive.ts';
import { ExactLoads } from './exact-loads.ts';
import { LoadPlacer } from './load-placer.ts';
import { packetsOf, passingPs, roundsExactly } from './message-times.ts';
import { PathTimes } from './path-times.ts';
import type { Hashing } from './route.ts';

/** Chance that one link of a random spray carries less than `guaranteedBytes` says. */
const SPRAY_FAILURE = 1e-12;

/**
 * Over all fabric links, the largest wire bytes / capacity + A(link), with the wire bytes that this balancer is sure to put there and
 * the smallest packets of the pairs of ToRs that use the link. 0 where nothing crosses the fabric, and for balancers that promise
 * no load to a single link: rotations at switches, whose pointers are shared, and those that choose by what they hear or see.
 *
 * @param isIncluded the flows that count; default: all
 */
export function busiestLinkPs(
  topology: Topology,
  plan: FlowPlan,
  balancer: BalancerSpec,
  nic: NicSpec,
  hashing: Hashing,
  isIncluded: (flow: number) => boolean = () => true,
): number {
  const { torOfHost, tors, links, linkRateBps, linkDelayPs } = topology;
  const rule = packetRule(balancer.kind);
  if (promisesNothing(rule)) return 0;
  const paths = new PathTimes(topology, nic);
  const fullBytes = nic.mtuBytes + nic.headerBytes;
  const wire = new ExactLoads(links);
  const packets = new ExactLoads(links);
  const needsPackets = linkRateBps.some((rate) => !roundsExactly(rate));
  const wirePlacer = new LoadPlacer(topology, plan, balancer, hashing);
  const packetPlacer = new LoadPlacer(topology, plan, balancer, hashing);
  const pairs = new Map<number, PairWaits>();
  const hostPs = (host: number, wireBytes: number): number => {
    const link = paths.hostLink[host]!;
    return serialisationPs(wireBytes, linkRateBps[link]!) + linkDelayPs[link]!;
  };
  for (let f = 0; f < plan.flows; f++) {
    if (!isIncluded(f)) continue;
    const src = plan.srcHost[f]!;
    const dst = plan.dstHost[f]!;
    const srcTor = torOfHost[src]!;
    const dstTor = torOfHost[dst]!;
    if (srcTor === dstTor) continue;
    const bytes = plan.bytes[f]!;
    const count = packetsOf(bytes, nic.mtuBytes);
    // A rotation deals full packets apart from shorter ones, whose sizes it does not look at: those promise nothing.
    const sureBytes = rule === 'rotate-destination' ? Math.floor(bytes / nic.mtuBytes) * fullBytes : bytes + count * nic.headerBytes;
    wirePlacer.place(f, sureBytes, wire);
    if (needsPackets) packetPlacer.place(f, count, packets);
    const smallest = bytes - (count - 1) * nic.mtuBytes + nic.headerBytes;
    let waits = pairs.get(srcTor * tors + dstTor);
    if (waits === undefined) {
      waits = { smallestBytes: Infinity, headPs: Infinity, tailPs: Infinity, rotations: new Set<number>() };
      pairs.set(srcTor * tors + dstTor, waits);
    }
    waits.smallestBytes = Math.min(waits.smallestBytes, smallest);
    waits.headPs = Math.min(waits.headPs, hostPs(src, smallest));
    waits.tailPs = Math.min(waits.tailPs, hostPs(dst, smallest) + paths.returnPs(src, dst));
    if (rule === 'rotate-destination') waits.rotations.add(src * topology.hosts + dst);
  }
  wirePlacer.finish(wire);
  packetPlacer.finish(packets);

  const beforePs = new Float64Array(links).fill(Infinity);
  const afterPs = new Float64Array(links).fill(Infinity);
  const rotations = new Float64Array(links);
  for (const [key, waits] of pairs) {
    const srcTor = Math.floor(key / tors);
    const pair = paths.pair(srcTor, key % tors);
    const set = topology.pathsBetween(srcTor, key % tors);
    for (let stage = 0; stage < pair.hops; stage++) {
      const before = waits.headPs + pair.spanPs(waits.smallestBytes, 0, stage);
      const after = pair.spanPs(waits.smallestBytes, stage + 1, pair.hops) + waits.tailPs;
      for (let p = 0; p < set.ids.length; p++) {
        const link = set.links[set.linkOffset[p]! + stage]!;
        beforePs[link] = Math.min(beforePs[link]!, before);
        afterPs[link] = Math.min(afterPs[link]!, linkDelayPs[link]! + after);
        rotations[link]! += waits.rotations.size;
      }
    }
  }
  let largest = 0;
  for (let link = 0; link < links; link++) {
    const bytes = guaranteedBytes(rule, wire.bytes(link), fullBytes, rotations[link]!);
    if (beforePs[link] === Infinity || bytes <= 0) continue;
    const rate = linkRateBps[link]!;
    const timePs = passingPs(bytes, packets.bytes(link), rate, rate, roundsExactly(rate));
    largest = Math.max(largest, timePs + beforePs[link]! + afterPs[link]!);
  }
  return largest;
}

const promisesNothing = (rule: PacketRule): boolean => rule !== 'fixed' && rule !== 'random-entropy' && rule !== 'rotate-destination';

/**
 * Wire bytes that a link carries at least, from their mean: all of them where the paths are known; one packet less for each rotation
 * and path over the link; under random spraying less by the multiplicative Chernoff bound, P(X <= mean - t) <= exp(-t^2 / (2 w mean))
 * for sums of independent packets of at most w bytes.
 */
function guaranteedBytes(rule: PacketRule, meanBytes: number, fullBytes: number, rotations: number): number {
  switch (rule) {
    case 'fixed':
      return meanBytes;
    case 'random-entropy':
      return meanBytes - Math.sqrt(2 * fullBytes * meanBytes * -Math.log(SPRAY_FAILURE));
    case 'rotate-destination':
      return meanBytes - rotations * fullBytes;
    case 'switch-round-robin':
    case 'switch-adaptive':
    case 'switch-flowlet':
    case 'varied-entropy':
    case 'changing-label':
    case 'path-at-start':
      return 0;
  }
}

/** Least waits around the fabric of what one pair of ToRs exchanges. */
interface PairWaits {
  smallestBytes: number;
  headPs: number;
  tailPs: number;
  /** Pairs of hosts, for `drb`: each deals its packets to the paths in turn. */
  readonly rotations: Set<number>;
}
