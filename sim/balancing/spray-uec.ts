import { PacketStreams } from '../base/random.ts';
import { EntropyWalk } from './entropy-walk.ts';
import { DeafBalancer } from './packet-balancer.ts';

/** `spray-uec` (UEC specification 1.0, section 3.6.16.3; "oblivious" in uet-htsim): each of P entropies once a pass. */
export class WalkedEntropy extends DeafBalancer {
  readonly #walk: EntropyWalk;

  constructor(flows: number, hosts: number, seed: number, entropies: number) {
    super();
    this.#walk = new EntropyWalk(flows, new PacketStreams(seed, 'spray-uec', hosts), entropies);
  }

  next(flow: number, host: number): number {
    const walk = this.#walk;
    walk.begin(flow, host);
    const entropy = walk.entropy(flow);
    walk.advance(flow, host);
    return entropy;
  }
}
