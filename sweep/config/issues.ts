import type { z } from 'zod';
import type { ConfigError } from '../../sim/base/errors.ts';
import { DIMENSIONS, unitsOf } from '../../sim/base/quantity.ts';
import { exampleOf } from './example.ts';
import { isPlannedKey, isPlannedValue } from './planned.ts';
import { problem } from './problem.ts';
import type { JsonSchema } from './schema/json-schema.ts';
import { alternatives, alternativesFor, propertyOf } from './schema/json-schema.ts';
import { systemOf } from './schema/systems.ts';
import { nearest, suggestion } from './suggest.ts';
import type { ListNode, Place, TreeNode } from './tree.ts';
import { dottedPath, nodeAt, placeOfKey } from './tree.ts';

type Issue = z.core.$ZodIssue;
/** More of one block help nobody. */
const MAX_ISSUES = 100;
const LATER = 'it comes with a later version';
const NAME_HINT = '1 to 200 printable characters, no slash or backslash, not . or .., no blank at either end';

/** Turns what zod found in a document into config errors at their places; `prefix` is the path of the parsed value. */
export function toConfigErrors(issues: readonly Issue[], root: TreeNode, prefix: readonly string[]): ConfigError[] {
  const found = issues.slice(0, MAX_ISSUES).map((issue) => ({ issue, path: [...prefix, ...issue.path.map(String)] }));
  const misspelt = new Set(
    found.flatMap(({ issue, path }) => (issue.code === 'unrecognized_keys' ? meantKeys(issue.keys, root, path) : [])),
  );
  return found
    .filter(({ path }) => nodeAt(root, path) !== undefined || !misspelt.has(dottedPath(path)))
    .flatMap(({ issue, path }) => explain(issue, root, path));
}

/** What the unknown keys of a block seem to mean: a key that is missing because it is misspelt is one mistake, not two. */
function meantKeys(keys: readonly string[], root: TreeNode, block: readonly string[]): string[] {
  const known = knownKeys(root, block);
  return keys.slice(0, MAX_ISSUES).flatMap((key) => {
    const near = nearest(key, known);
    return near === undefined ? [] : [dottedPath([...block, near])];
  });
}

/** The dotted key as a user knows it: the `kind` of a bare word is not spelt out. */
function dotted(root: TreeNode, path: readonly string[]): string {
  const parent = nodeAt(root, path.slice(0, -1));
  const isBareWord = path.at(-1) === 'kind' && parent?.kind === 'map' && parent.isShorthand;
  return dottedPath(isBareWord ? path.slice(0, -1) : path);
}

function explain(issue: Issue, root: TreeNode, path: readonly string[]): ConfigError[] {
  const node = nodeAt(root, path);
  if (issue.code === 'unrecognized_keys') return issue.keys.slice(0, MAX_ISSUES).map((key) => unknownKey(root, [...path, key]));
  if (node === undefined) return [missingKey(root, path)];
  const at = node.at;
  const name = dotted(root, path);
  if (node.kind === 'scalar' && node.value === null) {
    return [problem('wrongType', at, name, 'no value', 'give it one, or remove the key')];
  }
  switch (issue.code) {
    case 'invalid_union':
      if (issue.errors.length > 0) return explainUnion(issue.errors, node, root, path);
      return [unknownWord(node, root, path)];
    case 'invalid_value':
      return [unknownWord(node, root, path)];
    case 'invalid_type':
      return [wrongType(node, root, path)];
    case 'custom':
      return [problem('badQuantity', at, name, issue.message, String(issue.params?.['hint'] ?? ''))];
    case 'too_small': {
      if (node.kind === 'list' && node.items.length === 0)
        return [problem('outOfRange', at, name, 'the list is empty', 'give at least one entry')];
      if (node.kind === 'list') return [listLength(node, at, name, issue.minimum)];
      if (node.kind === 'scalar' && node.value === '') return [problem('wrongType', at, name, 'empty text', 'give it a value')];
      const least = `${issue.inclusive === false ? 'more than' : 'at least'} ${String(issue.minimum)}`;
      return [problem('outOfRange', at, name, `${describe(node)} is too small`, `write ${least}`)];
    }
    case 'too_big': {
      if (node.kind === 'list') return [listLength(node, at, name, issue.maximum)];
      const most = `${issue.inclusive === false ? 'less than' : 'at most'} ${String(issue.maximum)}`;
      return [problem('outOfRange', at, name, `${describe(node)} is too large`, most)];
    }
    case 'not_multiple_of':
      return [problem('outOfRange', at, name, `${describe(node)} is no multiple of ${issue.divisor}`, 'round it')];
    case 'invalid_format':
      return [problem('wrongType', at, name, `${describe(node)} is no name`, NAME_HINT)];
    default:
      return [problem('wrongType', at, name, issue.message)];
  }
}

