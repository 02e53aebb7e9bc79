import { DROPTAIL, PLAIN_NIC } from '../../sim/base/device-spec.ts';
import { ONE_WORKLOAD } from '../../sim/base/job-spec.ts';
import { describe, expect, test } from 'vitest';
import { PLAIN_MOE } from '../../sim/base/moe-spec.ts';
import type { Scenario } from '../../sim/base/scenario.ts';
import type { LeafSpineSpec } from '../../sim/base/topology-spec.ts';
import { hostLink } from '../../topologies/build-topology.ts';
import { expandCells, runSingle } from '../../sweep/cells.ts';
import { loadText } from './load-text.ts';
import { CHAKRA_DEFAULTS } from '../workloads/import/file-spec.ts';

const FABRIC = `topology:
  kind: leaf-spine
  leaves: 2
  spines: 4
  hostsPerLeaf: 8
  hostLink: { rate: 400Gbps, delay: 500ns }
`;

const scenarioOf = async (text: string, set: readonly string[] = [], files: Readonly<Record<string, string>> = {}): Promise<Scenario> =>
  (await runSingle(await loadText(text, { set }, files))).scenario;

const LEAF_SPINE = {
  kind: 'leaf-spine',
  leaves: 2,
  spines: 4,
  hostsPerLeaf: 8,
  hostLink: { rateBps: 400e9, delayPs: 500_000 },
  fabricLink: { rateBps: 400e9, delayPs: 500_000, perSpineRateBps: null, linksPerPair: 1 },
  placement: 'packed',
};

