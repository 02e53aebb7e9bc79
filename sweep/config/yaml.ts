import { Composer, isAlias, isCollection, isMap, isPair, isScalar, isSeq, Lexer, LineCounter, Parser } from 'yaml';
import type { Document, Node, ParsedNode, Scalar } from 'yaml';
import type { ConfigError } from '../../sim/base/errors.ts';
import { problem } from './problem.ts';
import type { Entry, Place, TreeNode } from './tree.ts';
import { scalarNode } from './tree.ts';
import { yamlMistake } from './yaml-mistakes.ts';

export const MAX_CONFIG_BYTES = 2 ** 20;
/** The composer recurses; far below what its stack bears. */
const MAX_DEPTH = 60;
const MAX_LEXEMES = 100_000;
/** Nodes made by aliases, checked before each: a chain of ten-fold aliases would fill the memory. */
const MAX_ALIAS_NODES = 20_000;
const MAX_SYNTAX_ERRORS = 10;

const MERGE_HINT = 'such as <<: *name, with the anchor &name on an earlier block, or <<: [*one, *other]';

export interface ParsedYaml {
  /** null: nothing that could be validated. */
  readonly root: TreeNode | null;
  readonly errors: readonly ConfigError[];
}

/** Text of a config file, or what is wrong with its bytes: too large, binary, not UTF-8. A byte-order mark is dropped. */
export function decodeText(bytes: Uint8Array, file: string): string | ConfigError {
  if (bytes.length > MAX_CONFIG_BYTES) {
    return problem(
      'notText',
      { file, line: 1, column: 1 },
      '',
      'the config is larger than 1 MiB',
      'put long flow lists into a traffic file: workload.kind: file',
    );
  }
  const placeOf = (offset: number): Place => {
    const before = new TextDecoder().decode(bytes.subarray(0, offset));
    const lines = before.split('\n');
    return { file, line: lines.length, column: lines.at(-1)!.length + 1 };
  };
  const nul = bytes.indexOf(0);
  if (nul >= 0)
    return problem('notText', placeOf(nul), '', 'a NUL byte: this is a binary file, not a config', 'a config is YAML or JSON in UTF-8');
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return problem('notText', placeOf(firstInvalidUtf8(bytes)), '', 'not valid UTF-8', 'a config is YAML or JSON in UTF-8');
  }
}

/** Offset of the first byte at which a strict decoder fails, by bisection over prefixes. */
function firstInvalidUtf8(bytes: Uint8Array): number {
  const isValidPrefix = (length: number): boolean => {
    try {
      new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(0, length), { stream: true });
      return true;
    } catch {
      return false;
    }
  };
  let valid = 0;
  let invalid = bytes.length + 1;
  while (invalid - valid > 1) {
    const middle = (valid + invalid) >> 1;
    if (isValidPrefix(Math.min(middle, bytes.length))) valid = middle;
    else invalid = middle;
  }
  return Math.min(invalid, bytes.length) - 1;
}

/**
 * Parses one YAML document (JSON is YAML) into a tree with places.
 *
 * @param place turns a line and column, both from 1, into the place to report
 */
export function parseYaml(text: string, place: (line: number, column: number) => Place): ParsedYaml {
  const lines = new LineCounter();
  const at = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return place(Math.max(1, line), Math.max(1, col));
  };
  const composed = compose(text, lines, at);
  if (!('contents' in composed)) return { root: null, errors: composed };
  // The first one only: what follows it is mostly its consequence.
  const broken = [...composed.errors, ...composed.warnings].toSorted((a, b) => a.pos[0] - b.pos[0])[0];
  if (broken !== undefined) return { root: null, errors: [problem('syntax', at(broken.pos[0]), '', ...yamlMistake(broken.code))] };
  if (composed.contents === null) return { root: null, errors: [] };
  return new TreeBuilder(at).build(composed.contents);
}

