import { test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import type { InputFile, MscclOptions } from '../../../sim/base/file-spec.ts';
import { COMPUTE } from '../../../sim/base/schedule.ts';
import { buildWorkload } from '../../../workloads/build-workload.ts';
import type { Workload } from '../../../workloads/workload.ts';
import { bytesSent, execute, sendsOf, waitsOf } from '../execute.ts';
import { fileSpec, inPieces, MSCCL_DEFAULTS, refusalOf, textFile } from './file-spec.ts';
import { sample, samplesMissing } from './samples.ts';

type Options = Partial<MscclOptions>;
const loadFile = (file: InputFile, options: Options = {}, ranks = 16): Workload =>
  buildWorkload(fileSpec({ ...MSCCL_DEFAULTS, ...options }, [file], ranks), 1);
const load = (text: string, options: Options = {}): Workload => loadFile(textFile('a.xml', text), options);
const refused = (text: string, options: Options = {}): string => refusalOf(() => load(text, options));
const MIB = 2 ** 20;

const step = (s: number, type: string, src: string, dst: string, more = ''): string => {
  const [srcbuf, srcoff] = src.split(' ');
  const [dstbuf, dstoff] = dst.split(' ');
  const rest = {
    cnt: '1',
    depid: '-1',
    deps: '-1',
    hasdep: '0',
    ...Object.fromEntries([...more.matchAll(/(\w+)=(\S+)/g)].map(([, k, v]) => [k, v])),
  };
  const tail = Object.entries(rest).map(([name, value]) => `${name}="${value}"`);
  return `<step s="${s}" type="${type}" srcbuf="${srcbuf}" srcoff="${srcoff}" dstbuf="${dstbuf}" dstoff="${dstoff}" ${tail.join(' ')}/>`;
};
const tb = (id: number, send: number, recv: number, ...steps: string[]): string =>
  `<tb id="${id}" send="${send}" recv="${recv}" chan="0">\n${steps.join('\n')}\n</tb>`;
const gpu = (id: number, chunks: string, ...blocks: string[]): string => {
  const [i, o, s] = chunks.split(' ');
  return `<gpu id="${id}" i_chunks="${i}" o_chunks="${o}" s_chunks="${s}">\n${blocks.join('\n')}\n</gpu>`;
};
const algo = (coll: string, chunks: number, inplace: number, ...gpus: string[]): string =>
  `<algo name="x" proto="Simple" nchannels="1" nchunksperloop="${chunks}" ngpus="${gpus.length}" coll="${coll}" inplace="${inplace}">\n${gpus.join('\n')}\n</algo>\n`;

/** Two GPUs reduce one chunk each and send it back. */
const PAIR = algo(
  'allreduce',
  2,
  1,
  gpu(0, '2 0 0', tb(0, 1, 1, step(0, 's', 'i 1', 'i 1'), step(1, 'rrcs', 'i 0', 'i 0'), step(2, 'r', 'i 1', 'i 1'))),
  gpu(1, '2 0 0', tb(0, 0, 0, step(0, 's', 'i 0', 'i 0'), step(1, 'rrcs', 'i 1', 'i 1'), step(2, 'r', 'i 0', 'i 0'))),
);

describe('the samples', () => {
  test.skipIf(samplesMissing).each([
    // Bytes that a rank sends of 1 MiB: 2 (p-1)/p; 2 (p-1)/p; (p-1)/p; two levels of the first.
    ['allreduce_ring_4gpu_simpleex', 4, 1.5 * MIB],
    ['allreduce_allpairs_4gpu_LL', 4, 1.5 * MIB],
    ['alltoall_allpairs_4gpu', 4, 0.75 * MIB],
    ['hierarchical_allreduce_2n4g', 8, 1.75 * MIB],
  ])('%s gives what its collective promises, sends its bytes and ends in every order', (name, ranks, bytes) => {
    const { schedule, notices } = loadFile(sample(`msccl/${name}.xml`), { slices: false });
    expect(schedule.ranks).toBe(ranks);
    expect(bytesSent(schedule).reduce((sum, each) => sum + each, 0)).toBe(ranks * bytes);
    expect(notices.filter(({ level }) => level === 'warning')).toEqual([]);
    for (let seed = 1; seed < 4; seed++) expect(execute(schedule, seed).stuck).toEqual([]);
  });

  test.skipIf(samplesMissing)('the ring has 2 (p - 1) steps, each after the one before has brought its data', () => {
    const { schedule } = loadFile(sample('msccl/allreduce_ring_4gpu_simpleex.xml'));
    expect(schedule.phaseNames).toHaveLength(6);
    expect(sendsOf(schedule)).toHaveLength(4 * 6);
    expect(bytesSent(schedule)).toEqual([1.5, 1.5, 1.5, 1.5].map((mib) => mib * MIB));
  });

  test.skipIf(samplesMissing)('are the same in pieces of any length', () => {
    const file = sample('msccl/alltoall_allpairs_4gpu.xml');
    for (const length of [1, 100]) expect(loadFile(inPieces(file, length)).schedule).toEqual(loadFile(file).schedule);
  });
});

describe('steps', () => {
  test('of a thread block follow each other: after a receive has ended, after a send was posted', () => {
    const { schedule } = load(PAIR, { sizeBytes: 20 });
    expect(schedule.ops).toBe(8);
    expect(bytesSent(schedule)).toEqual([20, 20]);
    const [first, second] = sendsOf(schedule).filter((op) => schedule.rank[op] === 0);
    const [receive, last] = [0, 1, 2, 3, 4, 5, 6, 7].filter((op) => schedule.rank[op] === 0 && schedule.kind[op] === 1);
    expect(waitsOf(schedule, receive!)).toEqual([`start ${first}`]);
    expect(waitsOf(schedule, second!)).toEqual([`end ${receive}`]);
    expect(waitsOf(schedule, last!)).toEqual([`start ${second}`]);
  });

  test('run once a slice: 2 MiB of Simple, 32 KiB of LL, 576,000 bytes of LL128, the last one shorter', () => {
    const sizes = (proto: string, sizeBytes: number): number[] => {
      const { schedule } = load(PAIR.replace('Simple', proto), { sizeBytes });
      return sendsOf(schedule)
        .filter((op) => schedule.rank[op] === 0)
        .map((op) => schedule.bytes[op]!);
    };
    expect(sizes('Simple', 10 * MIB)).toEqual([2, 2, 2, 2, 1, 1].map((mib) => mib * MIB));
    expect(sizes('LL', 2 * 32768 + 2)).toEqual([32768, 32768, 1, 1]);
    expect(sizes('LL128', 2 * 576_000)).toEqual([576_000, 576_000]);
    expect(bytesSent(load(PAIR, { sizeBytes: 10 * MIB, slices: false }).schedule)).toEqual([10 * MIB, 10 * MIB]);
    expect(sendsOf(load(PAIR, { sizeBytes: 10 * MIB, slices: false }).schedule)).toHaveLength(4);
  });

  test('occupy their thread block for bytes / tbRate, before the send and after the receive', () => {
    const { schedule } = load(PAIR, { sizeBytes: 2000, tbRateBps: 8e9 });
    const computes = Array.from({ length: schedule.ops }, (_, op) => op).filter((op) => schedule.kind[op] === COMPUTE);
    expect(computes.map((op) => schedule.durationPs[op])).toEqual(Array.from({ length: 6 }, () => 1e6));
    const send = sendsOf(schedule).find((op) => schedule.rank[op] === 0)!;
    expect(waitsOf(schedule, send)).toEqual([`end ${computes[0]}`]);
  });

  test('wait for the step of another thread block that they name', () => {
    const text = algo(
      'custom',
      1,
      0,
      gpu(0, '1 1 0', tb(0, 1, -1, step(0, 's', 'i 0', 'o 0')), tb(1, -1, 1, step(0, 'r', 'i 0', 'o 0', 'depid=0 deps=0'))),
      gpu(
        1,
        '1 1 0',
        tb(0, -1, 0, step(0, 'r', 'i 0', 'o 0', 'hasdep=1')),
        tb(1, 0, -1, step(0, 'nop', 'i -1', 'o -1', 'cnt=0 depid=0 deps=0'), step(1, 's', 'o 0', 'o 0')),
      ),
    ).replace(
      '<step s="0" type="s" srcbuf="i" srcoff="0" dstbuf="o" dstoff="0" cnt="1" depid="-1" deps="-1" hasdep="0"/>',
      step(0, 's', 'i 0', 'o 0', 'hasdep=1'),
    );
    const { schedule, notices } = load(text, { sizeBytes: 5 });
    const [out, back] = sendsOf(schedule);
    const nop = [...schedule.kind].indexOf(COMPUTE);
    expect(waitsOf(schedule, nop)).toEqual([`end ${schedule.match[out!]}`]);
    expect(waitsOf(schedule, back!)).toEqual([`end ${nop}`]);
    expect(waitsOf(schedule, schedule.match[back!]!)).toEqual([`start ${out}`]);
    expect(notices).toEqual([{ level: 'note', text: 'a.xml: a custom collective: its result is not checked' }]);
  });

  test('may be written in the other dialect of the generator', () => {
    const op = PAIR.replaceAll(/<step s="(\d)" type="(\w+)" srcbuf="i" srcoff="(\d)"[^>]*>/g, '<op step="$1" type="$2" buf="i" off="$3"/>');
    expect(op).toContain('<op step="1" type="rrcs" buf="i" off="0"/>');
    expect(load(op).schedule).toEqual(load(PAIR).schedule);
  });
});

describe('warnings', () => {
  const texts = (text: string, options: Options = {}): string[] => load(text, options).notices.map((notice) => notice.text);

  test('of a size outside minBytes and maxBytes, of 128 MiB where they are missing', () => {
    expect(texts(PAIR, { sizeBytes: 2 ** 28 })[0]).toContain('for 0 to 134217728 bytes');
    expect(texts(PAIR.replace('inplace', 'minBytes="9" maxBytes="99" inplace'), { sizeBytes: 8 })[0]).toContain('for 9 to 99 bytes');
  });

  test('of more than 8 messages in a connection', () => {
    const sends = (count: number): string =>
      algo(
        'custom',
        1,
        1,
        gpu(
          0,
          '1 0 0',
          tb(0, 1, 1, ...Array.from({ length: count }, (_, s) => step(s, 's', 'i 0', 'i 0')), step(count, 'r', 'i 0', 'i 0')),
        ),
        gpu(
          1,
          '1 0 0',
          tb(
            0,
            0,
            0,
            ...Array.from({ length: 12 - count }, (_, s) => step(s, 'cpy', 'i 0', 'i 0')),
            ...Array.from({ length: count }, (_, s) => step(s + 12 - count, 'r', 'i 0', 'i 0')),
            step(12, 's', 'i 0', 'i 0'),
          ),
        ),
      );
    expect(texts(sends(2))).toHaveLength(1);
    expect(texts(sends(1)).join()).not.toContain('slots');
    const deep = algo(
      'custom',
      1,
      1,
      gpu(0, '1 0 0', tb(0, 1, -1, ...Array.from({ length: 9 }, (_, s) => step(s, 's', 'i 0', 'i 0')))),
      gpu(
        1,
        '1 0 0',
        tb(
          0,
          -1,
          0,
          ...Array.from({ length: 9 }, (_, s) => step(s, 'cpy', 'i 0', 'i 0')),
          ...Array.from({ length: 9 }, (_, s) => step(s + 9, 'r', 'i 0', 'i 0')),
        ),
      ),
    );
    expect(texts(deep)[0]).toBe('a.xml: up to 9 messages lie in one connection, the interpreter has 8 slots: its sends would wait');
  });

  test('of dependencies that hasdep does not announce', () => {
    const text = PAIR.replace(
      '</tb>\n</gpu>\n<gpu id="1"',
      '</tb><tb id="1" send="-1" recv="-1" chan="0">' +
        step(0, 'nop', 'i -1', 'i -1', 'cnt=0 depid=0 deps=1') +
        '</tb>\n</gpu>\n<gpu id="1"',
    );
    expect(texts(text)[0]).toContain('1 steps of gpu 0 that another tb waits for have hasdep 0');
  });
});

describe('results', () => {
  const collective = (coll: string, inplace = 0): string => {
    // GPU 0 and 1 exchange one chunk each way; chunk numbers as an all-to-all of two has them.
    const block = (id: number): string =>
      tb(0, 1 - id, 1 - id, step(0, 's', `i ${1 - id}`, 'o 0'), step(1, 'r', 'i 0', `o ${1 - id}`), step(2, 'cpy', `i ${id}`, `o ${id}`));
    return algo(coll, 2, inplace, gpu(0, '2 2 0', block(0)), gpu(1, '2 2 0', block(1)));
  };

  test('of an all-to-all are accepted, and refused as any other collective', () => {
    expect(load(collective('alltoall')).schedule.ops).toBe(6);
    expect(refused(collective('allreduce'))).toContain('a.xml:1 allreduce: output chunk 0 of gpu 0 lacks chunk 0 of gpu 1');
    expect(refused(collective('broadcast'))).toContain('broadcast: there is no gpu whose input all end with');
    expect(refused(collective('reduce'))).toContain('reduce: no gpu ends with the sum of all');
  });

  test('that hold a contribution twice, lack one, or were never written are refused', () => {
    expect(refused(PAIR.replace('type="rrcs"', 'type="rcs"'))).toContain('lacks chunk 0 of gpu 0');
    const doubled = PAIR.replace('type="r" srcbuf="i" srcoff="1"', 'type="rrc" srcbuf="i" srcoff="1"');
    expect(refused(doubled)).toContain('output chunk 1 of gpu 0 holds a contribution more than once (first at gpu 0 tb 0 step 2)');
    expect(refused(collective('alltoall').replaceAll('type="cpy"', 'type="nop"'))).toContain(
      'depends on a chunk that nothing was written to',
    );
    expect(refused(collective('alltoall').replace('type="r"', 'type="rrc"'))).toContain('which does not belong there');
  });

  test('of all-gather and reduce-scatter in place lie in the shard of their GPU', () => {
    const gather = (id: number): string =>
      gpu(id, '1 2 0', tb(0, 1 - id, 1 - id, step(0, 's', 'i 0', 'o 0'), step(1, 'r', 'i 0', `o ${1 - id}`)));
    expect(load(algo('allgather', 2, 1, gather(0), gather(1))).schedule.ops).toBe(4);
    const scatter = (id: number): string =>
      gpu(id, '2 1 0', tb(0, 1 - id, 1 - id, step(0, 's', `i ${1 - id}`, 'o 0'), step(1, 'rrc', `i ${id}`, 'o 0')));
    expect(load(algo('reduce_scatter', 2, 1, scatter(0), scatter(1))).schedule.ops).toBe(4);
    expect(refused(algo('reduce_scatter', 2, 1, scatter(0), scatter(1)).replace('type="rrc"', 'type="r"'))).toContain('lacks');
  });

  test('of a broadcast and a reduce may have any root', () => {
    const send = gpu(1, '1 1 0', tb(0, 0, -1, step(0, 's', 'i 0', 'o 0'), step(1, 'cpy', 'i 0', 'o 0')));
    expect(load(algo('broadcast', 1, 0, gpu(0, '1 1 0', tb(0, -1, 1, step(0, 'r', 'i 0', 'o 0'))), send)).schedule.ops).toBe(3);
    const reduce = gpu(0, '1 1 1', tb(0, -1, 1, step(0, 'r', 'i 0', 's 0'), step(1, 're', 'i 0', 's 0'), step(2, 'cpy', 's 0', 'o 0')));
    expect(load(algo('reduce', 1, 0, reduce, send)).schedule.ranks).toBe(2);
  });
});

describe('refusals', () => {
  const cases: readonly (readonly [what: string, text: string, message: string])[] = [
    ['an empty file', '', 'a.xml:1:1 the file is empty'],
    ['text between tags', 'hello', 'a.xml:1:1 "hello" between tags'],
    ['a tag that is cut off', PAIR.slice(0, 60), 'inside a tag (is it cut off?)'],
    ['a file that is cut off', PAIR.slice(0, PAIR.indexOf('</gpu>')), '<gpu> is not closed'],
    ['tags that do not nest', PAIR.replace('</tb>', '</gpu>'), '</gpu> closes <tb>'],
    ['other elements', PAIR.replace('<algo', '<graph'), '<graph> does not belong here'],
    ['an attribute twice', PAIR.replace('proto', 'name="y" proto'), 'attribute name of <algo> is given twice'],
    ['too few gpu elements', PAIR.replace('ngpus="2"', 'ngpus="3"'), 'ngpus is 3, the file has 2 gpu elements'],
    ['a gpu twice', PAIR.replace('gpu id="1"', 'gpu id="0"'), 'gpu 0 is given twice'],
    ['more GPUs than ranks', PAIR.replace('ngpus="2"', 'ngpus="17"'), 'the file has 17 GPUs, the fabric 16 ranks'],
    ['chunks that are not nchunksperloop', PAIR.replace('nchunksperloop="2"', 'nchunksperloop="4"'), 'i_chunks 2 is not nchunksperloop 4'],
    ['72 chunks', PAIR.replace('cnt="1"', 'cnt="72"'), 'cnt "72" must be a whole number from 1 to 71'],
    ['a negative count', PAIR.replace('cnt="1"', 'cnt="-1"'), 'cnt "-1" must be'],
    ['a missing attribute', PAIR.replace('cnt="1" ', ''), 'cnt is missing'],
    ['the own gpu as peer', PAIR.replace('send="1"', 'send="0"'), 'tb 0 of gpu 0 has its own gpu as peer'],
    ['a peer that is not there', PAIR.replace('send="1"', 'send="2"'), 'send "2" must be a whole number from -1 to 1'],
    ['ra', PAIR.replace('type="r"', 'type="ra"'), 'the interpreter accepts ra and does not execute it'],
    ['an unknown type', PAIR.replace('type="r"', 'type="q"'), 'step type "q"'],
    ['chunks outside of a buffer', PAIR.replace('srcoff="1"', 'srcoff="2"'), 'chunks 2..2 of buffer i of gpu 0, which has 2'],
    ['a step out of order', PAIR.replace('<step s="1"', '<step s="2"'), 'step 2 where step 1 should stand'],
    ['a tb that waits for itself', PAIR.replace('depid="-1" deps="-1"', 'depid="0" deps="1"'), 'tb 0 of gpu 0 waits for itself'],
    ['a tb that is not there', PAIR.replace('depid="-1" deps="-1"', 'depid="5" deps="1"'), 'depid 5: gpu 0 has no such tb'],
    [
      'unequal ends of a connection',
      PAIR.replace('type="rrcs"', 'type="rrc"'),
      'connection gpu 0 -> gpu 1 channel 0: 1 sends and 2 receives',
    ],
    [
      'unequal counts',
      PAIR.replace('cnt="1"', 'cnt="2"').replace('srcoff="1"', 'srcoff="0"'),
      'sends 2 chunks, gpu 1 tb 0 step 1 receives 1',
    ],
    ['a send without peer', PAIR.replace('send="1"', 'send="-1"'), 's sends, and tb 0 has no peer to send to'],
    ['a size that does not divide', '', 'no multiple of the 2 chunks'],
    ['two tbs on a connection', PAIR.replace('</tb>', '</tb><tb id="1" send="1" recv="-1" chan="0"></tb>'), 'share a connection'],
  ];
  test.each(cases)('%s', (what, text, message) => {
    const found = what === 'a size that does not divide' ? refused(PAIR, { sizeBytes: 3 }) : refused(text);
    expect(found).toContain(message);
    expect(found).toMatch(/^ImportError a\.xml/);
  });

  test('steps that wait for each other: over two thread blocks, and over two GPUs', () => {
    const wait = (id: number): string => step(0, 'nop', 'i -1', 'i -1', `cnt=0 depid=${1 - id} deps=0 hasdep=1`);
    expect(refused(algo('custom', 1, 1, gpu(0, '1 0 0', tb(0, -1, -1, wait(0)), tb(1, -1, -1, wait(1)))))).toContain(
      'steps wait for each other in a circle: gpu 0 tb 0 step 0 waits for gpu 0 tb 1 step 0 waits for gpu 0 tb 0 step 0',
    );
    const late = (id: number): string => gpu(id, '1 0 0', tb(0, 1 - id, 1 - id, step(0, 'r', 'i 0', 'i 0'), step(1, 's', 'i 0', 'i 0')));
    expect(refused(algo('custom', 1, 1, late(0), late(1)))).toContain('gpu 0 tb 0 step 0 waits for gpu 1 tb 0 step 0');
  });
});