describe('a config becomes a Scenario in base units', () => {
  test('defaults are those of the contract; what follows from the fabric is null', async () => {
    expect(await scenarioOf(`${FABRIC}workload: { kind: all-reduce, size: 64MiB }\n`)).toEqual({
      name: 'config',
      seed: 1,
      fidelity: 'packet',
      topology: LEAF_SPINE,
      workload: { kind: 'all-reduce', algorithm: 'ring', sizeBytes: 67_108_864, ranks: 16 },
      balancer: { kind: 'ecmp' },
      transport: {
        kind: 'dctcp',
        g: 1 / 16,
        initialWindowBytes: null,
        minWindowBytes: null,
        recovery: 'sr',
        rtoPs: null,
        nackIntervalPs: 500e6,
      },
      nic: PLAIN_NIC,
      switch: DROPTAIL,
      failures: [],
      stopAtPs: 100e12,
      ...ONE_WORKLOAD,
      stopPackets: null,
      probes: null,
    });
  });

  test('every key that is given holds', async () => {
    const text = `${FABRIC}  fabricLink: { delay: 1us, perSpine: [400Gbps, 400Gbps, 200Gbps, 100Gbps], linksPerPair: 2 }
  placement: random
name: all keys
kind: fabric
seed: 7
fidelity: bound
workload: { kind: moe, layers: 2, tokens: 128, hidden: 7168, experts: 32, topk: 8, phase: training, dispatch: fp8, combine: logfmt10,
  routing: { kind: zipf, s: 0.5, permute: false }, capacity: none, placement: round-robin, scheme: per-expert, ranks: 8 }
balancer: { kind: ethereal, split: fewest, remainder: last, minPiece: 8kB, maxPieces: 3, batchWindow: 0ns, startJitter: 0ns,
  shuffleDestinations: false, shuffleFlows: false, shufflePaths: false, failedAfter: 2ms, failedPathTimeout: 1ms, repath: random }
transport: { kind: dctcp-rate, g: 0.5, additiveIncrease: 2Gbps, minRate: 1Gbps, recovery: gbn, rto: 1ms, nackInterval: 10us }
nic: { mtu: 1kB, header: 48B, ack: 60B }
switch: { kind: droptail, queue: infinite, ecn: { low: 30kB, high: 30kB } }
failures: [{ link: leaf0-spine3 }, { link: leaf1-spine0-1, at: 0s }]
stop: { at: 2s, packets: 5000 }
`;
    expect(await scenarioOf(text)).toEqual({
      name: 'all keys',
      seed: 7,
      fidelity: 'bound',
      topology: {
        ...LEAF_SPINE,
        fabricLink: { rateBps: 400e9, delayPs: 1e6, perSpineRateBps: [400e9, 400e9, 200e9, 100e9], linksPerPair: 2 },
        placement: 'random',
      },
      workload: {
        ...PLAIN_MOE,
        kind: 'moe',
        layers: 2,
        tokens: 128,
        experts: 32,
        topk: 8,
        phase: 'training',
        dispatchBytesPerToken: 7408,
        combineBytesPerToken: 9184,
        hidden: 7168,
        backwardBytesPerToken: 14_336,
        routing: { kind: 'zipf', s: 0.5, permute: false },
        placement: 'round-robin',
        scheme: 'per-expert',
        ranks: 8,
      },
      balancer: {
        kind: 'ethereal',
        split: 'fewest',
        remainder: 'last',
        minPieceBytes: 8000,
        maxPieces: 3,
        batchWindowPs: 0,
        startJitterPs: 0,
        shuffleDestinations: false,
        shuffleFlows: false,
        shufflePaths: false,
        weights: true,
        failedAfterPs: 2e9,
        failedPathTimeoutPs: 1e9,
        repath: 'random',
      },
      transport: {
        kind: 'dctcp-rate',
        g: 0.5,
        additiveIncreaseBps: 2e9,
        minRateBps: 1e9,
        recovery: 'gbn',
        rtoPs: 1e9,
        nackIntervalPs: 10e6,
      },
      nic: { ...PLAIN_NIC, mtuBytes: 1000, headerBytes: 48, ackBytes: 60 },
      switch: { ...DROPTAIL, queueBytes: Infinity, ecn: { lowBytes: 30_000, highBytes: 30_000, maxProbability: 1 } },
      failures: [{ link: 'leaf0-spine3' }, { link: 'leaf1-spine0-1' }],
      stopAtPs: 2e12,
      ...ONE_WORKLOAD,
      stopPackets: 5000,
      probes: null,
    });
  });

  test.each([
    ['{ kind: all-to-all, size: 1MB }', { kind: 'all-to-all', algorithm: 'direct', sizeBytes: 1e6, ranks: 16 }],
    ['{ kind: all-gather, size: 1kB, ranks: 3 }', { kind: 'all-gather', algorithm: 'ring', sizeBytes: 1000, ranks: 3 }],
    ['{ kind: permutation, size: 8MiB }', { kind: 'permutation', pattern: 'random', sizeBytes: 8_388_608, ranks: 16 }],
    [
      '{ kind: permutation, size: 1B, pattern: { multiply: 5, add: 3 } }',
      { kind: 'permutation', pattern: { multiply: 5, add: 3 }, sizeBytes: 1, ranks: 16 },
    ],
    ['{ kind: incast, senders: 15, size: 1kB }', { kind: 'incast', senders: 15, receiver: 0, sizeBytes: 1000, ranks: 16 }],
    [
      '{ kind: flows, flows: [{ src: 0, dst: 15, size: 8MiB }, { src: 1, dst: 0, size: 1B, start: 1us }] }',
      {
        kind: 'flows',
        flows: [
          { src: 0, dst: 15, sizeBytes: 8_388_608, startPs: 0 },
          { src: 1, dst: 0, sizeBytes: 1, startPs: 1e6 },
        ],
        ranks: 16,
      },
    ],
    [
      '{ kind: moe, tokens: 4, experts: 16, topk: 2, dispatch: 100B, combine: bf16, hidden: 100 }',
      {
        ...PLAIN_MOE,
        kind: 'moe',
        layers: 1,
        tokens: 4,
        experts: 16,
        topk: 2,
        phase: 'forward',
        dispatchBytesPerToken: 100,
        combineBytesPerToken: 200,
        hidden: 100,
        backwardBytesPerToken: 200,
        routing: { kind: 'uniform' },
        placement: 'linear',
        scheme: 'per-gpu',
        ranks: 16,
      },
    ],
  ])('workload %s', async (workload, expected) => {
    expect((await scenarioOf(`${FABRIC}workload: ${workload}\n`)).workload).toEqual(expected);
  });

  test('without ACKs nothing is recovered', async () => {
    const devices = 'transport: { kind: fixed, rate: 100Gbps }\nnic: { acks: none }\nswitch: { queue: infinite }\n';
    const text = `${FABRIC}workload: { kind: permutation, size: 1MiB }\n${devices}`;
    const scenario = await scenarioOf(text);
    expect(scenario.nic.acks).toBe('none');
    expect(scenario.transport).toEqual({
      kind: 'fixed',
      rateBps: 100e9,
      windowBytes: null,
      recovery: 'none',
      rtoPs: null,
      nackIntervalPs: 500e6,
    });
  });

  test('an htsim file is read beside the config', async () => {
    const workload = '{ kind: file, format: htsim, path: flows.cm, htsim: { startUnit: ps } }';
    const scenario = await scenarioOf(`${FABRIC}workload: ${workload}\n`, [], { 'flows.cm': 'Nodes 2\nConnections 0\n' });
    expect(scenario.workload).toMatchObject({
      kind: 'file',
      path: 'flows.cm',
      options: { format: 'htsim', startUnit: 'ps' },
      ranks: 16,
      digests: [expect.stringMatching(/^[0-9a-f]{64}$/)],
      imported: { schedule: { ranks: 2, ops: 0 } },
    });
  });

  test('Chakra traces are read from rank 0 until one is missing', async () => {
    const trace = '\x07\x0a\x050.0.4';
    const files = { 't/a.0.et': trace, 't/a.1.et': trace, 't/a.3.et': trace };
    const { workload } = await scenarioOf(
      `${FABRIC}workload: { kind: file, format: chakra, path: t/a, chakra: { deps: data } }\n`,
      [],
      files,
    );
    expect(workload).toMatchObject({ options: { ...CHAKRA_DEFAULTS, deps: 'data' }, imported: { schedule: { ranks: 2 } } });
    expect(workload.kind === 'file' ? workload.digests : []).toHaveLength(2);
  });

  test('more traces than ranks are an error at the path', async () => {
    const files = { 'a.0.et': 'zero', 'a.1.et': 'one', 'a.2.et': 'two' };
    const loading = loadText(`${FABRIC}workload: { kind: file, format: chakra, path: a, ranks: 2 }\n`, {}, files);
    await expect(loading).rejects.toThrow('config.yaml:7:47 workload.path: traces of more than 2 ranks');
  });
});

