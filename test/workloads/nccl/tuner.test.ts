import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ncclChannels, treeChunkBytes, wireBytes } from '../../../workloads/nccl/channels.ts';
import { ncclTuner, type NcclCommunicator, type NcclCost } from '../../../workloads/nccl/tuner.ts';

/** Two servers of eight A100 with a channel for each of eight 200 Gb/s NICs, round figures. */
const AMPERE: NcclCommunicator = {
  collective: 'all-reduce',
  gpu: 'ampere',
  ranks: 32,
  nodes: 4,
  channels: 8,
  intra: 'nvlink',
  bwIntraGBps: 20,
  bwInterGBps: 24,
  cpu: 'intel',
  ll128: true,
  nvls: true,
  sharp: false,
  sameOrder: false,
  treeOnOneGpu: false,
  extraLatencyUs: 0,
};
const HOPPER_NODE: NcclCommunicator = { ...AMPERE, gpu: 'hopper', ranks: 8, nodes: 1, channels: 16, sameOrder: true };

const row = (comm: NcclCommunicator, bytes: number, algorithm: string, protocol: string): NcclCost =>
  ncclTuner(comm, bytes).costs.find((cost) => cost.algorithm === algorithm && cost.protocol === protocol)!;
const near = (value: number): unknown => expect.closeTo(value, 9);

describe('rows computed by hand from the tables of NCCL 2.30', () => {
  // 62 steps in a ring, 6 of them between servers; at least 1 us (3 for Simple) of network overhead in each of the others.
  test.each([
    ['ring', 'll', 6.6 + 56 * 1 + 6 * 2.7, (Math.min(20.4, 0.5 * 192) * 32) / 62],
    ['ring', 'll128', 14 + 56 * 1.9 + 6 * 4, (Math.min(0.92 * 192, 8 * 20) * 32) / 62],
    // Above 64 bytes a channel and rank, the latency of Simple is 1.4 times as long.
    ['ring', 'simple', (8.4 + 56 * 3.4 + 6 * 14) * 1.4, (192 * 32) / 62],
    // 1 MiB is 2^14 times 64 bytes, where trees have 0.5, 0.6 and 0.5 of their bandwidth.
    ['tree', 'll', 6.8 + 2 * (7 * 0.6 + 2 * 5), (Math.min((8 * 17.8) / 3.8, 20.4) / 2) * 0.5],
    ['tree', 'll128', 14 + 2 * (7 * 1.25 + 2 * 8.5), (Math.min((8 * 17.8 * 15) / 16, 8 * 20) / 2) * 0.6],
    ['tree', 'simple', 8.4 + 2 * (7 * 4 + 2 * 14), ((8 * 17.8) / 2) * 0.5],
  ])('all-reduce of 1 MiB by %s with %s on four servers of eight A100', (algorithm, protocol, latencyUs, bandwidthGBps) => {
    const cost = row(AMPERE, 2 ** 20, algorithm, protocol);
    expect(cost).toMatchObject({ latencyUs: near(latencyUs), bandwidthGBps: near(bandwidthGBps) });
    expect(cost.timeUs).toBeCloseTo(latencyUs + 2 ** 20 / (1000 * bandwidthGBps), 9);
  });

  test('in-switch reduction on one server of eight H100', () => {
    // 20 GB/s of 16 channels, 15 of them, at 85 %, twice for an all-reduce; 25 us.
    const bus = 16 * 20 * 0.85 * (15 / 16) * 2;
    expect(row(HOPPER_NODE, 2 ** 30, 'nvls', 'simple')).toMatchObject({ latencyUs: near(25), bandwidthGBps: near((bus * 8) / 14) });
    expect(row({ ...HOPPER_NODE, collective: 'all-gather' }, 2 ** 30, 'nvls', 'simple').bandwidthGBps).toBeCloseTo(
      ((((16 * 20 * 0.85 * 15) / 16) * 7) / 8) * (8 / 7),
      9,
    );
  });

  test('trees of NVLS between servers take the least of inside, between, and their limit', () => {
    const hopper = { ...AMPERE, gpu: 'hopper' } as const;
    const intra = 20 * 0.85 * (7 / 8) * 2;
    expect(row(hopper, 2 ** 30, 'nvls-tree', 'simple')).toMatchObject({
      latencyUs: near(25 + 2 * 2 * 20.9),
      bandwidthGBps: near((8 * Math.min(intra, 24, 45.5) * 32) / 62),
    });
    expect(row({ ...hopper, bwIntraGBps: 60, bwInterGBps: 80 }, 2 ** 30, 'nvls-tree', 'simple').bandwidthGBps).toBeCloseTo(
      (8 * 45.5 * 32) / 62,
      9,
    );
  });

  test('parallel trees of one GPU a server', () => {
    const single = { ...AMPERE, collective: 'all-gather', ranks: 16, nodes: 16 } as const;
    expect(row(single, 2 ** 20, 'pat', 'simple')).toMatchObject({
      latencyUs: near(8 + (4 * 14) / 3.5 + 2.8 * 16),
      bandwidthGBps: near(0.75 * 8 * 24),
    });
    // With one GPU a server a ring has the hops of a tree.
    expect(row(single, 2 ** 20, 'ring', 'll').latencyUs).toBeCloseTo(6.6 + 15 * 5, 9);
  });

  test('broadcast: one hop where all channels have one order, else p of them, at the latency of trees for Simple', () => {
    const broadcast = { ...HOPPER_NODE, collective: 'broadcast' } as const;
    expect(row(broadcast, 2 ** 20, 'ring', 'simple')).toMatchObject({ latencyUs: near(8.4 + 3.4), bandwidthGBps: near(16 * 20) });
    expect(row({ ...broadcast, sameOrder: false }, 2 ** 20, 'ring', 'simple').latencyUs).toBeCloseTo(8.4 + 8 * 4, 9);
    expect(row({ ...broadcast, sameOrder: false }, 2 ** 20, 'ring', 'll').latencyUs).toBeCloseTo(6.6 + 8 * 0.6, 9);
  });

  test('AMD hosts double the network overhead and take the limit of LL from another row', () => {
    const amd = { ...AMPERE, cpu: 'amd' } as const;
    expect(row(amd, 2 ** 20, 'ring', 'll')).toMatchObject({ latencyUs: near(6.6 + 56 * 2 + 6 * 2.7), bandwidthGBps: near((19 * 32) / 62) });
    expect(row(amd, 2 ** 10, 'ring', 'simple').latencyUs).toBeCloseTo(8.4 + 56 * 6 + 6 * 14, 9);
  });
});

