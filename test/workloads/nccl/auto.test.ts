import { expect, test } from 'vitest';
import type { CollectiveSpec } from '../../../sim/base/collective-spec.ts';
import type { NcclSpec } from '../../../sim/base/nccl-spec.ts';
import { SEND } from '../../../sim/base/schedule.ts';
import { collectiveWorkload } from '../../../workloads/collective-workload.ts';
import { autoChoice } from '../../../workloads/nccl/auto.ts';

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
};
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
  expect(notice.text).toMatch(/; NCCL itself would choose nvls with SIMPLE \([\d.]+ us\), which netsim does not have here$/);
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
