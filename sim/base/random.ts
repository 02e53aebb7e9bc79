import { mt19937 } from './stdlib-random.js';

/**
 * Random streams, each named by (run seed, purpose, component), so that adding a consumer never moves another one's draws.
 *
 * - Workloads, placements and plans are drawn at set-up from the Mersenne Twister of @stdlib/random (`SetupStream`).
 * - Per-packet draws come from xorshift32 (Marsaglia 2003, triple 13/17/5), one 32-bit state a node (`PacketStreams`).
 */

/** murmur3's finalizer (MurmurHash3, fmix32): every input bit reaches every output bit. */
export function mix32(x: number): number {
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return (x ^ (x >>> 16)) | 0;
}

/** FNV-1a over UTF-16 code units: names of purposes become numbers. */
function hashName(name: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  return hash | 0;
}

/** 32-bit value (signed) of the stream (seed, purpose, component). `seed` is an integer in [0, 2^53). */
export function streamSeed(seed: number, purpose: string, component: number): number {
  const low = seed | 0;
  const high = Math.floor(seed / 0x1_0000_0000) | 0;
  let hash = mix32(low ^ 0x9e3779b9);
  hash = mix32(hash ^ high);
  hash = mix32(hash ^ hashName(purpose));
  return mix32(hash ^ Math.imul(component + 1, 0x9e3779b1));
}

/** Draws at set-up time. */
export interface SetupStream {
  /** Double in [0, 1), 53 random bits. */
  uniform(): number;
  /** Integer in [0, n). */
  integer(n: number): number;
  /** Shuffles in place (Fisher and Yates) and returns its argument. */
  shuffle<T extends number[] | Int32Array>(values: T): T;
}

/** The set-up stream of (seed, purpose, component). Building one takes some 40 us and 2.5 kB: one a purpose, not one a flow. */
export function setupStream(seed: number, purpose: string, component: number): SetupStream {
  const low = seed >>> 0;
  const high = Math.floor(seed / 0x1_0000_0000) >>> 0;
  const twister = mt19937.factory({ seed: [low, high, hashName(purpose) >>> 0, component >>> 0] });
  const integer = (n: number): number => Math.floor(twister.normalized() * n);
  return {
    uniform: () => twister.normalized(),
    integer,
    shuffle(values) {
      for (let i = values.length - 1; i > 0; i--) {
        const j = integer(i + 1);
        const held = values[i]!;
        values[i] = values[j]!;
        values[j] = held;
      }
      return values;
    },
  };
}

/** One xorshift32 stream a component, all states in one typed array. Draws are made in the packet path. */
export class PacketStreams {
  readonly state: Int32Array;

  constructor(seed: number, purpose: string, components: number) {
    this.state = new Int32Array(components);
    for (let i = 0; i < components; i++) this.state[i] = streamSeed(seed, purpose, i) || 0x6d2b79f5; // 0 is xorshift's fixed point
  }

  /** Next 32 bits (signed) of stream i. */
  next(i: number): number {
    let x = this.state[i]!;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.state[i] = x;
    return x;
  }

  /** Integer in [0, n) for n up to 65,536, from the upper 16 bits; bias below n / 65,536. */
  below(i: number, n: number): number {
    return Math.imul(this.next(i) >>> 16, n) >>> 16;
  }
}
