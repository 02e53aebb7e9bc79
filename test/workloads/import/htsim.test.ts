import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import type { HtsimOptions } from '../../../sim/base/file-spec.ts';
import { COMPUTE } from '../../../sim/base/schedule.ts';
import { buildWorkload } from '../../../workloads/build-workload.ts';
import type { Workload } from '../../../workloads/workload.ts';
import { execute, sendsOf, waitsOf } from '../execute.ts';
import { fileSpec, HTSIM_DEFAULTS, refusalOf, textFile } from './file-spec.ts';
import { sample, samplesMissing } from './samples.ts';

const load = (text: string, startUnit: HtsimOptions['startUnit'] = null, ranks = 16): Workload =>
  buildWorkload(fileSpec({ format: 'htsim', startUnit }, [textFile('flows.cm', text)], ranks), 1);
const refused = (text: string, startUnit: HtsimOptions['startUnit'] = null): string => refusalOf(() => load(text, startUnit));
const flowsOf = ({ schedule }: Workload): number[][] =>
  sendsOf(schedule).map((op) => [schedule.rank[op]!, schedule.peer[op]!, schedule.bytes[op]!]);
const file = (...lines: string[]): string => `${lines.join('\n')}\n`;
const oneFlow = (line: string): string => file('Nodes 4', 'Connections 1', line);

test.skipIf(samplesMissing)('the sample permutation is dst = (37 src + 11) mod 128 with 8 MiB each, at time 0', () => {
  const { schedule, notices } = buildWorkload(fileSpec(HTSIM_DEFAULTS, [sample('htsim/perm128_8MiB.cm')], 128), 1);
  expect(flowsOf({ schedule, notices, facts: {} })).toEqual(
    Array.from({ length: 128 }, (_, src) => [src, (37 * src + 11) % 128, 8 * 2 ** 20]),
  );
  expect(schedule.ranks).toBe(128);
  expect(schedule.depOp.length).toBe(0);
  expect(schedule.phaseNames).toEqual(['after 0 sends']);
  expect(notices).toEqual([]);
});

