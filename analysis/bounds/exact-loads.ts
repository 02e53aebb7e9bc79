import type { PairShares } from './pair-shares.ts';

/**
 * Loads of links as sums of fractions: whole numerators are added up a denominator at a time and divided once at the end. So
 * equal loads come out as equal doubles, however many messages they are made of (up to 2^53 bytes times the denominator).
 */
export class ExactLoads {
  readonly #links: number;
  readonly #numerators = new Map<number, Float64Array>();

  constructor(links: number) {
    this.#links = links;
  }

  /** Adds whole bytes on one link. */
  add(link: number, bytes: number): void {
    this.#of(1)[link]! += bytes;
  }

  /** Spreads `bytes` over the links of a pair. */
  spread(shares: PairShares, bytes: number): void {
    const numerators = this.#of(shares.denominator);
    for (let i = 0; i < shares.link.length; i++) numerators[shares.link[i]!]! += shares.numerator[i]! * bytes;
  }

  /** Load of one link in bytes. */
  bytes(link: number): number {
    let total = 0;
    for (const [denominator, numerators] of this.#numerators) total += numerators[link]! / denominator;
    return total;
  }

  all(): Float64Array {
    return Float64Array.from({ length: this.#links }, (_, link) => this.bytes(link));
  }

  /** Moves everything into `total` and starts again from nothing. */
  moveTo(total: ExactLoads): void {
    for (const [denominator, numerators] of this.#numerators) {
      const sums = total.#of(denominator);
      for (let link = 0; link < numerators.length; link++) sums[link]! += numerators[link]!;
      numerators.fill(0);
    }
  }

  #of(denominator: number): Float64Array {
    let numerators = this.#numerators.get(denominator);
    if (numerators === undefined) {
      numerators = new Float64Array(this.#links);
      this.#numerators.set(denominator, numerators);
    }
    return numerators;
  }
}
