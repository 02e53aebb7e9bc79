import { test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { fileOf, type GoalOptions, type InputFile } from '../../../sim/base/file-spec.ts';
import { COMPUTE, RECV, type Schedule, SEND } from '../../../sim/base/schedule.ts';
import { runLogGops } from '../../../sim/compat/loggops.ts';
import { buildWorkload } from '../../../workloads/build-workload.ts';
import type { Workload } from '../../../workloads/workload.ts';
import { bytesSent, execute, sendsOf, waitsOf } from '../execute.ts';
import { bytesOf, fileSpec, GOAL_DEFAULTS, inPieces, refusalOf, textFile } from './file-spec.ts';
import { sample, samplesMissing } from './samples.ts';

const loadFile = (file: InputFile, timeUnit: GoalOptions['timeUnit'] = 'ns', ranks = 16): Workload =>
  buildWorkload(fileSpec({ ...GOAL_DEFAULTS, timeUnit }, [file], ranks), 1);
const load = (text: string, timeUnit?: GoalOptions['timeUnit']): Workload => loadFile(textFile('s.goal', text), timeUnit);
const refused = (text: string): string => refusalOf(() => load(text));
const lines = (...text: string[]): string => `${text.join('\n')}\n`;
/** Two ranks: the lines of rank 0, and of rank 1. */
const two = (zero: readonly string[], one: readonly string[]): string =>
  lines('num_ranks 2', 'rank 0 {', ...zero, '}', 'rank 1 {', ...one, '}');
const opsOf = ({ schedule }: Workload, kind: number): number[] =>
  Array.from({ length: schedule.ops }, (_, op) => op).filter((op) => schedule.kind[op] === kind);
const warnings = ({ notices }: Workload): string[] => notices.filter(({ level }) => level === 'warning').map(({ text }) => text);

describe('the samples', () => {
  test.skipIf(samplesMissing).each([
    ['ring_P8_B1048576', 131072 * 14, 14],
    ['rd_P8_B65536', 65536 * 3, 3],
  ])('%s: every rank sends its bytes, text and binary give one Schedule', (name, bytes, phases) => {
    const text = loadFile(sample(`goal/${name}.goal`)).schedule;
    const binary = loadFile(sample(`goal/${name}.bin`)).schedule;
    expect(bytesSent(text)).toEqual(Array.from({ length: 8 }, () => bytes));
    expect(text.phaseNames).toHaveLength(phases);
    expect(binary).toEqual(text);
    expect(execute(text, 5).stuck).toEqual([]);
  });

  test.skipIf(samplesMissing).each([
    ['ring_P8_B1048576', 130_799_760],
    ['rd_P8_B65536', 20_164_200],
  ])('%s takes the time that LogGOPSim gives, to the picosecond, whatever the eager limit', (name, ps) => {
    for (const ending of ['goal', 'bin']) {
      for (const eagerBytes of [0, 2 ** 30]) {
        const { schedule } = loadFile(sample(`goal/${name}.${ending}`));
        const model = {
          kind: 'loggops',
          latencyPs: 3_700_000,
          overheadPs: 200_000,
          gapPs: 5000,
          gapFsPerByte: 40_000,
          overheadFsPerByte: 0,
        } as const;
        expect(runLogGops(schedule, { ...model, eagerBytes }).finishPs).toBe(ps);
      }
    }
  });

  test.skipIf(samplesMissing)('are the same in pieces of any length', () => {
    for (const ending of ['goal', 'bin']) {
      const file = sample(`goal/rd_P8_B65536.${ending}`);
      const whole = loadFile(file).schedule;
      for (const length of [1, 7, 64]) expect(loadFile(inPieces(file, length)).schedule).toEqual(whole);
    }
  });
});

describe('the text form', () => {
  const exchange = two(['a: send 8b to 1', 'b: recv 5b from 1', 'a requires b'], ['a: send 5b to 0', 'b: recv 8b from 0']);

  test.each([
    ['LF', exchange],
    ['CR LF', exchange.replaceAll('\n', '\r\n')],
    ['a byte-order mark', `\uFEFF${exchange}`],
    ['tabs and runs of blanks', exchange.replaceAll(' ', ' \t ')],
    ['a blank before b', exchange.replaceAll('b to', ' b to')],
    ['comments where a line may start', `/* one\ntwo */ // three\n${exchange.replaceAll('}', '// four\n/* five */ }')}`],
    ['no end of the last line', exchange.trimEnd()],
  ])('reads %s', (_, text) => {
    const workload = load(text);
    expect(workload.schedule).toEqual(load(exchange).schedule);
    expect(warnings(workload)).toEqual([]);
  });

  test('labels belong to their rank, and operations need none', () => {
    const { schedule } = load(exchange);
    const sends = sendsOf(schedule);
    expect(sends.map((op) => [schedule.rank[op], schedule.peer[op], schedule.bytes[op]])).toEqual([
      [0, 1, 8],
      [1, 0, 5],
    ]);
    expect(waitsOf(schedule, sends[0]!)).toEqual([`end ${schedule.match[sends[1]!]}`]);
    expect(load(two(['send 1b to 1'], ['recv 1b from 0'])).schedule.ops).toBe(2);
  });

  test('requires waits for the end, irequires for the start', () => {
    const { schedule } = load(
      two(['c: calc 7', 'd: calc 5 cpu 1', 's: send 0b to 1', 's requires c', 's irequires d'], ['recv 0b from 0']),
    );
    expect(waitsOf(schedule, sendsOf(schedule)[0]!)).toEqual(['end 0', 'start 1']);
  });

  test.each([
    ['ps', 1],
    ['ns', 1e3],
    ['us', 1e6],
  ] as const)('calc counts in %s, and a note says so', (unit, ps) => {
    const workload = load(two(['calc 7'], []), unit);
    expect([...workload.schedule.durationPs]).toEqual([7 * ps]);
    expect(workload.notices).toEqual([{ level: 'note', text: `s.goal: calc is read in ${unit} (goal.timeUnit)` }]);
  });

  test('the calcs of a CPU follow each other, those of two CPUs do not; a dependency between them is kept', () => {
    const { schedule } = load(two(['a: calc 1', 'b: calc 2', 'c: calc 3 cpu 1', 'd: calc 4 cpu 2', 'd requires a'], []));
    expect([0, 1, 2, 3].map((op) => waitsOf(schedule, op))).toEqual([[], ['end 0'], [], ['end 0']]);
  });

  test('a calc that is ready earlier has the CPU earlier', () => {
    const { schedule } = load(two(['w: calc 9 cpu 1', 'a: calc 1', 'b: calc 2', 'a requires w'], []));
    expect(waitsOf(schedule, 1)).toEqual(['end 0', 'end 2']);
  });

  test('messages match by source and tag, in the order of their posting', () => {
    const zero = ['send 1b to 1 tag 5', 'send 2b to 1 tag 6', 'send 3b to 1 tag 5'];
    const { schedule } = load(two(zero, ['recv 2b from 0 tag 6', 'recv 1b from 0 tag 5', 'recv 3b from 0 tag 5']));
    expect(opsOf({ schedule, notices: [], facts: {} }, RECV).map((op) => schedule.bytes[op])).toEqual([1, 2, 3]);
  });

  test('a receive from any source takes the message that is posted first', () => {
    const text = lines(
      ...['num_ranks 3', 'rank 0 {', 'a: recv 7b from -1 tag -1', 'b: recv 9b from -1', 'c: calc 1', 'c requires a', '}'],
      ...['rank 1 {', 'w: calc 5', 's: send 9b to 0', 's requires w', '}', 'rank 2 {', 'send 7b to 0 tag 3', '}'],
    );
    const { schedule } = load(text);
    const first = sendsOf(schedule).find((op) => schedule.rank[op] === 2)!;
    const [calc] = opsOf({ schedule, notices: [], facts: {} }, COMPUTE).filter((op) => schedule.rank[op] === 0);
    expect(waitsOf(schedule, calc!)).toEqual([`end ${schedule.match[first]}`]);
  });

  test('text behind the last rank, comments behind operations, other NICs and large messages are warned of', () => {
    const text = two(['send 2147483648b to 1 nic 1 // far', 'calc 1 /* c */'], ['recv 2147483648b from 0']);
    expect(warnings(load(`${text}left over\n`))).toEqual([
      's.goal: 2 comments stand behind an operation; the original refuses them',
      's.goal: 1 lines behind the last rank are ignored',
      's.goal: the nic of 1 operations is not used: a rank has one NIC here',
      's.goal: 1 messages are larger than 2 GiB - 1, which some readers of GOAL cannot hold',
    ]);
  });

  const refusals: readonly (readonly [what: string, text: string, message: string])[] = [
    ['an empty file', '\n', 's.goal:1:1 the file is empty'],
    ['no num_ranks', 'rank 0 {\n}\n', 's.goal:1:1 "rank" before num_ranks'],
    ['more ranks than there are', 'num_ranks 17\n', 's.goal:1 the file has 17 ranks, the fabric 16 ranks'],
    ['no ranks', 'num_ranks 0\n', 's.goal:1:11 num_ranks "0" is not a whole number from 1'],
    ['missing ranks', lines('num_ranks 2', 'rank 0 {', '}'), 'num_ranks says 2, the file has 1 ranks'],
    ['ranks out of order', lines('num_ranks 2', 'rank 1 {', '}', 'rank 0 {', '}'), 's.goal:2:6 rank 1 where rank 0 should start'],
    ['an open rank', lines('num_ranks 1', 'rank 0 {', 'calc 1'), 'rank 0 of line 2 has no closing }'],
    ['an open comment', lines('num_ranks 1', 'rank 0 {', '}', '/* and'), 'a /* comment is not closed'],
    ['a label twice', two(['a: calc 1', 'a: calc 2'], []), 's.goal:4:1 label "a" is already defined in line 3'],
    ['a forward reference', two(['a: calc 1', 'a requires b', 'b: calc 1'], []), 's.goal:4:12 label "b" is not defined above'],
    ["another rank's label", two(['a: calc 1'], ['b: calc 1', 'b requires a']), 'label "a" is not defined above, in rank 1'],
    ['a word as label', two(['send: calc 1'], []), 's.goal:3:5 send ":" is not'],
    ['waiting for itself', two(['a: calc 1', 'a requires a'], []), '"a" waits for itself'],
    ['a message to itself', two(['send 1b to 0'], []), 's.goal:3:12 rank 0 sends to itself'],
    ['a message from itself', two(['recv 1b from 0'], []), 'rank 0 receives from itself'],
    ['an unknown rank', two(['send 1b to 2'], []), 'to "2" is not a whole number from 0 to 1'],
    ['a negative size', two(['send -1b to 1'], []), 'send "-1" is not a whole number from 0'],
    ['a size of 2^53', two(['send 9007199254740992b to 1'], []), 'is not a whole number from 0 to 9007199254740991'],
    ['a missing b', two(['send 1 to 1'], []), '"to" where "b" should stand'],
    ['options out of order', two(['send 1b to 1 cpu 1 tag 1'], []), 'tag stands too late or twice'],
    ['an unknown option', two(['calc 1 nic 1'], []), 'unknown word "nic" (known here: cpu)'],
    ['a send to any', two(['send 1b to -1'], []), 'to "-1" is not'],
    ['two operations on a line', two(['calc 1 calc 1'], []), 'unknown word "calc"'],
    ['a send without receive', two(['send 1b to 1'], []), 's.goal:3:1 send of rank 0 (line 3) has no receive at rank 1'],
    ['a receive without send', two([], ['r: recv 1b from 0']), 's.goal:5:1 recv of rank 1 (line 5) has no send'],
    ['another tag', two(['send 1b to 1 tag 1'], ['recv 1b from 0 tag 2']), 'recv of rank 1 (line 6) has no send'],
    ['another size', two(['send 1b to 1'], ['recv 2b from 0']), 'send of rank 0 (line 3) has 1 bytes, the recv of rank 1 (line 6) 2'],
    [
      'a circle in a rank',
      two(['a: calc 1', 'b: calc 1', 'a requires b', 'b requires a'], []),
      'operations wait for each other in a circle',
    ],
    [
      'a circle over ranks',
      two(['r: recv 1b from 1', 's: send 1b to 1', 's requires r'], ['r: recv 1b from 0', 's: send 1b to 0', 's requires r']),
      'operations of several ranks wait for each other in a circle: recv of rank 0 (line 3) waits for send of rank 1 (line 9) waits for recv of rank 1 (line 8) waits for send of rank 0 (line 4) waits for recv of rank 0 (line 3)',
    ],
    ['a calc longer than a run', two(['calc 9007199254740991'], []), 'longer than a run can be'],
    ['a form feed', two(['\f calc'], []), 'is no label and no operation'],
  ];
  test.each(refusals)('refuses %s', (_, text, message) => {
    expect(refused(text)).toContain(message);
    expect(refused(text)).toMatch(/^ImportError /);
  });

  test('all mistakes are reported, three of a kind and up to 20', () => {
    const many = refused(
      two(
        Array.from({ length: 30 }, () => 'send'),
        [],
      ),
    );
    expect(many.split('\n')).toHaveLength(5);
    expect(many).toMatch(/\n17 more like these\nstopped after 20 errors$/);
  });
});

test('a calc that the file has follow the one before it on its CPU waits for it once', () => {
  const { schedule } = load(two(['a: calc 5', 'b: calc 7', 'b requires a'], []));
  expect([...schedule.depOp]).toEqual([0]);
});

describe('the binary form', () => {
  /** A rank of `nodes` with the appendix as given: independent of the reader. */
  interface Node {
    readonly deps: number;
    readonly type: number;
    readonly peer?: number;
    readonly size?: number;
    readonly cpu?: number;
    readonly after?: readonly number[];
    readonly onStart?: readonly number[];
  }
  function encode(ranks: readonly (readonly Node[])[], change: (view: DataView) => void = () => {}): InputFile {
    const u32 = (value: number): number[] => [0, 8, 16, 24].map((shift) => Math.floor(value / 2 ** shift) % 256);
    const u64 = (value: number): number[] => [...u32(value), ...u32(Math.floor(value / 2 ** 32))];
    const blocks = ranks.map((nodes) => {
      const roots = [...nodes.keys()].filter((node) => nodes[node]!.deps === 0);
      const appendix = nodes.flatMap(({ after = [], onStart = [] }) => [...after, ...onStart]);
      let at = 0;
      const rows = nodes.flatMap(({ deps, type, peer = 0, size = 0, cpu = 0, after = [], onStart = [] }) => {
        const first = at;
        at += after.length + onStart.length;
        return [
          ...u32(deps),
          type,
          ...u32(peer),
          ...u64(size),
          ...u32(0),
          cpu,
          0,
          ...u32(after.length),
          ...u32(first),
          ...u32(onStart.length),
          ...u32(first + after.length),
        ];
      });
      return [...u32(nodes.length), ...u32(roots.length), ...roots.flatMap(u32), ...rows, ...appendix.flatMap(u32)];
    });
    let at = 6 + 16 * ranks.length;
    const table = blocks.flatMap((block) => {
      const row = [...u64(at), ...u64(at + block.length)];
      at += block.length;
      return row;
    });
    const bytes = Uint8Array.from([...u64(4223), ...u32(ranks.length), 1, 0, ...table, ...blocks.flat()]);
    change(new DataView(bytes.buffer));
    return fileOf('s.bin', bytes);
  }
  const chain: readonly (readonly Node[])[] = [
    [
      { deps: 0, type: 3, size: 7, after: [1] },
      { deps: 1, type: 1, peer: 1, size: 9 },
    ],
    [
      { deps: 0, type: 2, peer: 0, size: 9, onStart: [1] },
      { deps: 1, type: 3, size: 5, cpu: 1 },
    ],
  ];
  const refusedFile = (file: InputFile): string => refusalOf(() => loadFile(file));
  const first = 8 + 6 + 32;

  test('is the same as the text', () => {
    const text = two(['c: calc 7', 's: send 9b to 1', 's requires c'], ['r: recv 9b from 0', 'c: calc 5 cpu 1', 'c irequires r']);
    expect(loadFile(encode(chain)).schedule).toEqual(load(text).schedule);
  });

  const refusals: readonly (readonly [what: string, change: (view: DataView) => void, message: string])[] = [
    ['a spoilt file', (view) => view.setUint16(0, 2342, true), 'byte 0: magic number 2342'],
    ['no ranks', (view) => view.setUint32(8, 0, true), 'byte 8: no ranks'],
    ['too many ranks', (view) => view.setUint32(8, 4e9, true), 'the file has 4000000000 ranks, the fabric 16'],
    ['a wrong start', (view) => view.setUint32(14, 39, true), 'byte 14: rank 0 starts at 39, not at 38'],
    ['an end before the start', (view) => view.setUint32(22, 1, true), 'byte 22: rank 0 ends at 1'],
    ['a wrong end', (view) => (view.setUint32(22, 139, true), view.setUint32(30, 139, true)), 'which do not hold 2 nodes and 1 roots'],
    ['more nodes than bytes', (view) => view.setUint32(first, 2 ** 31, true), 'do not hold 2147483648 nodes'],
    ['a root that is none', (view) => view.setUint32(first + 8, 1, true), 'node 0 of rank 0 waits for nothing and is no root'],
    ['an unknown type', (view) => view.setInt8(first + 12 + 4, 4), `byte ${first + 16}: node type 4`],
    [
      'a wrong count of dependencies',
      (view) => view.setUint32(first + 12 + 39, 2, true),
      'node 1 of rank 0 declares 2 dependencies and has 1',
    ],
    ['an unknown rank', (view) => view.setUint32(first + 12 + 39 + 5, 9, true), 'there is no rank 9'],
    ['a message to itself', (view) => view.setUint32(first + 12 + 39 + 5, 0, true), 'rank 0 sends to itself'],
    ['a huge size', (view) => view.setUint32(first + 12 + 13, 2 ** 31, true), 'is 2^53 or more'],
    ['an undeclared CPU', (view) => view.setUint8(first + 12 + 21, 7), 'cpu 7, nic 0: the file declares 2 and 1'],
    ['dependents out of place', (view) => view.setUint32(first + 12 + 27, 5, true), 'dependents 5+1, 1+0 are out of place'],
    ['a dependent that is not there', (view) => view.setUint32(first + 12 + 78, 2, true), 'there is no node 2 in rank 0'],
    ['a node that waits for itself', (view) => view.setUint32(first + 12 + 78, 0, true), 'node 0 of rank 0 waits for itself'],
  ];
  test.each(refusals)('refuses %s', (_, change, message) => {
    expect(refusedFile(encode(chain, change))).toContain(message);
    expect(refusedFile(encode(chain, change))).toMatch(/^ImportError /);
  });

  test('refuses a file that is cut off, at whichever byte', () => {
    const bytes = bytesOf(encode(chain));
    for (let length = 8; length < bytes.length; length++)
      expect(refusedFile(fileOf('s.bin', bytes.subarray(0, length)))).toContain('the file ends at byte');
  });

  test('warns of bytes behind the last rank', () => {
    const longer = fileOf('s.bin', Uint8Array.from([...bytesOf(encode(chain)), 1, 2]));
    expect(warnings(loadFile(longer))).toEqual(['s.bin: 2 bytes behind the last rank are ignored']);
  });
});

test('a schedule of many ranks and tags runs to its end in every order', () => {
  const ranks = 9;
  const program = Array.from({ length: ranks }, (_, rank) => {
    const others = Array.from({ length: ranks - 1 }, (_, i) => (rank + 1 + i) % ranks);
    return [
      '',
      `rank ${rank} {`,
      ...others.map((to) => `s${to}: send ${to + 1}b to ${to} tag ${rank}`),
      ...others.map((from) => `r${from}: recv ${rank + 1}b from ${from} tag ${from}`),
      '}',
    ];
  });
  const { schedule }: { schedule: Schedule } = load(lines(`num_ranks ${ranks}`, ...program.flat()));
  expect(sendsOf(schedule)).toHaveLength(ranks * (ranks - 1));
  expect(schedule.kind[0]).toBe(SEND);
  for (let seed = 1; seed < 5; seed++) expect(execute(schedule, seed).stuck).toEqual([]);
});
