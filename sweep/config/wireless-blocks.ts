import type { ConfigError } from '../../sim/base/errors.ts';
import { BlockParser } from './block-parser.ts';
import { unknownKeys } from './blocks.ts';
import { wirelessContradictions } from './check-wireless.ts';
import { toConfigErrors } from './issues.ts';
import { problem } from './problem.ts';
import { over } from './profiles.ts';
import { systemOf } from './schema/systems.ts';
import { WIRELESS_BLOCKS, type WirelessBlockName, type WirelessConfig } from './schema/wireless.ts';
import type { MapNode, TreeNode } from './tree.ts';
import { dottedPath, nodeAt, placeOfValue } from './tree.ts';

/** What became of a document: errors, or a config; and the document with its bare words read as kinds. */
export interface ValidatedWireless {
  readonly root: MapNode;
  readonly errors: readonly ConfigError[];
  /** Blocks that are valid. */
  readonly config: Partial<WirelessConfig>;
}

const BLOCK_NAMES = Object.keys(WIRELESS_BLOCKS) as readonly WirelessBlockName[];
/** Blocks that an entry of users.mix may have of its own. */
const MIXED = ['app', 'channel', 'qos'] as const;

/** Validates documents of kind wireless block by block. */
export class WirelessValidator {
  #parser: BlockParser | null = null;

  /** @param names the blocks to look at */
  validate(document: MapNode, names: readonly WirelessBlockName[] = BLOCK_NAMES): ValidatedWireless {
    this.#parser ??= new BlockParser(WIRELESS_BLOCKS, systemOf(document).shorthandKeys);
    const root = this.#withMix(this.#parser.withKinds(document));
    const unknown = [...root.entries.keys()].filter((key) => !Object.hasOwn(WIRELESS_BLOCKS, key));
    const errors = unknown.length === 0 ? [] : toConfigErrors([unknownKeys(unknown)], root, []);
    const parsed: [string, unknown][] = [];
    for (const name of names) {
      const { value, issues } = this.#parser.parse(name, root.entries.get(name)?.value);
      if (issues.length === 0) parsed.push([name, value]);
      else errors.push(...toConfigErrors(issues, root, [name]));
    }
    const config = Object.fromEntries(parsed) as Partial<WirelessConfig>;
    if (errors.length === 0 && names.includes('run')) {
      const asWritten = {
        written: (path: readonly string[]) => nodeAt(root, path) !== undefined,
        writtenItself: (path: readonly string[]) => nodeAt(document, path) !== undefined,
        swept: sweptKeysOf(document),
      };
      for (const { path, message, hint } of wirelessContradictions(config as WirelessConfig, asWritten)) {
        errors.push(problem('contradiction', placeOfValue(root, path), dottedPath(path), message, hint));
      }
    }
    return { root, errors, config };
  }

  /** The document with what an entry of users.mix leaves open of its blocks taken from the top-level ones. */
  #withMix(document: MapNode): MapNode {
    const users = document.entries.get('users');
    const mix = users?.value.kind === 'map' ? users.value.entries.get('mix') : undefined;
    if (users?.value.kind !== 'map' || mix?.value.kind !== 'list') return document;
    const items = mix.value.items.map((item) => (item.kind === 'map' ? this.#merged(item, document) : item));
    const value = { ...users.value, entries: new Map(users.value.entries).set('mix', { ...mix, value: { ...mix.value, items } }) };
    return { ...document, entries: new Map(document.entries).set('users', { ...users, value }) };
  }

  #merged(item: MapNode, document: MapNode): MapNode {
    const entries = new Map(item.entries);
    for (const name of MIXED) {
      const own = item.entries.get(name);
      const shared = document.entries.get(name);
      if (own !== undefined && shared !== undefined) entries.set(name, { ...own, value: over(own.value, shared.value) });
    }
    return { ...item, entries };
  }
}

/** The dotted keys of a document's sweep, as far as it has the right shape. */
function sweptKeysOf(document: MapNode): readonly string[] {
  const keys = (node: TreeNode | undefined): string[] => (node?.kind === 'map' ? [...node.entries.keys()] : []);
  const list = nodeAt(document, ['sweep', 'list']);
  return [
    ...keys(nodeAt(document, ['sweep', 'grid'])),
    ...keys(nodeAt(document, ['sweep', 'zip'])),
    ...(list?.kind === 'list' ? list.items.flatMap(keys) : []),
  ];
}
