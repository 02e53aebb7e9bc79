import { setupStream } from '../base/random.ts';
import type { Topology } from '../base/topology.ts';
import type { FlowPlan } from './flow-plan.ts';
import { DeafBalancer } from './packet-balancer.ts';

/**
 * `hpn-least-outstanding` (HPN, SIGCOMM 2024): a pair of hosts has connections on disjoint paths, and each message takes the one with the
 * fewest bytes that were posted and are not complete. What belongs to a pair is written by its source host.
 */
export class LeastOutstanding extends DeafBalancer {
  override readonly hearsFlows = true;
  readonly #bytes: Float64Array;
  /** First connection of each flow's pair of hosts, -1 inside a rack; and how many it has. */
  readonly #first: Int32Array;
  readonly #connections: Int32Array;
  /** The connection of each flow since its start; -1: none. */
  readonly #taken: Int32Array;
  readonly #path: Int32Array;
  readonly #outstandingBytes: Float64Array;

  constructor(topology: Topology, plan: FlowPlan, seed: number, mostConnections: number) {
    super();
    const { torOfHost, hosts } = topology;
    const { flows, hostOffset, dstHost, bytes } = plan;
    this.#bytes = bytes;
    this.#first = new Int32Array(flows).fill(-1);
    this.#connections = new Int32Array(flows);
    this.#taken = new Int32Array(flows).fill(-1);
    const paths: number[] = [];
    for (let host = 0; host < hosts; host++) {
      if (hostOffset[host] === hostOffset[host + 1]) continue;
      const draws = setupStream(seed, 'hpn', host);
      const known = new Map<number, number>();
      for (let flow = hostOffset[host]!; flow < hostOffset[host + 1]!; flow++) {
        const to = dstHost[flow]!;
        if (torOfHost[to] === torOfHost[host]) continue;
        const { ids } = topology.pathsBetween(torOfHost[host]!, torOfHost[to]!);
        const connections = Math.min(mostConnections, ids.length);
        if (!known.has(to)) {
          known.set(to, paths.length);
          const offset = draws.integer(ids.length);
          for (let j = 0; j < connections; j++) paths.push(ids[(offset + Math.floor((j * ids.length) / connections)) % ids.length]!);
        }
        this.#first[flow] = known.get(to)!;
        this.#connections[flow] = connections;
      }
    }
    this.#path = Int32Array.from(paths);
    this.#outstandingBytes = new Float64Array(paths.length);
  }

  next(flow: number): number {
    const taken = this.#taken[flow]!;
    return taken < 0 ? 0 : this.#path[taken]!;
  }

  /** The path that a flow has taken; -1: none. */
  pathOf(flow: number): number {
    const taken = this.#taken[flow]!;
    return taken < 0 ? -1 : this.#path[taken]!;
  }

  override onPosted(flow: number): void {
    const first = this.#first[flow]!;
    if (first < 0) return;
    let least = first;
    for (let connection = first + 1; connection < first + this.#connections[flow]!; connection++) {
      if (this.#outstandingBytes[connection]! < this.#outstandingBytes[least]!) least = connection;
    }
    this.#taken[flow] = least;
    this.#outstandingBytes[least]! += this.#bytes[flow]!;
  }

  override onComplete(flow: number): void {
    const taken = this.#taken[flow]!;
    if (taken >= 0) this.#outstandingBytes[taken]! -= this.#bytes[flow]!;
  }
}
