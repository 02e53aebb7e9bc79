import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { FatTreeSpec, LeafSpineSpec, RailSpec, TopologySpec } from '../../../sim/base/topology-spec.ts';
import type { Topology } from '../../../sim/base/topology.ts';
import { buildTopology } from '../../../topologies/build-topology.ts';
import { hpccTopologyText } from '../../../topologies/export/hpcc-topology.ts';
import { htsimTopoText } from '../../../topologies/export/htsim-topo.ts';
import { simaiTopologyText } from '../../../topologies/export/simai-topology.ts';
import { hpccTopology as readHpcc } from '../../../topologies/import/hpcc-topology.ts';
import { htsimTopo as readTopo } from '../../../topologies/import/htsim-topo.ts';
import { simaiTopology as readSimai } from '../../../topologies/import/simai-topology.ts';
import { leafSpineSpec } from '../../sim/scenarios.ts';
import { refusalOf } from '../../workloads/import/file-spec.ts';

const file = (text: string) => ({ name: 'fabric', text });
const link = fc.record({
  rateBps: fc.integer({ min: 1, max: 800 }).map((gbps) => gbps * 1e9),
  delayPs: fc.integer({ min: 1, max: 5000 }).map((ns) => ns * 1000),
});
const upTo = (max: number): fc.Arbitrary<number> => fc.integer({ min: 1, max });

/** Fabrics whose capacity down is a whole multiple of that up: the links up are given, those down follow. */
const leafSpines: fc.Arbitrary<LeafSpineSpec> = fc
  .record({ leaves: upTo(6), spines: upTo(6), linksPerPair: upTo(3), oversubscribed: upTo(3), hostLink: link, delayPs: link })
  .map(({ leaves, spines, linksPerPair, oversubscribed, hostLink, delayPs: { delayPs } }) => ({
    kind: 'leaf-spine',
    leaves,
    spines,
    hostsPerLeaf: spines * linksPerPair * oversubscribed,
    hostLink,
    fabricLink: { rateBps: hostLink.rateBps, delayPs, perSpineRateBps: null, linksPerPair },
    placement: 'packed',
  }));

const fatTrees: fc.Arbitrary<FatTreeSpec> = fc
  .record({ pods: upTo(4), torsPerPod: upTo(4), aggsPerPod: upTo(3), below: upTo(3), hostLink: link, fabricLink: link, coreLink: link })
  .map(({ pods, torsPerPod, aggsPerPod, below, hostLink, fabricLink, coreLink }) => ({
    kind: 'fat-tree',
    pods,
    torsPerPod,
    aggsPerPod,
    coresPerAgg: torsPerPod,
    hostsPerTor: aggsPerPod * below,
    hostLink,
    fabricLink: { ...fabricLink, rateBps: hostLink.rateBps },
    coreLink: { ...coreLink, rateBps: hostLink.rateBps },
    placement: 'packed',
  }));

const rails: fc.Arbitrary<RailSpec> = fc
  .record({
    segments: upTo(3),
    serversPerSegment: upTo(3),
    gpus: fc.integer({ min: 2, max: 4 }),
    spines: upTo(3),
    hostLink: link,
    fabricLink: link,
    nvlink: link,
  })
  .map(({ segments, serversPerSegment, gpus, spines, hostLink, fabricLink, nvlink }) => ({
    kind: 'rail',
    servers: segments * serversPerSegment,
    serversPerSegment,
    spines,
    hostLink,
    fabricLink: { ...fabricLink, perSpineRateBps: null, linksPerPair: 1 },
    placement: 'packed',
    server: { gpus, nics: gpus, nvlink: { rateBps: nvlink.rateBps, delayPs: 2 * nvlink.delayPs } },
  }));

const joined = (parts: Iterable<string>): string => [...parts].join('');
const built = (spec: TopologySpec): Topology => buildTopology(spec, [], 1, 1);

describe('read again it is the same fabric', () => {
  test('.topo, of two and of three tiers', () => {
    fc.assert(
      fc.property(fc.oneof(leafSpines, fatTrees), (spec) => {
        expect(readTopo(file(htsimTopoText(spec, null)))).toEqual({ spec, warnings: [] });
      }),
      { numRuns: 100 },
    );
  });

  test('SimAI, of rails', () => {
    fc.assert(
      fc.property(rails, (spec) => {
        expect(readSimai(file(joined(simaiTopologyText(spec)))).spec).toEqual(spec);
      }),
      { numRuns: 100 },
    );
  });

  test('HPCC, of any kind: the same cables in the same order, so the same ports', () => {
    fc.assert(
      fc.property(fc.oneof(leafSpines, fatTrees, rails), (spec) => {
        const topology = built(spec);
        // The reader refuses one host, which has nobody to talk to.
        fc.pre(topology.hosts > 1);
        const again = built(readHpcc(file(joined(hpccTopologyText(topology)))).spec);
        for (const column of ['linkFrom', 'linkTo', 'linkFromPort', 'linkToPort', 'linkRateBps', 'linkDelayPs', 'linkIsFabric'] as const) {
          expect(again[column]).toEqual(topology[column]);
        }
      }),
      { numRuns: 50 },
    );
  });
});

