import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ncclTestsJson, ncclTestsTable, rcclTestsCsv } from '../../../analysis/nccl-tests/format.ts';
import { parseNcclTests } from '../../../analysis/nccl-tests/parse.ts';
import { busbwFactor } from '../../../sim/base/busbw.ts';

const TABLE = `#
#                                                              out-of-place                       in-place          
#       size         count      type   redop    root     time   algbw   busbw  #wrong     time   algbw   busbw  #wrong 
#        (B)    (elements)                               (us)  (GB/s)  (GB/s)             (us)  (GB/s)  (GB/s)         
     1048576        262144     float     sum      -1   100.00   10.49   18.35       0   100.00   10.49   18.35       0
  1073741824     268435456     float     sum      -1  12345.6   86.97  152.20       0  12345.6   86.97  152.20       0
# Out of bounds values : 0 OK
# Avg bus bandwidth    : 85.277 
#
`;

const allReduce = (sizeBytes: number, timeUs: number) => ({ kind: 'all-reduce', sizeBytes, ranks: 8, timeUs }) as const;

describe('writing', () => {
  test('a table has the columns, widths and trailer of nccl-tests', () => {
    expect(ncclTestsTable([allReduce(2 ** 20, 100), allReduce(2 ** 30, 12345.6)])).toBe(TABLE);
  });

  test('numbers give up decimals, then digits, to stay in their columns', () => {
    const line = (sizeBytes: number, timeUs: number): string =>
      ncclTestsTable([allReduce(sizeBytes, timeUs)])
        .split('\n')[4]!
        .slice(52, 78);
    expect(line(4, 1234.567)).toBe('  1234.57    0.00    0.00 ');
    expect(line(4, 123_456.78)).toBe('   123457    0.00    0.00 ');
    expect(line(4, 12_345_678)).toBe('  1.2e+07    0.00    0.00 ');
    // 4e9 bytes in a microsecond: 4,000,000 GB/s.
    expect(line(4e9, 1)).toBe('     1.00   4e+06   7e+06 ');
    expect(line(4e6, 1)).toBe('     1.00  4000.0  7000.0 ');
  });

  test.each([
    ['all-gather', 64, 'none', -1, 7 / 8],
    ['reduce-scatter', 64, 'sum', -1, 7 / 8],
    ['all-to-all', 64, 'none', -1, 7 / 8],
    ['scatter', 64, 'none', 0, 7 / 8],
    ['broadcast', 512, 'none', 0, 1],
    ['reduce', 512, 'sum', 0, 1],
    ['send-recv', 512, 'none', -1, 1],
  ] as const)('%s of 2048 bytes among 8 counts %d elements a call, redop %s, root %d', (kind, count, redop, root, factor) => {
    const line = ncclTestsTable([{ kind, sizeBytes: 2048, ranks: 8, timeUs: 1 }]).split('\n')[4]!;
    expect(line.trim().split(/\s+/).slice(0, 5)).toEqual(['2048', String(count), 'float', redop, String(root)]);
    expect(busbwFactor(kind, 8)).toBe(factor);
  });
});

describe('reading', () => {
  test('what is written is read again, bandwidths recomputed from size and time', () => {
    const results = fc.array(
      fc.record({ sizeBytes: fc.integer({ min: 4, max: 2 ** 36 }), timeUs: fc.double({ min: 1, max: 1e9, noNaN: true }) }),
    );
    fc.assert(
      fc.property(results, (rows) => {
        const table = ncclTestsTable(rows.map(({ sizeBytes, timeUs }) => allReduce(sizeBytes, timeUs)));
        const { lines, ranks } = parseNcclTests(table, { ranks: 8, collective: 'all-reduce' });
        expect(ranks).toBe(8);
        expect(lines.map(({ sizeBytes }) => sizeBytes)).toEqual(rows.map(({ sizeBytes }) => sizeBytes));
        lines.forEach(({ sizeBytes, outOfPlace, inPlace }, i) => {
          expect(outOfPlace).toEqual(inPlace);
          // Two digits of an exponent are the least that is printed.
          expect(Math.abs(outOfPlace!.timeUs / rows[i]!.timeUs - 1)).toBeLessThan(0.05);
          expect(outOfPlace!.algbwGBps * outOfPlace!.timeUs).toBeCloseTo(sizeBytes / 1000, 3);
          expect(outOfPlace!.busbwGBps! / outOfPlace!.algbwGBps).toBeCloseTo(14 / 8, 12);
        });
      }),
    );
  });

  const ROW = '1048576 262144 float sum -1 100.00 10.49 99.99 0 101.00 10.38 18.17 0';
  const read = (text: string) => parseNcclTests(text, { collective: 'all-reduce' });

  test('ranks come from the lines that list them, and printed bandwidths are not believed', () => {
    const ranks = [0, 1, 2, 3].map((rank) => `#  Rank  ${rank} Group  0 Pid  ${100 + rank} on host device  ${rank} [0x07] NVIDIA H100`);
    const output = read([...ranks, ROW].join('\n'));
    expect(output.ranks).toBe(4);
    expect(output.lines[0]!.outOfPlace).toEqual({ timeUs: 100, algbwGBps: 10.48576, busbwGBps: 10.48576 * 1.5, wrong: 0 });
    expect(read(ROW).lines[0]!.outOfPlace!.busbwGBps).toBeNull();
  });

  test('prefixes of launchers, byte-order marks, CR LF and timestamps are passed over', () => {
    const texts = [
      `[1,0]<stdout>:${ROW}`,
      `[1,0]<stdout>: #\r\n[1,0]<stdout>:  ${ROW}\r\n`,
      `0: ${ROW}`,
      `\uFEFF${ROW}`,
      `${ROW} 2026-07-01 12:00:00`,
    ];
    for (const text of texts) expect(read(text).lines).toEqual(read(ROW).lines);
  });

  test('old versions print an error for a count, and no root', () => {
    const [line] = read('1048576 262144 float sum 100.00 10.49 18.35 1e-07 101.00 10.38 18.17 0e+00').lines;
    expect(line).toMatchObject({
      redop: 'sum',
      root: null,
      outOfPlace: { timeUs: 100, wrong: null },
      inPlace: { timeUs: 101, wrong: null },
    });
  });

  test('the in-place half of an old all-to-all is dropped', () => {
    const [line] = read('1048576 32768 float 100.00 10.49 9.18 0e+00 90.00 11.65 10.19 1e+00').lines;
    expect(line).toMatchObject({ redop: null, root: null, outOfPlace: { timeUs: 100 }, inPlace: null });
  });

  test('wrong elements drop a half, N/A does not', () => {
    const [line] = read('1048576 262144 float sum -1 100.00 10.49 18.35 17 101.00 10.38 18.17 N/A').lines;
    expect(line).toMatchObject({ outOfPlace: null, inPlace: { timeUs: 101, wrong: null } });
  });

  test('lines of several processes that run together are an error with its line', () => {
    const merged = `# first\n${ROW} ${ROW}`;
    expect(() => read(merged)).toThrow('no line of nccl-tests: 26 columns');
    expect(() => read('1048576 262144 float sum -1 100.00 10.49 1048576262144 float 0 101.00 10.38 18.17')).toThrow(
      /where a number should be/,
    );
  });
});

