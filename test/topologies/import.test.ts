import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, test } from 'vitest';
import { ImportError } from '../../sim/base/errors.ts';
import { hpccTopology } from '../../topologies/import/hpcc-topology.ts';
import { htsimTopo } from '../../topologies/import/htsim-topo.ts';
import { simaiTopology } from '../../topologies/import/simai-topology.ts';
import type { ImportedTopology, TopologyText } from '../../topologies/import/topology-text.ts';
import { samplesMissing } from '../workloads/import/samples.ts';

const sampleText = (path: string): TopologyText => ({
  name: path,
  text: readFileSync(join(import.meta.dirname, '..', '..', '..', 'shared', 'samples', path), 'utf8'),
});

/** `line:column message` of what an importer refuses. */
function refusal(read: (file: TopologyText) => ImportedTopology, text: string): string {
  try {
    read({ name: 'f', text });
  } catch (error) {
    if (!(error instanceof ImportError)) throw error;
    return [error.where?.line, error.where?.column].filter((part) => part !== undefined).join(':') + ` ${error.message}`;
  }
  throw new Error('it was not refused');
}

const TWO_TIERS = `# a comment
Nodes 8
Tiers 2
Podsize 8

Tier 0
Downlink_speed_Gbps 400
radix_down 4
Radix_Up 4
Downlink_Latency_ns 500
Switch_Latency_ns 100
Tier 1
Downlink_speed_Gbps 200
Radix_Down 4
Downlink_Latency_ns 1000
Bundle 2
`;

const THREE_TIERS = `Nodes 16
Tiers 3
Podsize 4
Tier 0
Downlink_speed_Gbps 400
Downlink_Latency_ns 500
Radix_Down 2
Radix_Up 1
Oversubscribed 2
Tier 1
Downlink_speed_Gbps 400
Downlink_Latency_ns 600
Radix_Down 2
Radix_Up 2
Tier 2
Downlink_speed_Gbps 400
Downlink_Latency_ns 700
Radix_Down 4
`;

describe('htsim .topo', () => {
  const read = (text: string): ImportedTopology => htsimTopo({ name: 'f', text });
  const oversubscribed = TWO_TIERS.replace('Radix_Up 4', 'Radix_Up 4\nOversubscribed 2');

  test('two tiers are a leaf-spine; half of a switch latency goes to each of its links', () => {
    expect(read(oversubscribed)).toEqual({
      spec: {
        kind: 'leaf-spine',
        leaves: 2,
        spines: 2,
        hostsPerLeaf: 4,
        hostLink: { rateBps: 400e9, delayPs: 550_000 },
        fabricLink: { rateBps: 200e9, delayPs: 1_050_000, perSpineRateBps: null, linksPerPair: 2 },
        placement: 'packed',
      },
      warnings: [],
    });
  });

  test('three tiers are a fat tree', () => {
    expect(read(THREE_TIERS).spec).toMatchObject({
      kind: 'fat-tree',
      pods: 4,
      torsPerPod: 2,
      aggsPerPod: 1,
      coresPerAgg: 2,
      hostsPerTor: 2,
    });
  });

  test('queues are not taken, with a warning', () => {
    expect(read(`${oversubscribed}Queue_Down 40000\n`).warnings).toEqual([
      'f: Queue_Up and Queue_Down are not used; switch.queue is the queue of every port',
    ]);
  });

  test.each([
    ['Oversubscribed that contradicts the radices', TWO_TIERS, '6:1 tier 0 has 1600 Gb/s down and 800 Gb/s up: that is not 1 to 1'],
    ['a key twice in a tier', `${oversubscribed}Bundle 2\n`, '18:1 Bundle is there already in this tier'],
    ['Radix_Up at the top', `${oversubscribed}Radix_Up 2\n`, '18:10 radix_up in the top tier'],
    ['hosts that do not divide', oversubscribed.replace('radix_down 4', 'radix_down 3'), '8:12 8 hosts are not divisible by 3'],
    [
      'speeds that do not divide',
      oversubscribed.replace('speed_Gbps 200', 'speed_Gbps 150'),
      '10:16 tier 0 has 1600 Gb/s down and 600 Gb/s up: that is not 2 to 1',
    ],
    ['an unknown key', `${oversubscribed}Colour 3\n`, '18:1 unknown key "Colour"'],
    ['a word for a number', oversubscribed.replace('Nodes 8', 'Nodes many'), '2:7 "many" is no value'],
    ['two values', oversubscribed.replace('Nodes 8', 'Nodes 8 9'), '2:9 "9" after the value'],
    ['a missing key', oversubscribed.replace('radix_down 4\n', ''), '6:1 tier 0 has no radix_down'],
    ['a missing tier', oversubscribed.replace('Tiers 2', 'Tiers 3'), '3:7 3 tiers are declared, 2 described'],
    ['a bundle in three tiers', `${THREE_TIERS}Bundle 2\n`, '19:8 bundles of links in three tiers'],
    ['nothing', '', '1:1 the file is empty'],
  ])('%s is refused at its place', (_, text, expected) => {
    expect(refusal(htsimTopo, text)).toBe(expected);
  });

  test.skipIf(samplesMissing)('the sample is 16 leaves of 8 hosts and 8 spines at 400 Gb/s', () => {
    expect(htsimTopo(sampleText('htsim/ls128_400g.topo')).spec).toMatchObject({
      ...{ kind: 'leaf-spine', leaves: 16, spines: 8, hostsPerLeaf: 8 },
      hostLink: { rateBps: 400e9, delayPs: 500_000 },
    });
  });
});

