import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import type { ChakraOptions, InputFile } from '../../../sim/base/file-spec.ts';
import { COMPUTE, type Schedule } from '../../../sim/base/schedule.ts';
import { buildWorkload } from '../../../workloads/build-workload.ts';
import type { Workload } from '../../../workloads/workload.ts';
import { bytesSent, execute, sendsOf, waitsOf } from '../execute.ts';
import {
  ALL_GATHER,
  ALL_REDUCE,
  ALL_TO_ALL,
  BARRIER,
  BROADCAST,
  COLL,
  COMP,
  LOAD,
  META,
  type NodeToEncode,
  RECV_NODE,
  REDUCE_SCATTER,
  SEND_NODE,
  traceFile,
} from './encode-chakra.ts';
import { CHAKRA_DEFAULTS, fileSpec, refusalOf } from './file-spec.ts';
import { sample, samplesMissing } from './samples.ts';

type Options = Partial<ChakraOptions>;

const loadFiles = (files: readonly InputFile[], options: Options = {}, ranks = files.length): Workload =>
  buildWorkload(fileSpec({ ...CHAKRA_DEFAULTS, ...options }, files, ranks), 1);
const load = (traces: readonly (readonly NodeToEncode[])[], options: Options = {}): Workload =>
  loadFiles(
    traces.map((nodes, rank) => traceFile(`t.${rank}.et`, nodes)),
    options,
  );
const refused = (traces: readonly (readonly NodeToEncode[])[], options: Options = {}): string => refusalOf(() => load(traces, options));

const everyRank = (ranks: number, nodes: readonly NodeToEncode[]): readonly (readonly NodeToEncode[])[] =>
  Array.from({ length: ranks }, () => nodes);
const collective = (id: number, type: number, size: number, more: Partial<NodeToEncode> = {}): NodeToEncode => ({
  id,
  type: COLL,
  ...more,
  attributes: { comm_type: type, comm_size: size, ...more.attributes },
});
const compute = (id: number, duration: number, data: readonly number[] = []): NodeToEncode => ({ id, type: COMP, duration, data });
const send = (id: number, dst: number, size: number, tag = 0, data: readonly number[] = []): NodeToEncode => ({
  id,
  type: SEND_NODE,
  data,
  attributes: { comm_dst: dst, comm_size: size, comm_tag: tag },
});
const receive = (id: number, src: number, size: number, tag = 0, data: readonly number[] = []): NodeToEncode => ({
  id,
  type: RECV_NODE,
  data,
  attributes: { comm_src: src, comm_size: size, comm_tag: tag },
});

const computesOf = (schedule: Schedule, rank: number): number[] =>
  Array.from({ length: schedule.ops }, (_, op) => op).filter(
    (op) => schedule.rank[op] === rank && schedule.kind[op] === COMPUTE && schedule.durationPs[op]! > 0,
  );
const texts = (workload: Workload): string[] => workload.notices.map(({ text }) => text);

