import { gammaPInverse } from '../math/gamma.ts';
import type { RandomStream } from '../random-stream.ts';

/**
 * A fading channel, one value a slot. What it draws depends on nothing but its stream: all policies meet the same fades.
 */
export interface Fading {
  /** Power gain of the next slot, mean 1. */
  next(): number;
}

/** No fading. */
export class Steady implements Fading {
  next(): number {
    return 1;
  }
}

/** Nakagami-m (m = 1: Rayleigh), each slot for itself. */
export class BlockNakagami implements Fading {
  readonly #m: number;
  readonly #stream: RandomStream;

  constructor(m: number, stream: RandomStream) {
    this.#m = m;
    this.#stream = stream;
  }

  next(): number {
    return this.#stream.gamma(this.#m) / this.#m;
  }
}

/** Rician with power ratio `k` of the direct path to the rest, each slot for itself. */
export class BlockRician implements Fading {
  readonly #direct: number;
  readonly #scatter: number;
  readonly #stream: RandomStream;
  /** The complex gain of this slot. */
  re = 0;
  im = 0;

  constructor(k: number, stream: RandomStream) {
    this.#direct = Math.sqrt(k / (k + 1));
    this.#scatter = Math.sqrt(1 / (2 * (k + 1)));
    this.#stream = stream;
  }

  next(): number {
    this.re = this.#direct + this.#scatter * this.#stream.normal();
    this.im = this.#scatter * this.#stream.normal();
    return this.re * this.re + this.im * this.im;
  }
}

/** The rotation of a path over so many slots is rounded at every step: it is set anew from the closed form this often. */
const STEPS_BETWEEN_ANCHORS = 65_536;
/** Slots that are worked out at a time, path after path: a path's rotation then stays in registers. Divides the former. */
const BLOCK_SLOTS = 64;

/**
 * Complex Gaussian gain with Clarke's correlation J0(2 pi f t) as a sum of sinusoids of random direction and phase (Xiao, Zheng and
 * Beaulieu, "Novel sum-of-sinusoids simulation models for Rayleigh and Rician fading channels", IEEE Trans. Wireless Commun. 5(12), 2006):
 * a pure function of time once drawn. On the grid of slots each path turns by a fixed angle.
 */
export class ClarkeGain {
  re = 0;
  im = 0;
  readonly #paths: number;
  readonly #scale: number;
  /** Of each path: angle a slot, and phase. */
  readonly #turn: Float64Array;
  readonly #phase: Float64Array;
  /** Of each path: cosine and sine of its angle at the start of the next block, and of its turn. */
  readonly #cos: Float64Array;
  readonly #sin: Float64Array;
  readonly #turnCos: Float64Array;
  readonly #turnSin: Float64Array;
  /** Sums over the paths, by slot of the block. */
  readonly #blockRe = new Float64Array(BLOCK_SLOTS);
  readonly #blockIm = new Float64Array(BLOCK_SLOTS);
  #step = 0;

  constructor(paths: number, dopplerHz: number, slotS: number, stream: RandomStream) {
    this.#paths = paths;
    this.#scale = 1 / Math.sqrt(paths);
    this.#turn = new Float64Array(paths);
    this.#phase = new Float64Array(paths);
    for (let n = 0; n < paths; n++) {
      const theta = (2 * stream.uniform() - 1) * Math.PI;
      this.#phase[n] = (2 * stream.uniform() - 1) * Math.PI;
      this.#turn[n] = 2 * Math.PI * dopplerHz * slotS * Math.cos((2 * Math.PI * (n + 1) + theta) / paths);
    }
    this.#cos = new Float64Array(paths);
    this.#sin = new Float64Array(paths);
    this.#turnCos = this.#turn.map(Math.cos);
    this.#turnSin = this.#turn.map(Math.sin);
  }

  /** Moves on to the next slot; the first call is slot 0. */
  advance(): void {
    const at = this.#step & (BLOCK_SLOTS - 1);
    if (at === 0) this.#workOutBlock();
    this.#step++;
    this.re = this.#blockRe[at]! * this.#scale;
    this.im = this.#blockIm[at]! * this.#scale;
  }

