import { describe, expect, test } from 'vitest';
import { type FileOptions, fileOf, type InputFile } from '../../../sim/base/file-spec.ts';
import type { Schedule } from '../../../sim/base/schedule.ts';
import { buildTopology } from '../../../topologies/build-topology.ts';
import { htsimTopoText } from '../../../topologies/export/htsim-topo.ts';
import { simaiTopologyText } from '../../../topologies/export/simai-topology.ts';
import { htsimTopo } from '../../../topologies/import/htsim-topo.ts';
import { simaiTopology } from '../../../topologies/import/simai-topology.ts';
import { goalBinary } from '../../../workloads/export/goal-binary.ts';
import { goalProgram } from '../../../workloads/export/goal-program.ts';
import { goalText } from '../../../workloads/export/goal-text.ts';
import { htsimCmText } from '../../../workloads/export/htsim-cm.ts';
import { importWorkload } from '../../../workloads/import/import-workload.ts';
import { CHAKRA_DEFAULTS, GOAL_DEFAULTS, HTSIM_DEFAULTS, MSCCL_DEFAULTS, SIMAI_DEFAULTS } from '../import/file-spec.ts';
import { sample, samplesMissing } from '../import/samples.ts';
import { joined, sampleBytes } from './files.ts';
import { difference } from './same-schedule.ts';

const load = (files: readonly InputFile[], options: FileOptions): Schedule =>
  importWorkload({ path: 'sample', files, options, ranks: 128 }).schedule;
const textOf = (schedule: Schedule): string => [...goalText(goalProgram(schedule, 'ps'))].join('');
const reread = (bytes: Uint8Array): Schedule => load([fileOf('x', bytes)], { ...GOAL_DEFAULTS, timeUnit: 'ps' });

/** Without `c5 requires c4`. */
const withoutCalcOrder = (text: string): string =>
  text.replaceAll(/^c(\d+) requires c(\d+)\n/gm, (line, after: string, before: string) =>
    Number(after) === Number(before) + 1 ? '' : line,
  );

const one = (path: string): readonly InputFile[] => [sample(path)];
const samples: readonly (readonly [string, FileOptions, () => readonly InputFile[]])[] = [
  ...['rd_P8_B65536.goal', 'rd_P8_B65536.bin', 'ring_P8_B1048576.goal', 'ring_P8_B1048576.bin'].map(
    (name) => [name, GOAL_DEFAULTS, () => one(`goal/${name}`)] as const,
  ),
  ...['allreduce_ring_4gpu_simpleex', 'allreduce_allpairs_4gpu_LL', 'hierarchical_allreduce_2n4g', 'alltoall_allpairs_4gpu'].map(
    (name) => [name, MSCCL_DEFAULTS, () => one(`msccl/${name}.xml`)] as const,
  ),
  ['the permutation', HTSIM_DEFAULTS, () => one('htsim/perm128_8MiB.cm')],
  [
    'the all-reduce of traces',
    CHAKRA_DEFAULTS,
    () => Array.from({ length: 8 }, (_, rank) => sample(`chakra/one_comm_coll_node_allreduce.${rank}.et`)),
  ],
  ['the JSON trace', { ...CHAKRA_DEFAULTS, missingDeps: 'drop', missingComm: 'replay' }, () => one('chakra/small_chakra.0.json')],
];

describe.skipIf(samplesMissing)('every sample as GOAL, read again, is the same Schedule', () => {
  test.each(samples)('%s', (_name, options, files) => {
    const schedule = load(files(), options);
    expect(difference(schedule, reread(new TextEncoder().encode(textOf(schedule))), { withoutImplied: true })).toBeNull();
    expect(difference(schedule, reread(joined(goalBinary(goalProgram(schedule, 'ps')))), { withoutImplied: true })).toBeNull();
  });

  // Thousands of steps: the comparison above would take minutes. The reader adds that the calcs of a CPU follow each other; all else is
  // written as it was, line by line.
  test.each([
    ['G13B-M1-C02_GPT13B_megatron_tp8_pp1_mbs1_sp_A100', { ...SIMAI_DEFAULTS, allGpus: 8 }],
    ['L65B-M1-C05_Llama65B_megatron_tp8_pp1_mbs1_A100', { ...SIMAI_DEFAULTS, allGpus: 16, layerCount: 'rows' }],
  ] as const)('%s', (name, options) => {
    const schedule = load(one(`simai/${name}.txt`), options);
    const text = textOf(schedule);
    const again = reread(new TextEncoder().encode(text));
    expect({ ranks: again.ranks, ops: again.ops }).toEqual({ ranks: schedule.ranks, ops: schedule.ops });
    expect(withoutCalcOrder(textOf(again))).toBe(withoutCalcOrder(text));
  });
});

describe.skipIf(samplesMissing)('a sample of htsim or SimAI, written by netsim', () => {
  const text = (path: string): { readonly name: string; readonly text: string } => ({
    name: path,
    text: new TextDecoder().decode(sampleBytes(path)),
  });

  test('the permutation is the same file, byte for byte, and its fabric the same fabric', () => {
    const { spec } = htsimTopo(text('htsim/ls128_400g.topo'));
    const schedule = load(one('htsim/perm128_8MiB.cm'), HTSIM_DEFAULTS);
    expect([...htsimCmText(schedule, buildTopology(spec, [], 128, 1), null)].join('')).toBe(text('htsim/perm128_8MiB.cm').text);
    expect(htsimTopo({ name: 'x', text: htsimTopoText(spec, null) })).toEqual({ spec, warnings: [] });
  });

  test('the rails are the same fabric', () => {
    const { spec } = simaiTopology(text('simai/Rail_Opti_SingleToR_32g_8gps_200Gbps_A100'));
    expect(simaiTopology({ name: 'x', text: [...simaiTopologyText(spec)].join('') }).spec).toEqual(spec);
  });
});
