import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { textLines } from '../../../workloads/import/lines.ts';
import { inPieces, refusalOf, textFile } from './file-spec.ts';

const MIB = 2 ** 20;

/** Of a process of its own: other tests use the heap of this one. */
function readLarge(
  format: string,
  mebibytes: number,
  flags: readonly string[] = [],
): { bytes: number; heap: number; buffers: number; operations: number } {
  const script = join(import.meta.dirname, 'read-large.ts');
  const out = execFileSync(process.execPath, [...flags, '--import', 'tsx', script, format, String(mebibytes)], { encoding: 'utf8' });
  return JSON.parse(out) as ReturnType<typeof readLarge>;
}

describe('a large file is read in pieces', () => {
  test('of text: the heap stays far below its length', () => {
    const small = readLarge('htsim', 1);
    const large = readLarge('htsim', 128);
    expect(large.bytes).toBeGreaterThanOrEqual(128 * MIB);
    expect(large.heap + large.buffers).toBeLessThan(small.heap + small.buffers + 48 * MIB);
  });

  test('of binary messages: a trace needs less heap than its file has bytes, which are mostly names', () => {
    const { bytes, heap, operations } = readLarge('chakra', 64, ['--max-old-space-size=60', '--max-semi-space-size=2']);
    expect(operations).toBeGreaterThan(60_000);
    expect(heap).toBeLessThan(bytes);
  });
});

describe('lines', () => {
  const text = '\uFEFFone\r\ntwo ä€😀\n\nlast';
  const expected = ['one', 'two ä€😀', '', 'last'].map((line, i) => ({ number: i + 1, text: line }));

  test.each([1, 2, 3, 5, 8, 1000])('are the same in pieces of %i bytes, cut within characters too', (length) => {
    expect([...textLines(inPieces(textFile('t', text), length))]).toEqual(expected);
  });

  test('that are no text are named by line and column, longer than 16 MiB refused', () => {
    const bad = inPieces({ name: 'b', chunks: () => [Uint8Array.from([97, 10, 98, 255, 10])] }, 2);
    expect(refusalOf(() => [...textLines(bad)])).toContain('b:2:2 this is no text');
    const endless = { name: 'e', chunks: () => Array.from({ length: 20 }, () => new Uint8Array(MIB).fill(97)) };
    expect(refusalOf(() => [...textLines(endless)])).toContain('e:1:1 a line longer than 16777216 bytes');
  });
});
