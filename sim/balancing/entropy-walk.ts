import type { PacketStreams } from '../base/random.ts';

/**
 * The walk of UEC (specification 1.0, section 3.6.16; uet-htsim) over the P entropies of each flow: every one once a pass, in an order that a
 * mask drawn for the pass permutes. The bits above log2(P) are drawn once a flow, so that flows differ.
 */
export class EntropyWalk {
  readonly #draws: PacketStreams;
  readonly #entropies: number;
  /** Upper bits and mask in one: they share no bit. */
  readonly #pattern: Uint16Array;
  /** Place in the pass; -1: the flow has sent nothing. */
  readonly #place: Int32Array;

  constructor(flows: number, draws: PacketStreams, entropies: number) {
    this.#draws = draws;
    this.#entropies = entropies;
    this.#pattern = new Uint16Array(flows);
    this.#place = new Int32Array(flows).fill(-1);
  }

  /** Before the first `entropy` of a flow: its draws. */
  begin(flow: number, host: number): void {
    if (this.#place[flow]! >= 0) return;
    const upper = (this.#draws.next(host) >>> 16) & ~(this.#entropies - 1);
    this.#pattern[flow] = upper | this.#draws.below(host, this.#entropies);
    this.#place[flow] = 0;
  }

  /** The entropy at this place, upper bits included. */
  entropy(flow: number): number {
    return this.#pattern[flow]! ^ this.#place[flow]!;
  }

  advance(flow: number, host: number): void {
    const place = this.#place[flow]! + 1;
    if (place < this.#entropies) {
      this.#place[flow] = place;
      return;
    }
    this.#place[flow] = 0;
    this.#pattern[flow] = (this.#pattern[flow]! & ~(this.#entropies - 1)) | this.#draws.below(host, this.#entropies);
  }
}
