import type { BalancerSpec } from '../../sim/base/balancer-spec.ts';
import { idealHash, jenkinsHash, switchSalts } from '../../sim/balancing/hash.ts';
import type { FlowPlan } from '../../sim/balancing/flow-plan.ts';
import { ACK, NACK, PULL } from './event-log.ts';
import type { JobView } from './job-view.ts';
import type { Packet } from './packet.ts';
import type { OracleInput } from './types.ts';

/** docs/model-balancers-switch.md, section 2. */
export class NextHopHash {
  readonly #simulation: JobView;
  /** Of the switch under whose salt packets are hashed. */
  readonly #index: number;
  readonly #salt: number;
  readonly #hashedAs: readonly number[];
  readonly #portOfFlow: readonly number[];
  readonly #hasEntropy: boolean;

  constructor(simulation: JobView, switchIndex: number) {
    const { plan, scenario } = simulation.input;
    this.#simulation = simulation;
    this.#index = scenario.switch.sameSalt || simulation.bugs.has('shared-salt') ? 0 : switchIndex;
    this.#salt = switchSalts(scenario.seed, simulation.input.topology.switches)[this.#index]!;
    this.#hashedAs = firstOfQueuePair(simulation.input);
    this.#portOfFlow = sourcePorts(plan, this.#hashedAs);
    this.#hasEntropy = ENTROPY_KINDS.includes(scenario.balancer.kind);
  }

  /** In [0, n), n > 1. */
  choose(packet: Packet, n: number): number {
    const { scenario, topology } = this.#simulation.input;
    const flow = this.#hashedAs[packet.flow]!;
    if (scenario.switch.hash === 'murmur3') return this.#murmur3(packet, flow, topology.hosts + this.#index) % n;
    const family = scenario.switch.hash === 'ideal' ? idealHash : jenkinsHash;
    return family.choose(flow, packet.entropy, 0, this.#salt, n);
  }

  #murmur3({ type, entropy }: Packet, flow: number, seed: number): number {
    const { plan } = this.#simulation.input;
    const source = addressOf(plan.srcHost[flow]!);
    const destination = addressOf(plan.dstHost[flow]!);
    const port = this.#portOfFlow[flow]!;
    if (!(type === ACK || type === NACK || type === PULL) || this.#simulation.bugs.has('answers-hashed-forward')) {
      return murmur3([source, destination, (this.#hasEntropy ? entropy : port) | (100 << 16)], seed);
    }
    return murmur3([destination, source, (this.#hasEntropy ? entropy : 100) | (port << 16)], seed);
  }
}

/** Whose packets differ in entropy. */
const ENTROPY_KINDS: readonly BalancerSpec['kind'][] = [
  ...(['spray', 'spray-counter', 'spray-uec', 'plb', 'plb-delay', 'flowbender', 'hopper', 'mp-rdma'] as const),
  ...(['reps', 'reps-htsim', 'reps-legacy', 'reps-ethereal-v2', 'uec-bitmap', 'uec-bitmap-1bit', 'uec-mixed', 'strack'] as const),
];

/** Section 3, `nccl-qp`: the flow under whose number each flow is hashed. */
function firstOfQueuePair({ plan, jobs, jobOfFlow }: OracleInput): number[] {
  const first = new Map<string, number>();
  const messages = new Map<string, number[]>();
  return Array.from({ length: plan.flows }, (_, flow) => {
    const job = jobOfFlow[flow]!;
    const { balancer } = jobs[job]!;
    if (balancer.kind !== 'nccl-qp') return flow;
    const connection = `${job} ${plan.srcHost[flow]} ${plan.dstHost[flow]}`;
    const message = plan.message[flow]!;
    const known = messages.get(connection) ?? [];
    messages.set(connection, known);
    if (known.at(-1) !== message) known.push(message);
    const piece = flow - plan.message.indexOf(message);
    const pair = `${connection} ${balancer.split ? piece : (known.length - 1) % balancer.queuePairs}`;
    if (!first.has(pair)) first.set(pair, flow);
    return first.get(pair)!;
  });
}

function sourcePorts(plan: FlowPlan, hashedAs: readonly number[]): number[] {
  const used = new Map<string, number>();
  return hashedAs.map((first, flow) => {
    if (first !== flow) return NaN;
    const pair = `${plan.srcHost[flow]} ${plan.dstHost[flow]}`;
    const i = used.get(pair) ?? 0;
    used.set(pair, i + 1);
    return 10_000 + (i % 55_536);
  });
}

const addressOf = (host: number): number => 0x0b000001 + (Math.floor(host / 256) << 16) + ((host % 256) << 8);

/** MurmurHash3_x86_32 of whole words; unsigned. */
function murmur3(words: readonly number[], seed: number): number {
  const rotate = (x: number, by: number): number => (x << by) | (x >>> (32 - by));
  let hash = seed;
  for (const word of words) {
    hash ^= Math.imul(rotate(Math.imul(word, 0xcc9e2d51), 15), 0x1b873593);
    hash = (Math.imul(rotate(hash, 13), 5) + 0xe6546b64) | 0;
  }
  hash ^= 4 * words.length;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
