import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { fileOf } from '../../../sim/base/file-spec.ts';
import type { MoeSpec } from '../../../sim/base/moe-spec.ts';
import { buildWorkload } from '../../../workloads/build-workload.ts';
import { parseTrace } from '../../../workloads/moe/parse-trace.ts';
import { loadText } from '../../config/load-text.ts';
import { runSingle } from '../../../sweep/cells.ts';
import { sendsOf } from '../execute.ts';
import { base } from './layers.ts';

const parse = (text: string, experts = 8) => parseTrace(fileOf('routing.csv', new TextEncoder().encode(text)), experts);
const CSV = 'token,layer,e0,e1\n0,3,0,7\n1,3,1,2\n2,3,4,5\n3,3,6,7\n';

const specOf = (text: string, change: Partial<MoeSpec> = {}, sparse = false): MoeSpec => ({
  ...base,
  ...{ ranks: 4, experts: 8, topk: 2, tokens: 1, dispatchBytesPerToken: 10, scheme: 'per-expert' },
  routing: { kind: 'trace', path: 'routing.csv', digest: '', trace: parse(text), sparse },
  ...change,
});

/** `source -> destination` of each dispatch message. */
const dispatches = (spec: MoeSpec): string[] => {
  const { schedule } = buildWorkload(spec, 1);
  return sendsOf(schedule)
    .filter((op) => schedule.phase[op] === 0)
    .map((op) => `${schedule.rank[op]} -> ${schedule.peer[op]}`);
};

