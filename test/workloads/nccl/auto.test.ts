import { describe, expect, test } from 'vitest';
import type { CollectiveSpec } from '../../../sim/base/collective-spec.ts';
import type { NcclSpec } from '../../../sim/base/nccl-spec.ts';
import { SEND } from '../../../sim/base/schedule.ts';
import { collectiveWorkload } from '../../../workloads/collective-workload.ts';
import { autoChoice } from '../../../workloads/nccl/auto.ts';
import { nvlsChunks } from '../../../workloads/nccl/channels.ts';

const NCCL: NcclSpec = {
  gpu: 'hopper',
  intra: 'nvlink',
  channels: 16,
  bwIntraGBps: null,
  bwInterGBps: null,
  nicRateBps: 400e9,
  cpu: 'intel',
  ll128: null,
  nvls: true,
  sharp: false,
  switchRanks: 1,
  ownNics: true,
};
/** The fabric's servers, of 8 GPUs. */
const DGX = { switchRanks: 8 } as const;
const ALL_REDUCE: CollectiveSpec = { kind: 'all-reduce', algorithm: 'ring', sizeBytes: 2 ** 20, ranks: 32, nccl: NCCL };

const sentBytes = (spec: CollectiveSpec): number => {
  const { kind, bytes } = collectiveWorkload(spec).schedule;
  return kind.reduce((sum, each, op) => (each === SEND ? sum + bytes[op]! : sum), 0);
};

test('few bytes go by trees with LL, many by rings with Simple, and the notice says so', () => {
  const small = autoChoice({ ...ALL_REDUCE, sizeBytes: 1024 }, NCCL);
  expect(small).toMatchObject({ spec: { algorithm: 'double-binary-tree' }, protocol: 'll' });
  const large = autoChoice({ ...ALL_REDUCE, sizeBytes: 2 ** 30, ranksPerServer: 8 }, { ...NCCL, nvls: false });
  expect(large).toMatchObject({ spec: { algorithm: 'ring', channels: 16 }, protocol: 'simple' });
  expect(large.notice.text).toMatch(
    /^algorithm: auto runs ring \(channels: 16, chunks: 1\), by NCCL's model ring with SIMPLE \([\d.]+ us\); next: tree with \w+ \([\d.]+ us\)$/,
  );
});

test('where netsim does not have what NCCL would choose, the best of the others runs', () => {
  const { spec, notice } = autoChoice({ ...ALL_REDUCE, sizeBytes: 2 ** 30, ranksPerServer: 32 }, NCCL);
  expect(spec.algorithm).toBe('ring');
  expect(notice.text).toMatch(
    /; NCCL itself would choose nvls with SIMPLE \([\d.]+ us\), which needs an NVSwitch that joins the ranks of a server \(topology.gpusPerServer\)$/,
  );
  const small = autoChoice({ ...ALL_REDUCE, kind: 'all-gather', sizeBytes: 1024 }, NCCL);
  expect(small.spec.algorithm).toBe('ring');
  expect(small.notice.text).toMatch(/; NCCL itself would choose pat with SIMPLE \([\d.]+ us\), which netsim does not have here$/);
});

