import type { JsonSchema } from './schema/json-schema.ts';
import { alternatives } from './schema/json-schema.ts';

/** A value that a schema accepts, on one line of YAML: its example, its first word, or a block of its required keys. */
export function exampleOf(schema: JsonSchema): string {
  const options = alternatives(schema);
  // Of a block or a bare word, the block: it shows the keys.
  const option = options.find(({ properties }) => properties !== undefined) ?? options[0]!;
  const { items, properties, required } = option;
  const written = schema.examples?.[0] ?? option.examples?.[0] ?? option.const ?? option.enum?.[0];
  if (written !== undefined) return onOneLine(written);
  if (items !== undefined) return `[${exampleOf(items)}]`;
  if (properties === undefined) throw new TypeError(`no example for ${JSON.stringify(schema)}`);
  const keys = required !== undefined && required.length > 0 ? required : Object.keys(properties).slice(0, 1);
  return `{ ${keys.map((key) => `${key}: ${exampleOf(properties[key]!)}`).join(', ')} }`;
}

function onOneLine(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(onOneLine).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return String(value);
  const entries = Object.entries(value).map(([key, item]) => `${key}: ${onOneLine(item)}`);
  return `{ ${entries.join(', ')} }`;
}
