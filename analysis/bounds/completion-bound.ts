import type { BalancerSpec } from '../../sim/base/balancer-spec.ts';
import type { NicSpec } from '../../sim/base/device-spec.ts';
import { SEND, type Schedule } from '../../sim/base/schedule.ts';
import { torNode, type Topology } from '../../sim/base/topology.ts';
import { packetRule } from '../../sim/balancing/plan.ts';
import type { FlowPlan } from '../../sim/balancing/flow-plan.ts';
import { serialisationPs } from '../../sim/derive.ts';
import { longestChainPs } from './dependency-chain.ts';
import { busiestLinkPs } from './link-bound.ts';
import { messageTimes, type Packetisation, passingPs, roundsExactly } from './message-times.ts';
import { PathTimes } from './path-times.ts';
import type { Hashing } from './route.ts';
import { ServerCuts } from './server-cuts.ts';

/**
 * Lower bound on the completion of a Schedule, in picoseconds, for every balancer, transport and NIC (`bound_us`): the larger of
 *
 * - for all bytes of the Schedule (docs/bounds.md, Completion): over the cuts X (each side of every host's link, all live up
 *   links of each ToR, all live down links), wire bytes / capacity + A(X), the least time a packet spends elsewhere;
 * - the longest dependency chain, each message at the same for it alone; an ACK's way back counts where the chain waits for it;
 * - the ports of each GPU into its server's NVLink (docs/model-servers.md 5).
 *
 * Messages are counted uncut (one header an `mtu`), A(X) with the smallest packet of the plan, so cutting never beats the bound.
 *
 * @throws CellError when the Schedule can never end
 */
export function completionBoundPs(topology: Topology, schedule: Schedule, plan: FlowPlan, nic: NicSpec): number {
  return scheduleBoundPs(topology, schedule, plan, nic, 'whole', false);
}

/**
 * Completion in `fidelity: bound`: the same maximum, with the plan's own pieces and with the balancer's own load on every fabric
 * link beside the ToR cuts. A lower bound for that balancer: of a random spray's mean load only what it falls below
 * once in 10^12 is counted, and `spray-switch-rr`, which promises no load to a single link, is held by the cuts alone.
 */
export function boundCompletionPs(
  topology: Topology,
  schedule: Schedule,
  plan: FlowPlan,
  balancer: BalancerSpec,
  nic: NicSpec,
  hashing: Hashing,
): number {
  return Math.max(
    completionBoundPs(topology, schedule, plan, nic),
    plannedBoundPs(topology, schedule, plan, nic, packetRule(balancer.kind) === 'fixed'),
    busiestLinkPs(topology, plan, balancer, nic, hashing),
  );
}

/**
 * `completionBoundPs` with the plan's own pieces.
 *
 * @param singlePath every flow keeps to one path, so that a lone piece passes no more than one link at a time
 */
export const plannedBoundPs = (topology: Topology, schedule: Schedule, plan: FlowPlan, nic: NicSpec, singlePath: boolean): number =>
  scheduleBoundPs(topology, schedule, plan, nic, 'planned', singlePath);