  #workOutBlock(): void {
    if (this.#step % STEPS_BETWEEN_ANCHORS === 0) this.#anchor();
    this.#blockRe.fill(0);
    this.#blockIm.fill(0);
    // Two paths at a time hide the latency of a rotation; sums are still taken in the order of the paths.
    let n = 0;
    for (; n + 1 < this.#paths; n += 2) this.#addTwoPaths(n);
    if (n < this.#paths) this.#addPath(n);
  }

  #addTwoPaths(n: number): void {
    const blockRe = this.#blockRe;
    const blockIm = this.#blockIm;
    const turnCosA = this.#turnCos[n]!;
    const turnSinA = this.#turnSin[n]!;
    const turnCosB = this.#turnCos[n + 1]!;
    const turnSinB = this.#turnSin[n + 1]!;
    let cosA = this.#cos[n]!;
    let sinA = this.#sin[n]!;
    let cosB = this.#cos[n + 1]!;
    let sinB = this.#sin[n + 1]!;
    for (let i = 0; i < BLOCK_SLOTS; i++) {
      blockRe[i] = blockRe[i]! + cosA + cosB;
      blockIm[i] = blockIm[i]! + sinA + sinB;
      const nextCosA = cosA * turnCosA - sinA * turnSinA;
      sinA = cosA * turnSinA + sinA * turnCosA;
      cosA = nextCosA;
      const nextCosB = cosB * turnCosB - sinB * turnSinB;
      sinB = cosB * turnSinB + sinB * turnCosB;
      cosB = nextCosB;
    }
    this.#cos[n] = cosA;
    this.#sin[n] = sinA;
    this.#cos[n + 1] = cosB;
    this.#sin[n + 1] = sinB;
  }

  #addPath(n: number): void {
    const turnCos = this.#turnCos[n]!;
    const turnSin = this.#turnSin[n]!;
    let cos = this.#cos[n]!;
    let sin = this.#sin[n]!;
    for (let i = 0; i < BLOCK_SLOTS; i++) {
      this.#blockRe[i]! += cos;
      this.#blockIm[i]! += sin;
      const nextCos = cos * turnCos - sin * turnSin;
      sin = cos * turnSin + sin * turnCos;
      cos = nextCos;
    }
    this.#cos[n] = cos;
    this.#sin[n] = sin;
  }

  #anchor(): void {
    for (let n = 0; n < this.#paths; n++) {
      const angle = this.#step * this.#turn[n]! + this.#phase[n]!;
      this.#cos[n] = Math.cos(angle);
      this.#sin[n] = Math.sin(angle);
    }
  }
}

/** Rayleigh or Rician (`k` > 0) fading with Clarke's correlation. */
export class ClarkeFading implements Fading {
  readonly #gain: ClarkeGain;
  readonly #direct: number;
  readonly #scatter: number;
  readonly #turn: number;
  readonly #phase: number;
  #slot = 0;
  /** The complex gain of this slot. */
  re = 0;
  im = 0;

  constructor(paths: number, dopplerHz: number, slotS: number, k: number, stream: RandomStream) {
    this.#gain = new ClarkeGain(paths, dopplerHz, slotS, stream);
    this.#direct = Math.sqrt(k / (k + 1));
    this.#scatter = Math.sqrt(1 / (k + 1));
    // Direction and phase of the direct path.
    this.#turn = 2 * Math.PI * dopplerHz * slotS * Math.cos((2 * stream.uniform() - 1) * Math.PI);
    this.#phase = (2 * stream.uniform() - 1) * Math.PI;
  }

  next(): number {
    this.#gain.advance();
    this.re = this.#scatter * this.#gain.re;
    this.im = this.#scatter * this.#gain.im;
    if (this.#direct > 0) {
      const angle = this.#slot * this.#turn + this.#phase;
      this.re += this.#direct * Math.cos(angle);
      this.im += this.#direct * Math.sin(angle);
    }
    this.#slot++;
    return this.re * this.re + this.im * this.im;
  }
}

/** Nakagami-m with whole m and Clarke's correlation: the mean power of m independent Rayleigh gains. */
export class ClarkeNakagami implements Fading {
  readonly #gains: readonly ClarkeGain[];

  constructor(m: number, paths: number, dopplerHz: number, slotS: number, stream: RandomStream) {
    this.#gains = Array.from({ length: m }, () => new ClarkeGain(paths, dopplerHz, slotS, stream));
  }

  next(): number {
    let power = 0;
    for (const gain of this.#gains) {
      gain.advance();
      power += gain.re * gain.re + gain.im * gain.im;
    }
    return power / this.#gains.length;
  }
}

/** Nakagami-m with any m: the Rayleigh power mapped so that its law is exact; its crossings are approximate. */
export class MappedNakagami implements Fading {
  readonly #m: number;
  readonly #gain: ClarkeGain;

  constructor(m: number, paths: number, dopplerHz: number, slotS: number, stream: RandomStream) {
    this.#m = m;
    this.#gain = new ClarkeGain(paths, dopplerHz, slotS, stream);
  }

  next(): number {
    const gain = this.#gain;
    gain.advance();
    return gammaPInverse(this.#m, -Math.expm1(-(gain.re * gain.re + gain.im * gain.im))) / this.#m;
  }
}
