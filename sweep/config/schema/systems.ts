import type { ZodType } from 'zod';
import { RESULT_COLUMNS } from '../../../analysis/rows.ts';
import { WIRELESS_COLUMNS } from '../../../wireless/columns.ts';
import type { TreeNode } from '../tree.ts';
import { nodeAt } from '../tree.ts';
import { BLOCKS, DEFAULT_KINDS, SHORTHAND_KEYS } from './config.ts';
import type { JsonSchema } from './json-schema.ts';
import { configJsonSchema, wirelessJsonSchema } from './json-schema.ts';
import { WIRELESS_BLOCKS } from './wireless.ts';

/** What the top-level `kind` of a config decides of how it is read. */
export interface ConfigSystem {
  readonly blocks: Readonly<Record<string, ZodType>>;
  /** Keys of these blocks may be a bare word: the kind. A `*` stands for any entry of a list. */
  readonly shorthandKeys: readonly string[];
  /** What an absent block stands for when an override or a sweep sets one of its keys. */
  readonly defaultKinds: Readonly<Record<string, string>>;
  /** What charts may show. */
  readonly resultColumns: readonly string[];
  /** A few of them, for messages. */
  readonly exampleColumns: readonly string[];
  jsonSchema(): JsonSchema;
}

const FABRIC: ConfigSystem = {
  blocks: BLOCKS,
  shorthandKeys: SHORTHAND_KEYS,
  defaultKinds: DEFAULT_KINDS,
  resultColumns: RESULT_COLUMNS,
  exampleColumns: ['completion_time_us', 'slowdown'],
  jsonSchema: configJsonSchema,
};

const WIRELESS: ConfigSystem = {
  blocks: WIRELESS_BLOCKS,
  shorthandKeys: ['app', 'controller', 'mac', 'arq', 'transport', 'users.mix.*.app'],
  defaultKinds: {},
  resultColumns: WIRELESS_COLUMNS,
  exampleColumns: ['spectral_efficiency', 'residual_loss'],
  jsonSchema: wirelessJsonSchema,
};

/** Whether a document describes a wireless scenario. */
export function isWirelessDocument(root: TreeNode): boolean {
  const kind = nodeAt(root, ['kind']);
  return kind?.kind === 'scalar' && kind.value === 'wireless';
}

/** The system of a document; where its kind is none that exists, fabric. */
export const systemOf = (root: TreeNode): ConfigSystem => (isWirelessDocument(root) ? WIRELESS : FABRIC);
