import type { EtherealSpec } from '../base/balancer-spec.ts';
import { PacketStreams } from '../base/random.ts';
import type { Topology } from '../base/topology.ts';
import { NOW, START } from '../engine/record.ts';
import type { FlowPlan } from './flow-plan.ts';
import { DeafBalancer } from './packet-balancer.ts';

/** What a host knows of its paths to one ToR: bad until when, by place in the list of paths. */
interface KnownPaths {
  readonly ids: Int32Array;
  readonly badUntilPs: Float64Array;
}

/**
 * Ethereal's paths while running (arXiv 2407.00550 v2; docs/model-failures.md 6): a flow stays on the path of its plan until it times out after
 * a long silence. Its host then takes that path as failed for a while, moves the flow, and starts no other one there. (A timeout alone is no
 * sign of a failure: congestion makes many, and every move spoils the balance of the plan.)
 */
export class EtherealPaths extends DeafBalancer {
  override readonly hearsFeedback = true;
  override readonly hearsTimeouts = true;
  /** Path of each flow; 0 without one. */
  readonly #path: Int32Array;
  /** Since when each flow has heard nothing; -1: it has not started. */
  readonly #silentSincePs: Float64Array;
  readonly #plan: FlowPlan;
  readonly #topology: Topology;
  readonly #clock: Float64Array;
  readonly #failedAfterPs: number;
  readonly #avoidedPs: number;
  readonly #avoidsBad: boolean;
  readonly #draws: PacketStreams;
  /** By (source host, destination ToR): only where a flow has timed out. */
  readonly #known = new Map<number, KnownPaths>();
  /** By host: it has an entry in `known`. */
  readonly #hasKnown: Uint8Array;

  constructor(topology: Topology, plan: FlowPlan, spec: EtherealSpec, seed: number, clock: Float64Array) {
    super();
    this.#topology = topology;
    this.#plan = plan;
    this.#clock = clock;
    this.#failedAfterPs = spec.failedAfterPs;
    this.#avoidedPs = spec.failedPathTimeoutPs;
    this.#avoidsBad = spec.repath === 'good';
    this.#path = plan.path.map((path) => Math.max(0, path));
    this.#silentSincePs = new Float64Array(plan.flows).fill(-1);
    this.#hasKnown = new Uint8Array(topology.hosts);
    this.#draws = new PacketStreams(seed, 'repath', topology.hosts);
  }

  /** The path that a flow uses now; 0 without one. */
  pathOf(flow: number): number {
    return this.#path[flow]!;
  }

  next(flow: number, host: number): number {
    if (this.#silentSincePs[flow] === -1) {
      this.#silentSincePs[flow] = this.#clock[START]!;
      if (this.#hasKnown[host] === 1 && this.#plan.path[flow]! >= 0) this.#leaveBadPath(flow, host);
    }
    return this.#path[flow]!;
  }

  override onAck(flow: number): void {
    this.#silentSincePs[flow] = this.#clock[NOW]!;
  }

  override onNack(flow: number): void {
    this.#silentSincePs[flow] = this.#clock[NOW]!;
  }

  override onGoBack(flow: number): void {
    this.#silentSincePs[flow] = this.#clock[NOW]!;
  }

  override onTimeout(flow: number): void {
    if (this.#plan.path[flow]! < 0) return;
    const silentPs = this.#clock[NOW]! - this.#silentSincePs[flow]!;
    // A sender with a timer a packet reports several packets at one instant.
    if (silentPs === 0 || silentPs < this.#failedAfterPs) return;
    this.#silentSincePs[flow] = this.#clock[NOW]!;
    const host = this.#plan.srcHost[flow]!;
    const { ids, badUntilPs } = this.#knownPaths(flow, host);
    const current = ids.indexOf(this.#path[flow]!);
    badUntilPs[current] = this.#clock[NOW]! + this.#avoidedPs;
    const good = this.#avoidsBad ? this.#goodPaths(badUntilPs, NOW) : [];
    const candidates = good.length > 0 ? good : Array.from(ids.keys()).filter((place) => place !== current);
    if (candidates.length > 0) this.#move(flow, host, ids, candidates);
  }

  #leaveBadPath(flow: number, host: number): void {
    const known = this.#known.get(this.#pair(flow, host));
    if (known === undefined) return;
    const { ids, badUntilPs } = known;
    if (badUntilPs[ids.indexOf(this.#path[flow]!)]! <= this.#clock[START]!) return;
    const good = this.#goodPaths(badUntilPs, START);
    if (good.length > 0) this.#move(flow, host, ids, good);
  }

  /** Puts a flow on one of the candidates, places in `ids`. */
  #move(flow: number, host: number, ids: Int32Array, candidates: readonly number[]): void {
    const choice = candidates.length === 1 ? 0 : this.#draws.below(host, candidates.length);
    this.#path[flow] = ids[candidates[choice]!]!;
  }

  /** Places of the paths that are good at clock[at]. */
  #goodPaths(badUntilPs: Float64Array, at: number): number[] {
    const good: number[] = [];
    badUntilPs.forEach((untilPs, place) => {
      if (untilPs <= this.#clock[at]!) good.push(place);
    });
    return good;
  }

  #knownPaths(flow: number, host: number): KnownPaths {
    const pair = this.#pair(flow, host);
    let known = this.#known.get(pair);
    if (known === undefined) {
      const { torOfHost } = this.#topology;
      const { ids } = this.#topology.pathsBetween(torOfHost[host]!, torOfHost[this.#plan.dstHost[flow]!]!);
      known = { ids, badUntilPs: new Float64Array(ids.length) };
      this.#known.set(pair, known);
      this.#hasKnown[host] = 1;
    }
    return known;
  }

  #pair(flow: number, host: number): number {
    return host * this.#topology.tors + this.#topology.torOfHost[this.#plan.dstHost[flow]!]!;
  }
}
