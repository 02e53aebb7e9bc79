import { setupStream } from '../base/random.ts';
import type { Topology } from '../base/topology.ts';
import { START } from '../engine/record.ts';
import type { DeadPaths } from './dead-paths.ts';
import type { FlowPlan } from './flow-plan.ts';
import { DeafBalancer } from './packet-balancer.ts';

/**
 * `drb` (Cao et al., CoNEXT'13): packets to one destination take the paths of the pair in turn, in an order and from a start drawn
 * once. Full packets and shorter ones rotate apart, so that a short packet does not shift the pattern of the full ones. Paths that the
 * routing has withdrawn are passed over.
 */
export class DestinationRotation extends DeafBalancer {
  readonly #fullBytes: number;
  /** Index of the (source, destination) pair of each flow; -1 inside a rack. */
  readonly #pairOfFlow: Int32Array;
  /** Of class c of pair i: paths order[offset[2i + c] .. offset[2i + c + 1]), next one at pointer[2i + c]. */
  readonly #offset: Int32Array;
  readonly #order: Uint16Array;
  readonly #pointer: Int32Array;
  readonly #dead: DeadPaths | null;
  readonly #clock: Float64Array;
  readonly #torOfHost: Int32Array;
  readonly #dstHost: Int32Array;

  /** @param dead null: the routing never changes */
  constructor(topology: Topology, plan: FlowPlan, seed: number, fullBytes: number, dead: DeadPaths | null, clock: Float64Array) {
    super();
    this.#fullBytes = fullBytes;
    this.#dead = dead;
    this.#clock = clock;
    this.#torOfHost = topology.torOfHost;
    this.#dstHost = plan.dstHost;
    this.#pairOfFlow = new Int32Array(plan.flows).fill(-1);
    const pathsOfPair = new Map<number, Int32Array>();
    const pathsBetween = (from: number, to: number): Int32Array => {
      const key = from * topology.tors + to;
      let paths = pathsOfPair.get(key);
      if (paths === undefined) {
        paths = topology.pathsBetween(from, to).ids;
        pathsOfPair.set(key, paths);
      }
      return paths;
    };
    let order = new Uint16Array(1024);
    const offset = [0];
    const pointer: number[] = [];
    for (let host = 0; host < topology.hosts; host++) {
      const pairOfDestination = new Map<number, number>();
      const draws = setupStream(seed, 'drb', host);
      for (let flow = plan.hostOffset[host]!; flow < plan.hostOffset[host + 1]!; flow++) {
        const destination = plan.dstHost[flow]!;
        if (topology.torOfHost[host] === topology.torOfHost[destination]) continue;
        let pair = pairOfDestination.get(destination);
        if (pair === undefined) {
          pair = pointer.length / 2;
          pairOfDestination.set(destination, pair);
          const paths = pathsBetween(topology.torOfHost[host]!, topology.torOfHost[destination]!);
          for (let sizeClass = 0; sizeClass < 2; sizeClass++) {
            const first = offset.at(-1)!;
            if (first + paths.length > order.length) order = doubled(order, first + paths.length);
            order.set(draws.shuffle(paths.slice()), first);
            offset.push(first + paths.length);
            pointer.push(draws.integer(paths.length));
          }
        }
        this.#pairOfFlow[flow] = pair;
      }
    }
    this.#offset = Int32Array.from(offset);
    this.#order = order;
    this.#pointer = Int32Array.from(pointer);
  }

  next(flow: number, host: number, sizeBytes: number): number {
    const pair = this.#pairOfFlow[flow]!;
    if (pair < 0) return 0;
    const rotation = 2 * pair + (sizeBytes === this.#fullBytes ? 0 : 1);
    const first = this.#offset[rotation]!;
    const paths = this.#offset[rotation + 1]! - first;
    let at = this.#pointer[rotation]!;
    if (this.#dead !== null) at = this.#passDead(flow, host, first, paths, at, this.#dead);
    this.#pointer[rotation] = at + 1 < paths ? at + 1 : 0;
    return this.#order[first + at]!;
  }

  /** The first place from `at` on whose path is not withdrawn; `at` itself if all are. */
  #passDead(flow: number, host: number, first: number, paths: number, at: number, deadPaths: DeadPaths): number {
    const dead = deadPaths.at(this.#clock, START, this.#torOfHost[host]!, this.#torOfHost[this.#dstHost[flow]!]!);
    if (dead.size === 0) return at;
    for (let i = 0; i < paths; i++) {
      const place = at + i < paths ? at + i : at + i - paths;
      if (!dead.has(this.#order[first + place]!)) return place;
    }
    return at;
  }
}

function doubled(values: Uint16Array<ArrayBuffer>, atLeast: number): Uint16Array<ArrayBuffer> {
  const grown = new Uint16Array(Math.max(atLeast, values.length * 2));
  grown.set(values);
  return grown;
}