describe('where an NVSwitch joins the ranks of a server', () => {
  const large: CollectiveSpec = { ...ALL_REDUCE, sizeBytes: 2 ** 30, ranksPerServer: 8 };

  test('many bytes go by NVLS inside a server, few by a ring', () => {
    expect(autoChoice({ ...large, ranks: 8 }, { ...NCCL, ...DGX })).toMatchObject({ spec: { algorithm: 'nvls', chunks: 64 } });
    // The latency of NVLS alone is 25 us.
    expect(autoChoice({ ...large, ranks: 8, sizeBytes: 1024 }, { ...NCCL, ...DGX })).toMatchObject({
      spec: { algorithm: 'ring' },
    });
  });

  test('many bytes go by NVLS-tree between servers', () => {
    const { spec, protocol, notice } = autoChoice(large, { ...NCCL, ...DGX });
    expect([spec.algorithm, spec.chunks, protocol]).toEqual(['nvls-tree', 64, 'simple']);
    expect(notice.text).toMatch(
      /runs nvls-tree \(channels: 1, chunks: 64\), by NCCL's model nvls-tree with SIMPLE \([\d.]+ us\); next: ring/,
    );
  });

  test.each([
    [8, 'all-gather', 8, 'ring'],
    [8, 'all-reduce', 8, 'nvls'],
    [16, 'all-reduce', 8, 'nvls'],
    [12, 'all-reduce', 8, 'ring'],
    [1, 'all-reduce', 8, 'ring'],
  ] as const)('of %i GPUs, an %s among %i ranks of one server is %s', (switchRanks, kind, ranks, algorithm) => {
    expect(autoChoice({ ...large, kind, ranks }, { ...NCCL, switchRanks }).spec.algorithm).toBe(algorithm);
  });

  test('parts of NVLS are chunks of 128 KiB a channel and GPU, smaller where there are too few', () => {
    const of = (bytes: number): number => nvlsChunks(bytes, 16, 8);
    // 128 at once: 64 chunks of 16 MiB fill 1 GiB; below it chunks are of 64 KiB, below 8 of those of 32 KiB, below 2 of those of 16 KiB.
    expect([2 ** 30, 2 ** 30 - 1, 64 * 2 ** 20, 64 * 2 ** 20 - 1, 8 * 2 ** 20, 8 * 2 ** 20 - 1, 1].map(of)).toEqual([
      64, 128, 8, 16, 2, 4, 1,
    ]);
  });

  test('channels of a ring or chain between servers keep to their rails by pxn, those of trees do so anyway', () => {
    const { spec, notice } = autoChoice(large, { ...NCCL, ...DGX, nvls: false });
    expect(spec).toMatchObject({ algorithm: 'ring', channels: 16, pxn: true });
    expect(notice.text).toContain('runs ring (channels: 16, chunks: 1, pxn)');
    expect(autoChoice({ ...large, kind: 'broadcast' }, { ...NCCL, ...DGX }).spec).toMatchObject({ algorithm: 'chain', pxn: true });
    expect(autoChoice({ ...large, sizeBytes: 2 ** 20 }, { ...NCCL, ...DGX }).spec).toMatchObject({
      algorithm: 'double-binary-tree',
      channels: 16,
    });
    for (const nccl of [{ ...NCCL, ownNics: false, ...DGX }, NCCL]) {
      expect(autoChoice({ ...large, kind: 'all-gather' }, nccl).spec.pxn).toBeUndefined();
    }
    expect(autoChoice({ ...large, kind: 'all-gather', ranks: 8 }, { ...NCCL, ...DGX }).spec.pxn).toBeUndefined();
  });

  test('an all-to-all between servers goes by pxn, if NICs are not shared', () => {
    const allToAll: CollectiveSpec = { ...large, kind: 'all-to-all', algorithm: 'direct', ranks: 16 };
    const chosen = autoChoice(allToAll, { ...NCCL, ...DGX });
    expect(chosen.spec).toMatchObject({ algorithm: 'nccl', pxn: true });
    expect(chosen.notice.text).toBe("algorithm: auto runs nccl with SIMPLE and pxn: NCCL's all-to-all is grouped sends and receives");
    for (const other of [{ ownNics: false }, { intra: 'pci' }, { switchRanks: 1 }] as const) {
      expect(autoChoice(allToAll, { ...NCCL, ...DGX, ...other }).spec.pxn).toBeUndefined();
    }
    expect(autoChoice({ ...allToAll, ranks: 8 }, { ...NCCL, ...DGX }).spec.pxn).toBeUndefined();
    expect(autoChoice({ ...allToAll, ranks: 12 }, { ...NCCL, ...DGX }).spec).not.toHaveProperty('pxn');
  });
});

test('wire bytes are those of the protocol, and the bandwidth counts data', () => {
  const fewBytes: CollectiveSpec = { ...ALL_REDUCE, sizeBytes: 1024, ranks: 8 };
  const { nccl: _nccl, ...plain } = fewBytes;
  const data = sentBytes({ ...plain, algorithm: 'double-binary-tree' });
  expect(sentBytes(fewBytes)).toBe(2 * data);
  const nothing = { startPs: new Float64Array(), endPs: new Float64Array() };
  expect(collectiveWorkload(fewBytes).measure!(nothing, 1e6)).toEqual({ algbw_gb_per_s: 1.024, busbw_gb_per_s: 1.024 * 1.75 });
});

