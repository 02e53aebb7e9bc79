import { streamSeed } from '../base/random.ts';

/**
 * ECMP hash families. A switch takes `hash(flow id, entropy, its salt)` and scales it to the number of next hops.
 * Flow ids are those of the FlowPlan: every message, and every piece of a split one, is a flow of its own.
 */
export interface HashFamily {
  /** Index in [0, n) of the next hop; n up to 65,536. */
  choose(flow: number, entropy: number, salt: number, n: number): number;
}

/**
 * `ideal`: three murmur3 rounds over (flow, entropy, salt) and the finalizer (MurmurHash3_x86_32), the upper 16 bits scaled to n.
 * Full avalanche, so theory that assumes independent uniform choices applies.
 */
export const idealHash: HashFamily = {
  choose(flow, entropy, salt, n) {
    let h = salt;
    let k = Math.imul(flow, 0xcc9e2d51);
    k = Math.imul((k << 15) | (k >>> 17), 0x1b873593);
    h ^= k;
    h = (Math.imul((h << 13) | (h >>> 19), 5) + 0xe6546b64) | 0;
    k = Math.imul(entropy, 0xcc9e2d51);
    k = Math.imul((k << 15) | (k >>> 17), 0x1b873593);
    h ^= k;
    h = (Math.imul((h << 13) | (h >>> 19), 5) + 0xe6546b64) | 0;
    h ^= h >>> 16;
    h = Math.imul(h, 0x85ebca6b);
    h ^= h >>> 13;
    h = Math.imul(h, 0xc2b2ae35);
    h ^= h >>> 16;
    return Math.imul(h >>> 16, n) >>> 16;
  },
};

/** Bob Jenkins' 1997 mix as used by htsim: (flow id, path id, salt) -> 32 bits, unsigned. */
export function jenkins(flow: number, entropy: number, salt: number): number {
  let a = (0x9e3779b9 + flow) | 0;
  let b = (0x9e3779b9 + salt) | 0;
  let c = entropy | 0;
  a = (a - b - c) ^ (c >>> 13);
  b = (b - c - a) ^ (a << 8);
  c = (c - a - b) ^ (b >>> 13);
  a = (a - b - c) ^ (c >>> 12);
  b = (b - c - a) ^ (a << 16);
  c = (c - a - b) ^ (b >>> 5);
  a = (a - b - c) ^ (c >>> 3);
  b = (b - c - a) ^ (a << 10);
  c = (c - a - b) ^ (b >>> 15);
  return c >>> 0;
}

/** `jenkins`: hash modulo the number of next hops, as htsim does. */
export const jenkinsHash: HashFamily = {
  choose: (flow, entropy, salt, n) => jenkins(flow, entropy, salt) % n,
};

export const hashFamily = (name: 'ideal' | 'jenkins'): HashFamily => (name === 'ideal' ? idealHash : jenkinsHash);

/** A random 31-bit salt a switch, so that the choices of different switches are independent and every seed differs. */
export function switchSalts(seed: number, switches: number): Int32Array {
  const salts = new Int32Array(switches);
  for (let s = 0; s < switches; s++) salts[s] = streamSeed(seed, 'salt', s) & 0x7fffffff;
  return salts;
}