describe('every spelling of the same config gives the same Scenario', () => {
  const yaml = `${FABRIC}workload: { kind: all-reduce, size: 64MiB }\nbalancer: ecmp-split\n`;

  test('a bare word is the kind', async () => {
    expect(await scenarioOf(yaml)).toEqual(await scenarioOf(yaml.replace('balancer: ecmp-split', 'balancer: { kind: ecmp-split, k: 4 }')));
  });

  test('JSON, a byte-order mark and CR LF are accepted', async () => {
    const json = JSON.stringify({
      topology: { kind: 'leaf-spine', leaves: 2, spines: 4, hostsPerLeaf: 8, hostLink: { rate: '400Gbps', delay: '500ns' } },
      workload: { kind: 'all-reduce', size: '64MiB' },
      balancer: 'ecmp-split',
    });
    const expected = await scenarioOf(yaml);
    expect(await scenarioOf(json)).toEqual(expected);
    expect(await scenarioOf(JSON.stringify(JSON.parse(json), null, '\t'))).toEqual(expected);
    expect(await scenarioOf(`\uFEFF${yaml.replaceAll('\n', '\r\n')}`)).toEqual(expected);
  });

  test('anchors and aliases are values', async () => {
    const text = yaml.replace('hostLink: { rate', 'hostLink: &link { rate').replace('workload:', '  fabricLink: *link\nworkload:');
    expect(await scenarioOf(text)).toEqual(await scenarioOf(yaml));
  });

  test('merge keys bring the keys of a block; those written here, and of several blocks the first, count', async () => {
    const link = '{ rate: 400Gbps, delay: 500ns }';
    const merged = `${FABRIC.replace(link, `&host ${link}`)}  fabricLink: { <<: [*host, { delay: 1ns, linksPerPair: 2 }], rate: 100Gbps }
workload: { kind: all-reduce, size: 64MiB }
`;
    const spec = (await scenarioOf(merged)).topology as LeafSpineSpec;
    expect(spec.hostLink).toEqual({ rateBps: 400e9, delayPs: 500_000 });
    expect(spec.fabricLink).toEqual({ rateBps: 100e9, delayPs: 500_000, perSpineRateBps: null, linksPerPair: 2 });
    const before = merged.replace(/<<: (\[.*\]), rate: 100Gbps/, 'rate: 100Gbps, <<: $1');
    expect(await scenarioOf(before)).toEqual(await scenarioOf(merged));
  });

  test('an error below an alias names the alias', async () => {
    const text = `${FABRIC}workload: { kind: all-reduce, size: &size 1MiB }\nswitch: { queue: *size }\nnic: { mtu: *size }\n`;
    await expect(loadText(text)).rejects.toThrow('config.yaml:9:13 nic.mtu: mtu and header are 1048640B on the wire');
  });
});