const communicator = fc
  .record({
    collective: fc.constantFrom('all-reduce', 'all-gather', 'reduce-scatter', 'broadcast', 'reduce'),
    gpu: fc.constantFrom('volta', 'ampere', 'hopper', 'blackwell'),
    nodes: fc.integer({ min: 1, max: 64 }),
    perNode: fc.constantFrom(1, 2, 4, 8),
    channels: fc.integer({ min: 2, max: 32 }),
    intra: fc.constantFrom('nvlink', 'pci'),
    cpu: fc.constantFrom('intel', 'amd', 'arm', 'mixed'),
  })
  .filter(({ nodes, perNode }) => nodes * perNode > 1)
  .map(({ perNode, ...others }): NcclCommunicator => ({ ...AMPERE, ...others, ranks: others.nodes * perNode }));

test('more bytes never take less time by one algorithm and protocol, outside the corrections of trees', () => {
  fc.assert(
    fc.property(communicator, fc.integer({ min: 1, max: 2 ** 34 }), fc.integer({ min: 0, max: 2 ** 30 }), (comm, bytes, more) => {
      const later = ncclTuner(comm, bytes + more).costs;
      ncclTuner(comm, bytes).costs.forEach((cost, i) => {
        const isCorrected = cost.algorithm === 'tree' || (cost.algorithm === 'nvls-tree' && comm.gpu === 'blackwell');
        if (!isCorrected) expect(later[i]!.timeUs).toBeGreaterThanOrEqual(cost.timeUs);
      });
    }),
  );
});

test('the choice is the least of the candidates, LL for few bytes and Simple for many', () => {
  fc.assert(
    fc.property(communicator, (comm) => {
      const { costs, choice } = ncclTuner(comm, 2 ** 20);
      expect(choice.timeUs).toBe(Math.min(...costs.map(({ timeUs }) => timeUs)));
      expect(ncclTuner(comm, 2 ** 36).choice.protocol).toBe('simple');
    }),
  );
  const chosen = [8, 2 ** 20, 2 ** 23, 2 ** 30]
    .map((bytes) => ncclTuner(AMPERE, bytes).choice)
    .map((cost) => [cost.algorithm, cost.protocol]);
  expect(chosen[0]).toEqual(['tree', 'll']);
  expect(chosen.at(-1)).toEqual(['ring', 'simple']);
});

test('channels are given up while their threads have too little to do', () => {
  /** src/enqueue.cc, as it is written. */
  const oneByOne = (bytes: number, threads: number, threshold: number, channels: number): number => {
    let used = channels;
    while (bytes < used * threads * threshold && used >= 2) used -= 1;
    return used;
  };
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 2 ** 24 }),
      fc.integer({ min: 1, max: 64 }),
      fc.integer({ min: 2, max: 64 }),
      (bytes, channels, ranks) => {
        const demand = { bytes, channels, ranks, bwIntraGBps: 20 };
        expect(ncclChannels({ ...demand, algorithm: 'ring', protocol: 'simple' })).toBe(oneByOne(bytes, 512, 64, channels));
        expect(ncclChannels({ ...demand, algorithm: 'ring', protocol: 'll' })).toBe(oneByOne(bytes, 512, 8 * ranks, channels));
        expect(ncclChannels({ ...demand, algorithm: 'tree', protocol: 'll' })).toBe(oneByOne(bytes, 512, 8, channels));
        expect(ncclChannels({ ...demand, algorithm: 'tree', protocol: 'll128' })).toBe(oneByOne(bytes, 640, 8, channels));
      },
    ),
  );
  expect(ncclChannels({ algorithm: 'ring', protocol: 'simple', bytes: 32_768, channels: 2, ranks: 8, bwIntraGBps: 6 })).toBe(2);
});

test('a chunk of a tree with LL128 is halved until the tree is full', () => {
  // Depth 1 + 5 + 0.1: 4 MiB are below 390 chunks, so halved to 128 KiB at most, and below 97, so to 32 KiB at most.
  expect(treeChunkBytes(2 ** 22, { ranks: 32, nodes: 32 })).toBe(36_000);
  expect(treeChunkBytes(2 ** 18, { ranks: 32, nodes: 32 })).toBe(18_000);
  expect(treeChunkBytes(2 ** 30, { ranks: 32, nodes: 32 })).toBe(576_000);
});

test('LL carries 4 bytes in 8, LL128 120 in 128, both in whole lines', () => {
  expect([0, 1, 4, 5].map((bytes) => wireBytes('ll', bytes))).toEqual([0, 8, 8, 16]);
  expect([0, 1, 120, 121].map((bytes) => wireBytes('ll128', bytes))).toEqual([0, 128, 128, 256]);
  expect(wireBytes('simple', 7)).toBe(7);
});
