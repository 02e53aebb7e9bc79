import { PacketStreams } from '../base/random.ts';
import { DeafBalancer } from './packet-balancer.ts';
import { UecPenalties } from './uec-penalties.ts';

/** Points of a mark, of a packet that was trimmed, and of one that failed. */
export const MARK_POINTS = 1;
export const TRIM_POINTS = 4;
export const FAILURE_POINTS = 15;

/** `uec-bitmap` (uet-htsim), and `strack` (arXiv 2407.15266), which passes over marked paths likewise. */
export class UecBitmap extends DeafBalancer {
  override readonly hearsFeedback = true;
  override readonly hearsLosses = true;
  readonly #penalties: UecPenalties;
  readonly #lossPoints: number;

  /** @param name of the stream. @param trims what is lost nevertheless met a failure; else a loss stands for a trim */
  constructor(flows: number, hosts: number, seed: number, name: 'uec-bitmap' | 'strack', entropies: number, trims: boolean) {
    super();
    this.#penalties = new UecPenalties(flows, new PacketStreams(seed, name, hosts), entropies);
    this.#lossPoints = trims ? FAILURE_POINTS : TRIM_POINTS;
  }

  next(flow: number, host: number): number {
    return this.#penalties.next(flow, host);
  }

  override onAck(flow: number, entropy: number, isMarked: boolean): void {
    if (isMarked) this.#penalties.add(flow, entropy, MARK_POINTS);
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
