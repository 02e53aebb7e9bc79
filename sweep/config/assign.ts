import type { ConfigError } from '../../sim/base/errors.ts';
import { problem } from './problem.ts';
import { profileHasBlock } from './profiles.ts';
import { systemOf } from './schema/systems.ts';
import type { Entry, KeyPath, MapNode, Place, TreeNode } from './tree.ts';
import { dottedPath, nodeAt, scalarNode, SetProblem, shorthandNode, withValue } from './tree.ts';

/** A value for a dotted key, from `--set` or a sweep. */
export interface Assignment {
  readonly key: string;
  readonly path: readonly string[];
  readonly keyAt: Place;
  readonly value: TreeNode;
}

const isShorthandOf =
  (keys: readonly string[]) =>
  (path: KeyPath): boolean =>
    keys.includes(path.map((key) => (/^\d+$/.test(String(key)) ? '*' : key)).join('.'));

/**
 * A copy of the document with the value in place. A block that is absent starts from its default kind (that of the profile, if there is
 * one), so that `transport.g` needs no `transport` before it.
 */
export function assign(root: MapNode, assignment: Assignment): MapNode | ConfigError {
  let tree: TreeNode = root;
  const { defaultKinds, shorthandKeys } = systemOf(root);
  const isShorthand = isShorthandOf(shorthandKeys);
  for (const [key, kind] of Object.entries(defaultKinds)) {
    const block = key.split('.');
    const isAbove = assignment.path.length > block.length && block.every((part, i) => assignment.path[i] === part);
    if (!isAbove || nodeAt(tree, block) !== undefined || nodeAt(tree, block.slice(0, -1)) === undefined) continue;
    if (profileHasBlock(tree, key)) continue;
    const value = shorthandNode(scalarNode(kind, assignment.keyAt));
    tree = expectTree(withValue(tree, block, { keyAt: assignment.keyAt, value }, isShorthand));
  }
  const entry: Entry = { keyAt: assignment.keyAt, value: assignment.value };
  const result = withValue(tree, assignment.path, entry, isShorthand);
  if (!(result instanceof SetProblem) && result.kind === 'map') return result;
  const inTheWay = result instanceof SetProblem ? result.path : [];
  const node = nodeAt(tree, inTheWay);
  const what = node?.kind === 'list' ? 'a list without such an entry' : 'not a block';
  return problem('unknownKey', assignment.keyAt, assignment.key, `${dottedPath(inTheWay)} is ${what}`, 'set an existing key');
}

function expectTree(result: TreeNode | SetProblem): TreeNode {
  if (result instanceof SetProblem) throw new TypeError(`no block at ${result.path.join('.')}`);
  return result;
}

/** Is `outer` the key `inner`, or a block around it? */
export const covers = (outer: readonly string[], inner: readonly string[]): boolean =>
  outer.length <= inner.length && outer.every((part, i) => part === inner[i]);
