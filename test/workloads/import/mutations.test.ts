import { describe, expect, test } from 'vitest';
import { ImportError } from '../../../sim/base/errors.ts';
import { type FileOptions, fileOf, type InputFile } from '../../../sim/base/file-spec.ts';
import { COMPUTE, type Schedule } from '../../../sim/base/schedule.ts';
import { importWorkload } from '../../../workloads/import/import-workload.ts';
import { execute } from '../execute.ts';
import { ALL_REDUCE, COLL, COMP, META, traceFile } from './encode-chakra.ts';
import { bytesOf, CHAKRA_DEFAULTS, GOAL_DEFAULTS, HPCC_DEFAULTS, MSCCL_DEFAULTS, SIMAI_DEFAULTS, textFile } from './file-spec.ts';
import { sample, samplesMissing } from './samples.ts';
import { goalText, hpccText, htsimText, mscclText, simaiText } from './texts.ts';

/** Of each base file. */
const MUTATIONS = process.env.NETSIM_SCENARIOS === undefined ? 40 : 2000;
const MOST_BYTES = 2 ** 30;
const RANKS = 128;

interface Base {
  readonly options: FileOptions;
  readonly file: InputFile;
}

const chakra = traceFile('own.et', [
  { id: 1, type: META, inputs: '[\'[{"pg_name": "1", "ranks": [0]}]\']' },
  { id: 2, type: COMP, duration: 5, data: [1] },
  { id: 3, type: COLL, data: [2], attributes: { comm_type: ALL_REDUCE, comm_size: 64, pg_name: '1' } },
  { id: 4, type: COLL, ctrl: [3], duration: 2, attributes: { is_cpu_op: true } },
]);
const json = `{"workload_graph":[{"Id":1,"Name":"a","NodeType":4,"ctrlDeps":[],"data_deps":[],"runtime":5},{"Id":2,"Name":"b","NodeType":7,"data_deps":[1],"comm_type":0,"comm_size":64}]}`;

const own: readonly Base[] = [
  { options: GOAL_DEFAULTS, file: textFile('own.goal', goalText(4)) },
  { options: MSCCL_DEFAULTS, file: textFile('own.xml', mscclText) },
  { options: SIMAI_DEFAULTS, file: textFile('own.txt', simaiText) },
  { options: { format: 'htsim', startUnit: 'us' }, file: textFile('own.cm', htsimText) },
  { options: HPCC_DEFAULTS, file: textFile('own.flow', hpccText) },
  { options: CHAKRA_DEFAULTS, file: chakra },
  { options: CHAKRA_DEFAULTS, file: textFile('own.json', json) },
];
const real = (): readonly Base[] => [
  ...['rd_P8_B65536.goal', 'rd_P8_B65536.bin', 'ring_P8_B1048576.bin'].map((name) => ({
    options: GOAL_DEFAULTS,
    file: sample(`goal/${name}`),
  })),
  ...['allreduce_ring_4gpu_simpleex', 'allreduce_allpairs_4gpu_LL', 'hierarchical_allreduce_2n4g', 'alltoall_allpairs_4gpu'].map(
    (name) => ({
      options: MSCCL_DEFAULTS,
      file: sample(`msccl/${name}.xml`),
    }),
  ),
  {
    options: { ...SIMAI_DEFAULTS, allGpus: 8, layerCount: 'rows' },
    file: sample('simai/L65B-M1-C05_Llama65B_megatron_tp8_pp1_mbs1_A100.txt'),
  },
  { options: { format: 'htsim', startUnit: 'ps' }, file: sample('htsim/perm128_8MiB.cm') },
  { options: { ...CHAKRA_DEFAULTS, missingDeps: 'drop', missingComm: 'replay' }, file: sample('chakra/small_chakra.0.json') },
];

