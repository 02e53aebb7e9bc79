import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type ChakraOptions, fileOf, type InputFile } from '../../../sim/base/file-spec.ts';
import { COMPUTE, RECV, type Schedule, ScheduleBuilder, SEND } from '../../../sim/base/schedule.ts';
import { allReduce } from '../../../workloads/collectives/schedules.ts';
import { chakraCollective, chakraTraces, type DurationUnit } from '../../../workloads/export/chakra.ts';
import { chakraMetadata, chakraNode } from '../../../workloads/export/chakra-encode.ts';
import { chakraWorkload } from '../../../workloads/import/chakra.ts';
import { parseChakraProtobuf } from '../../../workloads/import/chakra-protobuf.ts';
import { refusalOf } from '../import/file-spec.ts';
import { samplesMissing } from '../import/samples.ts';
import { joined, sampleBytes } from './files.ts';
import { randomSchedules } from './random-schedules.ts';
import { difference } from './same-schedule.ts';

const OPTIONS: ChakraOptions = {
  format: 'chakra',
  durationUnit: 'us',
  deps: 'both',
  missingDeps: 'error',
  missingComm: 'error',
  allReduce: 'ring',
  allGather: 'ring',
  reduceScatter: 'ring',
};

const filesOf = (traces: readonly Iterable<Uint8Array>[]): InputFile[] =>
  traces.map((trace, rank) => fileOf(`x.${rank}.et`, joined(trace)));
const imported = (files: readonly InputFile[]): Schedule =>
  chakraWorkload({ path: 'x', files, options: OPTIONS, ranks: files.length }).schedule;

/** The nodes as a Schedule, as they are: an importer adds that a rank has one communication and one compute under way. */
function scheduleOf(files: readonly InputFile[], unitPs: number): Schedule {
  const builder = new ScheduleBuilder(files.length);
  const phase = builder.phase('trace');
  const traces = files.map((file) => parseChakraProtobuf(file).nodes);
  const sends = new Map<string, number>();
  const key = (attributes: ReadonlyMap<string, unknown>): string =>
    ['comm_src', 'comm_dst', 'comm_tag'].map((name) => attributes.get(name)).join();
  traces.forEach((nodes, rank) => {
    for (const { type, attributes } of nodes) {
      if (type !== 5) continue;
      expect(attributes.get('comm_src')).toBe(rank);
      expect(sends.has(key(attributes))).toBe(false);
      sends.set(key(attributes), builder.message(rank, Number(attributes.get('comm_dst')), Number(attributes.get('comm_size')), phase));
    }
  });
  traces.forEach((nodes, rank) => {
    const ops: number[] = [];
    nodes.forEach(({ id, type, duration, attributes, dataDeps, ctrlDeps }, i) => {
      expect([id, attributes.get('is_cpu_op'), ctrlDeps.length]).toEqual([i, false, 0]);
      if (type === 4) ops.push(builder.compute(rank, duration * unitPs));
      else ops.push(sends.get(key(attributes))! + (type === 6 ? 1 : 0));
      // Ids stand in an order in which everything comes after what it waits for.
      for (const dep of dataDeps) {
        expect(dep).toBeLessThan(id);
        builder.after(ops[i]!, ops[dep]!);
      }
    });
  });
  return builder.build();
}

describe('the wire format', () => {
  test.skipIf(samplesMissing)('gives the bytes of the sample, whose comm_size is a uint64', () => {
    const node = chakraNode({
      id: 512,
      name: 'ALL_REDUCE',
      type: 7,
      dataDeps: [],
      duration: 0,
      attributes: [
        { name: 'is_cpu_op', kind: 'bool', value: false },
        { name: 'comm_type', kind: 'int64', value: 0 },
        { name: 'comm_size', kind: 'uint64', value: 65_536 },
        { name: 'involved_dim', kind: 'boolList', value: [true] },
      ],
    });
    expect(joined([chakraMetadata(), node])).toEqual(sampleBytes('chakra/one_comm_coll_node_allreduce.0.et'));
  });

  test('holds integers up to 2^53', () => {
    const builder = new ScheduleBuilder(2);
    builder.message(0, 1, Number.MAX_SAFE_INTEGER, builder.phase('p'));
    const [first] = filesOf(chakraTraces(builder.build(), 'us'));
    expect(parseChakraProtobuf(first!).nodes[0]!.attributes.get('comm_size')).toBe(Number.MAX_SAFE_INTEGER);
  });
});

describe('a collective alone', () => {
  test('is one node of each rank, which imports as the collective', () => {
    const files = filesOf(chakraCollective({ kind: 'all-reduce', algorithm: 'ring', sizeBytes: 1000, ranks: 5 }));
    expect(files).toHaveLength(5);
    expect(difference(imported(files), allReduce({ ranks: 5, sizeBytes: 1000 }), { withoutJoins: true, withoutImplied: true })).toBeNull();
  });

  test('of an all-gather has the shard of a rank as its size, which must be whole', () => {
    const spec = { kind: 'all-gather', algorithm: 'ring', ranks: 4 } as const;
    const [file] = filesOf(chakraCollective({ ...spec, sizeBytes: 4000 }));
    expect(parseChakraProtobuf(file!).nodes[0]!.attributes.get('comm_size')).toBe(1000);
    expect(refusalOf(() => chakraCollective({ ...spec, sizeBytes: 4002 }))).toContain('an all-gather of 4002 B over 4 ranks');
  });
});

describe('a DAG of sends, receives and computes', () => {
  test.each<[DurationUnit, number]>([
    ['us', 1e6],
    ['ns', 1e3],
  ])('read again is the same Schedule without its joins, durations in %s', (unit, unitPs) => {
    fc.assert(
      fc.property(randomSchedules({ unitPs, startEdges: false }), (schedule) => {
        const again = scheduleOf(filesOf(chakraTraces(schedule, unit)), unitPs);
        expect(difference(schedule, again, { withoutJoins: true })).toBeNull();
      }),
      { numRuns: 100 },
    );
  });

  test('imports', () => {
    const builder = new ScheduleBuilder(2);
    const phase = builder.phase('p');
    const compute = builder.compute(0, 3e6);
    const send = builder.message(0, 1, 100, phase);
    builder.after(send, compute);
    builder.after(builder.message(1, 0, 200, phase), send + 1);
    const schedule = builder.build();
    expect(difference(schedule, imported(filesOf(chakraTraces(schedule, 'us'))))).toBeNull();
  });

  test('what it cannot express is an error that names the operation', () => {
    const ring = allReduce({ ranks: 3, sizeBytes: 99 });
    const waits = Array.from({ length: ring.ops }, (_, op) => op).find((op) => ring.depOnStart[ring.depOffset[op]!] === 1)!;
    expect([SEND, RECV, COMPUTE]).toContain(ring.kind[waits]);
    expect(refusalOf(() => chakraTraces(ring, 'us'))).toContain('it waits for the start of another operation');
    const builder = new ScheduleBuilder(1);
    builder.compute(0, 1500);
    expect(refusalOf(() => chakraTraces(builder.build(), 'ns'))).toContain('compute 0 (rank 0, 0.0015 us): it lasts no whole number of ns');
  });
});
