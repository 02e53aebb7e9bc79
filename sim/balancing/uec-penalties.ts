import type { PacketStreams } from '../base/random.ts';
import { EntropyWalk } from './entropy-walk.ts';

const MOST = 15;
/** Penalties in a word of four bits each. */
const PER_WORD_LOG2 = 3;

/**
 * The path-aware bitmap of UEC (uet-htsim): a penalty of 0 to 15 for each of P entropies of a flow; the walk over the entropies passes those that
 * have one, and the first that it passes loses one.
 */
export class UecPenalties {
  readonly #entropies: number;
  readonly #walk: EntropyWalk;
  readonly #words: Uint32Array;
  /** Words of one flow. */
  readonly #stride: number;

  constructor(flows: number, draws: PacketStreams, entropies: number) {
    this.#entropies = entropies;
    this.#walk = new EntropyWalk(flows, draws, entropies);
    this.#stride = Math.ceil(entropies / 8);
    this.#words = new Uint32Array(flows * this.#stride);
  }

  add(flow: number, entropy: number, points: number): void {
    const e = entropy & (this.#entropies - 1);
    const word = flow * this.#stride + (e >>> PER_WORD_LOG2);
    const shift = 4 * (e & 7);
    const before = (this.#words[word]! >>> shift) & MOST;
    const after = Math.min(MOST, before + points);
    this.#words[word] = this.#words[word]! + ((after - before) << shift);
  }

  next(flow: number, host: number): number {
    const walk = this.#walk;
    walk.begin(flow, host);
    let entropy = walk.entropy(flow);
    for (let skips = 1; this.#isPenalised(flow, entropy); skips++) {
      if (skips === 1) this.add(flow, entropy, -1);
      if (skips > this.#entropies) break;
      walk.advance(flow, host);
      entropy = walk.entropy(flow);
    }
    walk.advance(flow, host);
    return entropy;
  }

  #isPenalised(flow: number, entropy: number): boolean {
    const e = entropy & (this.#entropies - 1);
    return ((this.#words[flow * this.#stride + (e >>> PER_WORD_LOG2)]! >>> (4 * (e & 7))) & MOST) !== 0;
  }
}
