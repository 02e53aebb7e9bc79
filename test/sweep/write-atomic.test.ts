import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fc, test as property } from '@fast-check/vitest';
import { expect, test } from 'vitest';
import { writeAtomic } from '../../sweep/write-atomic.ts';
import { temporaryDir } from './fakes.ts';

property.prop([fc.array(fc.string({ unit: 'binary', maxLength: 50_000 }), { maxLength: 5 })], { numRuns: 20 })(
  'a file is its parts, one after the other, whatever their lengths',
  (parts) => {
    const file = join(temporaryDir(), 'file');
    writeAtomic(file, parts);
    expect(readFileSync(file, 'utf8')).toBe(parts.join(''));
  },
);

test('parts are asked for one at a time, as the file grows', () => {
  const dir = temporaryDir();
  const sizes: number[] = [];
  function* parts(): Generator<string> {
    for (let i = 0; i < 8; i++) {
      const [temporary] = readdirSync(dir);
      sizes.push(readFileSync(join(dir, temporary!)).length);
      yield 'x'.repeat(100_000);
    }
  }
  writeAtomic(join(dir, 'file'), parts());
  expect(sizes).toEqual([0, 1, 2, 3, 4, 5, 6, 7].map((count) => count * 100_000));
});

test('when a part cannot be made the old file stays and nothing else is left', () => {
  const dir = temporaryDir();
  const file = join(dir, 'file');
  writeFileSync(file, 'old');
  function* parts(): Generator<string> {
    yield 'new';
    throw new Error('no more');
  }
  expect(() => writeAtomic(file, parts())).toThrow('no more');
  expect(readFileSync(file, 'utf8')).toBe('old');
  expect(readdirSync(dir)).toEqual(['file']);
});