describe('the lines of a .cm file', () => {
  test.each([
    ['LF', '\n', ''],
    ['CR LF', '\r\n', ''],
    ['a byte-order mark', '\n', '\uFEFF'],
  ])('may end in %s, blank lines and early comments are allowed', (_, end, mark) => {
    const text =
      mark + ['# made by hand', 'Nodes 4', 'Connections 2', '', '0->1 id 1 start 0 size 10', '', '2->3 start 0 size 20'].join(end);
    expect(flowsOf(load(text))).toEqual([
      [0, 1, 10],
      [2, 3, 20],
    ]);
  });

  test('accept a comment after the first flow, with a warning', () => {
    const { notices } = load(file('Nodes 4', 'Connections 1', '0->1 start 0 size 10', '# late'));
    expect(notices).toEqual([{ level: 'warning', text: 'flows.cm: 1 comment lines after the first entry; htsim refuses them' }]);
  });

  test('accept sizes above 32 bits', () => {
    expect(flowsOf(load(oneFlow('0->1 start 0 size 4294967297')))).toEqual([[0, 1, 4294967297]]);
  });

  test('say that prio is not used', () => {
    expect(load(oneFlow('0->1 start 0 size 1 prio 3')).notices.map(({ text }) => text)).toEqual([
      'flows.cm: prio of 1 connections is not used',
    ]);
  });

  const refusals: readonly (readonly [what: string, text: string, message: string])[] = [
    ['two blanks', oneFlow('0->1 start 0  size 10'), 'flows.cm:3:14 two blanks'],
    ['an unknown header word', file('Node 4', 'Connections 0'), 'flows.cm:1:1 unknown word "Node"'],
    ['a header twice', file('Nodes 4', 'Nodes 4', 'Connections 0'), 'flows.cm:2:1 Nodes is given twice'],
    ['a NUL byte in a line', 'Nodes 4\nab\0', 'flows.cm:2:3 this is no text'],
    ['no Nodes', file('Connections 0'), 'flows.cm:1:1 no Nodes header'],
    ['an empty file', '', 'flows.cm:1:1 the file is empty'],
    ['a file of blank lines', '\n \n', 'flows.cm:1:1 the file is empty'],
    ['no Connections', file('Nodes 2'), 'flows.cm:1:1 no Connections header (add: Connections 0)'],
    ['too few lines', file('Nodes 4', 'Connections 2', '0->1 start 0 size 1'), 'flows.cm:1:1 Connections says 2, the file has 1'],
    ['too few triggers', file('Nodes 4', 'Connections 0', 'Triggers 1'), 'Triggers says 1, the file has 0'],
    ['a missing size', oneFlow('0->1 start 0'), 'flows.cm:3:1 no size'],
    ['size 0', oneFlow('0->1 start 0 size 0'), 'flows.cm:3:19 size 0'],
    ['a negative size', oneFlow('0->1 start 0 size -5'), 'flows.cm:3:19 size "-5" is no whole number'],
    [
      'a size of 2^53',
      oneFlow('0->1 start 0 size 9007199254740992'),
      'size "9007199254740992" is no whole number from 1 to 9007199254740991',
    ],
    ['id 0', oneFlow('0->1 id 0 start 0 size 1'), 'flows.cm:3:9 id "0" is no whole number from 1'],
    [
      'an id twice',
      file('Nodes 4', 'Connections 2', '0->1 id 7 start 0 size 1', '1->2 id 7 start 0 size 1'),
      'flows.cm:4:9 id 7 is already used in line 3',
    ],
    ['a trigger without id', oneFlow('0->1 trigger 1 size 1'), 'trigger must come behind id'],
    ['both start and trigger', oneFlow('0->1 id 1 start 0 trigger 1 size 1'), 'both start and trigger'],
    ['neither start nor trigger', oneFlow('0->1 id 1 size 1'), 'neither start nor trigger'],
    ['a negative start', oneFlow('0->1 start -1 size 1'), 'flows.cm:3:12 "-1" is no start time'],
    ['an unknown word', oneFlow('0->1 start 0 sise 1'), 'flows.cm:3:14 unknown word "sise"'],
    ['a key without value', oneFlow('0->1 start 0 size'), 'size without a value'],
    ['a key twice', oneFlow('0->1 start 0 size 1 size 2'), 'size is given twice'],
    ['messages on one connection', oneFlow('0->1 id 1 msg 1 start 0 size 1'), 'remove msg: each message becomes a flow of its own'],
    ['a self message', oneFlow('1->1 start 0 size 1'), 'node 1 sends to itself'],
    ['a node that does not exist', oneFlow('0->4 start 0 size 1'), 'there is no node 4 (nodes are 0..3)'],
    ['no connection', oneFlow('0->x start 0 size 1'), '"0->x" is no connection'],
    [
      'a failure line',
      file('Nodes 4', 'Connections 0', 'failure switch_type TOR switch_id 0 link_id 1'),
      'under the config key `failures`',
    ],
    ['an undefined trigger', oneFlow('0->1 id 1 trigger 9 size 1'), 'flows.cm:3:1 there is no trigger 9'],
    ['an unknown kind of trigger', file('Nodes 4', 'Connections 0', 'Triggers 1', 'trigger id 1 twoshot'), 'not "twoshot"'],
    ['a barrier without count', file('Nodes 4', 'Connections 0', 'Triggers 1', 'trigger id 1 barrier'), 'a barrier without count'],
    [
      'a trigger defined twice',
      file('Nodes 4', 'Connections 0', 'Triggers 2', 'trigger id 1 oneshot', 'trigger id 1 oneshot'),
      'trigger 1 is defined twice',
    ],
    ['binary content', 'Nodes 4\n\0\n', 'flows.cm:2:1 this is no text'],
  ];
  test.each(refusals)('refuse %s', (_, text, message) => {
    expect(refused(text)).toContain(message);
    expect(refused(text)).toMatch(/^ImportError /);
  });

  test('report all mistakes of a file in one error, three of a kind, and stop at 20', () => {
    const three = refused(file('Nodes 4', 'Connections 3', '0->0 start 0 size 1', '0->1 start 0', '0->9 start 0 size 1'));
    expect(three.split('\n').length).toBe(3);
    const many = refused(file('Nodes 4', 'Connections 30', ...Array.from({ length: 30 }, () => '0->1 start 0')));
    expect(many.split('\n')).toEqual([
      ...[3, 4, 5].map((line) => expect.stringContaining(`flows.cm:${line}:`) as string),
      ...['17 more like these', 'stopped after 20 errors'],
    ]);
  });

  test('refuse more nodes than the fabric has ranks', () => {
    expect(refused(file('Nodes 17', 'Connections 0'))).toContain('the file has 17 nodes, the fabric 16 ranks');
  });

  test.prop([fc.string({ maxLength: 200, unit: 'binary' })])('never make the reader fail otherwise than with an ImportError', (text) => {
    expect(refused(`Nodes 2\nConnections 1\n${text}\n`)).toMatch(/^ImportError /);
  });
});

