import { describe, expect, test } from 'vitest';
import { COMPUTE } from '../../../sim/base/schedule.ts';
import { buildWorkload } from '../../../workloads/build-workload.ts';
import type { Workload } from '../../../workloads/workload.ts';
import { sendsOf } from '../execute.ts';
import { fileSpec, HPCC_DEFAULTS, refusalOf, textFile } from './file-spec.ts';

const load = (text: string): Workload => buildWorkload(fileSpec(HPCC_DEFAULTS, [textFile('flow.txt', text)], 16), 1);
const refused = (text: string): string => refusalOf(() => load(text));
const warnings = ({ notices }: Workload): string[] => notices.filter(({ level }) => level === 'warning').map(({ text }) => text);

/** Source, destination, bytes and start in ps of each flow, in order. */
function flowsOf({ schedule }: Workload): number[][] {
  return sendsOf(schedule).map((op) => {
    const edge = schedule.depOffset[op]!;
    const delay = edge < schedule.depOffset[op + 1]! ? schedule.depOp[edge]! : null;
    if (delay !== null) expect(schedule.kind[delay]).toBe(COMPUTE);
    return [schedule.rank[op]!, schedule.peer[op]!, schedule.bytes[op]!, delay === null ? 0 : schedule.durationPs[delay]!];
  });
}

test('a flow is a message at its start, in seconds; node n is rank n', () => {
  const workload = load('2\n0 3 3 100 1000 0\n5 1 3 200 2000 2.000000000001\n');
  expect(flowsOf(workload)).toEqual([
    [0, 3, 1000, 0],
    [5, 1, 2000, 2e12 + 1],
  ]);
  expect(workload.schedule.ranks).toBe(6);
  expect(warnings(workload)).toEqual([]);
});

test('blank lines, tabs, CR LF, a byte-order mark and exponents are accepted', () => {
  expect(flowsOf(load('\uFEFF1\r\n\r\n 0\t3  3 100 1000 1.5e-6 \r\n'))).toEqual([[0, 3, 1000, 1.5e6]]);
});

test('flows out of order are sorted with a warning', () => {
  const workload = load('3\n0 1 3 100 1 2\n0 2 3 100 2 1\n0 3 3 100 3 2\n');
  expect(flowsOf(workload).map(([, , bytes]) => bytes)).toEqual([2, 1, 3]);
  expect(warnings(workload)).toEqual([
    'flow.txt: 1 flows start before the one of the line above; they are sorted here, the original aborts',
  ]);
});

test('lines beyond the count are ignored with a warning, and flows above 4 GiB are taken with one', () => {
  const workload = load('1\n0 1 3 100 4294967297 0\n0 2 3 100 2 1\n0 x\n');
  expect(flowsOf(workload)).toEqual([[0, 1, 4294967297, 0]]);
  expect(warnings(workload)).toHaveLength(2);
});

describe('refusals', () => {
  test.each([
    ['an empty file', '\n', 'flow.txt:1:1 the file is empty'],
    ['no count', 'x\n', 'flow.txt:1:1 "x" is no number of flows'],
    ['a negative count', '-1\n', '"-1" is no number of flows'],
    ['fewer flows than declared', '2\n0 1 3 100 1 0\n', 'flow.txt:1:1 line 1 says 2 flows, the file has 1'],
    ['five numbers', '1\n0 1 3 100 1\n', 'flow.txt:2:12 a flow has 6 numbers, not 5'],
    ['seven numbers', '1\n0 1 3 100 1 0 9\n', 'flow.txt:2:15 a flow has 6 numbers, not 7'],
    ['a negative size', '1\n0 1 3 100 -1 0\n', 'flow.txt:2:11 bytes "-1" is not a whole number from 1'],
    ['an empty flow', '1\n0 1 3 100 0 0\n', 'bytes "0" is not'],
    ['an unknown priority group', '1\n0 1 8 100 1 0\n', 'flow.txt:2:5 priority group "8"'],
    ['a message to itself', '1\n1 1 3 100 1 0\n', 'node 1 sends to itself'],
    ['a negative start', '1\n0 1 3 100 1 -1\n', 'start "-1" is no number of seconds'],
    ['a start after the latest time', '1\n0 1 3 100 1 1e9\n', 'is no number of seconds up to'],
    ['a fraction of a picosecond', '1\n0 1 3 100 1 1.5e-12\n', 'is no whole number of picoseconds'],
    ['more nodes than ranks', '1\n0 16 3 100 1 0\n', 'the file has 17 nodes, the fabric 16 ranks'],
  ])('%s', (_, text, message) => {
    expect(refused(text)).toContain(message);
    expect(refused(text)).toMatch(/^ImportError /);
  });
});