/** Lexes and parses without recursion under limits on size and depth; only what passes them is composed. */
function compose(text: string, lines: LineCounter, at: (offset: number) => Place): Document.Parsed<ParsedNode> | ConfigError[] {
  const parser = new Parser(lines.addNewLine);
  const tokens = [];
  let lexemes = 0;
  let errors = 0;
  lines.addNewLine(0);
  for (const lexeme of new Lexer().lex(text)) {
    for (const token of parser.next(lexeme)) {
      tokens.push(token);
      if (token.type === 'error') errors++;
    }
    if (++lexemes > MAX_LEXEMES) {
      return [
        problem('syntax', at(parser.offset), '', 'too many elements', 'put long flow lists into a traffic file: workload.kind: file'),
      ];
    }
    if (parser.stack.length > MAX_DEPTH)
      return [problem('syntax', at(parser.offset), '', 'nested too deeply', 'no key of a config lies deeper than 6 levels')];
    if (errors > MAX_SYNTAX_ERRORS) break;
  }
  for (const token of parser.end()) tokens.push(token);
  const composer = new Composer<ParsedNode, true>({ uniqueKeys: false, prettyErrors: false, logLevel: 'silent' });
  const [first, second] = composer.compose(tokens, true, text.length);
  if (first === undefined) return [];
  if (second === undefined) return first;
  const start = at(second.range[0]);
  return first.errors.length > 0 ? first : [problem('syntax', start, '', 'a second document', 'a config is one YAML document')];
}

const isMergeKey = (key: unknown): key is Scalar => isScalar(key) && key.value === '<<' && key.type === 'PLAIN';

/** YAML nodes to tree nodes: aliases resolved in document order, duplicate keys and odd keys refused. */
class TreeBuilder {
  readonly #at: (offset: number) => Place;
  readonly #anchors = new Map<string, Node>();
  readonly #open = new Set<Node>();
  readonly #errors: ConfigError[] = [];
  #aliasNodes = 0;
  #aliasDepth = 0;
  #refusedAliases = false;

  constructor(at: (offset: number) => Place) {
    this.#at = at;
  }

  build(root: Node): ParsedYaml {
    const tree = this.#convert(root, '');
    return { root: tree, errors: this.#errors };
  }

  #placeOf(node: Node): Place {
    return this.#at(node.range?.[0] ?? 0);
  }

