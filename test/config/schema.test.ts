import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { exampleOf } from '../../sweep/config/example.ts';
import { configReference, wirelessReference } from '../../sweep/config/reference.ts';
import { BLOCKS } from '../../sweep/config/schema/config.ts';
import type { JsonSchema } from '../../sweep/config/schema/json-schema.ts';
import { alternatives, configJsonSchema, publishedSchema } from '../../sweep/config/schema/json-schema.ts';
import { goalText, mscclText, simaiText } from '../workloads/import/texts.ts';
import { loadText } from './load-text.ts';

const committed = (name: string): string => readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8');

describe('what is generated from the schema is up to date (npm run schema)', () => {
  test('schema.json', () => {
    expect(JSON.parse(committed('schema.json'))).toEqual(JSON.parse(JSON.stringify(publishedSchema())));
  });

  test('docs/config.md', () => {
    expect(committed('docs/config.md')).toBe(configReference());
  });

  test('docs/config-wireless.md', () => {
    expect(committed('docs/config-wireless.md')).toBe(wirelessReference());
  });
});

test('schema.json has the keys of a balancer once, and jobs refer to it', () => {
  const text = committed('schema.json');
  expect(text.split('"Digit-reversal bouncing').length - 1).toBeLessThanOrEqual(1);
  type Jobs = { $defs: { fabric: { properties: Record<string, { items: { properties: Record<string, unknown> } }> } } };
  const { properties } = (JSON.parse(text) as Jobs).$defs.fabric;
  expect(properties['jobs']!.items.properties['balancer']).toMatchObject({ $ref: '#/$defs/fabric/properties/balancer' });
});

describe('the schema', () => {
  test('has every block of the contract', () => {
    expect(Object.keys(BLOCKS)).toEqual([
      ...['name', 'kind', 'seed', 'fidelity', 'profile', 'compat', 'topology', 'workload', 'jobs', 'background'],
      ...['balancer', 'transport', 'nic', 'switch', 'failures', 'stop', 'probes', 'trace', 'sweep', 'report'],
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

  test('has an example for every block and every kind of block, which is valid', async () => {
    const topo =
      'Nodes 4\nTiers 2\nPodsize 4\nTier 0\nDownlink_speed_Gbps 400\nDownlink_Latency_ns 500\nRadix_Down 2\nRadix_Up 2\nTier 1\nDownlink_speed_Gbps 400\nDownlink_Latency_ns 500\nRadix_Down 2\n';
    const files = {
      'flows.cm': 'Nodes 2\nConnections 1\n0->1 id 1 start 0 size 1000\n',
      // Metadata, and a computation of 5 us.
      'traces/step.0.et': '\x07\x0a\x050.0.4\x07\x12\x01c\x18\x04\x38\x05',
      'allreduce.goal': goalText(2),
      'allreduce.xml': mscclText,
      'gpt13b.txt': simaiText,
      'flow.txt': '1\n0 1 3 100 1000 0.0\n',
      'routing.csv': 'token,layer,e0,e1\n0,0,0,1\n',
      'fabric.topo': topo,
    };
    const blocks = Object.entries(configJsonSchema().properties ?? {});
    for (const [name, schema] of blocks) {
      for (const option of alternatives(schema.items ?? schema)) {
        // Jobs take the place of a workload.
        const others = ['topology', ...(name === 'jobs' ? [] : ['workload'])].filter((other) => other !== name);
        const example = schema.items === undefined ? exampleOf(option) : `[${exampleOf(option)}]`;
        const required = others.map((other) => `${other}: ${exampleOf(configJsonSchema().properties![other]!)}\n`);
        await expect(loadText(`${required.join('')}${name}: ${example}\n`, {}, files), `${name}: ${example}`).resolves.toBeDefined();
      }
    }
  });

  test('has an example for every required key', () => {
    const blocks = keys(configJsonSchema(), '').flatMap(([path, schema]) => alternatives(schema).map((option) => [path, option] as const));
    for (const [path, { required = [], properties = {} }] of blocks) {
      for (const key of required) expect(() => exampleOf(properties[key]!), `${path}.${key}`).not.toThrow();
    }
  });

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
