import { PacketStreams } from '../base/random.ts';
import { DeafBalancer } from './packet-balancer.ts';

/** `spray` (called OPS in the REPS paper): a fresh uniform 16-bit value a packet. */
export class RandomEntropy extends DeafBalancer {
  readonly #draws: PacketStreams;

  constructor(hosts: number, seed: number) {
    super();
    this.#draws = new PacketStreams(seed, 'entropy', hosts);
  }

  next(_flow: number, host: number): number {
    return this.#draws.next(host) >>> 16;
  }
}