describe('start', () => {
  const late = oneFlow('0->1 start 5000000 size 10');
  const delayOf = ({ schedule }: Workload): number[] => [...schedule.durationPs].filter((_, op) => schedule.kind[op] === COMPUTE);

  test('needs startUnit when a flow starts late, because programs differ', () => {
    expect(refused(late)).toContain('set htsim: { startUnit: us } or htsim: { startUnit: ps }');
  });

  test('becomes a compute before the send, in the unit given', () => {
    expect(delayOf(load(late, 'ps'))).toEqual([5e6]);
    expect(delayOf(load(late, 'us'))).toEqual([5e12]);
    const { schedule } = load(late, 'ps');
    expect(waitsOf(schedule, 0)).toEqual(['end 2']);
  });

  test('keeps a fraction of a microsecond and warns that htsim drops it', () => {
    const workload = load(oneFlow('0->1 start 10.5 size 10'), 'us');
    expect(delayOf(workload)).toEqual([10_500_000]);
    expect(workload.notices.map(({ level }) => level)).toEqual(['note', 'warning']);
    expect(workload.notices[1]!.text).toContain('htsim_uec drops');
  });

  test('warns of a time that is no 32-bit float', () => {
    expect(load(oneFlow('0->1 start 16777217 size 10'), 'ps').notices[1]!.text).toContain('no 32-bit floats');
  });

  test('refuses fractions of a picosecond and times beyond 2^53 ps', () => {
    expect(refused(oneFlow('0->1 start 0.5 size 1'), 'ps')).toContain('no whole number of picoseconds');
    expect(refused(oneFlow('0->1 start 1e11 size 1'), 'us')).toContain('after the latest time');
  });
});

