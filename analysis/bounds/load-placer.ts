import type { BalancerSpec } from '../../sim/base/balancer-spec.ts';
import type { Topology } from '../../sim/base/topology.ts';
import type { FlowPlan } from '../../sim/balancing/flow-plan.ts';
import { packetRule } from '../../sim/balancing/plan.ts';
import type { ExactLoads } from './exact-loads.ts';
import { capacityShares, equalPathShares, nextHopShares, type ShareRule, ShareTable } from './pair-shares.ts';
import { type Hashing, RouteReplay } from './route.ts';

/** Demand between ToRs, collected and then spread pair by pair. */
export class PairDemand {
  readonly #bytes: Float64Array;
  readonly #pairs: number[] = [];

  constructor(tors: number) {
    this.#bytes = new Float64Array(tors * tors);
  }

  add(pair: number, bytes: number): void {
    if (bytes === 0) return;
    if (this.#bytes[pair] === 0) this.#pairs.push(pair);
    this.#bytes[pair]! += bytes;
  }

  /** Spreads what was collected over the links and forgets it. */
  spreadTo(loads: ExactLoads, shares: ShareTable): void {
    for (const pair of this.#pairs) {
      loads.spread(shares.shares(pair), this.#bytes[pair]!);
      this.#bytes[pair] = 0;
    }
    this.#pairs.length = 0;
  }
}

/**
 * Puts flows on the fabric links as a balancer does. Exact where the plan and the hash decide (`ecmp`, `wcmp`, `ecmp-split`, `nccl-qp`, `rr-flow`,
 * `ethereal`); perfect spraying for those that adapt packet by packet; equal shares for new flowlets;
 * the path at the start for balancers that change a flow's label; the mean over the draws for `spray`, and equal
 * shares for the others that vary the entropy; equal shares, which a run meets within a packet a pointer, for `drb` and `spray-switch-rr`.
 */
export class LoadPlacer {
  readonly #topology: Topology;
  readonly #plan: FlowPlan;
  readonly #route: RouteReplay;
  readonly #shares: ShareTable | null;
  readonly #demand: PairDemand;

  constructor(topology: Topology, plan: FlowPlan, balancer: BalancerSpec, hashing: Hashing) {
    this.#topology = topology;
    this.#plan = plan;
    this.#route = new RouteReplay(topology, balancer, hashing, plan);
    const rule = shareRule(balancer);
    this.#shares = rule === null ? null : ShareTable.of(topology, rule);
    this.#demand = new PairDemand(topology.tors);
  }

  /** Adds `bytes` for one flow of the plan; `finish` must follow the last one. */
  place(flow: number, bytes: number, loads: ExactLoads): void {
    const { torOfHost, tors } = this.#topology;
    const srcTor = torOfHost[this.#plan.srcHost[flow]!]!;
    const dstTor = torOfHost[this.#plan.dstHost[flow]!]!;
    if (srcTor === dstTor) return;
    if (this.#shares !== null) {
      this.#demand.add(srcTor * tors + dstTor, bytes);
      return;
    }
    const hops = this.#route.follow(flow, this.#plan.path[flow]!, 0, srcTor, dstTor);
    for (let i = 0; i < hops; i++) loads.add(this.#route.links[i]!, bytes);
  }

  finish(loads: ExactLoads): void {
    if (this.#shares !== null) this.#demand.spreadTo(loads, this.#shares);
  }
}

/** Null where each flow has one path. */
function shareRule(balancer: BalancerSpec): ShareRule | null {
  switch (packetRule(balancer.kind)) {
    case 'fixed':
    case 'changing-label':
      return null;
    case 'rotate-destination':
      return equalPathShares;
    case 'path-at-start':
    case 'random-entropy':
    case 'varied-entropy':
    case 'switch-round-robin':
    case 'switch-flowlet':
      return nextHopShares;
    case 'switch-adaptive':
      return capacityShares;
  }
}
