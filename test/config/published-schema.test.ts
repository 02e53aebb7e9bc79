import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { publishedSchema } from '../../sweep/config/schema/json-schema.ts';
import { schemaProblems } from './json-schema-check.ts';

const SCHEMA = publishedSchema() as Readonly<Record<string, unknown>>;
const examples = readdirSync('examples').filter((name) => name.endsWith('.yaml'));

test.each(examples)('examples/%s follows the schema that editors use', (name) => {
  expect(schemaProblems(parse(readFileSync(`examples/${name}`, 'utf8')), SCHEMA)).toEqual([]);
});

test.each([
  ['a misspelt block of a wireless config', { kind: 'wireless', chanel: {} }, 'unknown key chanel'],
  ['a misspelt key in a block', { kind: 'wireless', channel: { dopler: '10Hz' } }, '$.channel: unknown key dopler'],
  [
    'a misspelt key in an entry of the mix',
    { kind: 'wireless', users: { count: 2, mix: [{ ap: 'voice' }] } },
    '$.users: none of the alternatives',
  ],
  ['a fabric key in a wireless config', { kind: 'wireless', topology: {} }, 'unknown key topology'],
  ['a wireless key in a fabric', { topology: {}, channel: {} }, 'unknown key channel'],
  ['a number without unit', { kind: 'wireless', channel: { snr: 15 } }, '$.channel.snr: no string'],
  ['a unit of another quantity', { kind: 'wireless', channel: { snr: '15Hz' } }, '$.channel.snr: does not match'],
  ['a word that is no scheduler', { kind: 'wireless', mac: 'm-lwfd' }, '$.mac: none of the alternatives'],
  ['a kind that is none', { kind: 'wirless', channel: {} }, '$.kind: none of fabric, wireless'],
])('%s does not', (_, config, problem) => {
  expect(schemaProblems(config, SCHEMA).join('\n')).toContain(problem);
});

test.each(['mac: pf', 'arq: none', 'controller: layered', 'app: voice', 'users: 3', 'users: { count: 2, mix: [{ app: voice }] }'])(
  'a bare word or the short form does: %s',
  (line) => {
    expect(schemaProblems(parse(`kind: wireless\n${line}\n`), SCHEMA)).toEqual([]);
  },
);