describe('a trigger', () => {
  const twoFlows = (first: string, second: string, ...triggers: string[]): string =>
    file('Nodes 4', 'Connections 2', `Triggers ${triggers.length}`, first, second, ...triggers);

  test('on recv_done starts a flow at the receiver after the receive', () => {
    const { schedule } = load(
      twoFlows('0->1 id 1 start 0 size 5 recv_done_trigger 1', '1->2 id 2 trigger 1 size 6', 'trigger id 1 oneshot'),
    );
    const [first, second] = sendsOf(schedule);
    expect(waitsOf(schedule, second!)).toEqual([`end ${first! + 1}`]);
    expect(sendsOf(schedule).map((op) => schedule.phaseNames[schedule.phase[op]!])).toEqual(['after 0 sends', 'after 1 sends']);
  });

  test('on send_done starts a flow of the same source after the ACK', () => {
    const { schedule } = load(
      twoFlows('0->1 id 1 start 0 size 5 send_done_trigger 1', '0->2 id 2 trigger 1 size 6', 'trigger id 1 oneshot'),
    );
    const [first, second] = sendsOf(schedule);
    expect(waitsOf(schedule, second!)).toEqual([`end ${first!}`]);
  });

  test('that couples two hosts is refused, saying what can be expressed', () => {
    const receiver = refused(
      twoFlows('0->1 id 1 start 0 size 5 recv_done_trigger 1', '2->3 id 2 trigger 1 size 6', 'trigger id 1 oneshot'),
    );
    expect(receiver).toContain('starts a connection at node 2 when the one of line 4 is done at its receiver, node 1');
    expect(receiver).toContain('use recv_done_trigger with source = that destination');
    const sender = refused(twoFlows('0->1 id 1 start 0 size 5 send_done_trigger 1', '1->2 id 2 trigger 1 size 6', 'trigger id 1 oneshot'));
    expect(sender).toContain('is done at its sender, node 0');
  });

  test('that is never activated leaves its flows out, and those behind them, with a warning', () => {
    const text = file(
      'Nodes 4',
      'Connections 3',
      'Triggers 2',
      '0->1 id 1 start 0 size 5',
      '1->2 id 2 trigger 1 size 6 recv_done_trigger 2',
      '2->3 id 3 trigger 2 size 7',
      'trigger id 1 oneshot',
      'trigger id 2 oneshot',
    );
    const workload = load(text);
    expect(flowsOf(workload)).toEqual([[0, 1, 5]]);
    expect(workload.notices.map(({ text }) => text)).toEqual(['flows.cm: 2 flows never start, their trigger is not activated: lines 5, 6']);
  });

  test('of kind barrier waits for all of its activations', () => {
    const text = (count: number): string =>
      file(
        'Nodes 4',
        'Connections 3',
        'Triggers 1',
        '0->1 id 1 start 0 size 5 recv_done_trigger 1',
        '2->1 id 2 start 0 size 5 recv_done_trigger 1',
        '1->3 id 3 trigger 1 size 5',
        `trigger id 1 barrier count ${count}`,
      );
    const { schedule } = load(text(2));
    const [first, second, third] = sendsOf(schedule);
    expect(waitsOf(schedule, third!)).toEqual([`end ${first! + 1}`, `end ${second! + 1}`].sort());
    expect(refused(text(1))).toContain('barrier trigger 1 has 2 activations and fires after 1: which ones depends on the run');
    expect(load(text(3)).notices[0]!.text).toContain('1 flows never start');
  });

  test('of kind oneshot with two activators is refused: the first of two depends on the run', () => {
    const text = file(
      'Nodes 4',
      'Connections 3',
      'Triggers 1',
      '0->1 id 1 start 0 size 5 recv_done_trigger 1',
      '2->1 id 2 start 0 size 5 recv_done_trigger 1',
      '1->3 id 3 trigger 1 size 5',
      'trigger id 1 oneshot',
    );
    expect(refused(text)).toContain('oneshot trigger 1 has 2 activations and fires after 1');
  });

  test('of kind multishot starts its flows one after another when each activates the next', () => {
    const flow = (id: number, how: string): string => `0->${id} id ${id} ${how} size 5`;
    const text = (last: string): string =>
      file(
        'Nodes 8',
        'Connections 4',
        'Triggers 1',
        flow(1, 'start 0') + ' send_done_trigger 1',
        flow(2, 'trigger 1') + ' send_done_trigger 1',
        flow(3, 'trigger 1') + last,
        flow(4, 'trigger 1'),
        'trigger id 1 multishot',
      );
    const chain = load(text(' send_done_trigger 1')).schedule;
    const sends = sendsOf(chain);
    expect(sends.map((op) => waitsOf(chain, op))).toEqual([[], [`end ${sends[0]}`], [`end ${sends[1]}`], [`end ${sends[2]}`]]);
    expect(load(text('')).notices[0]!.text).toContain('1 flows never start');
  });

  test('of kind multishot with two activators from outside is refused', () => {
    const text = file(
      'Nodes 8',
      'Connections 4',
      'Triggers 1',
      '0->1 id 1 start 0 size 5 send_done_trigger 1',
      '0->2 id 2 start 0 size 5 send_done_trigger 1',
      '0->3 id 3 trigger 1 size 5',
      '0->4 id 4 trigger 1 size 5',
      'trigger id 1 multishot',
    );
    expect(refused(text)).toContain('multishot trigger 1 has 2 activations from outside');
  });

  test('of a circle is refused, and one circle is printed', () => {
    const text = file(
      'Nodes 4',
      'Connections 2',
      'Triggers 2',
      '0->1 id 1 trigger 2 size 5 recv_done_trigger 1',
      '1->0 id 2 trigger 1 size 5 recv_done_trigger 2',
      'trigger id 1 oneshot',
      'trigger id 2 oneshot',
    );
    expect(refused(text)).toMatch(/in a circle: line [45]( waits for line [45]){2,}/);
  });

  test('chain of n flows around a ring runs whole, in n phases', () => {
    const n = 8;
    const flows = Array.from(
      { length: n },
      (_, i) => `${i}->${(i + 1) % n} id ${i + 1} ${i === 0 ? 'start 0' : `trigger ${i}`} size 9 recv_done_trigger ${i + 1}`,
    );
    const triggers = Array.from({ length: n }, (_, i) => `trigger id ${i + 1} oneshot`);
    const { schedule } = load(file(`Nodes ${n}`, `Connections ${n}`, `Triggers ${n}`, ...flows, ...triggers));
    expect(execute(schedule, 5).stuck).toEqual([]);
    expect(sendsOf(schedule).map((op) => schedule.phase[op])).toEqual(Array.from({ length: n }, (_, i) => i));
  });
});