describe('the samples', () => {
  const traces = (): InputFile[] => Array.from({ length: 8 }, (_, rank) => sample(`chakra/one_comm_coll_node_allreduce.${rank}.et`));

  test.skipIf(samplesMissing)('one_comm_coll_node_allreduce is a ring all-reduce of 65536 bytes over the 8 ranks given', () => {
    const { schedule } = loadFiles(traces());
    expect(schedule.ranks).toBe(8);
    expect(sendsOf(schedule).length).toBe(8 * 14);
    expect(bytesSent(schedule)).toEqual(Array.from({ length: 8 }, () => (65536 / 8) * 14));
    expect(schedule.phaseNames).toEqual(Array.from({ length: 14 }, (_, i) => `after ${i} sends`));
    for (const op of sendsOf(schedule)) expect(schedule.peer[op]).toBe((schedule.rank[op]! + 1) % 8);
    expect(execute(schedule, 3).stuck).toEqual([]);
  });

  test.skipIf(samplesMissing)('run by the algorithm that the config names', () => {
    const { schedule } = loadFiles(traces(), { allReduce: 'halving-doubling' });
    expect(sendsOf(schedule).length).toBe(8 * 6);
    expect(schedule.phaseNames.length).toBe(6);
  });

  test.skipIf(samplesMissing)('need as many ranks as traces', () => {
    expect(refusalOf(() => loadFiles(traces(), {}, 7))).toContain('the file has 8 traces, the fabric 7 ranks');
  });

  test.skipIf(samplesMissing)(
    'small_chakra is refused for its missing dependencies, loads with them dropped and collectives replayed',
    () => {
      const small = [sample('chakra/small_chakra.0.json')];
      const refusal = refusalOf(() => loadFiles(small));
      expect(refusal).toContain('7 dependencies on ids that are not in the file: 3, 429, 434 (chakra: { missingDeps: drop } ignores them)');
      expect(refusalOf(() => loadFiles(small, { missingDeps: 'drop' }))).toContain('chakra: { missingComm: replay } replays its duration');
      const workload = loadFiles(small, { missingDeps: 'drop', missingComm: 'replay' });
      expect([...workload.schedule.durationPs].sort((a, b) => a - b)).toEqual([4, 28, 28, 79, 85, 153, 318].map((us) => us * 1e6));
      expect(texts(workload)).toEqual([
        'traffic: compute durations are read in us (chakra.durationUnit)',
        'small_chakra.0.json: dropped 7 dependencies on ids that are not in the file: 3, 429, 434',
        'small_chakra.0.json: 2 COMM_COLL nodes on the CPU without size are launch records: they run as CPU operations',
        'small_chakra.0.json: 1 collectives without size or type are replayed by their duration (chakra.missingComm) and send nothing',
        'small_chakra.0.json: nothing waits for 1 GPU computes',
      ]);
    },
  );
});