test('an all-to-all is grouped sends and receives, with LL only inside a server', () => {
  const allToAll: CollectiveSpec = { ...ALL_REDUCE, kind: 'all-to-all', algorithm: 'direct', ranks: 16, ranksPerServer: 8 };
  expect(autoChoice(allToAll, NCCL)).toMatchObject({ spec: { algorithm: 'nccl' }, protocol: 'simple' });
  expect(autoChoice({ ...allToAll, ranksPerServer: 16 }, NCCL)).toMatchObject({ spec: { algorithm: 'nccl' }, protocol: 'll' });
  expect(autoChoice({ ...allToAll, ranks: 12 }, NCCL)).toMatchObject({ spec: { algorithm: 'direct' } });
});

test.each(['all-gather', 'reduce-scatter', 'broadcast', 'reduce'] as const)(
  '%s has a choice that runs, for any number of ranks',
  (kind) => {
    for (const ranks of [2, 3, 7, 16]) {
      for (const sizeBytes of [64, 2 ** 20]) {
        const { schedule, notices } = collectiveWorkload({ ...ALL_REDUCE, kind, sizeBytes, ranks });
        expect(schedule.ops).toBeGreaterThan(0);
        expect(notices).toHaveLength(1);
      }
    }
  },
);

describe('servers that a communicator fills unequally', () => {
  /** What the tuner itself says of such a communicator: 7.2 and 7.3 of NCCL's model, written out for a ring with Simple. */
  const ringUs = (ranks: number, nodes: number, nicsOfFewest: number, bytes: number): number => {
    const steps = 2 * (ranks - 1);
    const between = 2 * (nodes - 1);
    const latencyUs = (8.4 + (steps - between) * 3.4 + between * 14) * 1.4;
    const bus = nodes <= 2 ? 18 * 20.6 : 48 * nicsOfFewest;
    return latencyUs + bytes / (1000 * ((bus * ranks) / steps));
  };
  const usOfRing = (spec: CollectiveSpec): number =>
    Number(/ring with SIMPLE \(([\d.]+) us\)/.exec(autoChoice(spec, NCCL).notice.text)![1]);
  const large: CollectiveSpec = { ...ALL_REDUCE, sizeBytes: 2 ** 30, ranksPerServer: 8 };

  test('counts every server, and gives all of them the NICs of the emptiest', () => {
    expect(usOfRing({ ...large, ranks: 20 })).toBeCloseTo(ringUs(20, 3, 4, 2 ** 30), -1);
    expect(usOfRing({ ...large, ranks: 24 })).toBeCloseTo(ringUs(24, 3, 8, 2 ** 30), -1);
  });

  test('a group with a stride has in a server those of its members that lie there', () => {
    // Ranks 0, 3, 6 | 9: in the first group; 1, 4, 7 | 10; 2, 5 | 8, 11: not all alike.
    expect(() => autoChoice({ ...large, ranks: 12, groups: { size: 4, stride: 3 } }, NCCL)).toThrow(
      'groups of 4 at a stride of 3 on servers of 8 ranks differ in the servers they lie on: NCCL chooses for each',
    );
    expect(usOfRing({ ...large, ranks: 24, groups: { size: 6, stride: 4 } })).toBeCloseTo(ringUs(6, 3, 2, 2 ** 30), -1);
  });

  test('an all-to-all of a group that lies across two servers is not one inside a server', () => {
    const allToAll: CollectiveSpec = { ...large, kind: 'all-to-all', algorithm: 'direct', sizeBytes: 1024, ranksPerServer: 4 };
    expect(autoChoice({ ...allToAll, ranks: 8, groups: { size: 2, stride: 4 } }, NCCL).protocol).toBe('simple');
    expect(() => autoChoice({ ...allToAll, ranks: 12, groups: { size: 3, stride: 1 } }, NCCL)).toThrow('groups of 3');
  });
});
