import { parse } from 'yaml';
import type { AstraSimAlgorithm, AstraSimDimension, AstraSimSpec, AstraSimTopology } from '../../sim/base/compat-spec.ts';
import { suggestion } from './suggest.ts';

/** What a network file of ASTRA-sim's analytical back end says. */
export interface AstraSimNetwork {
  readonly dimensions: readonly AstraSimDimension[];
}

/** What a system file of ASTRA-sim says, as far as the closed forms use it. */
export type AstraSimSystem = Pick<AstraSimSpec, 'endpointDelayPs' | 'splits' | 'localMemBw' | 'optimization' | 'algorithms'>;

/** What is wrong with a file, and what to do. */
export class FileProblem {
  readonly message: string;
  readonly hint: string;

  constructor(message: string, hint: string) {
    this.message = message;
    this.hint = hint;
  }
}

type Block = Readonly<Record<string, unknown>>;

const NETWORK_KEYS = ['topology', 'npus_count', 'bandwidth', 'latency'] as const;
const OBSOLETE_KEYS = [
  'topology-name',
  'topologies-per-dim',
  'dimension-type',
  'units-count',
  'links-count',
  'link-latency',
  'link-bandwidth',
];
const TOPOLOGIES: readonly string[] = ['Ring', 'FullyConnected', 'Switch'] satisfies readonly AstraSimTopology[];

/** Reads a network file (YAML): lists `topology, npus_count, bandwidth, latency` of equal length; GB/s there are 2^30 bytes a second. */
export function astraSimNetwork(text: string): AstraSimNetwork | FileProblem {
  const block = blockOf(() => parse(text) as unknown, 'YAML');
  if (block instanceof FileProblem) return block;
  if (OBSOLETE_KEYS.some((key) => key in block)) {
    return new FileProblem('a network file of ASTRA-sim 1.0', `write the keys of 2.x: ${NETWORK_KEYS.join(', ')}`);
  }
  const unknown = Object.keys(block).find((key) => !(NETWORK_KEYS as readonly string[]).includes(key));
  if (unknown !== undefined) return new FileProblem(`unknown key ${unknown}`, suggestion(unknown, NETWORK_KEYS, 'keys here'));
  const lists = NETWORK_KEYS.map((key): [string, readonly unknown[]] => [key, Array.isArray(block[key]) ? block[key] : []]);
  const empty = lists.find(([, list]) => list.length === 0);
  if (empty !== undefined) return new FileProblem(`${empty[0]} is no list`, `such as ${empty[0]}: [ .. ], one entry a dimension`);
  const [topologies, counts, rates, latencies] = lists.map(([, list]) => list) as [unknown[], unknown[], unknown[], unknown[]];
  const uneven = lists.find(([, list]) => list.length !== topologies.length);
  if (uneven !== undefined) {
    return new FileProblem(`${uneven[0]} has ${uneven[1].length} entries, topology ${topologies.length}`, 'one entry a dimension');
  }
  const dimensions: AstraSimDimension[] = [];
  for (const [i, topology] of topologies.entries()) {
    const [npus, rate, latency] = [counts[i], rates[i], latencies[i]];
    if (!TOPOLOGIES.includes(String(topology))) {
      return new FileProblem(`topology[${i}] is ${String(topology)}`, suggestion(String(topology), TOPOLOGIES, 'one of'));
    }
    if (!isNumber(npus) || !Number.isInteger(npus) || npus < 2) {
      return new FileProblem(`npus_count[${i}] is ${String(npus)}`, 'a whole number above 1');
    }
    if (!isNumber(rate) || rate <= 0) return new FileProblem(`bandwidth[${i}] is ${String(rate)}`, 'a number above 0');
    if (!isNumber(latency) || latency < 0) return new FileProblem(`latency[${i}] is ${String(latency)}`, 'nanoseconds, 0 or more');
    const latencyPs = Math.round(latency * 1000);
    dimensions.push({ topology: topology as AstraSimTopology, npus, bandwidthGiBps: rate, latencyPs });
  }
  return { dimensions };
}

/** The key of each collective's algorithms in a system file. */
const IMPLEMENTATIONS = ['all-reduce', 'all-gather', 'reduce-scatter', 'all-to-all'] as const;

const ALGORITHMS: Readonly<Record<string, AstraSimAlgorithm>> = {
  ring: 'ring',
  oneRing: 'ring',
  direct: 'direct',
  oneDirect: 'direct',
  halvingDoubling: 'halving-doubling',
  oneHalvingDoubling: 'halving-doubling',
};

