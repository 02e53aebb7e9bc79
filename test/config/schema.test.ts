import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { configReference } from '../../sweep/config/reference.ts';
import { BLOCKS } from '../../sweep/config/schema/config.ts';
import type { JsonSchema } from '../../sweep/config/schema/json-schema.ts';
import { alternatives, configJsonSchema } from '../../sweep/config/schema/json-schema.ts';

const committed = (name: string): string => readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8');

describe('what is generated from the schema is up to date (npm run schema)', () => {
  test('schema.json', () => {
    expect(JSON.parse(committed('schema.json'))).toEqual(JSON.parse(JSON.stringify(configJsonSchema())));
  });

  test('docs/config.md', () => {
    expect(committed('docs/config.md')).toBe(configReference());
  });
});

describe('the schema', () => {
  test('has every block of the contract', () => {
    expect(Object.keys(BLOCKS)).toEqual([
      ...['name', 'kind', 'seed', 'fidelity', 'topology', 'workload', 'balancer', 'transport', 'nic', 'switch', 'failures', 'stop'],
      ...['sweep', 'report'],
    ]);
  });

  /** Every key below a schema, with its own schema. */
  function keys(schema: JsonSchema, path: string): [string, JsonSchema][] {
    return alternatives(schema).flatMap((option) => [
      ...(option.items === undefined ? [] : keys(option.items, `${path}[]`)),
      ...Object.entries(option.properties ?? {}).flatMap(([key, value]): [string, JsonSchema][] => [
        [`${path}.${key}`, value],
        ...keys(value, `${path}.${key}`),
      ]),
    ]);
  }

  test('describes every key and refuses unknown ones in every block', () => {
    const all = keys(configJsonSchema(), '');
    expect(all.length).toBeGreaterThan(100);
    expect(all.filter(([, schema]) => schema.description === undefined).map(([path]) => path)).toEqual([]);
    const open = all.flatMap(([path, schema]) =>
      alternatives(schema)
        .filter((option) => option.properties !== undefined && option.additionalProperties !== false)
        .map(() => path),
    );
    expect(open).toEqual([]);
  });
});
