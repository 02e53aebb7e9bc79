import { dirname, isAbsolute, join } from 'node:path';
import { ImportError } from '../../sim/base/errors.ts';
import type { GraphSpec } from '../../sim/base/topology-spec.ts';
import { hpccTopology } from '../../topologies/import/hpcc-topology.ts';
import { htsimTopo } from '../../topologies/import/htsim-topo.ts';
import { simaiTopology } from '../../topologies/import/simai-topology.ts';
import type { ImportedTopology, TopologyText } from '../../topologies/import/topology-text.ts';
import { detectFormat, formatName, OPENING_BYTES } from '../../workloads/import/detect-format.ts';
import { astraSimNetwork, FileProblem } from './astra-sim-files.ts';
import type { ReadFile } from './files.ts';
import { readFailure } from './files.ts';
import { blockNode } from './profiles.ts';
import type { TopologyFileConfig } from './schema/topology.ts';
import { topologyBlock } from './topology-block.ts';
import type { JsonBlock, MapNode } from './tree.ts';

/** Some 400,000 links. */
const MAX_FILE_BYTES = 2 ** 24;

/** A topology file as a block of a config. */
export interface TopologyFile {
  readonly block: JsonBlock;
  readonly warnings: readonly string[];
}

/** Reads the topology files that configs name, each once, relative to the folder of the config file. */
export class TopologyFiles {
  readonly #folder: string;
  readonly #readFile: ReadFile;
  readonly #read = new Map<string, TopologyFile | FileProblem>();
  readonly #nodes = new WeakMap<MapNode, MapNode>();

  constructor(configPath: string, readFile: ReadFile) {
    this.#folder = dirname(configPath);
    this.#readFile = readFile;
  }

  async load(config: TopologyFileConfig): Promise<void> {
    const key = keyOf(config);
    if (!this.#read.has(key)) this.#read.set(key, await this.#readOne(config));
  }

  /** undefined: `load` has not read it. */
  found(config: TopologyFileConfig): TopologyFile | FileProblem | undefined {
    return this.#read.get(keyOf(config));
  }

  /** The topology block of a document that stands for the one of `kind: file`, with its own keys; always the same one for a node. */
  nodeOf(node: MapNode, { block }: TopologyFile): MapNode {
    let expanded = this.#nodes.get(node);
    if (expanded === undefined) {
      const own = [...node.entries].filter(([key]) => !['kind', 'path', 'format'].includes(key));
      const { entries } = blockNode(block, node.at);
      expanded = { ...node, entries: new Map([...entries, ...own]) };
      this.#nodes.set(node, expanded);
    }
    return expanded;
  }

  async #readOne(config: TopologyFileConfig): Promise<TopologyFile | FileProblem> {
    const { path } = config;
    try {
      const bytes = await this.#readFile(isAbsolute(path) ? path : join(this.#folder, path), MAX_FILE_BYTES);
      if (bytes.length > MAX_FILE_BYTES) return new FileProblem(`${path} is larger than 16 MiB`, 'name a topology file');
      const text = textOf(bytes);
      if (text === undefined) return notText(path, bytes);
      const imported = importTopology(config.format, { name: path, text });
      if (imported instanceof FileProblem) return otherFormat(config, bytes) ?? imported;
      if (imported.spec.server !== undefined && config.gpusPerServer !== undefined) {
        return new FileProblem(`gpusPerServer for ${path}, which says what its servers are`, 'remove gpusPerServer');
      }
      return { block: topologyBlock(imported.spec), warnings: imported.warnings };
    } catch (error) {
      const reason = readFailure(error);
      if (reason === undefined) throw error;
      return new FileProblem(`cannot read ${path}: ${reason}`, 'paths are relative to the folder of the config file');
    }
  }
}

/** undefined: not UTF-8. */
function textOf(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** A strict decoder does not say where it failed; a lenient one puts U+FFFD there. */
function notText(path: string, bytes: Uint8Array): FileProblem {
  const before = new TextDecoder().decode(bytes).split('\uFFFD', 1)[0]!.split('\n');
  return new FileProblem(`${path}:${before.length}:${before.at(-1)!.length + 1} is no text: it is not UTF-8`, 'name a topology file');
}

const keyOf = ({ path, format, gpusPerServer }: TopologyFileConfig): string => `${format} ${gpusPerServer !== undefined} ${path}`;

function problemOf({ where, message, hint }: ImportError): FileProblem {
  const place = [where?.file, where?.line, where?.column].filter((part) => part !== undefined).join(':');
  return new FileProblem(`${place}: ${message}`, hint ?? 'correct the file');
}

/** A file that cannot be read as its format and begins like another one has one mistake; null: it begins as it should. */
function otherFormat({ path, format }: TopologyFileConfig, bytes: Uint8Array): FileProblem | null {
  const detected = detectFormat(bytes.subarray(0, OPENING_BYTES));
  if (detected === null || (detected.what === 'topology' && detected.format === format)) return null;
  const message = `${path} is no topology of format ${format}: it begins like ${formatName(detected)}`;
  return new FileProblem(message, detected.what === 'topology' ? `format: ${detected.format}` : 'name it as workload of kind file');
}

/** @returns FileProblem for a file that is malformed, or no packet network */
function importTopology(format: TopologyFileConfig['format'], file: TopologyText): ImportedTopology | FileProblem {
  try {
    return importAs(format, file);
  } catch (error) {
    if (error instanceof ImportError) return problemOf(error);
    throw error;
  }
}

function importAs(format: TopologyFileConfig['format'], file: TopologyText): ImportedTopology | FileProblem {
  switch (format) {
    case 'htsim':
      return htsimTopo(file);
    case 'simai':
      return simaiTopology(file);
    case 'hpcc':
      return hpccTopology(file);
    case 'astra-sim':
      return astraSimSwitch(file);
  }
}

/** One dimension `Switch`: so many NPUs on one switch. GB/s in these files are 2^30 bytes a second. */
function astraSimSwitch({ name, text }: TopologyText): ImportedTopology | FileProblem {
  const network = astraSimNetwork(text);
  if (network instanceof FileProblem) return new FileProblem(network.in(name), network.hint);
  const [first, ...others] = network.dimensions;
  if (first === undefined || others.length > 0 || first.topology !== 'Switch') {
    const dimensions = network.dimensions.map(({ topology }) => topology).join(', ');
    return new FileProblem(
      `${name}: a network of ASTRA-sim that is [ ${dimensions} ]: only one Switch is a packet network`,
      'use compat: astra-sim, which computes the closed forms of its analytical back end',
    );
  }
  const hosts = first.npus;
  if (hosts === null) return new FileProblem(`${name}: no npus_count`, 'write how many there are');
  const link = { rateBps: Math.round(first.bandwidthGiBps * 2 ** 30 * 8), delayPs: first.latencyPs };
  if (link.delayPs < 1) return new FileProblem(`${name}: links without latency`, 'at least 1 ps: a link without delay has no lookahead');
  const cables = Array.from({ length: hosts }, (_, host) => ({ a: host, b: hosts, ...link }));
  const spec: GraphSpec = { kind: 'graph', hosts, switches: 1, cables, placement: 'packed' };
  return { spec, warnings: [] };
}
