import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '..', '..');
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

/** What a commit would hold: tracked files, and new ones that are not ignored. */
const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z'], { cwd: ROOT, encoding: 'utf8' })
  .split('\0')
  .filter((path) => path !== '' && existsSync(join(ROOT, path)));
const isText = (path: string): boolean => !/\.(png|ico|woff2|parquet)$/.test(path);

/** `path:line: text` of every line of the tree that matches. */
function matches(pattern: RegExp, paths: readonly string[] = files.filter(isText)): string[] {
  return paths.flatMap((path) =>
    read(path)
      .split('\n')
      .flatMap((line, i) => (pattern.test(line) ? [`${path}:${i + 1}: ${line.trim().slice(0, 120)}`] : [])),
  );
}

// The patterns are put together from parts, so that this file does not match itself.
const any = (...words: string[]): string => `(?:${words.join('|')})`;

describe('the tree', () => {
  test('names no path of one machine', () => {
    expect(matches(new RegExp(`(?<![\\w.~/-])/${any('work', 'home', 'root', 'Users', 'mnt')}/`))).toEqual([]);
  });

  test('names no registry host', () => {
    expect(matches(new RegExp(`${any('registry', 'mirror', 'artifactory', 'nexus')}\\.[a-z0-9-]+\\.[a-z]{2,}`))).toEqual([]);
  });

  test('silences no check', () => {
    const comment = [any('oxlint', 'eslint'), 'disable'].join('-');
    expect(matches(new RegExp(`${comment}|@ts-${any('ignore', 'nocheck', 'expect-error')}`))).toEqual([]);
  });

  test('has no source file of more than 400 lines', () => {
    const sources = files.filter((path) => /\.(ts|mjs|py)$/.test(path));
    expect(sources.filter((path) => read(path).split('\n').length > 401)).toEqual([]);
  });
});

describe('the lockfile', () => {
  const lock = JSON.parse(read('package-lock.json')) as {
    readonly packages: Readonly<Record<string, { readonly resolved?: string; readonly integrity?: string; readonly version?: string }>>;
  };
  const installed = Object.entries(lock.packages).filter(([path]) => path !== '');

  test('pins every package by its hash and names no place to fetch it from', () => {
    expect(installed.filter(([, entry]) => entry.integrity === undefined).map(([path]) => path)).toEqual([]);
    expect(installed.filter(([, entry]) => entry.resolved !== undefined).map(([path]) => path)).toEqual([]);
  });

  test('holds the exact versions of package.json', () => {
    const manifest = JSON.parse(read('package.json')) as Record<'dependencies' | 'devDependencies', Record<string, string>>;
    const wanted = { ...manifest.dependencies, ...manifest.devDependencies };
    const locked = Object.keys(wanted).map((name) => [name, lock.packages[`node_modules/${name}`]?.version]);
    expect(Object.fromEntries(locked)).toEqual(wanted);
  });
});

test('the bundled random generators are one module that also runs in a browser', () => {
  const bundle = read('sim/base/stdlib-random.js');
  expect(bundle).not.toMatch(/\brequire\s*\(/);
  expect(bundle).not.toMatch(/node:|\bprocess\b\s*\.\s*(?:env|versions|binding)/);
  expect(bundle).not.toMatch(/^\s*import\b/m);
  expect(bundle.length).toBeLessThan(300_000);
});

test('every npm command that the documents name exists', () => {
  const { scripts } = JSON.parse(read('package.json')) as { readonly scripts: Readonly<Record<string, string>> };
  const documents = files.filter((path) => path.endsWith('.md') || path.endsWith('.ipynb') || path === '.ci/run');
  const named = documents.flatMap((path) =>
    [...read(path).matchAll(/npm (?:run ([a-z][\w:-]*)|(test)\b)/g)].map(([, script, test]) => ({ path, script: script ?? test! })),
  );
  expect(named.length).toBeGreaterThan(0);
  expect(named.filter(({ script }) => scripts[script] === undefined)).toEqual([]);
});

test('every relative link of a document leads to a file', () => {
  const links = files
    .filter((path) => path.endsWith('.md'))
    .flatMap((path) => [...read(path).matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, target]) => ({ path, target: target! })));
  expect(links.length).toBeGreaterThan(0);
  expect(links.filter(({ path, target }) => !existsSync(join(ROOT, dirname(path), target)))).toEqual([]);
});