describe('the files', () => {
  test('a leaf-spine as .topo, with the queue that was asked for', () => {
    const spec: LeafSpineSpec = { ...leafSpineSpec(4, 8, 2), fabricLink: { ...leafSpineSpec(4, 8, 2).fabricLink, linksPerPair: 2 } };
    expect(htsimTopoText(spec, 100_000)).toBe(
      `Nodes 32\nTiers 2\nPodsize 32\n
Tier 0
Downlink_speed_Gbps 400
Downlink_Latency_ns 500
Switch_Latency_ns 0
Radix_Down 8
Radix_Up 4
Oversubscribed 2
Queue_Up 100000
Queue_Down 100000

Tier 1
Downlink_speed_Gbps 400
Downlink_Latency_ns 500
Switch_Latency_ns 0
Radix_Down 8
Bundle 2
Queue_Down 100000
`,
    );
  });

  test('a leaf-spine as HPCC topology', () => {
    expect(joined(hpccTopologyText(built(leafSpineSpec(2, 1, 1))))).toBe(
      ['5 3 4', '2 3 4', '0 2 400Gbps 500ns 0', '1 3 400Gbps 500ns 0', '2 4 400Gbps 500ns 0', '3 4 400Gbps 500ns 0', ''].join('\n'),
    );
  });

  test('a rail fabric as SimAI topology: GPU 3 is GPU 1 of server 1, on leaf 1', () => {
    const spec: RailSpec = {
      kind: 'rail',
      servers: 2,
      serversPerSegment: 2,
      spines: 1,
      hostLink: { rateBps: 200e9, delayPs: 500_000 },
      fabricLink: { rateBps: 400e9, delayPs: 500_000, perSpineRateBps: null, linksPerPair: 1 },
      placement: 'packed',
      server: { gpus: 2, nics: 2, nvlink: { rateBps: 2880e9, delayPs: 50_000 } },
    };
    expect(joined(simaiTopologyText(spec)).split('\n')).toEqual([
      '9 2 2 3 10 NONE',
      '4 5 6 7 8 ',
      '0 4 2880Gbps 0.000025ms 0',
      '0 6 200Gbps 0.0005ms 0',
      '1 4 2880Gbps 0.000025ms 0',
      '1 7 200Gbps 0.0005ms 0',
      '2 5 2880Gbps 0.000025ms 0',
      '2 6 200Gbps 0.0005ms 0',
      '3 5 2880Gbps 0.000025ms 0',
      '3 7 200Gbps 0.0005ms 0',
      '6 8 400Gbps 0.0005ms 0',
      '7 8 400Gbps 0.0005ms 0',
      '',
    ]);
    expect(refusalOf(() => simaiTopologyText({ ...spec, server: { ...spec.server, nics: 1 } }))).toContain('1 NICs for 2 GPUs');
  });
});

describe('what a format cannot express is an error that says what', () => {
  const spec = leafSpineSpec(2, 2, 2);
  const { fabricLink, hostLink } = spec;
  test.each<readonly [string, TopologySpec, string]>([
    ['spines of different rates', { ...spec, fabricLink: { ...fabricLink, perSpineRateBps: [400e9, 200e9] } }, 'spines of different rates'],
    [
      'parts of a Gb/s',
      { ...spec, hostLink: { ...hostLink, rateBps: 2.5e9 }, fabricLink: { ...fabricLink, rateBps: 2.5e9 } },
      'a rate of 2.5 Gb/s',
    ],
    ['parts of a ns', { ...spec, hostLink: { ...hostLink, delayPs: 1500 } }, 'a delay of 1.5 ns'],
    ['more capacity up than down', { ...spec, spines: 4 }, '0.5 times as much capacity'],
    ['96 hosts at a ToR', { ...spec, hostsPerLeaf: 96, spines: 1 }, '96 hosts at a ToR'],
    ['128 ports of a spine', { ...spec, leaves: 128 }, 'switches of 128 ports in tier 1'],
  ])('.topo: %s', (_what, other, text) => {
    expect(refusalOf(() => htsimTopoText(other, null))).toContain(`.topo cannot express ${text}`);
  });

  test('HPCC: parts of a ns; SimAI: anything but rails', () => {
    expect(refusalOf(() => hpccTopologyText(built({ ...spec, hostLink: { ...hostLink, delayPs: 1500 } })))).toContain(
      '1.5 ns of host0-leaf0',
    );
    expect(refusalOf(() => simaiTopologyText(spec))).toContain('topology kind leaf-spine');
  });
});
