import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { type ChakraOptions, fileOf, type InputFile } from '../../../sim/base/file-spec.ts';
import { buildWorkload } from '../../../workloads/build-workload.ts';
import type { Workload } from '../../../workloads/workload.ts';
import { ALL_REDUCE, COLL, COMP, type NodeToEncode, traceFile } from './encode-chakra.ts';
import { bytesOf, CHAKRA_DEFAULTS, fileSpec, inPieces, refusalOf } from './file-spec.ts';

type Options = Partial<ChakraOptions>;
const loadFiles = (files: readonly InputFile[], options: Options = {}): Workload =>
  buildWorkload(fileSpec({ ...CHAKRA_DEFAULTS, ...options }, files, files.length), 1);
const load = (traces: readonly (readonly NodeToEncode[])[], options: Options = {}): Workload =>
  loadFiles(
    traces.map((nodes, rank) => traceFile(`t.${rank}.et`, nodes)),
    options,
  );
const everyRank = (ranks: number, nodes: readonly NodeToEncode[]): readonly (readonly NodeToEncode[])[] =>
  Array.from({ length: ranks }, () => nodes);
const compute = (duration: number): NodeToEncode => ({ id: 1, type: COMP, duration });
const allReduce = (size: number, data: readonly number[] = []): NodeToEncode => ({
  id: 2,
  type: COLL,
  data,
  attributes: { comm_type: ALL_REDUCE, comm_size: size },
});
const texts = (workload: Workload): string[] => workload.notices.map(({ text }) => text);

describe('files', () => {
  const nodes = [compute(5), allReduce(100, [1])];
  const packed = (bytes: Uint8Array): InputFile => fileOf('t.et', new Uint8Array(gzipSync(bytes)));
  const zipped = (): InputFile => packed(bytesOf(traceFile('t', nodes)));

  test('may be compressed with gzip, and in pieces of any length', () => {
    const plain = load(everyRank(2, nodes)).schedule;
    expect(loadFiles([zipped(), zipped()]).schedule).toEqual(plain);
    for (const length of [1, 10]) {
      expect(loadFiles([inPieces(zipped(), length), inPieces(traceFile('t', nodes), length)]).schedule).toEqual(plain);
    }
  });

  test('that are compressed and damaged or cut off are refused, at the byte', () => {
    const bytes = bytesOf(zipped());
    for (let length = 2; length < bytes.length; length++) {
      expect(refusalOf(() => loadFiles([fileOf('t.et', bytes.subarray(0, length))]))).toMatch(/^ImportError t\.et: /);
    }
    const damaged = Uint8Array.from(bytes, (byte, i) => (i === bytes.length - 6 ? byte ^ 1 : byte));
    expect(refusalOf(() => loadFiles([fileOf('t.et', damaged), zipped()]))).toContain(`behind byte ${bytes.length}: the checksum is wrong`);
  });

  test('whose computes are a hundred times longer than their communication are warned of, unless they were recorded or are in ns', () => {
    // 100 bytes a rank: 8 ns at 100 Gb/s.
    const warned = (duration: number, more: Partial<NodeToEncode> = {}, options: Options = {}): boolean =>
      texts(load(everyRank(2, [{ ...compute(duration), ...more }, allReduce(12_500)]), options)).some((text) =>
        text.includes('are the durations nanoseconds'),
      );
    expect([warned(100), warned(101), warned(101, { extra: [0x30, 1] }), warned(101_000, {}, { durationUnit: 'ns' })]).toEqual([
      false,
      true,
      false,
      false,
    ]);
  });
});