describe('other forms of the same', () => {
  const results = [allReduce(2 ** 20, 100), { kind: 'broadcast', sizeBytes: 1000, ranks: 8, timeUs: 2.71234 }] as const;

  test('the JSON of nccl-tests has its keys, and a root that is a string', () => {
    const half = { time: 100, alg_bw: 10.48576, bus_bw: 10.48576 * 1.75, nwrong: 0 };
    expect(ncclTestsJson(results, 3)[0]).toEqual({
      size: 1048576,
      count: 262144,
      type: 'float',
      redop: 'sum',
      root: '-1',
      out_of_place: half,
      in_place: half,
    });
    expect(ncclTestsJson(results, 3)[1]).toMatchObject({ count: 250, redop: 'none', root: '3', in_place: { time: 2.71234 } });
  });

  test('the CSV of rccl-tests has nine columns and the numbers of the table', () => {
    expect(rcclTestsCsv(results)).toBe(
      'size,count,type,redop,root,time,algbw,busbw,wrong\n1048576,262144,float,sum,-1,100.00,10.49,18.35,0\n1000,250,float,none,0,2.71,0.37,0.37,0\n',
    );
  });

  test('all are read again', () => {
    const options = { ranks: 8, collective: 'all-reduce' } as const;
    const all = [allReduce(2 ** 20, 100), allReduce(2 ** 30, 12345.5)];
    const { lines } = parseNcclTests(ncclTestsTable(all), options);
    expect(parseNcclTests(JSON.stringify({ results: ncclTestsJson(all) }), options).lines).toEqual(lines);
    expect(parseNcclTests(JSON.stringify({ tables: all.map((each) => ({ results: ncclTestsJson([each]) })) }), options).lines).toEqual(
      lines,
    );
    expect(parseNcclTests(rcclTestsCsv(all), options).lines).toEqual(lines.map((line) => ({ ...line, inPlace: null })));
  });

  test('a half whose result was wrong says nothing, in each of them', () => {
    const [result] = ncclTestsJson(results);
    const wrong = { ...result!, in_place: { ...result!.in_place, nwrong: 7 } };
    expect(parseNcclTests(JSON.stringify({ results: [wrong] })).lines[0]).toMatchObject({ outOfPlace: { timeUs: 100 }, inPlace: null });
    const csv = rcclTestsCsv(results).replace('18.35,0', '18.35,2');
    expect(parseNcclTests(csv).lines.map(({ outOfPlace }) => outOfPlace?.timeUs)).toEqual([undefined, 2.71]);
  });

  test.each([
    ['{"results":', 'JSON'],
    ['{"result": []}', 'no list of results'],
    ['{"results": [{"size": 4}]}', 'results[0]'],
    [
      '{"results": [{"size": 4, "count": 1, "type": "float", "redop": "sum", "root": "-1", "out_of_place": {}}]}',
      'results[0].out_of_place',
    ],
    ['size,count,type,redop,root,time,algbw,busbw,wrong\n4,1,float,sum\n', '2 no line of nccl-tests'],
  ])('%j is refused with its place', (text, place) => {
    let found = '';
    try {
      parseNcclTests(text);
    } catch (error) {
      found = (error as { describe(): string }).describe();
    }
    expect(found).toContain(place);
  });
});
