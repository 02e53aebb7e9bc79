import { PacketStreams } from '../base/random.ts';
import { DeafBalancer } from './packet-balancer.ts';

/** `spray-counter`: the entropies in turn, from a start drawn for each flow. */
export class CounterEntropy extends DeafBalancer {
  readonly #draws: PacketStreams;
  /** Entropy of the next packet; -1: the flow has sent none. */
  readonly #counter: Int32Array;

  constructor(flows: number, hosts: number, seed: number) {
    super();
    this.#draws = new PacketStreams(seed, 'spray-counter', hosts);
    this.#counter = new Int32Array(flows).fill(-1);
  }

  next(flow: number, host: number): number {
    let entropy = this.#counter[flow]!;
    if (entropy < 0) entropy = this.#draws.next(host) >>> 16;
    this.#counter[flow] = (entropy + 1) & 0xffff;
    return entropy;
  }
}
