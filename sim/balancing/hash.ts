import type { HashName, SwitchSpec } from '../base/device-spec.ts';
import { ACK, NACK, PULL, TYPE_MASK } from '../base/packet.ts';
import { streamSeed } from '../base/random.ts';
import type { Topology } from '../base/topology.ts';

/**
 * ECMP hash families. A switch takes the hash of (flow, entropy, its salt) and scales it to the number of next hops.
 * Flow ids are those of the FlowPlan: every message, and every piece of a split one, is a flow of its own.
 */
export interface HashFamily {
  /**
   * Index in [0, n) of the next hop; n up to 65,536.
   *
   * @param direction 1 for what travels from the flow's destination to its source (`directionOf`), else 0
   */
  choose(flow: number, entropy: number, direction: number, salt: number, n: number): number;
}

/** What a family needs to know of the flows of a run: a FlowPlan has it. */
export interface HashedFlows {
  readonly srcHost: Int32Array;
  readonly dstHost: Int32Array;
  /** The flow under whose number each flow is hashed; null: its own. */
  readonly hashFlow: Int32Array | null;
}

/** Packet types that travel from a flow's destination to its source, as bits. */
const ANSWER_TYPES = (1 << ACK) | (1 << NACK) | (1 << PULL);

/** Direction of a packet, from word 3 of its record. */
export const directionOf = (dstMeta: number): number => (ANSWER_TYPES >> (dstMeta & TYPE_MASK)) & 1;

/**
 * `ideal`: three murmur3 rounds over (flow, entropy, salt) and the finalizer (MurmurHash3_x86_32), the upper 16 bits scaled to n.
 * Full avalanche, so theory that assumes independent uniform choices applies.
 */
export const idealHash: HashFamily = {
  choose(flow, entropy, _direction, salt, n) {
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
  choose: (flow, entropy, _direction, salt, n) => jenkins(flow, entropy, salt) % n,
};

/** Three rounds of MurmurHash3_x86_32 over 12 bytes, and its finalizer; unsigned. */
export function murmur3(k0: number, k1: number, k2: number, seed: number): number {
  let h = mixWord(mixWord(mixWord(seed, k0), k1), k2) ^ 12;
  h ^= h >>> 16;
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

function mixWord(h: number, word: number): number {
  let k = Math.imul(word, 0xcc9e2d51);
  k = Math.imul((k << 15) | (k >>> 17), 0x1b873593);
  h ^= k;
  return (Math.imul((h << 13) | (h >>> 19), 5) + 0xe6546b64) | 0;
}

/** Addresses and ports of the HPCC simulator. */
const FIRST_PORT = 10_000;
const PORTS = 65_536 - FIRST_PORT;
const DESTINATION_PORT = 100;
const hostAddress = (host: number): number => (0x0b000001 + ((host >>> 8) << 16) + ((host & 0xff) << 8)) | 0;

/**
 * `murmur3`, as in the simulators of HPCC and of Ethereal (arXiv 2407.00550): addresses and ports of the packet under the switch's node number,
 * modulo the number of next hops. Source ports count up from 10000 by pair of hosts.
 */
class PortHash implements HashFamily {
  readonly #source: Int32Array;
  readonly #destination: Int32Array;
  readonly #port: Int32Array;
  readonly #hasEntropy: boolean;

  /** @param hasEntropy the packets' entropies take the place of the source ports */
  constructor({ srcHost, dstHost, hashFlow }: HashedFlows, hasEntropy: boolean) {
    this.#source = srcHost.map(hostAddress);
    this.#destination = dstHost.map(hostAddress);
    this.#hasEntropy = hasEntropy;
    const used = new Map<number, number>();
    this.#port = new Int32Array(srcHost.length);
    for (let flow = 0; flow < srcHost.length; flow++) {
      if (hashFlow !== null && hashFlow[flow] !== flow) continue;
      const pair = srcHost[flow]! * 2 ** 26 + dstHost[flow]!;
      const i = used.get(pair) ?? 0;
      used.set(pair, i + 1);
      this.#port[flow] = FIRST_PORT + (i % PORTS);
    }
  }

  choose(flow: number, entropy: number, direction: number, salt: number, n: number): number {
    const source = this.#source[flow]!;
    const destination = this.#destination[flow]!;
    const port = this.#port[flow]!;
    const hash =
      direction === 0
        ? murmur3(source, destination, (this.#hasEntropy ? entropy : port) | (DESTINATION_PORT << 16), salt)
        : murmur3(destination, source, (this.#hasEntropy ? entropy : DESTINATION_PORT) | (port << 16), salt);
    return hash % n;
  }
}

/** Flows of one connection are hashed as one. */
class ConnectionHash implements HashFamily {
  readonly #family: HashFamily;
  readonly #hashFlow: Int32Array;

  constructor(family: HashFamily, hashFlow: Int32Array) {
    this.#family = family;
    this.#hashFlow = hashFlow;
  }

  choose(flow: number, entropy: number, direction: number, salt: number, n: number): number {
    return this.#family.choose(this.#hashFlow[flow]!, entropy, direction, salt, n);
  }
}

/** @param hasEntropy hosts write entropies into their packets: see `choosesEntropy` */
export function hashFamily(name: HashName, flows: HashedFlows, hasEntropy: boolean): HashFamily {
  const family = name === 'ideal' ? idealHash : name === 'jenkins' ? jenkinsHash : new PortHash(flows, hasEntropy);
  return flows.hashFlow === null ? family : new ConnectionHash(family, flows.hashFlow);
}

/** What each switch hashes under: a random salt, for `murmur3` its node number; with `sameSalt` that of switch 0. */
export function hashSalts(
  topology: Pick<Topology, 'hosts' | 'switches'>,
  spec: Pick<SwitchSpec, 'hash' | 'sameSalt'>,
  seed: number,
): Int32Array {
  const { hosts, switches } = topology;
  const salts = spec.hash === 'murmur3' ? Int32Array.from({ length: switches }, (_, s) => hosts + s) : switchSalts(seed, switches);
  return spec.sameSalt ? salts.fill(salts[0]!) : salts;
}

/** A random 31-bit salt a switch, so that the choices of different switches are independent and every seed differs. */
export function switchSalts(seed: number, switches: number): Int32Array {
  const salts = new Int32Array(switches);
  for (let s = 0; s < switches; s++) salts[s] = streamSeed(seed, 'salt', s) & 0x7fffffff;
  return salts;
}
