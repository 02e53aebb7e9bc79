import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { SEND } from '../../../sim/base/schedule.ts';
import { simulatePrepared } from '../../../sim/simulate.ts';
import { prepare } from '../../../sim/prepare.ts';
import { runSingle } from '../../../sweep/cells.ts';
import { openFileOnDisk, readFileFromDisk } from '../../../sweep/config/files.ts';
import { loadConfig } from '../../../sweep/config/load.ts';
import { IS_NIGHTLY } from '../../property-runs.ts';
import { samplePath, samplesMissing } from './samples.ts';

const LINK = '{ rate: 400Gbps, delay: 500ns }';
const DELAY_PS = 500e3;
/** Eight hosts on one switch: nobody shares a link, so closed forms hold to the picosecond. */
const ONE_SWITCH = `{ kind: leaf-spine, leaves: 1, spines: 1, hostsPerLeaf: 8, hostLink: ${LINK}, fabricLink: ${LINK} }`;
const TWO_LEAVES = `{ kind: leaf-spine, leaves: 2, spines: 4, hostsPerLeaf: 4, hostLink: ${LINK}, fabricLink: ${LINK} }`;
const fileFabric = (path: string, format: string): string => `{ kind: file, format: ${format}, path: ${samplePath(path)} }`;
/** Without ACKs, which need switches that never drop. */
const NO_ACKS = 'transport: fixed\nswitch: { queue: infinite }\n';

interface Sample {
  readonly path: string;
  readonly format: string;
  readonly options?: string;
  readonly topology: string;
  /** By default a rank is a machine of its own. */
  readonly gpusPerServer?: number;
  /** Payload of a packet; 4096 B with ACKs of every packet otherwise. */
  readonly mtu?: number;
}

/** Runs a sample in packet mode; every packet that its messages need was sent, and the bound holds. */
async function run({ path, format, options, topology, gpusPerServer = 1, mtu }: Sample) {
  const nic = mtu === undefined ? '' : `nic: { mtu: ${mtu}B, acks: none }\n${NO_ACKS}`;
  const extra = options === undefined ? '' : `, ${options}`;
  const text = `topology: ${topology}\nworkload: { kind: file, format: ${format}, path: ${samplePath(path)}${extra} }\n${nic}`;
  const { scenario } = await runSingle(
    await loadConfig('c.yaml', {
      readFile: (file, most) => (file === 'c.yaml' ? Promise.resolve(new TextEncoder().encode(text)) : readFileFromDisk(file, most)),
      openFile: openFileOnDisk,
    }),
  );
  const prepared = prepare(scenario);
  const { ops, kind, bytes, rank, peer } = prepared.schedule;
  let packets = 0;
  for (let op = 0; op < ops; op++) {
    const isInsideServer = Math.floor(rank[op]! / gpusPerServer) === Math.floor(peer[op]! / gpusPerServer);
    if (kind[op] === SEND && !isInsideServer) packets += Math.ceil(bytes[op]! / (mtu ?? 4096));
  }
  const result = simulatePrepared(prepared);
  expect(result).toMatchObject({ finished: true, unfinishedReason: null, packets });
  expect(result.completionPs).toBeGreaterThanOrEqual(result.boundPs!);
  return result;
}

/** From the first bit of a message at its sender to its last bit behind one switch, in ps: mtu B of payload and 64 B a packet. */
function messagePs(bytes: number, mtu: number): number {
  const wirePs = (payload: number): number => ((payload + 64) * 8e12) / 400e9;
  const packets = Math.ceil(bytes / mtu);
  return (packets - 1) * wirePs(mtu) + wirePs(bytes - (packets - 1) * mtu) + wirePs(Math.min(bytes, mtu)) + 2 * DELAY_PS;
}