describe('collectives', () => {
  const ranks = 4;
  const rows: readonly (readonly [name: string, type: number, commSize: number, sentByEach: number])[] = [
    ['an all-reduce carries 2 (p-1)/p of its comm_size', ALL_REDUCE, 4000, 6000],
    ['an all-gather has one shard as comm_size and carries p-1 of them', ALL_GATHER, 1000, 3000],
    ['a reduce-scatter carries (p-1)/p of its comm_size', REDUCE_SCATTER, 4000, 3000],
    ['an all-to-all carries (p-1)/p of its comm_size', ALL_TO_ALL, 4000, 3000],
  ];
  test.each(rows)('%s', (_, type, commSize, sentByEach) => {
    const { schedule } = load(everyRank(ranks, [collective(5, type, commSize)]));
    expect(bytesSent(schedule)).toEqual(Array.from({ length: ranks }, () => sentByEach));
  });

  test('start after what their node waits for, and end before what waits for it, on every rank', () => {
    const { schedule } = load(everyRank(ranks, [compute(1, 10), collective(2, ALL_REDUCE, 4000, { data: [1] }), compute(3, 20, [2])]));
    for (let seed = 1; seed < 20; seed++) {
      const { started, ended, stuck } = execute(schedule, seed);
      expect(stuck).toEqual([]);
      for (let rank = 0; rank < ranks; rank++) {
        const [before, after] = computesOf(schedule, rank);
        for (const op of sendsOf(schedule)) {
          if (schedule.rank[op] === rank) expect(started[op]!).toBeGreaterThan(ended[before!]!);
          if (schedule.rank[op] === rank) expect(started[after!]!).toBeGreaterThan(started[op]!);
          if (schedule.peer[op] === rank) expect(started[after!]!).toBeGreaterThan(ended[op + 1]!);
        }
      }
    }
  });

  test('match by their order in a group even where ids differ between ranks', () => {
    const traces = [0, 1].map((rank) => [collective(10 + rank, ALL_REDUCE, 64), collective(20 + rank, ALL_GATHER, 32)]);
    expect(sendsOf(load(traces).schedule).length).toBe(2 * 2 + 2);
  });

  test('that differ in kind, size or number between ranks are refused', () => {
    expect(refused([[collective(1, ALL_REDUCE, 64)], [collective(9, ALL_REDUCE, 65)]])).toContain(
      'node 1 (byte 8): collective 1 of its group differs in kind or size from t.1.et node 9 (byte 8)',
    );
    expect(refused([[collective(1, ALL_REDUCE, 64)], [collective(9, ALL_TO_ALL, 64)]])).toContain('differs in kind or size');
    expect(refused([[collective(1, ALL_REDUCE, 64)], []])).toContain('collective 1 of its group has no counterpart on rank 1');
  });

  test('of a process group run among its ranks, in its order; singletons send nothing', () => {
    const groups = {
      type: META,
      id: 99,
      inputs: `['${JSON.stringify([
        { pg_name: '7', ranks: [3, 1] },
        { pg_name: '8', ranks: [0] },
        { pg_name: '9', ranks: [] },
      ])}']`,
    };
    const inGroup = (pg_name: string): NodeToEncode => collective(1, REDUCE_SCATTER, 90, { attributes: { pg_name } });
    const pair = load([[groups, inGroup('8')], [groups, inGroup('7')], [groups], [groups, inGroup('7')]]).schedule;
    // Member 0 is rank 3: it sends block 1 (its successor's) to rank 1.
    expect(sendsOf(pair).map((op) => [pair.rank[op], pair.peer[op], pair.bytes[op]])).toEqual([
      [3, 1, 45],
      [1, 3, 45],
    ]);
    expect(sendsOf(load(everyRank(4, [groups, inGroup('9')])).schedule).length).toBe(4 * 3);
  });

  test('of a group that is unknown, or does not hold the rank, or names a rank without a trace are refused', () => {
    const groups = { type: META, id: 99, inputs: `['${JSON.stringify([{ pg_name: '7', ranks: [1] }])}']` };
    const inGroup = (pg_name: string): NodeToEncode => collective(1, ALL_REDUCE, 90, { attributes: { pg_name } });
    expect(refused([[groups, inGroup('5')], [groups]])).toContain('there is no process group "5"');
    expect(refused([[groups, inGroup('7')], [groups]])).toContain('process group "7" does not hold rank 0');
    expect(refused([[groups, inGroup('7')]])).toContain('process group "7" has rank 1, there are 1 traces');
  });

  test('need an algorithm that fits the number of ranks', () => {
    expect(refused(everyRank(3, [collective(1, ALL_GATHER, 8)]), { allGather: 'recursive-doubling' })).toContain(
      'needs a power of two of ranks, not 3',
    );
  });

  test('that leave out a dimension, or are not simulated, are refused; broadcasts are replayed with a warning', () => {
    expect(refused(everyRank(2, [collective(1, ALL_REDUCE, 8, { attributes: { involved_dim: [true, false] } })]))).toContain(
      'involved_dim',
    );
    expect(refused(everyRank(2, [collective(1, 8, 8)]))).toContain('comm_type 8 (REDUCE_SCATTER_BLOCK) is not simulated');
    const workload = load(everyRank(2, [collective(1, BROADCAST, 8, { duration: 6 })]));
    expect([...workload.schedule.durationPs]).toEqual([6e6, 6e6]);
    expect(texts(workload)).toContain('t.0.et: 1 broadcasts are replayed by their duration and send nothing');
  });

  test('reduce, gather, scatter and barrier run, the rooted ones to or from the first rank of their group', () => {
    const sent = (type: number, size: number): unknown => {
      const workload = load(everyRank(3, [collective(1, type, size)]));
      const rooted = texts(workload).filter((text) => text.includes('the first rank of their group is taken'));
      expect(rooted).toHaveLength(type === BARRIER ? 0 : 3);
      return bytesSent(workload.schedule);
    };
    expect(sent(1, 9)).toEqual([0, 9, 9]); // reduce
    expect(sent(3, 9)).toEqual([0, 9, 9]); // gather: comm_size is one rank's part
    expect(sent(4, 9)).toEqual([18, 0, 0]); // scatter
    expect(sent(BARRIER, 0)).toEqual([0, 0, 0]);
    expect(sendsOf(load(everyRank(3, [{ id: 1, type: COLL, attributes: { comm_type: BARRIER } }])).schedule)).toHaveLength(6);
  });

  test('whose gathered size is 2^53 or more are refused', () => {
    expect(refused(everyRank(3, [collective(1, ALL_GATHER, 2 ** 52)]))).toContain('is 2^53 bytes or more');
  });

  test('on the CPU are launch records without a size, and communication with one', () => {
    const launch = { id: 1, type: COLL, duration: 3, attributes: { is_cpu_op: true } };
    const workload = load(everyRank(2, [launch, collective(2, ALL_REDUCE, 8, { data: [1] })]));
    expect(texts(workload)[1]).toBe('t.0.et: 1 COMM_COLL nodes on the CPU without size are launch records: they run as CPU operations');
    expect(computesOf(workload.schedule, 0).length).toBe(1);
    const sized = load(everyRank(2, [collective(2, ALL_REDUCE, 8, { attributes: { is_cpu_op: true } })]));
    expect(sendsOf(sized.schedule).length).toBe(4);
    expect(sized.notices[1]!.level).toBe('warning');
  });

  test('on the GPU without a size are refused', () => {
    expect(refused([[{ id: 1, type: COLL, attributes: { comm_type: 0 } }]])).toContain('node 1 (byte 8): a collective without comm_size');
  });
});

