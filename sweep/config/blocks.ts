import type { ConfigError } from '../../sim/base/errors.ts';
import { BlockParser, type Issues } from './block-parser.ts';
import { contradictions } from './checks.ts';
import { toConfigErrors } from './issues.ts';
import { problem } from './problem.ts';
import { ProfileMerger } from './profiles.ts';
import type { BlockName, Config } from './schema/config.ts';
import type { TopologyFileConfig } from './schema/topology.ts';
import { BLOCKS, configSchema, SHORTHAND_KEYS } from './schema/config.ts';
import type { KeyPath, MapNode } from './tree.ts';
import { FileProblem } from './astra-sim-files.ts';
import { withStandIn } from './stand-in-fabric.ts';
import type { TopologyFile, TopologyFiles } from './topology-files.ts';
import { dottedPath, nodeAt, placeOfValue } from './tree.ts';

/** What became of a document: errors, or a config; and the document with its bare words read as kinds, and with its profile. */
export interface Validated {
  readonly root: MapNode;
  readonly errors: readonly ConfigError[];
  /** Blocks that are valid. */
  readonly config: Partial<Config>;
  /** A topology in a file that has not been read: without it the config has none. */
  readonly unread: TopologyFileConfig | null;
  /** What a person should know of the topology file. */
  readonly topologyWarnings: readonly string[];
}

const BLOCK_NAMES = Object.keys(BLOCKS) as readonly BlockName[];

/**
 * Validates documents of kind fabric block by block, so that a mistake in one block hides none in another.
 */
export class BlockValidator {
  readonly #parser = new BlockParser(BLOCKS, SHORTHAND_KEYS);
  readonly #profiles = new ProfileMerger();
  readonly #topologyFiles: TopologyFiles;

  constructor(topologyFiles: TopologyFiles) {
    this.#topologyFiles = topologyFiles;
  }

  /** @param names the blocks to look at */
  validate(document: MapNode, names: readonly BlockName[] = BLOCK_NAMES): Validated {
    const { document: written, file, found } = this.#withTopologyFile(this.#parser.withKinds(document));
    const root = withStandIn(this.#profiles.merge(written));
    const unknown = [...root.entries.keys()].filter((key) => !Object.hasOwn(BLOCKS, key));
    const errors = unknown.length === 0 ? [] : toConfigErrors([unknownKeys(unknown)], root, []);
    const parsed: [string, unknown][] = [];
    if (found instanceof FileProblem) {
      const path = ['topology', 'path'];
      errors.push(problem('badWorkloadFile', placeOfValue(root, path), dottedPath(path), found.message, found.hint));
    }
    for (const name of names) {
      if (name === 'topology' && file !== null && (found === undefined || found instanceof FileProblem)) continue;
      if (name === 'topology' && root.entries.has('compat') && !root.entries.has('topology')) {
        errors.push(
          problem('missingKey', placeOfValue(root, ['compat']), 'workload.ranks', 'missing key', 'without a topology it says how many'),
        );
        continue;
      }
      const outcome = this.#parser.parse(name, root.entries.get(name)?.value);
      if (outcome.issues.length === 0) parsed.push([name, outcome.value]);
      else errors.push(...toConfigErrors(outcome.issues, root, [name]));
    }
    if (names.includes('workload') && !root.entries.has('workload') && !root.entries.has('jobs')) {
      errors.push(...toConfigErrors([NO_WORKLOAD], root, ['workload']));
    }
    const config = Object.fromEntries(parsed) as Partial<Config>;
    for (const { path, message, hint } of contradictions(config, new Set(document.entries.keys()))) {
      errors.push(problem('contradiction', placeOfValue(root, path), dottedPath(path), message, hint));
    }
    const warnings = found === undefined || found instanceof FileProblem ? [] : found.warnings;
    return { root, errors, config, unread: found === undefined ? file : null, topologyWarnings: warnings };
  }

  /** The document with what its topology file says in the file's place, if it has one that has been read. */
  #withTopologyFile(document: MapNode): {
    readonly document: MapNode;
    readonly file: TopologyFileConfig | null;
    readonly found: TopologyFile | FileProblem | undefined;
  } {
    const entry = document.entries.get('topology');
    const none = { document, file: null, found: undefined };
    if (entry?.value.kind !== 'map' || nodeAt(entry.value, ['kind'])?.kind !== 'scalar') return none;
    const { value, issues } = this.#parser.parse('topology', entry.value);
    if (issues.length > 0 || (value as { readonly kind: string }).kind !== 'file') return none;
    const file = value as TopologyFileConfig;
    const found = this.#topologyFiles.found(file);
    if (found === undefined || found instanceof FileProblem) return { document, file, found };
    const entries = new Map(document.entries).set('topology', { ...entry, value: this.#topologyFiles.nodeOf(entry.value, found) });
    return { document: { ...document, entries }, file, found };
  }
}

/** What zod says of a required key that is absent. */
const NO_WORKLOAD: Issues[number] = { code: 'invalid_type', expected: 'object', path: [], message: '', input: undefined };

export const unknownKeys = (keys: string[]): Issues[number] => ({ code: 'unrecognized_keys', keys, path: [], message: '', input: {} });

/** Are all blocks there? True exactly if nothing was wrong with the document. */
export const isComplete = (config: Partial<Config>): config is Config => Object.keys(configSchema.shape).every((name) => name in config);

/** A value of a validated config at a path. */
export function configValueAt(config: unknown, path: KeyPath): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null && Object.hasOwn(value, key) ? (value as Record<string, unknown>)[key] : undefined,
    config,
  );
}
