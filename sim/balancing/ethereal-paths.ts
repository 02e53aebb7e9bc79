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

/** States of a flow. */
const NOT_STARTED = 0;
const STARTED = 1;

/**
 * Ethereal's paths while running (arXiv 2407.00550 v2; docs/model-failures.md 6): a flow stays on the path of its plan until it times out. Its host then
 * takes that path as failed for a while, moves the flow, and starts no other one there.
 */
export class EtherealPaths extends DeafBalancer {
  override readonly hearsTimeouts = true;
  /** Path of each flow; 0 without one. */
  readonly #path: Int32Array;
  readonly #state: Uint8Array;
  readonly #plan: FlowPlan;
  readonly #topology: Topology;
  readonly #clock: Float64Array;
  readonly #timeoutPs: number;
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
    this.#timeoutPs = spec.failedPathTimeoutPs;
    this.#avoidsBad = spec.repath === 'good';
    this.#path = plan.path.map((path) => Math.max(0, path));
    this.#state = new Uint8Array(plan.flows);
    this.#hasKnown = new Uint8Array(topology.hosts);
    this.#draws = new PacketStreams(seed, 'repath', topology.hosts);
  }

  /** The path that a flow uses now; 0 without one. */
  pathOf(flow: number): number {
    return this.#path[flow]!;
  }

  next(flow: number, host: number): number {
    if (this.#state[flow] === NOT_STARTED) {
      this.#state[flow] = STARTED;
      if (this.#hasKnown[host] === 1 && this.#plan.path[flow]! >= 0) this.#leaveBadPath(flow, host);
    }
    return this.#path[flow]!;
  }

  override onTimeout(flow: number, path: number): void {
    if (this.#plan.path[flow]! < 0) return;
    const host = this.#plan.srcHost[flow]!;
    const { ids, badUntilPs } = this.#knownPaths(flow, host);
    const current = ids.indexOf(this.#path[flow]!);
    const failed = path < 0 ? current : ids.indexOf(path);
    badUntilPs[failed] = this.#clock[NOW]! + this.#timeoutPs;
    if (failed !== current) return;
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
