import { EntropyQueues } from './entropy-queues.ts';
import { DeafBalancer } from './packet-balancer.ts';

/**
 * `reps-ethereal-v2`: the simplified REPS that the evaluation of Ethereal (arXiv 2407.00550) compares with. A flow stays with one entropy
 * until a mark or a timeout.
 */
export class RepsEtherealV2 extends DeafBalancer {
  override readonly hearsFeedback = true;
  override readonly hearsLosses = true;
  readonly #entropies: number;
  readonly #bdpBytes: number;
  /** The ordered set of good entropies, and which are in it: bit e of the flow. */
  readonly #good: EntropyQueues;
  readonly #isGood: Uint32Array;
  /** Words of the set of one flow. */
  readonly #stride: number;
  /** The next one that was never tried; P: all were. */
  readonly #untried: Int32Array;
  /** After all were tried, the next one where the set is empty. */
  readonly #retried: Int32Array;
  /** Wire bytes sent, as far as a BDP. */
  readonly #sentBytes: Int32Array;

  constructor(flows: number, entropies: number, bdpBytes: number) {
    super();
    this.#entropies = entropies;
    this.#bdpBytes = bdpBytes;
    this.#good = new EntropyQueues(flows);
    this.#stride = Math.ceil(entropies / 32);
    this.#isGood = new Uint32Array(flows * this.#stride);
    this.#untried = new Int32Array(flows);
    this.#retried = new Int32Array(flows);
    this.#sentBytes = new Int32Array(flows);
  }

  next(flow: number, _host: number, sizeBytes: number): number {
    const first = this.#good.peek(flow);
    const isYoung = this.#sentBytes[flow]! < this.#bdpBytes;
    if (isYoung) this.#sentBytes[flow]! += sizeBytes;
    const untried = this.#untried[flow]!;
    if (untried < this.#entropies && (isYoung || first < 0)) {
      this.#untried[flow] = untried + 1;
      return untried;
    }
    if (first >= 0) return first;
    const retried = this.#retried[flow]!;
    this.#retried[flow] = (retried + 1) & (this.#entropies - 1);
    return retried;
  }

  override onAck(flow: number, entropy: number, isMarked: boolean): void {
    if (isMarked) {
      this.#dropFirst(flow);
      return;
    }
    const word = flow * this.#stride + (entropy >>> 5);
    const bit = 1 << (entropy & 31);
    if ((this.#isGood[word]! & bit) !== 0) return;
    this.#isGood[word]! |= bit;
    this.#good.push(flow, entropy);
  }

  override onTimeout(flow: number): void {
    this.#dropFirst(flow);
  }

  #dropFirst(flow: number): void {
    const first = this.#good.shift(flow);
    if (first >= 0) this.#isGood[flow * this.#stride + (first >>> 5)]! &= ~(1 << (first & 31));
  }
}
