import { test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import type { InputFile, SimaiOptions } from '../../../sim/base/file-spec.ts';
import { COMPUTE } from '../../../sim/base/schedule.ts';
import { buildWorkload } from '../../../workloads/build-workload.ts';
import type { Workload } from '../../../workloads/workload.ts';
import { bytesSent, execute, sendsOf } from '../execute.ts';
import { fileSpec, inPieces, refusalOf, SIMAI_DEFAULTS, textFile } from './file-spec.ts';
import { sample, samplesMissing } from './samples.ts';

type Options = Partial<SimaiOptions>;
const loadFile = (file: InputFile, options: Options = {}, ranks = 64): Workload =>
  buildWorkload(fileSpec({ ...SIMAI_DEFAULTS, ...options }, [file], ranks), 1);
const load = (text: string, options: Options = {}): Workload => loadFile(textFile('w.txt', text), options);
const refused = (text: string, options: Options = {}): string => refusalOf(() => load(text, options));
const warnings = ({ notices }: Workload): string[] => notices.filter(({ level }) => level === 'warning').map(({ text }) => text);

const GPT = 'simai/G13B-M1-C02_GPT13B_megatron_tp8_pp1_mbs1_sp_A100.txt';
const LLAMA = 'simai/L65B-M1-C05_Llama65B_megatron_tp8_pp1_mbs1_A100.txt';
const header = (gpus: number, more = ''): string =>
  `HYBRID_TRANSFORMER_FWD_IN_BCKWD model_parallel_NPU_group: 2 ep: 2 pp: 1 vpp: 1 ga: 1 all_gpus: ${gpus} ${more}`;
const file = (head: string, ...rows: string[]): string => `${head}\n${rows.length}\n${rows.join('\n')}\n`;
/** Durations of the computes of a rank, in ns, in the order of a run. */
function computesOf({ schedule }: Workload, rank: number): number[] {
  const { started } = execute(schedule, 1);
  return Array.from({ length: schedule.ops }, (_, op) => op)
    .filter((op) => schedule.rank[op] === rank && schedule.kind[op] === COMPUTE && schedule.durationPs[op]! > 0)
    .sort((a, b) => started[a]! - started[b]!)
    .map((op) => schedule.durationPs[op]! / 1e3);
}
/** Partners that rank 0 sends to. */
const partnersOf = ({ schedule }: Workload): number[] =>
  [
    ...new Set(
      sendsOf(schedule)
        .filter((op) => schedule.rank[op] === 0)
        .map((op) => schedule.peer[op]!),
    ),
  ].sort((a, b) => a - b);

describe('the samples', () => {
  test.skipIf(samplesMissing)('the well-formed one needs the number of GPUs, and warns of its old header and its broadcast', () => {
    expect(refusalOf(() => loadFile(sample(GPT)))).toContain(
      ':1:1 the header does not say how many GPUs there are (all_gpus) (set simai: { allGpus: .. })',
    );
    const workload = loadFile(sample(GPT), { allGpus: 8 });
    expect(workload.facts).toEqual({ simai_layers: 172 });
    expect(warnings(workload).map((text) => text.slice(text.indexOf(': ') + 2))).toEqual([
      'an old header without ep, pp, vpp, ga, all_gpus: ep = pp = vpp = ga = 1; the number of GPUs is simai.allGpus',
      '1 broadcasts are left out, as the original does; simai: { broadcast: true } runs them',
    ]);
    expect(execute(workload.schedule, 1).stuck).toEqual([]);
    // A comparison of arrays this long takes seconds.
    const text = ({ schedule }: Workload): string => [schedule.bytes, schedule.match, schedule.depOp].join();
    expect(text(loadFile(inPieces(sample(GPT), 999), { allGpus: 8 })) === text(workload)).toBe(true);
  });

  test.skipIf(samplesMissing)('the malformed one declares 839 layers and has 33; layerCount: rows takes these', () => {
    expect(refusalOf(() => loadFile(sample(LLAMA), { allGpus: 8 }))).toContain(':2:1 the file declares 839 layers and has 33 rows');
    const workload = loadFile(sample(LLAMA), { allGpus: 8, layerCount: 'rows' });
    expect(workload.facts).toEqual({ simai_layers: 33 });
    expect(warnings(workload)[0]).toContain('declares 839 layers, has 33');
  });

  test.skipIf(samplesMissing)('send what the ring algorithms send of each column', () => {
    const rows = new TextDecoder()
      .decode([...sample(GPT).chunks()][0])
      .trim()
      .split('\n')
      .slice(2)
      .map((line) => line.split('\t'));
    // All-reduce 2 n (p-1)/p a rank, all-gather and reduce-scatter half of it; the wg column has groups of one.
    const expected = rows
      .flatMap((row) => [[row[3]!, Number(row[4])] as const, [row[6]!, Number(row[7])] as const])
      .reduce((sum, [word, bytes]) => sum + (word === 'ALLREDUCE' ? 2 : word === 'NONE' || word === 'BROADCAST' ? 0 : 1) * bytes * 7, 0);
    const { schedule } = loadFile(sample(GPT), { allGpus: 8 });
    expect(bytesSent(schedule).reduce((sum, each) => sum + each, 0)).toBe(expected);
  });
});

describe('a layer', () => {
  test('computes forward from the first layer, backward from the last: input gradient, weight gradient, update', () => {
    const text = file(header(4), 'a -1 1 NONE 0 2 NONE 0 3 NONE 0 4', 'b -1 10 NONE 0 20 NONE 0 30 NONE 0 40');
    expect(computesOf(load(text), 0)).toEqual([1, 10, 20, 30, 40, 2, 3, 4]);
  });

  test('waits for the collectives of forward and input gradient, and goes on beside that of the weight gradient', () => {
    const { schedule } = load(
      file(header(4), 'a -1 1 ALLREDUCE 8 2 ALLREDUCE 8 3 ALLREDUCE 8 4', 'b -1 5 NONE 0 6 NONE 0 7 ALLREDUCE 8 8'),
    );
    const { started, ended } = execute(schedule, 9);
    const at = (ns: number): number => [...schedule.durationPs].findIndex((ps, op) => ps === ns * 1e3 && schedule.rank[op] === 0);
    const sends = sendsOf(schedule).filter((op) => schedule.rank[op] === 0);
    const from = (op: number): number => started[op]!;
    const first = Math.min(...sends.map(from));
    expect(ended[at(1)]!).toBeLessThan(first);
    expect(execute(schedule, 3).stuck).toEqual([]);
    // The chain of computes without weight-gradient collectives in it.
    const reaches = (from: number, to: number): boolean => {
      const waits = Array.from(
        { length: schedule.depOffset[to + 1]! - schedule.depOffset[to]! },
        (_, i) => schedule.depOp[schedule.depOffset[to]! + i]!,
      );
      return waits.some((dep) => dep === from || reaches(from, dep));
    };
    expect(reaches(at(7), at(2))).toBe(true);
    expect(reaches(at(8), at(2))).toBe(false);
    expect(reaches(at(3), at(4))).toBe(true);
  });

  test.each([
    ['forward, tensor group', 'a -1 0 ALLREDUCE 8 0 NONE 0 0 NONE 0 0', [1]],
    ['weight gradient, data group', 'a -1 0 NONE 0 0 NONE 0 0 ALLREDUCE 8 0', [2]],
    ['expert group', 'a -1 0 ALLTOALL_EP 8 0 NONE 0 0 NONE 0 0', [2]],
    ['ranks with the same experts', 'a -1 0 NONE 0 0 NONE 0 0 ALLREDUCE_DP_EP 8 0', [4]],
  ])('%s', (_, row, partners) => {
    // 16 GPUs: tensor 2, data 8, of which 2 are an expert group; on a ring rank 0 sends to the next member.
    expect(partnersOf(load(file(header(16), row)))).toEqual(partners);
  });

  test('has a policy of its own as 13th column under HYBRID_CUSTOMIZED', () => {
    const head = header(8).replace('HYBRID_TRANSFORMER_FWD_IN_BCKWD', 'HYBRID_CUSTOMIZED');
    const row = (policy: string, column: 'fwd' | 'wg'): string =>
      `a -1 0 ${column === 'fwd' ? 'ALLTOALL 80' : 'NONE 0'} 0 NONE 0 0 ${column === 'wg' ? 'ALLTOALL 80' : 'NONE 0'} 0 ${policy}`;
    const partners = (policy: string, column: 'fwd' | 'wg'): number => partnersOf(load(file(head, row(policy, column)))).length;
    expect([partners('DATA', 'wg'), partners('DATA', 'fwd')]).toEqual([7, 0]);
    expect([partners('MODEL', 'wg'), partners('MODEL', 'fwd')]).toEqual([0, 7]);
    expect([partners('HYBRID_DATA_MODEL', 'wg'), partners('HYBRID_DATA_MODEL', 'fwd')]).toEqual([3, 1]);
  });

  test('is computed again from its checkpoint where backward reaches an initiating layer', () => {
    const rows = [1, 10, 100].map((ns) => `l -1 ${ns} NONE 0 ${2 * ns} NONE 0 0 NONE 0 0`);
    expect(computesOf(load(file(header(4, 'checkpoints: 1 0 checkpoint_initiates: 1 2'), ...rows)), 0)).toEqual([
      1, 10, 100, 1, 10, 200, 20, 2,
    ]);
    expect(computesOf(load(file(header(4, 'checkpoints: 2 0 1 checkpoint_initiates: 1 2'), ...rows)), 0)).toEqual([
      1, 10, 100, 10, 200, 20, 2,
    ]);
  });

  test('ends with the bubble of the pipeline', () => {
    const text = file(
      header(8).replace('pp: 1 vpp: 1 ga: 1', 'pp: 4 vpp: 2 ga: 3').replace('ep: 2', 'ep: 1'),
      'a -1 6 NONE 0 12 NONE 0 18 NONE 0 0',
    );
    expect(computesOf(load(text), 7)).toEqual([6, 12, 18, (36 * 3) / 6]);
  });

  test('broadcasts where simai.broadcast says so', () => {
    const text = file(header(4), 'a -1 0 BROADCAST 8 0 NONE 0 0 NONE 0 0');
    expect(bytesSent(load(text).schedule)).toEqual([0, 0, 0, 0]);
    expect(bytesSent(load(text, { broadcast: true }).schedule)).toEqual([8, 0, 8, 0]);
  });
});

describe('a file', () => {
  const good = file(header(4), 'a -1 1 ALLREDUCE 8 2 NONE 0 3 NONE 0 4');

  test.each([
    ['CR LF', good.replaceAll('\n', '\r\n')],
    ['a byte-order mark', `\uFEFF${good}`],
    ['tabs, padding and trailing blanks', good.replaceAll(' ', '\t   ').replaceAll('\n', ' \t \n')],
    ['no final newline', good.trimEnd()],
    ['a row over several lines', good.replace('ALLREDUCE', '\nALLREDUCE')],
    ['pp_comm without colon', good.replace('all_gpus', 'pp_comm 0 all_gpus')],
  ])('may have %s', (_, text) => {
    expect(load(text).schedule).toEqual(load(good).schedule);
  });

  const cases: readonly (readonly [what: string, text: string, message: string])[] = [
    ['empty', ' \n', 'w.txt:1:1 the file is empty'],
    ['another policy', good.replace('HYBRID_TRANSFORMER_FWD_IN_BCKWD', 'MICRO'), 'w.txt:1:1 "MICRO" is not simulated'],
    ['an unknown policy', good.replace('HYBRID_TRANSFORMER_FWD_IN_BCKWD', 'FOO'), '"FOO" is no policy'],
    ['an unknown header word', good.replace('ga:', 'gax:'), 'unknown word "gax:"'],
    ['a header word without value', good.replace(/all_gpus: 4 /, 'all_gpus:'), '"all_gpus:" without a value'],
    ['a negative group', good.replace('ep: 2', 'ep: -2'), 'ep "-2" is not a whole number from 1'],
    [
      'an unknown communication',
      good.replace('ALLREDUCE', 'ALLREDUCEALLTOALL'),
      'w.txt:3:8 unknown communication "ALLREDUCEALLTOALL" (forward)',
    ],
    ['a negative size', good.replace('ALLREDUCE 8', 'ALLREDUCE -8'), 'w.txt:3:18 forward bytes "-8" is not'],
    ['a fraction', good.replace('a -1 1 ', 'a -1 1.5 '), 'forward compute "1.5" is not'],
    ['a dependency', good.replace('a -1', 'a 0'), 'dependency "0" is not -1'],
    ['a row cut off', good.trimEnd().replace(/ 4$/, ''), 'the last row has 11 of 12 columns'],
    ['too few rows', good.replace('\n1\n', '\n2\n'), 'w.txt:2:1 the file declares 2 layers and has 1 rows'],
    ['too many rows', good.replace('\n1\n', '\n1\n b -1 1 NONE 0 2 NONE 0 3 NONE 0 4\n'), 'declares 1 layers and has 2 rows'],
    [
      'a policy that is none as 13th column',
      `${good.replace('HYBRID_TRANSFORMER_FWD_IN_BCKWD', 'HYBRID_CUSTOMIZED').trimEnd()} FOO\n`,
      '"FOO" is no policy of a layer',
    ],
    ['GPUs that do not divide', good.replace('all_gpus: 4', 'all_gpus: 5'), '5 GPUs are no multiple of 2 tensor times 1 pipeline ranks'],
    ['experts that do not divide', good.replace('all_gpus: 4', 'all_gpus: 6'), '3 data-parallel ranks are no multiple of 2 expert ranks'],
    ['more GPUs than ranks', good.replace('all_gpus: 4', 'all_gpus: 128'), 'the file has 128 GPUs, the fabric 64 ranks'],
    ['a checkpoint that is not there', good.replace('all_gpus', 'checkpoints: 1 7 all_gpus'), 'there is no layer 7'],
    ['computes longer than a run', good.replace('a -1 1 ', 'a -1 9007199254740991 '), 'longer than a run can be'],
  ];
  test.each(cases)('is refused: %s', (_, text, message) => {
    expect(refused(text)).toContain(message);
    expect(refused(text)).toMatch(/^ImportError /);
  });

  test('is refused when the option contradicts the header, or no algorithm fits a group', () => {
    expect(refused(good, { allGpus: 8 })).toContain('the header says 4 GPUs, simai.allGpus 8');
    const three = good
      .replace('model_parallel_NPU_group: 2 ep: 2', 'model_parallel_NPU_group: 3 ep: 1')
      .replace('all_gpus: 4', 'all_gpus: 3')
      .replace('ALLREDUCE', 'ALLGATHER');
    expect(refused(three, { allGather: 'recursive-doubling' })).toContain('needs a power of two');
  });
});
