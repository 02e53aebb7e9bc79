import { mix32, streamSeed } from '../sim/base/random.ts';

/** Mean of a Poisson law that is drawn in one piece: e^-mean stays far above the smallest uniform. */
const MOST_POISSON = 16;

/**
 * Draws of one component of a wireless run: xoshiro128** (Blackman and Vigna 2021), whose 128-bit state comes from (seed, purpose,
 * component). A slot draws a few numbers a user, so 2^128 - 1 of them last.
 */
export class RandomStream {
  // Set to a number at once: V8 keeps a field that was undefined first in a form that must be tested whenever it is read.
  #a = 0;
  #b = 0;
  #c = 0;
  #d = 0;
  #spareNormal = NaN;
  #limitMean = 0;
  #limit = 1;

  constructor(seed: number, purpose: string, component: number) {
    const start = streamSeed(seed, purpose, component);
    this.#a = mix32(start ^ 0x1f83d9ab);
    this.#b = mix32(this.#a ^ start);
    this.#c = mix32(this.#b ^ 0x5be0cd19);
    // Never all zero, where it would stay.
    this.#d = mix32(this.#c ^ start) | 1;
  }

  /** Uniform in (0, 1), 32 random bits. */
  uniform(): number {
    const scrambled = Math.imul(rotated(Math.imul(this.#b, 5), 7), 9);
    const shifted = this.#b << 9;
    this.#c ^= this.#a;
    this.#d ^= this.#b;
    this.#b ^= this.#c;
    this.#a ^= this.#d;
    this.#c ^= shifted;
    this.#d = rotated(this.#d, 11);
    return ((scrambled >>> 0) + 0.5) / 0x1_0000_0000;
  }

  /** Integer in [0, n). */
  below(n: number): number {
    return Math.floor(this.uniform() * n);
  }

  /** Exponential with mean 1. */
  exponential(): number {
    return -Math.log(this.uniform());
  }

  /** Standard normal (Marsaglia's polar method, two at a time). */
  normal(): number {
    const spare = this.#spareNormal;
    if (!Number.isNaN(spare)) {
      this.#spareNormal = NaN;
      return spare;
    }
    for (;;) {
      const x = 2 * this.uniform() - 1;
      const y = 2 * this.uniform() - 1;
      const square = x * x + y * y;
      if (square >= 1) continue;
      const scale = Math.sqrt((-2 * Math.log(square)) / square);
      this.#spareNormal = y * scale;
      return x * scale;
    }
  }

  /** Fills `into` with standard normals. */
  normals(into: Float64Array): void {
    for (let i = 0; i < into.length; i++) into[i] = this.normal();
  }

  /** Gamma with shape a and mean a: a product of uniforms where a is a small whole number, else Marsaglia and Tsang (2000). */
  gamma(a: number): number {
    if (Number.isInteger(a) && a <= 8) {
      let product = 1;
      for (let k = 0; k < a; k++) product *= this.uniform();
      return -Math.log(product);
    }
    if (a < 1) return this.gamma(a + 1) * this.uniform() ** (1 / a);
    const d = a - 1 / 3;
    const c = 1 / Math.sqrt(9 * d);
    for (;;) {
      const x = this.normal();
      const v = (1 + c * x) ** 3;
      if (v > 0 && Math.log(this.uniform()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v;
    }
  }

  /** Poisson, by products of uniforms in pieces of mean 16 at most. */
  poisson(mean: number): number {
    let count = 0;
    for (let rest = mean; rest > 0; rest -= MOST_POISSON) {
      const limit = this.#poissonLimit(Math.min(MOST_POISSON, rest));
      for (let product = this.uniform(); product > limit; product *= this.uniform()) count++;
    }
    return count;
  }

  /** e^-mean; sources ask for the same mean every slot. */
  #poissonLimit(mean: number): number {
    if (mean !== this.#limitMean) {
      this.#limitMean = mean;
      this.#limit = Math.exp(-mean);
    }
    return this.#limit;
  }
}

const rotated = (x: number, bits: number): number => (x << bits) | (x >>> (32 - bits));
