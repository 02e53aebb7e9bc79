import { PacketStreams } from '../base/random.ts';
import type { RepsSpec } from '../base/balancer-spec.ts';
import { DeafBalancer } from './packet-balancer.ts';
import { RepsBuffer } from './reps-buffer.ts';

/** Random entropies after a freeze. */
const EXPLORED_PACKETS = 16;

/** `reps-htsim`: REPS as in uet-htsim: freezes on timeouts only, and forgets everything when it ends. */
export class RepsHtsim extends DeafBalancer {
  override readonly hearsFeedback = true;
  override readonly hearsLosses = true;
  readonly #draws: PacketStreams;
  readonly #entropies: number;
  readonly #trims: boolean;
  readonly #buffer: RepsBuffer;
  readonly #explore: Uint8Array;

  constructor(flows: number, hosts: number, seed: number, clock: Float64Array, spec: RepsSpec, trims: boolean) {
    super();
    this.#draws = new PacketStreams(seed, 'reps-htsim', hosts);
    this.#entropies = spec.entropies;
    this.#trims = trims;
    this.#buffer = new RepsBuffer(flows, clock, spec.freezePs);
    this.#explore = new Uint8Array(flows);
  }

  next(flow: number, host: number): number {
    let entropy = -1;
    if (this.#explore[flow]! > 0) this.#explore[flow]!--;
    else entropy = this.#buffer.recycle(flow);
    return entropy >= 0 ? entropy : this.#draws.below(host, this.#entropies);
  }

  override onAck(flow: number, entropy: number, isMarked: boolean): void {
    this.#thaw(flow);
    if (!isMarked) this.#buffer.store(flow, entropy);
  }

  override onNack(flow: number): void {
    this.#thaw(flow);
  }

  override onLoss(flow: number): void {
    this.#thaw(flow);
  }

  override onTimeout(flow: number): void {
    this.#thaw(flow);
    if (this.#trims && !this.#buffer.isFrozen(flow) && this.#explore[flow] === 0) this.#buffer.freeze(flow);
  }

  #thaw(flow: number): void {
    if (!this.#buffer.mayThaw(flow)) return;
    this.#buffer.clear(flow);
    this.#explore[flow] = EXPLORED_PACKETS;
  }
}