const listLength = (list: ListNode, at: Place, name: string, wanted: number | bigint): ConfigError =>
  problem('outOfRange', at, name, `the list has ${list.items.length} entries`, `give ${wanted}`);

/** Of the branches of a union, the one that the value is meant for: of its own type, and with the fewest issues. */
function explainUnion(branches: readonly (readonly Issue[])[], node: TreeNode, root: TreeNode, path: readonly string[]): ConfigError[] {
  const near = branches.filter((issues) => !issues.some((issue) => issue.path.length === 0 && issue.code !== 'unrecognized_keys'));
  const best = near.toSorted((a, b) => a.length - b.length)[0];
  if (best !== undefined) return toConfigErrors(best, root, path);
  const text = node.kind === 'scalar' && typeof node.value === 'string';
  return [text && knownWords(root, path).length > 0 ? unknownWord(node, root, path) : wrongType(node, root, path)];
}

/** A value as far as the choice of its schema needs it: a block shows its words (kind, format) only. */
function outline(node: TreeNode | undefined): unknown {
  if (node?.kind !== 'map') return node?.kind === 'list' ? [] : node?.value;
  const words = ['kind', 'format'].flatMap((key) => {
    const value = node.entries.get(key)?.value;
    return value?.kind === 'scalar' ? [[key, value.value] as const] : [];
  });
  return Object.fromEntries(words);
}

/** Schemas that a value at a path may follow, given the discriminators written above it. */
function schemasAt(root: TreeNode, path: readonly string[]): readonly JsonSchema[] {
  let schemas: readonly JsonSchema[] = [systemOf(root).jsonSchema()];
  path.forEach((key, depth) => {
    const value = outline(nodeAt(root, path.slice(0, depth)));
    schemas = schemas
      .flatMap((schema) => alternativesFor(schema, value))
      .flatMap((schema) => {
        const next = propertyOf(schema, key) ?? schema.items ?? schema.additionalProperties;
        return typeof next === 'object' ? [next] : [];
      });
  });
  return schemas;
}

const unique = (names: readonly string[]): string[] => [...new Set(names)];

/** Names of the keys that a block at a path may have. */
function knownKeys(root: TreeNode, path: readonly string[]): string[] {
  const block = outline(nodeAt(root, path));
  const fitting = schemasAt(root, path).flatMap((schema) => alternativesFor(schema, block));
  return unique(fitting.flatMap((schema) => Object.keys(schema.properties ?? {})));
}

/** The kinds (or formats) whose blocks have this key. */
function ownersOf(root: TreeNode, path: readonly string[], key: string, word: 'kind' | 'format'): string[] {
  const owners = schemasAt(root, path)
    .flatMap(alternatives)
    .filter((option) => propertyOf(option, key) !== undefined);
  return unique(owners.map((option) => propertyOf(option, word)?.const ?? '')).filter((name) => name !== '');
}

function unknownKey(root: TreeNode, path: readonly string[]): ConfigError {
  const key = path.at(-1)!;
  const block = path.slice(0, -1);
  const at = placeOfKey(root, path);
  const name = dottedPath(path);
  if (isPlannedKey(path)) return problem('notAvailable', at, name, 'this key is not available in this version', LATER);
  const own = nodeAt(root, [...block, 'kind']);
  for (const word of ['format', 'kind'] as const) {
    const chosen = nodeAt(root, [...block, word]);
    const owners = ownersOf(root, block, key, word);
    if (chosen?.kind === 'scalar' && owners.length > 0) {
      return problem('unknownKey', at, name, `${word} ${String(chosen.value)} has no such key`, `it belongs to ${owners.join(', ')}`);
    }
  }
  const kinds = ownersOf(root, block, key, 'kind');
  if (own === undefined && kinds.length > 0) {
    return problem('unknownKey', at, name, 'no such key without a kind', `it belongs to kind ${kinds.join(', ')}`);
  }
  return problem('unknownKey', at, name, 'unknown key', suggestion(key, knownKeys(root, block), 'keys here'));
}

function missingKey(root: TreeNode, path: readonly string[]): ConfigError {
  const block = nodeAt(root, path.slice(0, -1));
  const at = block?.kind === 'map' && block.isShorthand ? block.at : placeOfKey(root, path.slice(0, -1));
  const words = knownWords(root, path);
  const [schema] = schemasAt(root, path);
  const such = schema === undefined ? [] : [`such as ${path.at(-1)}: ${words[0] ?? exampleOf(schema)}`];
  const hint = [...such, ...(words.length > 1 ? [`one of ${words.join(', ')}`] : [])].join('; ');
  return problem('missingKey', at, dottedPath(path), 'missing key', hint);
}