describe('sends and receives', () => {
  test('match on source, destination and tag, the i-th with the i-th', () => {
    const { schedule } = load([
      [send(1, 1, 10, 5), send(2, 1, 20, 6), send(3, 1, 30, 5)],
      [receive(1, 0, 20, 6), receive(2, 0, 10, 5), receive(3, 0, 30, 5)],
    ]);
    expect(sendsOf(schedule).map((op) => schedule.bytes[op])).toEqual([10, 20, 30]);
    expect(execute(schedule, 1).stuck).toEqual([]);
  });

  test('carry their dependencies: a receive waits at the receiver, a send goes one after another', () => {
    const { schedule } = load([
      [compute(1, 5), send(2, 1, 10, 0, [1]), send(3, 1, 20, 1)],
      [compute(1, 7), receive(2, 0, 10, 0, [1]), receive(3, 0, 20, 1), compute(4, 9, [2])],
    ]);
    // Rank 0: send 3 is ready at once, so it goes first; send 2 follows its compute and the end of send 3.
    const [first, second] = sendsOf(schedule);
    expect([schedule.bytes[first!], schedule.bytes[second!]]).toEqual([20, 10]);
    const [compute0] = computesOf(schedule, 0);
    expect(waitsOf(schedule, second!)).toEqual([`end ${compute0}`, `end ${first}`].sort());
    const [before, after] = computesOf(schedule, 1);
    expect(waitsOf(schedule, second! + 1)).toEqual([`end ${before}`]);
    expect(waitsOf(schedule, first! + 1)).toEqual([]);
    expect(waitsOf(schedule, after!)).toEqual([`end ${second! + 1}`, `end ${before}`].sort());
  });

  test('without partner, with different sizes, to itself, to a stranger or of another rank are refused', () => {
    expect(refused([[send(1, 1, 10)], []])).toContain('t.0.et: node 1 (byte 8): this send has no receive (0->1 tag 0)');
    expect(refused([[], [receive(1, 0, 10)]])).toContain('this receive has no send');
    expect(refused([[send(1, 1, 10)], [receive(4, 0, 11)]])).toContain('sends 10 bytes, t.1.et node 4 (byte 8) expects 11');
    expect(refused([[send(1, 0, 10)]])).toContain('rank 0 sends to itself');
    expect(refused([[send(1, 2, 10)], []])).toContain('there is no rank 2 (there are 2 traces)');
    expect(refused([[{ id: 1, type: SEND_NODE, attributes: { comm_src: 1, comm_dst: 0, comm_size: 1 } }], []])).toContain(
      'comm_src is 1 in the trace of rank 0',
    );
    expect(refused([[{ id: 1, type: SEND_NODE, attributes: { comm_dst: 1 } }], []])).toContain('a send without comm_size');
  });

  test('carry a comm_type in real traces, which is ignored with a note', () => {
    const tagged = (node: NodeToEncode, comm_type: number): NodeToEncode => ({ ...node, attributes: { ...node.attributes, comm_type } });
    const workload = load([[tagged(send(1, 1, 10), 5)], [tagged(receive(1, 0, 10), 6)]]);
    expect(texts(workload).slice(1)).toEqual([
      't.0.et: 1 send and receive nodes carry a comm_type, which means nothing there',
      't.1.et: 1 send and receive nodes carry a comm_type, which means nothing there',
    ]);
  });
});