/** Keys that have no part in the time of one collective, or that ASTRA-sim itself does not read. */
const WITHOUT_EFFECT = [
  ...['peak-perf', 'roofline-enabled', 'model-shared-bus', 'L', 'o', 'g', 'G', 'local-reduction-delay', 'replay-only', 'trace-enabled'],
  ...['track-local-mem', 'local-mem-trace-filename', 'boost-mode', 'intra-dimension-scheduling', 'inter-dimension-scheduling'],
];
const SYSTEM_KEYS: readonly string[] = [
  ...['scheduling-policy', 'endpoint-delay', 'active-chunks-per-dimension', 'preferred-dataset-splits', 'local-mem-bw'],
  ...IMPLEMENTATIONS.map((collective) => `${collective}-implementation`),
  'collective-optimization',
  ...WITHOUT_EFFECT,
];
const NO_CUSTOM = 'imported algorithms have no closed form: remove it, or run the file as a workload';

/** Reads a system file (JSON). */
export function astraSimSystem(text: string): AstraSimSystem | FileProblem {
  const block = blockOf(() => JSON.parse(text) as unknown, 'JSON');
  if (block instanceof FileProblem) return block;
  const custom = Object.keys(block).find((key) => key.includes('implementation-custom') || key === 'per-node-custom-implementation');
  if (custom !== undefined) return new FileProblem(`${custom} is not available`, NO_CUSTOM);
  const unknown = Object.keys(block).find((key) => !SYSTEM_KEYS.includes(key));
  if (unknown !== undefined) return new FileProblem(`unknown key ${unknown}`, suggestion(unknown, SYSTEM_KEYS, 'keys here'));
  const policies: readonly unknown[] = ['LIFO', 'FIFO', 'EXPLICIT'];
  if (!policies.includes(block['scheduling-policy'])) return required(block, 'scheduling-policy', 'LIFO, FIFO or EXPLICIT');
  const splits = block['preferred-dataset-splits'];
  if (!isNumber(splits) || !Number.isInteger(splits) || splits < 1 || splits > 2 ** 16) {
    return required(block, 'preferred-dataset-splits', 'a whole number from 1; ASTRA-sim would divide by zero');
  }
  const localMemBw = block['local-mem-bw'];
  if (!isNumber(localMemBw) || localMemBw <= 0) {
    return required(block, 'local-mem-bw', 'a number above 0, in 10^9 bytes a second; ASTRA-sim would divide by zero');
  }
  const endpointDelay = block['endpoint-delay'] ?? 10;
  if (!isNumber(endpointDelay) || endpointDelay < 0) return required(block, 'endpoint-delay', 'nanoseconds, 0 or more');
  if ((block['active-chunks-per-dimension'] ?? 1) !== 1) {
    const message = `active-chunks-per-dimension is ${String(block['active-chunks-per-dimension'])}`;
    return new FileProblem(message, '1: several chunks in flight have no closed form');
  }
  const optimization = block['collective-optimization'] ?? 'baseline';
  if (optimization !== 'baseline' && optimization !== 'localBWAware') {
    return required(block, 'collective-optimization', 'baseline or localBWAware');
  }
  const algorithms: Record<string, readonly AstraSimAlgorithm[]> = {};
  for (const collective of IMPLEMENTATIONS) {
    const key = `${collective}-implementation`;
    const words = block[key];
    if (words === undefined) continue;
    if (!Array.isArray(words) || words.length === 0) return required(block, key, 'a list, one entry a dimension');
    const found = words.map((word) => ALGORITHMS[String(word)]);
    const wrong = found.indexOf(undefined);
    if (wrong >= 0) {
      return new FileProblem(`${key}: ${String(words[wrong])} has no closed form`, `one of ${Object.keys(ALGORITHMS).join(', ')}`);
    }
    algorithms[collective] = found as AstraSimAlgorithm[];
  }
  return { endpointDelayPs: Math.round(endpointDelay * 1000), splits, localMemBw, optimization, algorithms };
}

const required = (block: Block, key: string, what: string): FileProblem =>
  new FileProblem(block[key] === undefined ? `${key} is missing` : `${key} is ${JSON.stringify(block[key])}`, what);

const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);

function blockOf(read: () => unknown, language: string): Block | FileProblem {
  let value: unknown;
  try {
    value = read();
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('\n')[0]! : String(error);
    return new FileProblem(`not ${language}: ${reason}`, 'give a file as ASTRA-sim 2.x reads it');
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Block;
  return new FileProblem(`no block of keys in ${language}`, 'give a file as ASTRA-sim 2.x reads it');
}
