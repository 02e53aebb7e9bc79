import { PacketStreams } from '../base/random.ts';
import { EntropyWalk } from './entropy-walk.ts';
import { DeafBalancer } from './packet-balancer.ts';

/**
 * `uec-bitmap-1bit` (UEC specification 1.0, section 3.6.16.4): an entropy that was marked is passed over once. Where more than a given share is
 * marked, passing over would only overload the rest, and no packet does.
 */
export class UecOneBit extends DeafBalancer {
  override readonly hearsFeedback = true;
  override readonly hearsLosses = true;
  readonly #entropies: number;
  readonly #mostMarked: number;
  readonly #walk: EntropyWalk;
  /** Words of one flow. */
  readonly #stride: number;
  readonly #bits: Uint32Array;
  readonly #marked: Int32Array;

  /** @param maxMarked share of the entropies */
  constructor(flows: number, hosts: number, seed: number, entropies: number, maxMarked: number) {
    super();
    this.#entropies = entropies;
    this.#mostMarked = maxMarked * entropies;
    this.#walk = new EntropyWalk(flows, new PacketStreams(seed, 'uec-bitmap-1bit', hosts), entropies);
    this.#stride = Math.ceil(entropies / 32);
    this.#bits = new Uint32Array(flows * this.#stride);
    this.#marked = new Int32Array(flows);
  }

  next(flow: number, host: number): number {
    const walk = this.#walk;
    walk.begin(flow, host);
    const maySkip = this.#marked[flow]! <= this.#mostMarked;
    let entropy = walk.entropy(flow);
    while (this.#clear(flow, entropy) && maySkip) {
      walk.advance(flow, host);
      entropy = walk.entropy(flow);
    }
    walk.advance(flow, host);
    return entropy;
  }

  override onAck(flow: number, entropy: number, isMarked: boolean): void {
    if (isMarked) this.#mark(flow, entropy);
  }

  override onNack(flow: number, entropy: number, isLastHop: boolean, isMarked: boolean): void {
    if (!isLastHop || isMarked) this.#mark(flow, entropy);
  }

  override onLoss(flow: number, entropy: number): void {
    this.#mark(flow, entropy);
  }

  override onTimeout(flow: number, entropy: number): void {
    if (entropy >= 0) this.#mark(flow, entropy);
  }

  #mark(flow: number, entropy: number): void {
    const e = entropy & (this.#entropies - 1);
    const word = flow * this.#stride + (e >>> 5);
    const bit = 1 << (e & 31);
    if ((this.#bits[word]! & bit) !== 0) return;
    this.#bits[word]! |= bit;
    this.#marked[flow]!++;
  }

  /** Whether the entropy was marked; it no longer is. */
  #clear(flow: number, entropy: number): boolean {
    const e = entropy & (this.#entropies - 1);
    const word = flow * this.#stride + (e >>> 5);
    const bit = 1 << (e & 31);
    if ((this.#bits[word]! & bit) === 0) return false;
    this.#bits[word]! &= ~bit;
    this.#marked[flow]!--;
    return true;
  }
}
