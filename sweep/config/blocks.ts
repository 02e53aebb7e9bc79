import type { ConfigError } from '../../sim/base/errors.ts';
import { contradictions } from './checks.ts';
import { toConfigErrors } from './issues.ts';
import { problem } from './problem.ts';
import { ProfileMerger } from './profiles.ts';
import type { BlockName, Config } from './schema/config.ts';
import { BLOCKS, configSchema, SHORTHAND_KEYS } from './schema/config.ts';
import type { KeyPath, MapNode, TreeNode } from './tree.ts';
import { dottedPath, nodeAt, placeOfValue, plain, shorthandNode, withValue, SetProblem } from './tree.ts';

type Issues = Parameters<typeof toConfigErrors>[0];
type Outcome = { readonly value: unknown; readonly issues: Issues };

/** What became of a document: errors, or a config; and the document with its bare words read as kinds, and with its profile. */
export interface Validated {
  readonly root: MapNode;
  readonly errors: readonly ConfigError[];
  /** Blocks that are valid. */
  readonly config: Partial<Config>;
}

const BLOCK_NAMES = Object.keys(BLOCKS) as readonly BlockName[];

/**
 * Validates documents block by block, so that a mistake in one block hides none in another. Blocks that documents share (all the
 * cells of a sweep do) are parsed once.
 */
export class BlockValidator {
  readonly #expanded = new WeakMap<TreeNode, TreeNode>();
  readonly #outcomes = new WeakMap<TreeNode, Outcome>();
  readonly #defaults = new Map<BlockName, Outcome>();
  readonly #profiles = new ProfileMerger();

  /** @param names the blocks to look at */
  validate(document: MapNode, names: readonly BlockName[] = BLOCK_NAMES): Validated {
    const root = this.#profiles.merge(this.#withKinds(document));
    const unknown = [...root.entries.keys()].filter((key) => !Object.hasOwn(BLOCKS, key));
    const errors = unknown.length === 0 ? [] : toConfigErrors([unknownKeys(unknown)], root, []);
    const parsed: [string, unknown][] = [];
    for (const name of names) {
      const outcome = this.#parse(name, root.entries.get(name)?.value);
      if (outcome.issues.length === 0) parsed.push([name, outcome.value]);
      else errors.push(...toConfigErrors(outcome.issues, root, [name]));
    }
    if (names.includes('workload') && !root.entries.has('workload') && !root.entries.has('jobs')) {
      errors.push(...toConfigErrors([NO_WORKLOAD], root, ['workload']));
    }
    const config = Object.fromEntries(parsed) as Partial<Config>;
    for (const { path, message, hint } of contradictions(config)) {
      errors.push(problem('contradiction', placeOfValue(root, path), dottedPath(path), message, hint));
    }
    return { root, errors, config };
  }

  #parse(name: BlockName, node: TreeNode | undefined): Outcome {
    const known = node === undefined ? this.#defaults.get(name) : this.#outcomes.get(node);
    if (known !== undefined) return known;
    const result = BLOCKS[name].safeParse(node === undefined ? undefined : plain(node));
    const outcome = { value: result.data, issues: result.error?.issues ?? [] };
    if (node === undefined) this.#defaults.set(name, outcome);
    else this.#outcomes.set(node, outcome);
    return outcome;
  }

  /** Bare words become `{ kind: word }`. */
  #withKinds(document: MapNode): MapNode {
    const entries = [...document.entries].map(([name, entry]) => [name, { ...entry, value: this.#expand(name, entry.value) }] as const);
    return { ...document, entries: new Map(entries) };
  }

  #expand(name: string, node: TreeNode): TreeNode {
    const known = this.#expanded.get(node);
    if (known !== undefined) return known;
    let expanded = node;
    for (const key of SHORTHAND_KEYS) {
      const [first, ...below] = key.split('.');
      if (first === name) expanded = expandAt(expanded, below);
    }
    this.#expanded.set(node, expanded);
    return expanded;
  }
}

function expandAt(node: TreeNode, path: readonly string[]): TreeNode {
  if (path[0] === '*') return node.kind === 'list' ? { ...node, items: node.items.map((item) => expandAt(item, path.slice(1))) } : node;
  const target = nodeAt(node, path);
  if (target?.kind !== 'scalar' || typeof target.value !== 'string') return node;
  const result = withValue(node, path, { keyAt: target.at, value: shorthandNode(target) }, () => false);
  return result instanceof SetProblem ? node : result;
}

/** What zod says of a required key that is absent. */
const NO_WORKLOAD: Issues[number] = { code: 'invalid_type', expected: 'object', path: [], message: '', input: undefined };

const unknownKeys = (keys: string[]): Issues[number] => ({ code: 'unrecognized_keys', keys, path: [], message: '', input: {} });

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
