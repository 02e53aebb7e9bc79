/**
 * A config document with the place of every key and value. Overrides (`--set`) and swept values are put into the same tree with
 * their own places, so that one validation finds every error where the user wrote it.
 */

/** Where something was written; `line` and `column` are absent for an option of the command line. */
export interface Place {
  readonly file: string;
  readonly line?: number;
  readonly column?: number;
}

export type Scalar = string | number | boolean | null;
export type Json = Scalar | readonly Json[] | { readonly [key: string]: Json };
export type JsonBlock = { readonly [key: string]: Json };

export interface ScalarNode {
  readonly kind: 'scalar';
  readonly value: Scalar;
  /** As written, for messages. */
  readonly text: string;
  readonly at: Place;
}

export interface ListNode {
  readonly kind: 'list';
  readonly items: readonly TreeNode[];
  readonly at: Place;
}

export interface MapNode {
  readonly kind: 'map';
  readonly entries: ReadonlyMap<string, Entry>;
  readonly at: Place;
  /** A bare word that stands for `{ kind: word }`. */
  readonly isShorthand: boolean;
}

export interface Entry {
  readonly keyAt: Place;
  readonly value: TreeNode;
}

export type TreeNode = ScalarNode | ListNode | MapNode;
export type KeyPath = readonly (string | number)[];

export const scalarNode = (value: Scalar, at: Place, text = String(value)): ScalarNode => ({ kind: 'scalar', value, text, at });

/** `{ kind: word }` at the place of the word. */
export const shorthandNode = (word: ScalarNode): MapNode => ({
  kind: 'map',
  entries: new Map([['kind', { keyAt: word.at, value: word }]]),
  at: word.at,
  isShorthand: true,
});

/** The plain value of a tree. */
export function plain(node: TreeNode): Json {
  switch (node.kind) {
    case 'scalar':
      return node.value;
    case 'list':
      return node.items.map(plain);
    case 'map':
      return Object.fromEntries([...node.entries].map(([key, entry]) => [key, plain(entry.value)]));
  }
}

function child(node: TreeNode, key: string | number): Entry | undefined {
  if (node.kind === 'map') return node.entries.get(String(key));
  if (node.kind !== 'list') return undefined;
  const value = node.items[Number(key)];
  return value === undefined ? undefined : { keyAt: value.at, value };
}

/** The value at a path, or undefined. */
export function nodeAt(root: TreeNode, path: KeyPath): TreeNode | undefined {
  return path.reduce<TreeNode | undefined>((node, key) => (node === undefined ? undefined : child(node, key)?.value), root);
}

/** The place of the value at a path; of the key of the nearest block around it if there is none. */
export function placeOfValue(root: TreeNode, path: KeyPath): Place {
  return nodeAt(root, path)?.at ?? placeOfKey(root, path.slice(0, -1));
}

/** The place of the key at a path, or of the nearest key above it. */
export function placeOfKey(root: TreeNode, path: KeyPath): Place {
  let place = root.at;
  let node: TreeNode = root;
  for (const key of path) {
    const entry = child(node, key);
    if (entry === undefined) break;
    place = entry.keyAt;
    node = entry.value;
  }
  return place;
}

/** `workload.flows[3].size`, the way errors name a key. */
export const dottedPath = (path: KeyPath): string =>
  path.reduce<string>((text, key) => (/^\d+$/.test(String(key)) ? `${text}[${key}]` : text === '' ? String(key) : `${text}.${key}`), '');

/** The parts of a dotted key; list entries are written `flows[3]` or `flows.3`. */
export const parsePath = (key: string): string[] => key.replaceAll(/\[(\d+)\]/g, '.$1').split('.');

/** Why a value cannot be set: the part of the path that is in the way. */
export class SetProblem {
  readonly path: KeyPath;
  constructor(path: KeyPath) {
    this.path = path;
  }
}

/**
 * A copy of `root` with `value` at `path`; blocks on the way are made where absent, the rest is shared. A bare word on the way is read
 * as `{ kind: word }` where `isShorthand(path)`. Lists are entered only at an index that exists.
 */
export function withValue(
  root: TreeNode,
  path: readonly string[],
  value: Entry,
  isShorthand: (path: KeyPath) => boolean,
): TreeNode | SetProblem {
  const step = (node: TreeNode | undefined, depth: number): TreeNode | SetProblem => {
    if (depth === path.length) return value.value;
    const above = path.slice(0, depth);
    const key = path[depth]!;
    const isLast = depth === path.length - 1;
    if (node?.kind === 'list') {
      const index = /^\d+$/.test(key) ? Number(key) : -1;
      const old = node.items[index];
      if (old === undefined) return new SetProblem(above);
      const next = step(old, depth + 1);
      return next instanceof SetProblem ? next : { ...node, items: node.items.with(index, next) };
    }
    const block = node?.kind === 'scalar' && isShorthand(above) ? shorthandNode(node) : node;
    if (block?.kind === 'scalar') return new SetProblem(above);
    const next = step(block?.entries.get(key)?.value, depth + 1);
    if (next instanceof SetProblem) return next;
    const entries = new Map(block?.entries);
    const keyAt = isLast ? value.keyAt : (block?.entries.get(key)?.keyAt ?? value.keyAt);
    entries.set(key, { keyAt, value: next });
    return { kind: 'map', entries, at: block?.at ?? value.keyAt, isShorthand: false };
  };
  return step(root, 0);
}