function knownWords(root: TreeNode, path: readonly string[]): string[] {
  const options =
    path.at(-1) === 'kind' || path.at(-1) === 'format' ? wordsOfDiscriminator(root, path) : schemasAt(root, path).flatMap(alternatives);
  return unique(
    options.flatMap((option) => [...(option.enum ?? []), ...(option.const === undefined ? [] : [option.const]), ...(option.words ?? [])]),
  );
}

/** All values that the discriminator of a union may have, whatever is written. */
const wordsOfDiscriminator = (root: TreeNode, path: readonly string[]): JsonSchema[] =>
  schemasAt(root, path.slice(0, -1))
    .flatMap(alternatives)
    .flatMap((option) => propertyOf(option, path.at(-1)!) ?? []);

function unknownWord(node: TreeNode, root: TreeNode, path: readonly string[]): ConfigError {
  const name = dotted(root, path);
  const words = knownWords(root, path);
  if (node.kind !== 'scalar' || typeof node.value !== 'string') {
    return problem('wrongType', node.at, name, `expected a word, got ${describe(node)}`, `one of ${words.join(', ')}`);
  }
  if (isPlannedValue(path, node.value)) {
    return problem(
      'notAvailable',
      node.at,
      name,
      `"${short(node.value)}" is not available in this version`,
      `available: ${words.join(', ')}`,
    );
  }
  const what = path.at(-1) === 'kind' ? 'unknown kind' : 'unknown word';
  const number = schemasAt(root, path)
    .flatMap(alternatives)
    .find(({ type }) => type === 'number' || type === 'integer');
  const orNumber = number === undefined || nearest(node.value, words) !== undefined ? '' : `, or a number such as ${exampleOf(number)}`;
  return problem('unknownWord', node.at, name, `${what} "${short(node.value)}"`, `${suggestion(node.value, words, 'one of')}${orNumber}`);
}

function wrongType(node: TreeNode, root: TreeNode, path: readonly string[]): ConfigError {
  const name = dotted(root, path);
  const schemas = schemasAt(root, path).flatMap(alternatives);
  const quantity = schemas.find((schema) => schema.unit !== undefined);
  const dimension = DIMENSIONS.find((candidate) => candidate === quantity?.unit);
  if (dimension !== undefined) {
    const wanted = `write a number with one of ${unitsOf(dimension).join(', ')}`;
    if (node.kind === 'scalar' && typeof node.value === 'number')
      return problem('badQuantity', node.at, name, `${short(node.text)} has no unit`, wanted);
    return problem('badQuantity', node.at, name, `expected a quantity, got ${describe(node)}`, wanted);
  }
  const choices = new Map(schemas.toReversed().map((schema) => [expectation(schema), schema]));
  const expected = unique(schemas.map(expectation));
  const isQuoted = node.kind === 'scalar' && typeof node.value === 'string' && /^(-?[\d.]+|true|false)$/.test(node.value);
  const remedy = isQuoted ? 'remove the quotes' : expected.map((words) => remedyFor(choices.get(words)!, node)).join(', or ');
  return problem('wrongType', node.at, name, `expected ${expected.join(' or ')}, got ${describe(node)}`, remedy);
}

const isBlock = (schema: JsonSchema): boolean => schema.properties !== undefined || schema.type === 'object';

function expectation(schema: JsonSchema): string {
  if (isBlock(schema)) return 'a block of keys';
  if (schema.const !== undefined) return `"${schema.const}"`;
  if (schema.enum !== undefined) return `one of ${schema.enum.join(', ')}`;
  switch (schema.type) {
    case 'array':
      return 'a list';
    case 'boolean':
      return 'true or false';
    case 'integer':
      return 'a whole number';
    case 'number':
      return 'a number';
    default:
      return 'text';
  }
}

/** How to write what a schema expects, in place of a value of another type. */
function remedyFor(schema: JsonSchema, node: TreeNode): string {
  if (isBlock(schema)) return `write a block of keys such as ${exampleOf(schema)}`;
  if (schema.const !== undefined || schema.enum !== undefined) return `write ${exampleOf(schema)}`;
  switch (schema.type) {
    case 'array':
      return 'start each entry with `- `';
    case 'boolean':
      return 'write true or false without quotes';
    case 'integer':
      return `write a whole number such as ${exampleOf(schema)}`;
    case 'number':
      return `write a number such as ${exampleOf(schema)}`;
    default:
      return node.kind === 'scalar' ? 'write it in quotes' : `write text such as ${exampleOf(schema)}`;
  }
}

const short = (text: string): string => (text.length > 40 ? `${text.slice(0, 40)}...` : text);

/** A value in a sentence. */
export function describe(node: TreeNode): string {
  if (node.kind === 'list') return 'a list';
  if (node.kind === 'map') return 'a block of keys';
  return typeof node.value === 'string' ? `"${short(node.value)}"` : short(node.text);
}