type Draw = (below: number) => number;
function draws(seed: number): Draw {
  let state = seed | 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

const NUMBERS = [
  '-1',
  '0',
  '1',
  '2',
  '7',
  '71',
  '72',
  '255',
  '4294967295',
  '4294967297',
  '9007199254740991',
  '9007199254740992',
  '1e30',
  '99999999999999999999',
];

const splice = (bytes: Uint8Array, at: number, remove: number, insert: Uint8Array | readonly number[]): Uint8Array =>
  Uint8Array.from([...bytes.subarray(0, at), ...insert, ...bytes.subarray(at + remove)]);

/** What goes wrong with files, and what people and programs write into them. */
const MUTATORS: readonly ((bytes: Uint8Array, draw: Draw) => Uint8Array)[] = [
  (bytes, draw) => bytes.slice(0, draw(bytes.length)),
  (bytes, draw) => {
    const changed = bytes.slice();
    for (let i = draw(3); i >= 0; i--) changed[draw(bytes.length)]! ^= 1 << draw(8);
    return changed;
  },
  (bytes, draw) => splice(bytes, draw(bytes.length), 1 + draw(40), []),
  (bytes, draw) => {
    const at = draw(bytes.length);
    return splice(bytes, at, 0, bytes.subarray(at, at + 1 + draw(200)));
  },
  // A huge varint, or a run of ones.
  (bytes, draw) => splice(bytes, draw(bytes.length), draw(3), [...Array.from({ length: 1 + draw(10) }, () => 0xff), draw(128)]),
  // Another number, or one from elsewhere in the file: unknown ids, circles, negative and huge sizes.
  (bytes, draw) => {
    const text = Buffer.from(bytes).toString('latin1');
    const numbers = [...text.matchAll(/-?\d+/g)];
    if (numbers.length === 0) return bytes.slice(1);
    const from = numbers[draw(numbers.length)]!;
    const other = draw(2) === 0 ? NUMBERS[draw(NUMBERS.length)]! : numbers[draw(numbers.length)]![0];
    return splice(bytes, from.index, from[0].length, Buffer.from(other));
  },
  // Two lines change places.
  (bytes, draw) => {
    const lines = Buffer.from(bytes).toString('latin1').split('\n');
    const [a, b] = [draw(lines.length), draw(lines.length)];
    [lines[a], lines[b]] = [lines[b]!, lines[a]!];
    return new Uint8Array(Buffer.from(lines.join('\n'), 'latin1'));
  },
];

function checkSchedule({ ranks, ops, kind, rank, peer, bytes, durationPs, match, depOffset, depOp, ...rest }: Schedule): void {
  for (let op = 0; op < ops; op++) {
    if (rank[op]! >= ranks || !(durationPs[op]! >= 0) || !Number.isSafeInteger(bytes[op]) || bytes[op]! < 0)
      throw new Error(`operation ${op}`);
    if (
      kind[op] !== COMPUTE &&
      (match[match[op]!] !== op || bytes[match[op]!] !== bytes[op] || peer[op] !== rank[match[op]!] || peer[op] === rank[op])
    )
      throw new Error(`message ${op}`);
    for (let e = depOffset[op]!; e < depOffset[op + 1]!; e++) if (rank[depOp[e]!] !== rank[op]) throw new Error(`edge of ${op}`);
  }
  if (ops < 2000)
    expect(execute({ ranks, ops, kind, rank, peer, bytes, durationPs, match, depOffset, depOp, ...rest }, 1).stuck).toEqual([]);
}

function usedBytes(): number {
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

function tryImport({ options, file }: Base, content: Uint8Array): 'imported' | 'refused' {
  const before = usedBytes();
  try {
    const { schedule } = importWorkload({ path: file.name, files: [fileOf(file.name, content)], options, ranks: RANKS });
    checkSchedule(schedule);
    return 'imported';
  } catch (error) {
    if (!(error instanceof ImportError)) throw error;
    expect(error.describe()).toContain(file.name);
    return 'refused';
  } finally {
    expect(usedBytes() - before).toBeLessThan(MOST_BYTES);
  }
}

function mutate(base: Base): Record<string, number> {
  const bytes = bytesOf(base.file);
  expect(tryImport(base, bytes)).toBe('imported');
  const count = { imported: 0, refused: 0 };
  for (let i = 0; i < MUTATIONS; i++) {
    const draw = draws(i * 2654435761 + bytes.length);
    for (let warm = 0; warm < 5; warm++) draw(2);
    const mutated = MUTATORS[i % MUTATORS.length]!(bytes, draw);
    try {
      count[tryImport(base, mutated)]++;
    } catch (cause) {
      throw new Error(`mutation ${i} of ${base.file.name}: ${JSON.stringify(Buffer.from(mutated).toString('latin1').slice(0, 2000))}`, {
        cause,
      });
    }
  }
  return count;
}

describe('a mutated file gives a Schedule or an ImportError that names the file', () => {
  test.each(own.map((base) => [base.file.name, base] as const))('%s', (_, base) => {
    // Fewer refusals would mean that the mutations do not matter.
    expect(mutate(base).refused).toBeGreaterThan(MUTATIONS / 4);
  });

  test.skipIf(samplesMissing)('the samples', () => {
    for (const base of real()) mutate(base);
  });
});
