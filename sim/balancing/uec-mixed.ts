import { PacketStreams } from '../base/random.ts';
import { EntropyQueues } from './entropy-queues.ts';
import { DeafBalancer } from './packet-balancer.ts';
import { FAILURE_POINTS, MARK_POINTS, TRIM_POINTS } from './uec-bitmap.ts';
import { UecPenalties } from './uec-penalties.ts';

/** `uec-mixed` (default of uet-htsim): entropies that came back unmarked are used once more; where none waits, the bitmap decides. */
export class UecMixed extends DeafBalancer {
  override readonly hearsFeedback = true;
  override readonly hearsLosses = true;
  readonly #queues: EntropyQueues;
  readonly #penalties: UecPenalties;
  readonly #lossPoints: number;

  /** @param trims what is lost nevertheless met a failure; else a loss stands for a trim */
  constructor(flows: number, hosts: number, seed: number, entropies: number, trims: boolean) {
    super();
    this.#queues = new EntropyQueues(flows);
    this.#penalties = new UecPenalties(flows, new PacketStreams(seed, 'uec-mixed', hosts), entropies);
    this.#lossPoints = trims ? FAILURE_POINTS : TRIM_POINTS;
  }

  next(flow: number, host: number): number {
    const recycled = this.#queues.shift(flow);
    return recycled >= 0 ? recycled : this.#penalties.next(flow, host);
  }

  override onAck(flow: number, entropy: number, isMarked: boolean): void {
    if (isMarked) this.#penalties.add(flow, entropy, MARK_POINTS);
    else this.#queues.push(flow, entropy);
  }

  override onNack(flow: number, entropy: number, isLastHop: boolean, isMarked: boolean): void {
    if (!isLastHop) this.#penalties.add(flow, entropy, TRIM_POINTS);
    else if (isMarked) this.#penalties.add(flow, entropy, MARK_POINTS);
  }

  override onLoss(flow: number, entropy: number): void {
    this.#penalties.add(flow, entropy, this.#lossPoints);
  }

  override onTimeout(flow: number, entropy: number): void {
    if (entropy >= 0) this.#penalties.add(flow, entropy, FAILURE_POINTS);
  }
}
