import type { AstraSimAlgorithm, AstraSimDimension, AstraSimSpec, AstraSimTopology } from '../../sim/base/compat-spec.ts';
import { jsonMistake } from '../../workloads/import/json-mistake.ts';
import { suggestion } from './suggest.ts';
import { type KeyPath, type Place, placeOfKey, placeOfValue, plain, type TreeNode } from './tree.ts';
import { parseYaml } from './yaml.ts';

/** What a network file of ASTRA-sim's analytical back end says. */
export interface AstraSimNetwork {
  readonly dimensions: readonly AstraSimDimension[];
}

/** What a system file of ASTRA-sim says, as far as the closed forms use it. */
export type AstraSimSystem = Pick<AstraSimSpec, 'endpointDelayPs' | 'splits' | 'localMemBw' | 'optimization' | 'algorithms'>;

/** Where in a file, from 1. */
type FilePlace = Pick<Place, 'line' | 'column'>;

/** What is wrong with a file, and what to do. */
export class FileProblem {
  readonly message: string;
  readonly hint: string;
  readonly #at: FilePlace | undefined;

  constructor(message: string, hint: string, at?: FilePlace) {
    this.message = message;
    this.hint = hint;
    this.#at = at;
  }

  /** The message behind the name of the file and, where it is known, line and column. */
  in(name: string): string {
    const place = [name, this.#at?.line, this.#at?.column].filter((part) => part !== undefined).join(':');
    return `${place}: ${this.message}`;
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
  const file = ConfigFile.yaml(text);
  if (file instanceof FileProblem) return file;
  const { block } = file;
  const obsolete = OBSOLETE_KEYS.find((key) => key in block);
  if (obsolete !== undefined) {
    return file.atKey(obsolete, 'a network file of ASTRA-sim 1.0', `write the keys of 2.x: ${NETWORK_KEYS.join(', ')}`);
  }
  const unknown = Object.keys(block).find((key) => !(NETWORK_KEYS as readonly string[]).includes(key));
  if (unknown !== undefined) return file.atKey(unknown, `unknown key ${unknown}`, suggestion(unknown, NETWORK_KEYS, 'keys here'));
  const lists = NETWORK_KEYS.map((key): [string, readonly unknown[]] => [key, Array.isArray(block[key]) ? block[key] : []]);
  const empty = lists.find(([, list]) => list.length === 0);
  if (empty !== undefined) return file.at([empty[0]], `${empty[0]} is no list`, `such as ${empty[0]}: [ .. ], one entry a dimension`);
  const [topologies, counts, rates, latencies] = lists.map(([, list]) => list) as [unknown[], unknown[], unknown[], unknown[]];
  const uneven = lists.find(([, list]) => list.length !== topologies.length);
  if (uneven !== undefined) {
    const [key, list] = uneven;
    return file.at([key], `${key} has ${list.length} entries, topology ${topologies.length}`, 'one entry a dimension');
  }
  const dimensions: AstraSimDimension[] = [];
  for (const [i, topology] of topologies.entries()) {
    const [npus, rate, latency] = [counts[i], rates[i], latencies[i]];
    const wrong = (key: (typeof NETWORK_KEYS)[number], value: unknown, remedy: string): FileProblem =>
      file.at([key, i], `${key}[${i}] is ${String(value)}`, remedy);
    if (!TOPOLOGIES.includes(String(topology))) return wrong('topology', topology, suggestion(String(topology), TOPOLOGIES, 'one of'));
    if (!isNumber(npus) || !Number.isInteger(npus) || npus < 2) return wrong('npus_count', npus, 'a whole number above 1');
    if (!isNumber(rate) || rate <= 0) return wrong('bandwidth', rate, 'a number above 0');
    if (!isNumber(latency) || latency < 0) return wrong('latency', latency, 'nanoseconds, 0 or more');
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
  const file = ConfigFile.json(text);
  if (file instanceof FileProblem) return file;
  const { block } = file;
  const custom = Object.keys(block).find((key) => key.includes('implementation-custom') || key === 'per-node-custom-implementation');
  if (custom !== undefined) return file.atKey(custom, `${custom} is not available`, NO_CUSTOM);
  const unknown = Object.keys(block).find((key) => !SYSTEM_KEYS.includes(key));
  if (unknown !== undefined) return file.atKey(unknown, `unknown key ${unknown}`, suggestion(unknown, SYSTEM_KEYS, 'keys here'));
  const required = (key: string, what: string): FileProblem =>
    file.at([key], block[key] === undefined ? `${key} is missing` : `${key} is ${JSON.stringify(block[key])}`, what);
  const policies: readonly unknown[] = ['LIFO', 'FIFO', 'EXPLICIT'];
  if (!policies.includes(block['scheduling-policy'])) return required('scheduling-policy', 'LIFO, FIFO or EXPLICIT');
  const splits = block['preferred-dataset-splits'];
  if (!isNumber(splits) || !Number.isInteger(splits) || splits < 1 || splits > 2 ** 16) {
    return required('preferred-dataset-splits', 'a whole number from 1; ASTRA-sim would divide by zero');
  }
  const localMemBw = block['local-mem-bw'];
  if (!isNumber(localMemBw) || localMemBw <= 0) {
    return required('local-mem-bw', 'a number above 0, in 10^9 bytes a second; ASTRA-sim would divide by zero');
  }
  const endpointDelay = block['endpoint-delay'] ?? 10;
  if (!isNumber(endpointDelay) || endpointDelay < 0) return required('endpoint-delay', 'nanoseconds, 0 or more');
  const chunks = 'active-chunks-per-dimension';
  if ((block[chunks] ?? 1) !== 1) {
    return file.at([chunks], `${chunks} is ${String(block[chunks])}`, '1: several chunks in flight have no closed form');
  }
  const optimization = block['collective-optimization'] ?? 'baseline';
  if (optimization !== 'baseline' && optimization !== 'localBWAware') {
    return required('collective-optimization', 'baseline or localBWAware');
  }
  const algorithms: Record<string, readonly AstraSimAlgorithm[]> = {};
  for (const collective of IMPLEMENTATIONS) {
    const key = `${collective}-implementation`;
    const words = block[key];
    if (words === undefined) continue;
    if (!Array.isArray(words) || words.length === 0) return required(key, 'a list, one entry a dimension');
    const found = words.map((word) => ALGORITHMS[String(word)]);
    const wrong = found.indexOf(undefined);
    if (wrong >= 0) {
      return file.at([key, wrong], `${key}: ${String(words[wrong])} has no closed form`, `one of ${Object.keys(ALGORITHMS).join(', ')}`);
    }
    algorithms[collective] = found as AstraSimAlgorithm[];
  }
  return { endpointDelayPs: Math.round(endpointDelay * 1000), splits, localMemBw, optimization, algorithms };
}

const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);

const REMEDY = 'give a file as ASTRA-sim 2.x reads it';

/** A file that is one block of keys, and where they stand. */
class ConfigFile {
  readonly block: Block;
  /** null: the places are not known. */
  readonly #tree: TreeNode | null;

  private constructor(block: Block, tree: TreeNode | null) {
    this.block = block;
    this.#tree = tree;
  }

  static yaml(text: string): ConfigFile | FileProblem {
    const { root, errors } = parseYaml(text, placeOf);
    const [first] = errors;
    if (first !== undefined) return new FileProblem(`not YAML: ${first.message}`, first.hint ?? REMEDY, first.where);
    return ConfigFile.#of(root === null ? null : plain(root), root, 'YAML');
  }

  static json(text: string): ConfigFile | FileProblem {
    const mistake = jsonMistake(text);
    if (mistake !== null) return new FileProblem(`not JSON: ${mistake.message}`, REMEDY, mistake);
    // JSON is YAML, whose parser knows the places; only what indents with tabs is not.
    return ConfigFile.#of(JSON.parse(text), parseYaml(text, placeOf).root, 'JSON');
  }

  static #of(value: unknown, tree: TreeNode | null, language: string): ConfigFile | FileProblem {
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return new ConfigFile(value as Block, tree);
    return new FileProblem(`no block of keys in ${language}`, REMEDY);
  }

  /** A problem of a value, or of the file if it is not there. */
  at(path: KeyPath, message: string, hint: string): FileProblem {
    return new FileProblem(message, hint, this.#tree === null ? undefined : placeOfValue(this.#tree, path));
  }

  atKey(key: string, message: string, hint: string): FileProblem {
    return new FileProblem(message, hint, this.#tree === null ? undefined : placeOfKey(this.#tree, [key]));
  }
}

const placeOf = (line: number, column: number): Place => ({ file: '', line, column });