  #fail(node: Node, path: string, kind: 'syntax' | 'duplicateKey' | 'wrongType', message: string, hint: string): TreeNode {
    const at = this.#placeOf(node);
    this.#errors.push(problem(kind, at, path, message, hint));
    return scalarNode(null, at);
  }

  #convert(node: unknown, path: string): TreeNode {
    if (isAlias(node)) return this.#resolveAlias(node.source, node, path);
    if (isScalar(node)) {
      if (node.anchor !== undefined) this.#anchors.set(node.anchor, node);
      if (this.#aliasDepth > 0) this.#aliasNodes++;
      const { value } = node;
      const at = this.#placeOf(node);
      if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' || value === null) {
        return scalarNode(value, at, typeof value === 'string' ? value : (node.source ?? String(value)));
      }
      return this.#fail(node, path, 'wrongType', 'a value that is neither text, number nor truth value', 'remove the tag');
    }
    if (isCollection(node)) return this.#convertCollection(node, path);
    return scalarNode(null, this.#at(0));
  }

  #convertCollection(node: Node, path: string): TreeNode {
    if (isCollection(node) && node.anchor !== undefined) this.#anchors.set(node.anchor, node);
    if (this.#aliasDepth > 0) this.#aliasNodes++;
    this.#open.add(node);
    const below = (key: string): string => (path === '' ? key : `${path}.${key}`);
    const item = (i: number): string => `${path}[${i}]`;
    let tree: TreeNode;
    if (isSeq(node)) {
      const items = node.items.map((entry, i) => this.#convert(isPair(entry) ? entry.value : entry, item(i)));
      tree = { kind: 'list', items, at: this.#placeOf(node) };
    } else if (isMap(node)) {
      const entries = new Map<string, Entry>();
      const merged = new Set<string>();
      for (const pair of node.items) {
        if (isMergeKey(pair.key)) {
          for (const [name, entry] of this.#merge(pair.key, pair.value, path)) {
            if (entries.has(name)) continue;
            entries.set(name, entry);
            merged.add(name);
          }
          continue;
        }
        const key = this.#key(pair.key, path);
        if (key === null) continue;
        // A key that is written takes the place of a merged one.
        if (merged.delete(key.name)) entries.delete(key.name);
        const first = entries.get(key.name);
        if (first !== undefined) {
          const where = `line ${first.keyAt.line ?? 1}`;
          this.#errors.push(problem('duplicateKey', key.at, below(key.name), `the key is given twice, first at ${where}`, 'remove one'));
          continue;
        }
        const value = pair.value === null ? scalarNode(null, key.at, '') : this.#convert(pair.value, below(key.name));
        entries.set(key.name, { keyAt: key.at, value });
      }
      tree = { kind: 'map', entries, at: this.#placeOf(node), isShorthand: false };
    } else {
      tree = this.#fail(node, path, 'wrongType', 'a collection of an unknown kind', 'use a plain list or block');
    }
    this.#open.delete(node);
    return tree;
  }

  /** The keys of the blocks that `<<` names; of two with the same key the first one counts (https://yaml.org/type/merge.html). */
  #merge(key: Scalar, value: unknown, path: string): ReadonlyMap<string, Entry> {
    const errorsBefore = this.#errors.length;
    const source = value === null ? null : this.#convert(value, path);
    const entries = new Map<string, Entry>();
    if (this.#errors.length > errorsBefore) return entries;
    for (const block of source?.kind === 'list' ? source.items : [source]) {
      if (block?.kind === 'map') {
        for (const [name, { value }] of block.entries) if (!entries.has(name)) entries.set(name, { keyAt: block.at, value });
      } else this.#errors.push(problem('syntax', block?.at ?? this.#placeOf(key), path, 'a merge of what is no block', MERGE_HINT));
    }
    return entries;
  }

  #key(key: unknown, path: string): { name: string; at: Place } | null {
    const target = isAlias(key) ? this.#anchors.get(key.source) : key;
    if (isScalar(target) && (isScalar(key) || isAlias(key))) {
      if (isScalar(key) && key.anchor !== undefined) this.#anchors.set(key.anchor, key);
      const name = typeof target.value === 'string' ? target.value : (target.source ?? '');
      // Object.fromEntries and zod would treat this name as the prototype, not as a key.
      if (name !== '' && name !== '__proto__') return { name, at: this.#placeOf(key) };
    }
    const node = isScalar(key) || isAlias(key) || isCollection(key) ? key : null;
    this.#errors.push(
      problem(
        'syntax',
        node === null ? this.#at(0) : this.#placeOf(node),
        path,
        'a key that is not a plain word',
        'keys are words followed by a colon',
      ),
    );
    return null;
  }

  #resolveAlias(name: string, alias: Node, path: string): TreeNode {
    const target = this.#anchors.get(name);
    if (target === undefined) return this.#fail(alias, path, 'syntax', `no anchor &${name} before this alias`, 'define it first');
    if (this.#open.has(target))
      return this.#fail(alias, path, 'syntax', `alias *${name} lies inside its own anchor`, 'write the value out');
    if (this.#aliasNodes > MAX_ALIAS_NODES) {
      if (this.#refusedAliases) return scalarNode(null, this.#placeOf(alias));
      this.#refusedAliases = true;
      return this.#fail(alias, path, 'syntax', 'aliases expand to too much', 'write the values out');
    }
    this.#aliasDepth++;
    const tree = this.#convert(target, path);
    this.#aliasDepth--;
    return { ...tree, at: this.#placeOf(alias) };
  }
}
