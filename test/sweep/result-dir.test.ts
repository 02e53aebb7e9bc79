import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ConfigError } from '../../sim/base/errors.ts';
import { checkResultDir, startResultDir } from '../../sweep/result-dir.ts';
import { writeAtomic } from '../../sweep/write-atomic.ts';
import { temporaryDir } from './fakes.ts';

/** What a refusal says. */
function refusal(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof ConfigError) return error.describe();
    throw error;
  }
  throw new Error('it was not refused');
}

const failing = (code: string) => (): never => {
  throw Object.assign(new Error(code), { code, syscall: 'write' });
};

test('a result folder is made with all that is missing above it', () => {
  const dir = join(temporaryDir(), 'a', 'b', 'c');
  startResultDir(dir, () => writeFileSync(join(dir, 'x'), ''));
  expect(readdirSync(dir)).toEqual(['x']);
});

test.skipIf(!existsSync('/proc/self'))('a folder below one that takes none, such as /proc, is refused rather than tried for ever', () => {
  const dir = '/proc/netsim-test/deep';
  // Without the right to write there the check sees it before.
  expect(refusal(() => (checkResultDir(dir, false, []), startResultDir(dir, () => {})))).toMatch(
    /^cannot write \/proc\/netsim-test\/deep: [\w ]+ \(give another folder with --out\)$/,
  );
});

test.each([
  ['EACCES', 'no permission'],
  ['EPERM', 'not permitted'],
  ['EROFS', 'the file system is read-only'],
  ['ENOENT', 'no such folder'],
  ['ENOSPC', 'no space left on device'],
  ['EMFILE', 'EMFILE'],
])('a first write that fails with %s is a usage error that gives the reason', (code, reason) => {
  const dir = join(temporaryDir(), 'out');
  expect(refusal(() => startResultDir(dir, failing(code)))).toBe(`cannot write ${dir}: ${reason} (give another folder with --out)`);
});

test('a folder below a file is refused, and nothing is made', () => {
  const dir = temporaryDir();
  writeFileSync(join(dir, 'file'), '');
  const out = join(dir, 'file', 'a', 'b');
  expect(refusal(() => checkResultDir(out, false, []))).toBe(
    `cannot write ${out}: ${join(dir, 'file')} is a file (give another folder with --out)`,
  );
  expect(refusal(() => startResultDir(out, () => {}))).toBe(
    `cannot write ${out}: a part of the path is not a folder (give another folder with --out)`,
  );
});

test('a link to nothing in place of the folder is refused', () => {
  const dir = join(temporaryDir(), 'out');
  symlinkSync('nowhere', dir);
  expect(refusal(() => startResultDir(dir, () => {}))).toContain('something else of that name is there');
});

test('a mistake of netsim in the first writes is not taken for one of the user', () => {
  const dir = join(temporaryDir(), 'out');
  const bug = (): never => {
    throw new TypeError('x is undefined');
  };
  expect(() => startResultDir(dir, bug)).toThrow(TypeError);
});

test('a file that cannot be put in place leaves no temporary one', () => {
  const dir = temporaryDir();
  mkdirSync(join(dir, 'taken', 'x'), { recursive: true });
  expect(() => writeAtomic(join(dir, 'taken'), 'text')).toThrow();
  expect(readdirSync(dir)).toEqual(['taken']);
});
