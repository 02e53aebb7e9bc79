import { PacketStreams } from '../base/random.ts';
import { EntropyQueues } from './entropy-queues.ts';
import { DeafBalancer, type FlowView } from './packet-balancer.ts';

/** `reps-legacy`: the first public version of REPS (uet-htsim): every entropy that comes back unmarked is used once more, in order. */
export class RepsLegacy extends DeafBalancer {
  override readonly hearsFeedback = true;
  readonly #draws: PacketStreams;
  readonly #entropies: number;
  readonly #queues: EntropyQueues;
  /** Packets sent, as far as P. */
  readonly #sent: Int32Array;
  #view: FlowView | null = null;

  constructor(flows: number, hosts: number, seed: number, entropies: number) {
    super();
    this.#draws = new PacketStreams(seed, 'reps-legacy', hosts);
    this.#entropies = entropies;
    this.#queues = new EntropyQueues(flows);
    this.#sent = new Int32Array(flows);
  }

  override attach(view: FlowView): void {
    this.#view = view;
  }

  next(flow: number, host: number): number {
    const sent = this.#sent[flow]!;
    if (sent < this.#entropies) {
      this.#sent[flow] = sent + 1;
      if (sent < this.#view!.windowPackets(flow)) return (sent + 1) & (this.#entropies - 1);
    }
    const recycled = this.#queues.shift(flow);
    return recycled >= 0 ? recycled : this.#draws.below(host, this.#entropies);
  }

  override onAck(flow: number, entropy: number, isMarked: boolean): void {
    if (!isMarked) this.#queues.push(flow, entropy);
  }
}