/** @param singlePath every flow keeps to one path, so that a lone piece passes no more than one link at a time */
function scheduleBoundPs(
  topology: Topology,
  schedule: Schedule,
  plan: FlowPlan,
  nic: NicSpec,
  packetisation: Packetisation,
  singlePath: boolean,
): number {
  const { torOfHost, hostOfRank, hosts, tors, linkRateBps, linkDelayPs } = topology;
  const paths = new PathTimes(topology, nic);
  const times = messageTimes(topology, schedule, plan, nic, paths, packetisation);
  const sent = new Cuts(hosts);
  const received = new Cuts(hosts);
  const up = new Cuts(tors);
  const down = new Cuts(tors);
  const capacity = torCapacities(topology);
  const servers = topology.server === null ? null : new ServerCuts(topology.server, schedule);
  const arrivalPs = new Float64Array(schedule.ops);
  const returnPs = new Float64Array(schedule.ops);

  for (let op = 0; op < schedule.ops; op++) {
    const smallest = times.smallestWireBytes[op]!;
    if (smallest === 0) {
      // No flow: a message inside a server, or no send.
      if (servers !== null && schedule.kind[op] === SEND) {
        arrivalPs[op] = servers.add(op);
        returnPs[op] = servers.returnPs;
      }
      continue;
    }
    const src = hostOfRank[schedule.rank[op]!]!;
    const dst = hostOfRank[schedule.peer[op]!]!;
    const srcTor = torOfHost[src]!;
    const dstTor = torOfHost[dst]!;
    const srcLink = paths.hostLink[src]!;
    const dstLink = paths.hostLink[dst]!;
    const pair = paths.pair(srcTor, dstTor);
    const { hops } = pair;
    const back = paths.returnPs(src, dst);
    const firstHop = linkDelayPs[srcLink]!;
    const lastHop = linkDelayPs[dstLink]!;
    const head = serialisationPs(smallest, linkRateBps[srcLink]!) + firstHop;
    const tail = serialisationPs(smallest, linkRateBps[dstLink]!) + lastHop;
    const fabric = pair.spanPs(smallest, 0, hops);
    sent.add(src, times.txPs[op]!, 0, 0, firstHop + fabric + tail + back);
    received.add(dst, times.rxPs[op]!, 0, head + fabric, lastHop + back);
    let alonePs = Math.max(times.txPs[op]! + firstHop + fabric + tail, head + fabric + times.rxPs[op]! + lastHop);

    if (hops > 0) {
      const wire = times.wireBytes[op]!;
      const packets = times.packets[op]!;
      const piece = singlePath ? times.largestPieceBytes[op]! : 0;
      const afterUp = pair.spanPs(smallest, 0, hops, 1) + tail;
      const beforeDown = head + pair.spanPs(smallest, 0, hops - 1);
      const afterDown = pair.spanPs(smallest, hops - 1, hops, hops) + tail;
      up.add(srcTor, wire, packets, head, afterUp + back);
      down.add(dstTor, wire, packets, beforeDown, afterDown + back);
      const upPs = Math.max(capacity.up[srcTor]!.passingPs(wire, packets), aloneOnLinkPs(piece, packets, pair.firstRateBps));
      const downPs = Math.max(capacity.down[dstTor]!.passingPs(wire, packets), aloneOnLinkPs(piece, packets, pair.lastRateBps));
      alonePs = Math.max(alonePs, head + upPs + afterUp, beforeDown + downPs + afterDown);
    }
    arrivalPs[op] = alonePs;
    returnPs[op] = back;
  }

  return Math.max(
    longestChainPs(schedule, arrivalPs, returnPs),
    servers?.largestPs() ?? 0,
    sent.largest((_host, timePs) => timePs),
    received.largest((_host, timePs) => timePs),
    up.largest((tor, wireBytes, packets) => capacity.up[tor]!.passingPs(wireBytes, packets)),
    down.largest((tor, wireBytes, packets) => capacity.down[tor]!.passingPs(wireBytes, packets)),
  );
}

const aloneOnLinkPs = (wireBytes: number, packets: number, rateBps: number): number =>
  wireBytes === 0 ? 0 : passingPs(wireBytes, packets, rateBps, rateBps, roundsExactly(rateBps));

/**
 * A family of cuts, one a host or a ToR. The wait before and after a cut are minimised apart: its first packet and its last may
 * belong to different messages.
 */
class Cuts {
  readonly #amount: Float64Array;
  readonly #packets: Float64Array;
  readonly #beforePs: Float64Array;
  readonly #afterPs: Float64Array;

  constructor(count: number) {
    this.#amount = new Float64Array(count);
    this.#packets = new Float64Array(count);
    this.#beforePs = new Float64Array(count).fill(Infinity);
    this.#afterPs = new Float64Array(count).fill(Infinity);
  }

  /** A message crosses cut i: `amount` of it, in whatever unit `largest` turns into time, and its least waits around it. */
  add(i: number, amount: number, packets: number, beforePs: number, afterPs: number): void {
    this.#amount[i]! += amount;
    this.#packets[i]! += packets;
    if (beforePs < this.#beforePs[i]!) this.#beforePs[i] = beforePs;
    if (afterPs < this.#afterPs[i]!) this.#afterPs[i] = afterPs;
  }

  /** Largest T(X); 0 if nothing crosses any cut. */
  largest(timePs: (i: number, amount: number, packets: number) => number): number {
    let largest = 0;
    for (let i = 0; i < this.#amount.length; i++) {
      if (this.#beforePs[i] === Infinity) continue;
      largest = Math.max(largest, timePs(i, this.#amount[i]!, this.#packets[i]!) + this.#beforePs[i]! + this.#afterPs[i]!);
    }
    return largest;
  }
}

/** Live links of a cut together. */
class CutCapacity {
  #rateBps = 0;
  #fastestBps = 0;
  #exactly = true;

  add(rateBps: number): void {
    this.#rateBps += rateBps;
    this.#fastestBps = Math.max(this.#fastestBps, rateBps);
    this.#exactly &&= roundsExactly(rateBps);
  }

  passingPs(wireBytes: number, packets: number): number {
    return passingPs(wireBytes, packets, this.#rateBps, this.#fastestBps, this.#exactly);
  }
}

/** All live fabric links out of, and into, each ToR. */
function torCapacities(topology: Topology): { up: CutCapacity[]; down: CutCapacity[] } {
  const up = Array.from({ length: topology.tors }, () => new CutCapacity());
  const down = Array.from({ length: topology.tors }, () => new CutCapacity());
  for (let link = 0; link < topology.links; link++) {
    if (topology.linkIsFabric[link] === 0 || topology.linkUp[link] === 0) continue;
    up[topology.linkFrom[link]! - torNode(topology, 0)]?.add(topology.linkRateBps[link]!);
    down[topology.linkTo[link]! - torNode(topology, 0)]?.add(topology.linkRateBps[link]!);
  }
  return { up, down };
}