const HPCC = `6 2 5
4 5
0 4 100Gbps 1000ns 0
1 4 100Gb/s 0.001ms 0
2 5 25Gbps 1us 0.0
3 5 100Gbps 1000ns 0
4 5 400Gbps 2us 0
`;

describe('HPCC topology', () => {
  test('is a graph; node ids that are no switches are hosts', () => {
    const host = { rateBps: 100e9, delayPs: 1_000_000 };
    const cables = [
      { a: 0, b: 4, ...host },
      { a: 1, b: 4, ...host },
      { a: 2, b: 5, ...host, rateBps: 25e9 },
      { a: 3, b: 5, ...host },
      { a: 4, b: 5, rateBps: 400e9, delayPs: 2_000_000 },
    ];
    const expected = { spec: { kind: 'graph', hosts: 4, switches: 2, cables, placement: 'packed' }, warnings: [] };
    expect(hpccTopology({ name: 'f', text: HPCC })).toEqual(expected);
    // Switches first: ids are renumbered. Ends of lines mean nothing, and neither does a byte-order mark.
    const moved = HPCC.replace(/^\d.*\n\d.*\n/, '6 2 5 0 1\n').replace(
      /^(\d) (\d) (\d+G.*)$/gm,
      (_, a: string, b: string, rest: string) => {
        return `${(Number(a) + 2) % 6}\r\n${(Number(b) + 2) % 6} ${rest}`;
      },
    );
    expect(hpccTopology({ name: 'f', text: `\uFEFF${moved}` })).toEqual(expected);
  });

  test.each([
    ['a host with two links', HPCC.replace('3 5', '2 5'), '6:1 host 2 has a second link: a host is joined to exactly one switch'],
    ['hosts joined to each other', HPCC.replace('3 5', '3 2'), '6:1 a link from host 3 to host 2: hosts are joined to switches alone'],
    ['fewer links than declared', HPCC.replace('6 2 5', '6 2 6'), '7:17 the file ends where a node of a link is expected'],
    ['more links than declared', HPCC.replace('6 2 5', '6 2 4'), '7:1 more than the 4 links that the first line declares'],
    ['an id that is not there', HPCC.replace('4 5\n', '4 6\n'), '2:3 the id of a switch is "6"'],
    ['a switch twice', HPCC.replace('4 5\n', '4 4\n'), '2:3 switch 4 is listed twice'],
    ['a rate without unit', HPCC.replace('25Gbps', '25'), '5:5 "25" is no rate'],
    ['no delay', HPCC.replace('2us', '0us'), '7:13 "0us" is no delay of whole picoseconds'],
    ['loss on a link', HPCC.replace('0.0\n', '0.01\n'), '5:16 a link loses a share of "0.01" of its packets'],
    ['a topology of SimAI', '52 8 4 16 128 A100', '1:1 six numbers on the first line are a topology of SimAI'],
    ['a negative number', HPCC.replace('0 4', '-1 4'), '3:1 a node of a link is "-1"'],
    ['nothing', ' \n', '1:1 the file is empty'],
  ])('%s is refused at its place', (_, text, expected) => {
    expect(refusal(hpccTopology, text)).toBe(expected);
  });

  property.prop([fc.nat(HPCC.length - 1), fc.string({ maxLength: 3 })], { numRuns: 200 })(
    'a damaged file is read or refused, never more',
    (at, text) => {
      for (const damaged of [HPCC.slice(0, at), HPCC.slice(0, at) + text + HPCC.slice(at + 1)]) {
        for (const read of [hpccTopology, simaiTopology, htsimTopo]) {
          try {
            read({ name: 'f', text: damaged });
          } catch (error) {
            expect(error).toBeInstanceOf(ImportError);
          }
        }
      }
    },
  );
});