describe('execution', () => {
  const orderOf = (nodes: readonly NodeToEncode[], options: Options = {}): number[] => {
    const { schedule } = load([nodes], options);
    const computes = computesOf(schedule, 0);
    const { started } = execute(schedule, 1);
    return computes.sort((a, b) => started[a]! - started[b]!).map((op) => schedule.durationPs[op]! / 1e6);
  };

  test('has one compute of a rank at a time, the ready one of lowest id first', () => {
    // The duration names the node: 3 and 4 are ready at once, 1 waits for 4.
    expect(orderOf([compute(1, 1, [4]), compute(3, 3), compute(4, 4), compute(6, 6)])).toEqual([3, 4, 1, 6]);
    const { schedule } = load([[compute(1, 1), compute(2, 2)]]);
    expect(waitsOf(schedule, 1)).toEqual(['end 0']);
  });

  test('has CPU operations beside GPU computes', () => {
    const { schedule } = load([[compute(1, 1), { ...compute(2, 2), attributes: { is_cpu_op: true } }]]);
    expect([waitsOf(schedule, 0), waitsOf(schedule, 1)]).toEqual([[], []]);
  });

  test('has one communication of a rank at a time: the second collective waits for the first', () => {
    const { schedule } = load(everyRank(2, [collective(1, ALL_REDUCE, 8), collective(2, ALL_REDUCE, 80)]));
    const { started, ended } = execute(schedule, 9);
    const [small, large] = [4, 40].map((bytes) => sendsOf(schedule).filter((op) => schedule.bytes[op] === bytes));
    for (const late of large!) {
      for (const early of small!)
        if (schedule.peer[early] === schedule.rank[late]) expect(started[late]!).toBeGreaterThan(ended[early + 1]!);
    }
    expect(schedule.phaseNames.length).toBe(4);
  });

  test('lets a rank that waits for a receive go on with a collective it is ready for', () => {
    // By ids alone rank 0 would send before the collective, for which rank 1 waits before it sends: a circle.
    const { schedule } = load([
      [receive(5, 1, 10), send(6, 1, 20, 1, [5]), collective(7, ALL_REDUCE, 8)],
      [collective(3, ALL_REDUCE, 8), send(4, 0, 10), receive(5, 0, 20, 1)],
    ]);
    expect(execute(schedule, 2).stuck).toEqual([]);
  });

  test('refuses ranks that call collectives of different groups crosswise, and prints the circle', () => {
    const groups = {
      type: META,
      id: 99,
      inputs: `['${JSON.stringify([
        { pg_name: '7', ranks: [0, 1] },
        { pg_name: '8', ranks: [1, 0] },
      ])}']`,
    };
    const call = (id: number, pg_name: string): NodeToEncode => collective(id, ALL_REDUCE, 8, { attributes: { pg_name } });
    const refusal = refused([
      [groups, call(1, '7'), call(2, '8')],
      [groups, call(3, '8'), call(4, '7')],
    ]);
    expect(refusal).toContain(
      'the traces wait for each other in a circle: node 1 of t.0.et waits for node 4 of t.1.et waits for node 3 of t.1.et waits for',
    );
  });

  test('follows control dependencies too, unless told to follow data only', () => {
    const nodes: readonly NodeToEncode[] = [{ ...compute(1, 1), ctrl: [2] }, compute(2, 2)];
    expect(orderOf(nodes)).toEqual([2, 1]);
    expect(orderOf(nodes, { deps: 'data' })).toEqual([1, 2]);
  });

  test('reads durations in the unit given, and a duration of 0 as 1 ns', () => {
    const durations = (options: Options): number[] => [...load([[compute(1, 7), compute(2, 0)]], options).schedule.durationPs];
    expect(durations({})).toEqual([7e6, 1e3]);
    expect(durations({ durationUnit: 'ns' })).toEqual([7e3, 1e3]);
  });

  test('reports the total of GPU computes of the busiest rank', () => {
    const { facts } = load([[compute(1, 7), compute(2, 8)], [compute(1, 3)]]);
    expect(facts).toEqual({ chakra_nodes: 3, chakra_recorded_nodes: 0, chakra_compute_us_max: 15 });
  });

  test('counts recorded nodes and notes GPU computes that nothing waits for', () => {
    const startTime = [6 * 8, 9];
    const workload = load([[{ ...compute(1, 7), extra: startTime }, compute(2, 8, [1]), compute(3, 1)]]);
    expect(workload.facts.chakra_recorded_nodes).toBe(1);
    expect(texts(workload)).toContain('t.0.et: nothing waits for 2 GPU computes');
  });

  test('passes through METADATA nodes', () => {
    const { schedule } = load([
      [compute(1, 1), { id: 2, type: META, data: [1] }, { ...compute(3, 3), data: [2], attributes: { is_cpu_op: true } }],
    ]);
    expect(waitsOf(schedule, computesOf(schedule, 0)[1]!)).toEqual(['end 0']);
  });

  test.prop([fc.array(fc.tuple(fc.nat(2), fc.array(fc.nat(30), { maxLength: 3 })), { minLength: 1, maxLength: 30 }), fc.nat()])(
    'of any trace without circles ends, on every order of messages',
    (shape, seed) => {
      const nodes = shape.map(([kind, before], i): NodeToEncode => {
        const data = before.filter((dep) => dep < i).map((dep) => 100 - dep); // dependencies on higher ids
        if (kind === 0) return { ...compute(100 - i, (i * 7) % 5), data };
        return collective(100 - i, kind === 1 ? ALL_REDUCE : ALL_TO_ALL, 100 + i, { data });
      });
      const { schedule } = load(everyRank(3, nodes));
      expect(execute(schedule, seed).stuck).toEqual([]);
    },
  );
});

describe('a graph', () => {
  test('with one id twice, or nodes in a circle, is refused', () => {
    expect(refused([[compute(1, 1), compute(1, 2)]])).toContain('id 1 is used twice (byte 8, byte ');
    expect(refused([[compute(1, 1, [3]), compute(2, 1, [1]), compute(3, 1, [2])]])).toContain(
      'in a circle: 1 waits for 3 waits for 2 waits for 1',
    );
  });

  test('with nodes of no type, or that need a memory model, is refused', () => {
    expect(refused([[{ id: 1, type: 0 }]])).toContain('node type 0 (INVALID)');
    expect(refused([[{ id: 1, type: 12 }]])).toContain('node type 12 (unknown)');
    expect(refused([[{ id: 1, type: LOAD }]])).toContain('MEM_LOAD needs a memory model');
  });

  test('reports the mistakes of all its files in one error', () => {
    const refusal = refused([[{ id: 1, type: 0 }], [{ id: 1, type: 0 }]]);
    expect(refusal).toContain('t.0.et: node 1');
    expect(refusal).toContain('t.1.et: node 1');
  });
});
