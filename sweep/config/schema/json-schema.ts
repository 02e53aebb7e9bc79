import { z } from 'zod';
import { configSchema } from './config.ts';
import { wirelessSchema } from './wireless.ts';

/** What this project uses of JSON Schema (draft 2020-12), with `unit`, `words` and `shorthand` of our own. */
export interface JsonSchema {
  readonly type?: string;
  readonly title?: string;
  readonly description?: string;
  readonly default?: unknown;
  /** The first one stands in messages. */
  readonly examples?: readonly unknown[];
  readonly const?: string;
  readonly enum?: readonly string[];
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum?: number;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: JsonSchema | boolean;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly oneOf?: readonly JsonSchema[];
  readonly anyOf?: readonly JsonSchema[];
  /** Dimension of a quantity. */
  readonly unit?: string;
  /** Words that may stand in place of the quantity. */
  readonly words?: readonly string[];
  /** Smallest value of the quantity. */
  readonly minimumQuantity?: string;
  /** A bare word is read as the kind. */
  readonly shorthand?: boolean;
  /** The top-level block with the same keys. */
  readonly sameAs?: string;
}

let fabric: JsonSchema | undefined;
let wireless: JsonSchema | undefined;

/** JSON Schema of the config file as a user writes it, of kind fabric. */
export const configJsonSchema = (): JsonSchema => (fabric ??= jsonSchemaOf(configSchema));

/** The same of kind wireless. */
export const wirelessJsonSchema = (): JsonSchema => (wireless ??= jsonSchemaOf(wirelessSchema));

function jsonSchemaOf(schema: z.ZodType): JsonSchema {
  return z.toJSONSchema(schema, {
    io: 'input',
    override: ({ jsonSchema }) => {
      // Under its own name zod drops it where text is turned into a number.
      if (jsonSchema['example'] !== undefined) jsonSchema.examples = [jsonSchema['example']];
      delete jsonSchema['example'];
      if (jsonSchema['shorthand'] !== true || jsonSchema.oneOf === undefined) return;
      const kinds = jsonSchema.oneOf.filter((option) => (option.required ?? []).length <= 1).map((option) => option.properties?.['kind']);
      const words = kinds.flatMap((kind) => (typeof kind === 'object' && typeof kind.const === 'string' ? [kind.const] : []));
      jsonSchema.anyOf = [{ enum: words }, { oneOf: jsonSchema.oneOf }];
      delete jsonSchema.oneOf;
    },
  }) as JsonSchema;
}

/** Keywords of JSON Schema; an object with `then` in its source reads like a promise. */
const [IF, THEN, ELSE] = ['if', 'then', 'else'] as const;

/** The schema for editors: its kind decides which keys a config has. */
export function publishedSchema(): unknown {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'netsim config',
    type: 'object',
    [IF]: { properties: { kind: { const: 'wireless' } }, required: ['kind'] },
    [THEN]: { $ref: '#/$defs/wireless' },
    [ELSE]: { $ref: '#/$defs/fabric' },
    $defs: { fabric: publishedKind(configJsonSchema(), 'fabric'), wireless: publishedKind(wirelessJsonSchema(), 'wireless') },
  };
}

/** Blocks that are like a top-level one of their kind of config refer to it; a block that may be a bare word may be one. */
function publishedKind(schema: JsonSchema, kind: string): unknown {
  const published = (node: unknown): unknown => {
    if (Array.isArray(node)) return node.map(published);
    if (typeof node !== 'object' || node === null) return node;
    const { sameAs, description, ...others } = node as JsonSchema;
    if (typeof sameAs === 'string') return { description, $ref: `#/$defs/${kind}/properties/${sameAs}` };
    const named = description === undefined ? {} : { description };
    const { shorthand, ...block } = others;
    const words = shorthand === true ? block.properties?.['kind']?.enum : undefined;
    if (words !== undefined) return published({ ...named, anyOf: [{ enum: words }, block] });
    return Object.fromEntries(Object.entries({ ...named, ...others }).map(([key, value]) => [key, published(value)]));
  };
  const { $schema: _, ...keys } = schema as JsonSchema & { readonly $schema?: string };
  return published(keys);
}

/** The alternatives below a schema, nested unions laid out flat. */
export function alternatives(schema: JsonSchema): readonly JsonSchema[] {
  const options = schema.oneOf ?? schema.anyOf;
  return options === undefined ? [schema] : options.flatMap(alternatives);
}

/** Names of the discriminators that may tell alternatives apart. */
const DISCRIMINATORS = ['kind', 'format'];

/** The alternatives that a value may be meant for: those whose discriminators agree with it. */
export function alternativesFor(schema: JsonSchema, value: unknown): readonly JsonSchema[] {
  const isBlock = typeof value === 'object' && value !== null && !Array.isArray(value);
  return alternatives(schema).filter((option) => {
    if (!isBlock) return option.properties === undefined;
    if (option.properties === undefined) return option.type === 'array' ? false : option.additionalProperties !== undefined;
    return DISCRIMINATORS.every((name) => {
      const expected = option.properties?.[name]?.const;
      const given = (value as Record<string, unknown>)[name];
      return expected === undefined || given === undefined || given === expected;
    });
  });
}

/** The schema of a key, by the block's own keys only: `constructor` is none. */
export const propertyOf = (block: JsonSchema, key: string): JsonSchema | undefined =>
  block.properties !== undefined && Object.hasOwn(block.properties, key) ? block.properties[key] : undefined;
