import { PacketStreams, setupStream } from '../base/random.ts';
import type { BalancerSpec } from '../base/balancer-spec.ts';
import type { Topology } from '../base/topology.ts';
import type { FlowPlan } from './flow-plan.ts';
import type { PacketBalancer } from './packet-balancer.ts';

/** @param fullBytes wire size of a full packet */
export function packetBalancer(
  topology: Topology,
  plan: FlowPlan,
  balancer: BalancerSpec,
  seed: number,
  fullBytes: number,
): PacketBalancer {
  switch (balancer.kind) {
    case 'spray':
      return new RandomEntropy(topology.hosts, seed);
    case 'drb':
      return new DestinationRotation(topology, plan, seed, fullBytes);
    case 'ecmp':
    case 'ecmp-split':
    case 'ethereal':
    case 'spray-switch-rr':
      return new FixedEntropy(plan);
  }
}

/** Whether packets carry a path of the Topology (source routing) instead of an entropy that switches hash. */
export const pinsPaths = (balancer: BalancerSpec): boolean => balancer.kind === 'ethereal' || balancer.kind === 'drb';

/** Every packet of a flow alike: its path if it is pinned, else 0. */
class FixedEntropy implements PacketBalancer {
  readonly hearsFeedback = false;
  readonly #entropy: Int32Array;

  constructor(plan: FlowPlan) {
    this.#entropy = plan.path.map((path) => Math.max(0, path));
  }

  next(flow: number): number {
    return this.#entropy[flow]!;
  }

  onAck(): void {}
  onNack(): void {}
  onLoss(): void {}
  onTimeout(): void {}
}

/** `spray` (called OPS in the REPS paper): a fresh uniform 16-bit value a packet. */
class RandomEntropy implements PacketBalancer {
  readonly hearsFeedback = false;
  readonly #draws: PacketStreams;

  constructor(hosts: number, seed: number) {
    this.#draws = new PacketStreams(seed, 'entropy', hosts);
  }

  next(_flow: number, host: number): number {
    return this.#draws.next(host) >>> 16;
  }

  onAck(): void {}
  onNack(): void {}
  onLoss(): void {}
  onTimeout(): void {}
}

/**
 * `drb` (Cao et al., CoNEXT'13): packets to one destination take the paths of the pair in turn, in an order and from a start drawn
 * once. Full packets and shorter ones rotate apart, so that a short packet does not shift the pattern of the full ones.
 */
class DestinationRotation implements PacketBalancer {
  readonly hearsFeedback = false;
  readonly #fullBytes: number;
  /** Index of the (source, destination) pair of each flow; -1 inside a rack. */
  readonly #pairOfFlow: Int32Array;
  /** Of class c of pair i: paths order[offset[2i + c] .. offset[2i + c + 1]), next one at pointer[2i + c]. */
  readonly #offset: Int32Array;
  readonly #order: Uint16Array;
  readonly #pointer: Int32Array;

  constructor(topology: Topology, plan: FlowPlan, seed: number, fullBytes: number) {
    this.#fullBytes = fullBytes;
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

  next(flow: number, _host: number, sizeBytes: number): number {
    const pair = this.#pairOfFlow[flow]!;
    if (pair < 0) return 0;
    const rotation = 2 * pair + (sizeBytes === this.#fullBytes ? 0 : 1);
    const first = this.#offset[rotation]!;
    const at = this.#pointer[rotation]!;
    this.#pointer[rotation] = first + at + 1 < this.#offset[rotation + 1]! ? at + 1 : 0;
    return this.#order[first + at]!;
  }

  onAck(): void {}
  onNack(): void {}
  onLoss(): void {}
  onTimeout(): void {}
}

function doubled(values: Uint16Array<ArrayBuffer>, atLeast: number): Uint16Array<ArrayBuffer> {
  const grown = new Uint16Array(Math.max(atLeast, values.length * 2));
  grown.set(values);
  return grown;
}