/** 2 servers of 2 GPUs, 2 ASW, 1 PSW. */
const SIMAI = `9 2 2 3 10 H20
4 5 6 7 8 
0 4 2880Gbps 0.000025ms 0
0 6 200Gbps 0.0005ms 0
1 4 2880Gbps 0.000025ms 0
1 7 200Gbps 0.0005ms 0
2 5 2880Gbps 0.000025ms 0
2 6 200Gbps 0.0005ms 0
3 5 2880Gbps 0.000025ms 0
3 7 200Gbps 0.0005ms 0
6 8 400Gbps 0.0005ms 0
7 8 400Gbps 0.0005ms 0
`;
const NVLINK = { rateBps: 2.88e12, delayPs: 50_000 };

describe('SimAI topology', () => {
  test('is a rail fabric where it is one; an unknown type of GPU is a warning', () => {
    expect(simaiTopology({ name: 'f', text: SIMAI })).toEqual({
      spec: {
        kind: 'rail',
        servers: 2,
        serversPerSegment: 2,
        spines: 1,
        hostLink: { rateBps: 200e9, delayPs: 500_000 },
        fabricLink: { rateBps: 400e9, delayPs: 500_000, perSpineRateBps: null, linksPerPair: 1 },
        placement: 'packed',
        server: { gpus: 2, nics: 2, nvlink: NVLINK },
      },
      warnings: ['f: SimAI does not know GPUs of type H20'],
    });
  });

  test('is a graph with servers where it is none', () => {
    const unequal = SIMAI.replace('7 8 400Gbps', '7 8 100Gbps').replace('H20', 'H100');
    const { spec, warnings } = simaiTopology({ name: 'f', text: unequal });
    expect(spec).toMatchObject({ kind: 'graph', hosts: 4, switches: 3, server: { gpus: 2, nics: 2, nvlink: NVLINK } });
    expect(warnings).toEqual([]);
  });

  test.each([
    ['too few links', SIMAI.replace('10 H20', '11 H20'), '12:22 the file ends where a node of a link is expected'],
    ['too many links', SIMAI.replace('10 H20', '9 H20'), '12:1 more than the 9 links that the first line declares'],
    ['a GPU without NVLink', SIMAI.replace('10 H20', '9 H20').replace(/^3 5.*\n/m, ''), ' GPU 3 has no link to an NVSwitch'],
    ['a GPU on the NVSwitch of another server', SIMAI.replace('3 5 2', '3 4 2'), '9:1 a link from node 3 to NVSwitch 4'],
    ['unequal NVLinks', SIMAI.replace('3 5 2880', '3 5 1440'), '9:1 the NVLink of GPU 3 differs from that of GPU 0'],
    [
      'a GPU with two NICs (dual ToR)',
      SIMAI.replace('7 8 400', '3 6 400'),
      '12:1 host 3 has a second link: a host is joined to exactly one switch',
    ],
    ['a number of NVSwitches that is not that of servers', SIMAI.replace('9 2 2 3', '9 4 2 3'), '1:5 2 NVSwitches for 1 servers'],
  ])('%s is refused at its place', (_, text, expected) => {
    expect(refusal(simaiTopology, text)).toBe(expected);
  });

  test.skipIf(samplesMissing)('the sample is 4 servers of 8 GPUs on 8 rails with 8 spines', () => {
    const { spec, warnings } = simaiTopology(sampleText('simai/Rail_Opti_SingleToR_32g_8gps_200Gbps_A100'));
    expect(spec).toMatchObject({ kind: 'rail', servers: 4, serversPerSegment: 4, spines: 8, server: { gpus: 8, nics: 8, nvlink: NVLINK } });
    expect(warnings).toEqual([]);
  });
});