describe('a routing trace', () => {
  test('is dealt to the ranks in the order of its tokens, two experts a rank here', () => {
    expect(dispatches(specOf(CSV))).toEqual(['0 -> 3', '1 -> 0']);
    expect(dispatches(specOf('token,layer,e0,e1\n9,0,2,4\n5,0,0,4\n1,0,0,2\n0,0,0,2\n'))).toEqual([
      ...['0 -> 1', '0 -> 2', '1 -> 2', '1 -> 0', '2 -> 0', '2 -> 1', '3 -> 0', '3 -> 1'],
    ]);
  });

  test('may say which GPU a token is on, and may be JSON lines', () => {
    const lines = [3, 2, 1, 0].map((gpu, token) => JSON.stringify({ token, layer: 0, experts: [0, 1], gpu, sequence: 5 })).join('\r\n');
    expect(parse(lines)).toEqual(parse('gpu,token,layer,e1,e0\n3,0,0,1,0\n2,1,0,1,0\n1,2,0,1,0\n0,3,0,1,0\n'));
    expect(dispatches(specOf(lines))).toEqual(['1 -> 0', '2 -> 0', '3 -> 0']);
  });

  test.prop([
    fc.uniqueArray(fc.tuple(fc.nat({ max: 30 }), fc.nat({ max: 3 })), { selector: String, minLength: 1, maxLength: 80 }),
    fc.boolean(),
  ])('may have its rows in any order, and its tokens any names', (pairs, isFar) => {
    const nameOf = (token: number): number => (isFar ? 2 ** 40 + token * 2 ** 32 : token);
    const rows = pairs.map(([token, layer]) => ({ token: nameOf(token), layer, experts: [(token + layer) % 8, (token + layer + 3) % 8] }));
    const trace = parse(rows.map((row) => JSON.stringify(row)).join('\n'));
    const numbers = [...new Set(rows.map(({ token }) => token))];
    expect(trace.tokens).toBe(numbers.length);
    trace.layers.forEach((layer, i) => {
      const { tokens, experts } = trace.rows[i]!;
      const own = rows.filter((row) => row.layer === layer).sort((a, b) => numbers.indexOf(a.token) - numbers.indexOf(b.token));
      expect([...tokens]).toEqual(own.map(({ token }) => numbers.indexOf(token)));
      expect([...experts]).toEqual(own.flatMap((row) => row.experts));
    });
  });

  test('takes fewer bytes in memory than its file has, which is never there as a whole', () => {
    const script = join(import.meta.dirname, 'read-large-trace.ts');
    const flags = ['--max-old-space-size=40', '--max-semi-space-size=2', '--expose-gc', '--import', 'tsx'];
    const out = execFileSync(process.execPath, [...flags, script, '16'], { encoding: 'utf8' });
    const { bytes, rows, buffers } = JSON.parse(out) as { bytes: number; rows: number; buffers: number };
    expect(rows).toBeGreaterThan(300_000);
    // An Int32 a row and eight Uint16, at most half as much again while it grows, and the copy of its whole length at the end.
    expect(buffers).toBeLessThan(2.5 * 20 * rows + 2 ** 20);
    expect(20 * rows).toBeLessThan(bytes);
  });

  test('warns of missing pairs unless it is sparse, and notes what is not used', () => {
    const text = 'token,layer,e0,e1\n0,0,0,1\n1,0,0,1\n2,0,0,1\n3,0,0,1\n4,0,0,1\n0,1,2,3\n';
    const notices = (sparse: boolean) => buildWorkload(specOf(text, { layers: 2 }, sparse), 1).notices.map((notice) => notice.text);
    expect(notices(false)).toEqual([
      'routing.csv: 4 (token, layer) pairs are missing; those tokens use no expert there (routing.sparse)',
      'routing.csv: 1 of 5 tokens are not used',
    ]);
    expect(notices(true)).toEqual(['routing.csv: 1 of 5 tokens are not used']);
  });

  test.each([
    ['', 'routing.csv:1 a routing trace without rows (the header is token,layer,e0,e1,.. with gpu and sequence if you like, or write {'],
    ['token,layer,e0\n\n', 'routing.csv:2 a routing trace without rows (below the header one row a token and layer, such as 0,0,5,17)'],
    ['token,layer\n', 'routing.csv:1 this is no header'],
    ['token,layer,e0,e2\n0,0,1,2\n', 'routing.csv:1 this is no header'],
    ['token,layer,e0\n0,0,x\n', 'routing.csv:2 3 fields that are not 3 whole numbers'],
    ['token,layer,e0\n0,0,1,2\n', 'routing.csv:2 4 fields that are not 3 whole numbers'],
    ['token,layer,e0\n0,0,-1\n', 'routing.csv:2 3 fields that are not'],
    ['token,layer,e0\n0,0,8\n', 'routing.csv:2 expert 8 of 8 (experts are 0 to 7)'],
    ['token,layer,e0,e1\n0,0,3,3\n', 'routing.csv:2 expert 3 twice in one row'],
    ['token,layer,e0\n0,0,3\n0,0,4\n', 'routing.csv:3 token 0 is in layer 0 twice'],
    [
      '{"token":0,"layer":0,"experts":[1,2]}\n{"token":1,"layer":0,"experts":[1]}\n',
      'routing.csv:2 1 experts in layer 0, whose first row has 2',
    ],
    ['{"token":0,"layer":0,"experts":[]}\n', 'routing.csv:1 experts is no list'],
    ['{"token":0,"layer":0,"experts":[1],"expert":2}\n', 'routing.csv:1 unknown key "expert"'],
    ['{"token":0,"layer":0,\n', 'routing.csv:1 this line is no JSON object'],
    ['{"token":0,"layer":0,"experts":[1],"gpu":0}\n{"token":1,"layer":0,"experts":[1]}\n', 'routing.csv:2 a GPU in some rows only'],
    ['token,layer,gpu,e0\n0,0,1,1\n0,1,2,1\n', 'routing.csv:3 token 0 is on two GPUs'],
  ])('refuses %j', (text, message) => {
    let found = '';
    try {
      parse(text);
    } catch (error) {
      found = (error as { describe(): string }).describe();
    }
    expect(found).toContain(message);
  });

  test.each([
    [{ tokens: 2 }, 'routing.csv has 4 tokens, 8 are needed'],
    [{ layers: 2 }, 'routing.csv has 1 layers'],
    [{ topk: 1 }, 'routing.csv has 2 experts a token'],
  ])('that does not fit the workload is an error: %j', (change, message) => {
    expect(() => buildWorkload(specOf(CSV, change), 1)).toThrow(message);
  });

  test('of a config is read beside it; its content, not its name, is part of the run id', async () => {
    const config = (path: string): string =>
      [
        'topology: { kind: leaf-spine, leaves: 2, spines: 1, hostsPerLeaf: 2, hostLink: { rate: 400Gbps, delay: 500ns } }',
        `workload: { kind: moe, tokens: 1, experts: 8, topk: 2, routing: { kind: trace, path: ${path} } }`,
        '',
      ].join('\n');
    const files = { 'a.csv': CSV, 'b.csv': CSV, 'c.csv': CSV.replace('4,5', '2,5') };
    const ids = [];
    for (const path of ['a.csv', 'b.csv', 'c.csv']) ids.push((await runSingle(await loadText(config(path), {}, files))).runId);
    expect(ids[0]).toBe(ids[1]);
    expect(ids[2]).not.toBe(ids[0]);
    await expect(loadText(config('d.csv'), {}, files)).rejects.toThrow('no such file: d.csv');
  });
});