describe('--set and --seed', () => {
  const text = `${FABRIC}workload: { kind: all-reduce, size: 64MiB }\n`;

  test('set keys of any depth, blocks that are absent, and whole blocks', async () => {
    const scenario = await scenarioOf(text, [
      'workload.size=1MiB',
      'transport.g=0.25',
      'balancer={kind: ecmp-split, k: 8}',
      'topology.hostLink.delay=1us',
    ]);
    expect(scenario.workload).toMatchObject({ sizeBytes: 1_048_576 });
    expect(scenario.transport).toMatchObject({ kind: 'dctcp', g: 0.25 });
    expect(scenario.balancer).toEqual({ kind: 'ecmp-split', k: 8 });
    expect(hostLink(scenario.topology).delayPs).toBe(1e6);
  });

  test('a bare word that is set further becomes a block', async () => {
    expect((await scenarioOf(`${text}balancer: ecmp-split\n`, ['balancer.k=2'])).balancer).toEqual({ kind: 'ecmp-split', k: 2 });
    expect((await scenarioOf(text, ['balancer=ecmp-split', 'balancer.k=3'])).balancer).toEqual({ kind: 'ecmp-split', k: 3 });
  });

  test('list entries are named by their index', async () => {
    const flows = text.replace('{ kind: all-reduce, size: 64MiB }', '{ kind: flows, flows: [{ src: 0, dst: 1, size: 1B }] }');
    for (const key of ['workload.flows[0].size', 'workload.flows.0.size']) {
      expect((await scenarioOf(flows, [`${key}=5B`])).workload).toMatchObject({ flows: [{ sizeBytes: 5 }] });
    }
  });

  test('--seed replaces the seed of the config', async () => {
    expect((await runSingle(await loadText(`${text}seed: 5\n`, { seed: 9 }))).seed).toBe(9);
  });

  test('--seed and a set seed contradict each other', async () => {
    await expect(loadText(text, { seed: 9, set: ['seed=8'] })).rejects.toThrow('--seed 9 seed: overwrites --set seed=8');
  });

  test('a sweep can be set too', async () => {
    const loaded = await loadText(text, { set: ['sweep.grid.workload.size=[1MiB, 2MiB]', 'sweep.repeat=3'] });
    expect(await expandCells(loaded)).toHaveLength(6);
  });
});
