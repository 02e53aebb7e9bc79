import type { ZodType } from 'zod';
import type { toConfigErrors } from './issues.ts';
import type { MapNode, TreeNode } from './tree.ts';
import { nodeAt, plain, SetProblem, shorthandNode, withValue } from './tree.ts';

export type Issues = Parameters<typeof toConfigErrors>[0];
export type Outcome = { readonly value: unknown; readonly issues: Issues };

/** Parses documents block by block. Blocks that documents share (all the cells of a sweep do) are parsed once. */
export class BlockParser {
  readonly #blocks: Readonly<Record<string, ZodType>>;
  readonly #shorthandKeys: readonly string[];
  readonly #expanded = new WeakMap<TreeNode, TreeNode>();
  readonly #outcomes = new WeakMap<TreeNode, Outcome>();
  readonly #defaults = new Map<string, Outcome>();

  /** @param shorthandKeys keys whose bare word is a kind; a `*` stands for any entry of a list */
  constructor(blocks: Readonly<Record<string, ZodType>>, shorthandKeys: readonly string[]) {
    this.#blocks = blocks;
    this.#shorthandKeys = shorthandKeys;
  }

  parse(name: string, node: TreeNode | undefined): Outcome {
    const known = node === undefined ? this.#defaults.get(name) : this.#outcomes.get(node);
    if (known !== undefined) return known;
    const result = this.#blocks[name]!.safeParse(node === undefined ? undefined : plain(node));
    const outcome = { value: result.data, issues: result.error?.issues ?? [] };
    if (node === undefined) this.#defaults.set(name, outcome);
    else this.#outcomes.set(node, outcome);
    return outcome;
  }

  /** Bare words become `{ kind: word }`. */
  withKinds(document: MapNode): MapNode {
    const entries = [...document.entries].map(([name, entry]) => [name, { ...entry, value: this.#expand(name, entry.value) }] as const);
    return { ...document, entries: new Map(entries) };
  }

  #expand(name: string, node: TreeNode): TreeNode {
    const known = this.#expanded.get(node);
    if (known !== undefined) return known;
    let expanded = node;
    for (const key of this.#shorthandKeys) {
      const [first, ...below] = key.split('.');
      if (first === name) expanded = expandAt(expanded, below);
    }
    this.#expanded.set(node, expanded);
    return expanded;
  }
}

function expandAt(node: TreeNode, path: readonly string[]): TreeNode {
  const star = path.indexOf('*');
  if (star === 0) return node.kind === 'list' ? { ...node, items: node.items.map((item) => expandAt(item, path.slice(1))) } : node;
  if (star > 0) {
    const list = nodeAt(node, path.slice(0, star));
    if (list === undefined) return node;
    const value = expandAt(list, path.slice(star));
    const replaced = withValue(node, path.slice(0, star), { keyAt: list.at, value }, () => false);
    return replaced instanceof SetProblem ? node : replaced;
  }
  const target = nodeAt(node, path);
  if (target?.kind !== 'scalar' || typeof target.value !== 'string') return node;
  const result = withValue(node, path, { keyAt: target.at, value: shorthandNode(target) }, () => false);
  return result instanceof SetProblem ? node : result;
}
