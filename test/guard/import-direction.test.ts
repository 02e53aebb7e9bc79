import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

/**
 * A rule that has never fired is not known to work: violations are planted in a copy of the sources, one a file, and the linter has to
 * refuse each of them by the name of its rule.
 */
const ROOT = join(import.meta.dirname, '..', '..');
const SOURCES = ['sim', 'topologies', 'workloads', 'wireless', 'analysis', 'sweep', 'cli'];

const IMPORT = 'eslint(no-restricted-imports)';
const PROPERTY = 'eslint(no-restricted-properties)';
const GLOBAL = 'eslint(no-restricted-globals)';

/** What, where, the planted text, and the rule that must refuse it. */
const VIOLATIONS: readonly (readonly [name: string, path: string, text: string, rule: string])[] = [
  ['a node: module in sim', 'sim/p1.ts', `import { readFileSync } from 'node:fs';\nexport const read = readFileSync;\n`, IMPORT],
  ['a node: module in workloads', 'workloads/p2/p.ts', `export { readFileSync } from 'node:fs';\n`, IMPORT],
  ['a node: module in topologies', 'topologies/p3.ts', `export { readFileSync } from 'node:fs';\n`, IMPORT],
  ['a node: module in analysis', 'analysis/p4.ts', `export { readFileSync } from 'node:fs';\n`, IMPORT],
  ['a built-in module without its prefix in sim', 'sim/p5.ts', `export { readFileSync } from 'fs';\n`, IMPORT],
  ['a package in sim', 'sim/p6.ts', `export { parse } from 'yaml';\n`, IMPORT],
  ['sim/engine importing sim/fabric', 'sim/engine/p7.ts', `export * from '../fabric/ports.ts';\n`, IMPORT],
  ['sim/engine importing a type of sim/fabric', 'sim/engine/p8.ts', `export type * from '../fabric/ports.ts';\n`, IMPORT],
  ['sim/base importing sim/engine', 'sim/base/p9.ts', `export * from '../engine/engine.ts';\n`, IMPORT],
  ['sim/fabric importing sim/simulate', 'sim/fabric/p10.ts', `export * from '../simulate.ts';\n`, IMPORT],
  ['sim/transport importing workloads', 'sim/transport/p11.ts', `export * from '../../workloads/workload.ts';\n`, IMPORT],
  ['a dynamic import out of sim', 'sim/p12.ts', `export const load = () => import('../sweep/pool.ts');\n`, IMPORT],
  ['topologies importing sweep', 'topologies/p13.ts', `export * from '../sweep/pool.ts';\n`, IMPORT],
  ['topologies importing sim/engine', 'topologies/p14.ts', `export * from '../sim/engine/engine.ts';\n`, IMPORT],
  ['workloads importing analysis', 'workloads/p15/p.ts', `export * from '../../analysis/rows.ts';\n`, IMPORT],
  ['an importer importing sim/engine', 'workloads/import/p30/p.ts', `export * from '../../../sim/engine/engine.ts';\n`, IMPORT],
  ['an importer reading files', 'workloads/import/p31.ts', `export { readFileSync } from 'node:fs';\n`, IMPORT],
  ['analysis importing the simulator', 'analysis/p16.ts', `export * from '../sim/engine/engine.ts';\n`, IMPORT],
  ['analysis/charts importing sim/balancing', 'analysis/charts/p17.ts', `export * from '../../sim/balancing/hash.ts';\n`, IMPORT],
  ['analysis/bounds importing sim/engine', 'analysis/bounds/p18.ts', `export * from '../../sim/engine/engine.ts';\n`, IMPORT],
  ['sweep importing cli', 'sweep/p19.ts', `export * from '../cli/errors.ts';\n`, IMPORT],
  ['cli importing sim/engine', 'cli/p20.ts', `export * from '../sim/engine/engine.ts';\n`, IMPORT],
  ['Math.random in sim', 'sim/p21.ts', `export const draw = (): number => Math.random();\n`, PROPERTY],
  ['sim/compat importing sim/fabric', 'sim/compat/p43.ts', `export * from '../fabric/network.ts';\n`, IMPORT],
  ['wireless importing sim/fabric', 'wireless/channel/p40.ts', `export * from '../../sim/fabric/network.ts';\n`, IMPORT],
  ['wireless importing analysis', 'wireless/p41.ts', `export * from '../analysis/rows.ts';\n`, IMPORT],
  ['wireless/math importing the modes', 'wireless/math/p42.ts', `export * from '../phy/modes.ts';\n`, IMPORT],
  ['Math.random in workloads', 'workloads/p22/p.ts', `export const draw = Math.random();\n`, PROPERTY],
  ['Date in sim', 'sim/p23.ts', `export const now = (): number => Date.now();\n`, GLOBAL],
  ['performance.now in analysis', 'analysis/p24.ts', `export const now = performance.now();\n`, GLOBAL],
  ['process in topologies', 'topologies/p25.ts', `export const env = process.env;\n`, GLOBAL],
  ['a default export', 'sim/p26.ts', `const x = 1;\nexport default x;\n`, 'import(no-default-export)'],
  ['any', 'sweep/p27.ts', `export const x = (y: any): unknown => y;\n`, 'typescript(no-explicit-any)'],
  ['one half of a cycle', 'sim/p28.ts', `import { b } from './p29.ts';\nexport const a = (): number => b();\n`, 'import(no-cycle)'],
  ['the other half of a cycle', 'sim/p29.ts', `import { a } from './p28.ts';\nexport const b = (): number => a();\n`, 'import(no-cycle)'],
];

let copy: string;

beforeAll(() => {
  copy = mkdtempSync(join(tmpdir(), 'netsim-lint-'));
  for (const path of [...SOURCES, '.oxlintrc.json', 'package.json', 'tsconfig.json', 'index.ts']) {
    if (existsSync(join(ROOT, path))) cpSync(join(ROOT, path), join(copy, path), { recursive: true });
  }
});

afterAll(() => rmSync(copy, { recursive: true, force: true }));

interface Finding {
  readonly code: string;
  readonly filename: string;
}

function lint(): { readonly status: number | null; readonly findings: readonly Finding[]; readonly files: number } {
  const run = spawnSync(join(ROOT, 'node_modules', '.bin', 'oxlint'), ['--deny-warnings', '--format', 'json', ...SOURCES], {
    cwd: copy,
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  });
  if (run.error !== undefined) throw run.error;
  const report = JSON.parse(run.stdout) as { diagnostics: Finding[]; number_of_files: number };
  return { status: run.status, findings: report.diagnostics, files: report.number_of_files };
}

test('the linter reads the sources and finds nothing in them', () => {
  const { status, findings, files } = lint();
  expect(findings.map(({ filename, code }) => `${filename}: ${code}`)).toEqual([]);
  expect(status).toBe(0);
  expect(files).toBeGreaterThan(20);
});

describe('the linter refuses', () => {
  let refused: ReturnType<typeof lint>;

  beforeAll(() => {
    for (const [, path, text] of VIOLATIONS) {
      mkdirSync(dirname(join(copy, path)), { recursive: true });
      writeFileSync(join(copy, path), text);
    }
    refused = lint();
  });

  test.each(VIOLATIONS)('%s', (_name, path, _text, rule) => {
    expect(refused.status).not.toBe(0);
    expect(refused.findings.filter((finding) => finding.filename === path).map((finding) => finding.code)).toEqual([rule]);
  });
});