describe.skipIf(samplesMissing)('the samples in packet mode', () => {
  test.each([
    // Rings of 8: 14 steps of an eighth. Recursive doubling: 3 steps of the whole. Ring of 4: 6 steps of a quarter.
    ['goal/ring_P8_B1048576.goal', 'goal', '', 14, 2 ** 17],
    ['goal/ring_P8_B1048576.bin', 'goal', '', 14, 2 ** 17],
    ['goal/rd_P8_B65536.goal', 'goal', '', 3, 2 ** 16],
    ['goal/rd_P8_B65536.bin', 'goal', '', 3, 2 ** 16],
    ['chakra/one_comm_coll_node_allreduce', 'chakra', '', 14, 2 ** 13],
    ['msccl/allreduce_ring_4gpu_simpleex.xml', 'msccl-xml', 'size: 64KiB', 6, 2 ** 14],
  ])('%s takes its steps one after the other, to the picosecond', async (path, format, options, steps, bytes) => {
    const sample = { path, format, topology: ONE_SWITCH, mtu: 4096, ...(options === '' ? {} : { options }) };
    // A send ends when its sender knows: over two links back behind the last step.
    expect((await run(sample)).completionPs).toBe(steps * messagePs(bytes, 4096) + 2 * DELAY_PS);
  });

  test.each([
    ['msccl/allreduce_ring_4gpu_simpleex.xml', 'msccl-xml', 'size: 1MiB'],
    ['msccl/allreduce_allpairs_4gpu_LL.xml', 'msccl-xml', 'size: 1MiB'],
    ['msccl/hierarchical_allreduce_2n4g.xml', 'msccl-xml', 'size: 1MiB'],
    ['msccl/alltoall_allpairs_4gpu.xml', 'msccl-xml', 'size: 1MiB'],
    ['chakra/one_comm_coll_node_allreduce', 'chakra', ''],
    ['chakra/small_chakra.0.json', 'chakra', 'chakra: { missingDeps: drop, missingComm: replay }'],
    ['goal/rd_P8_B65536.goal', 'goal', ''],
    ['goal/ring_P8_B1048576.bin', 'goal', ''],
  ])('%s runs over two leaves with an ACK a packet', async (path, format, options) => {
    await run({ path, format, topology: TWO_LEAVES, ...(options === '' ? {} : { options }) });
  });

  test('the permutation runs whole on the fabric that belongs to it', async () => {
    const result = await run({ path: 'htsim/perm128_8MiB.cm', format: 'htsim', topology: fileFabric('htsim/ls128_400g.topo', 'htsim') });
    expect(result).toMatchObject({ flows: 128, packets: 128 * 2048 });
  });
});

/** The columns of a SimAI file: a compute in ns, a collective and its bytes for each of forward, input and weight gradient; an update. */
function simaiRows(path: string): readonly (readonly string[])[] {
  return readFileSync(samplePath(path), 'utf8')
    .split('\n')
    .slice(2)
    .map((line) => line.trim().split(/\s+/))
    .filter((words) => words.length === 12);
}

/** One tensor group of 8 and nobody else: computes and ring collectives of the tensor group follow each other; broadcasts are left out. */
function tensorIterationPs(path: string, mtu: number): number {
  const steps: Readonly<Record<string, number>> = { ALLREDUCE: 14, ALLGATHER: 7, REDUCESCATTER: 7 };
  let ps = 0;
  for (const row of simaiRows(path)) {
    ps += [2, 5, 8, 11].reduce((sum, column) => sum + Number(row[column]) * 1e3, 0);
    for (const column of [3, 6]) {
      const ring = steps[row[column]!];
      if (ring !== undefined) ps += ring * messagePs(Math.ceil(Number(row[column + 1]) / 8), mtu);
    }
  }
  return ps;
}

const GPT = 'simai/G13B-M1-C02_GPT13B_megatron_tp8_pp1_mbs1_sp_A100.txt';
const LLAMA = 'simai/L65B-M1-C05_Llama65B_megatron_tp8_pp1_mbs1_A100.txt';

// Some 10 to 40 million packets and hops each: for the nightly run.
if (IS_NIGHTLY) {
  describe.skipIf(samplesMissing)('the large samples in packet mode', () => {
    test.each([
      [GPT, 'simai: { allGpus: 8 }'],
      [LLAMA, 'simai: { allGpus: 8, layerCount: rows }'],
    ])('%s is its computes and its rings, to the picosecond', async (path, options) => {
      const sample = { path, format: 'simai', options, topology: ONE_SWITCH, mtu: 9000 };
      expect((await run(sample)).completionPs).toBe(tensorIterationPs(path, 9000));
    });

    test.each([
      [GPT, 'simai: { allGpus: 32 }'],
      [LLAMA, 'simai: { allGpus: 32, layerCount: rows }'],
    ])('%s runs on the rails of its fabric', async (path, options) => {
      const topology = fileFabric('simai/Rail_Opti_SingleToR_32g_8gps_200Gbps_A100', 'simai');
      await run({ path, format: 'simai', options, topology, gpusPerServer: 8, mtu: 9000 });
    });
  });
}
