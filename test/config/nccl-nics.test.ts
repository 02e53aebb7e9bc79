import { expect, test } from 'vitest';
import { ncclSpec, withNicRate } from '../../sweep/config/nccl-spec.ts';
import { topology, type TopologyConfig } from '../../sweep/config/schema/topology.ts';

const ALL_REDUCE = { kind: 'all-reduce', algorithm: 'ring', sizeBytes: 2 ** 20, ranks: 16 } as const;
const LINK = { rate: '400Gbps', delay: '500ns' };
const fabricOf = (servers: { readonly gpusPerServer?: number; readonly nicsPerServer?: number }): TopologyConfig =>
  topology.parse({ kind: 'leaf-spine', leaves: 2, spines: 2, hostsPerLeaf: 8, hostLink: LINK, ...servers }) as TopologyConfig;

test.each([
  [{}, 400e9],
  [{ gpusPerServer: 8 }, 400e9],
  [{ gpusPerServer: 8, nicsPerServer: 4 }, 200e9],
])('the tuner is told what a GPU has of its NIC: %j', (servers, nicRateBps) => {
  expect(withNicRate({ ...ALL_REDUCE, nccl: ncclSpec(undefined) }, fabricOf(servers)).nccl).toMatchObject({ nicRateBps });
});

test('what the config says of NICs stays', () => {
  expect(
    withNicRate({ ...ALL_REDUCE, nccl: { ...ncclSpec(undefined), nicRateBps: 100e9 } }, fabricOf({ gpusPerServer: 8, nicsPerServer: 4 }))
      .nccl,
  ).toMatchObject({
    nicRateBps: 100e9,
  });
});
