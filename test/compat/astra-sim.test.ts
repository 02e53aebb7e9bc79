import { describe, expect, test } from 'vitest';
import type { CollectiveShape } from '../../sim/base/collective-spec.ts';
import type { AstraSimSpec, AstraSimTopology } from '../../sim/base/compat-spec.ts';
import { checkCompat } from '../../sim/compat-run.ts';
import { astraSimNs, astraSimProblem, type AstraSimCall, type AstraSimCollective } from '../../sim/compat/astra-sim.ts';
import { chunksDoneAt } from '../../sim/compat/chunk-pipeline.ts';
import { leafSpineSpec, scenarioOf } from '../sim/scenarios.ts';

const MIB = 2 ** 20;

/** 50 "GB/s", 500 ns; four splits, 10 ns at the endpoints, 1600 GB/s of memory. */
const S4: AstraSimSpec = {
  kind: 'astra-sim',
  dimensions: [{ topology: 'Ring', npus: null, bandwidthGiBps: 50, latencyPs: 500_000 }],
  congestion: 'aware',
  endpointDelayPs: 10_000,
  splits: 4,
  localMemBw: 1600,
  optimization: 'baseline',
  algorithms: {},
};
const IDEAL: AstraSimSpec = { ...S4, splits: 1, endpointDelayPs: 1000, localMemBw: 1e9 };

const on = (spec: AstraSimSpec, topology: AstraSimTopology, congestion: AstraSimSpec['congestion'] = 'aware'): AstraSimSpec => ({
  ...spec,
  congestion,
  dimensions: [{ ...spec.dimensions[0]!, topology }],
});
const call = (kind: AstraSimCollective, commSizeBytes: number, algorithm = 'ring', ranks = 8): AstraSimCall => ({
  kind,
  algorithm,
  commSizeBytes,
  ranks,
});

describe('runs of ASTRA-sim 2.x with 8 NPUs, to the nanosecond', () => {
  test.each([
    [MIB, [64_440, 126_600, 64_440, 92_440]],
    [64 * MIB, [2_326_112, 4_541_584, 2_326_112, 2_354_112]],
    [1024 * MIB, [36_790_164, 71_818_164, 36_790_164, 36_818_164]],
  ])('ring all-reduce of %d bytes in four splits', (bytes, expected) => {
    const networks = [on(S4, 'Ring'), on(S4, 'Switch'), on(S4, 'Ring', 'unaware'), on(S4, 'Switch', 'unaware')];
    expect(networks.map((network) => astraSimNs(network, call('all-reduce', bytes)))).toEqual(expected);
  });

  test.each([
    [MIB, [41_189, 82_363]],
    [64 * MIB, [2_194_515, 4_389_015]],
    [1024 * MIB, [35_007_015, 70_014_015]],
  ])('ring all-reduce of %d bytes in one split with ideal memory', (bytes, expected) => {
    expect([on(IDEAL, 'Ring'), on(IDEAL, 'Switch')].map((network) => astraSimNs(network, call('all-reduce', bytes)))).toEqual(expected);
  });

  test('slow memory, and the other collectives by ring', () => {
    expect(astraSimNs({ ...S4, localMemBw: 50 }, call('all-reduce', MIB))).toBe(117_780);
    expect(astraSimNs(S4, call('all-gather', MIB))).toBe(151_016);
    expect(astraSimNs(S4, call('reduce-scatter', MIB))).toBe(33_080);
    expect(astraSimNs(S4, call('all-to-all', MIB))).toBe(125_480);
  });

  test('direct all-to-all and halving-doubling all-reduce in one split', () => {
    const one = { ...S4, splits: 1 };
    expect(astraSimNs(on(one, 'Switch'), call('all-to-all', MIB, 'direct'))).toBe(20_548);
    expect(astraSimNs(on(one, 'FullyConnected'), call('all-to-all', MIB, 'direct'))).toBe(2961);
    expect(astraSimNs(on(one, 'Switch', 'unaware'), call('all-to-all', MIB, 'direct'))).toBe(20 + 1000 + 2441);
    expect(astraSimNs(on(one, 'Switch'), call('all-reduce', MIB, 'halving-doubling'))).toBe(75_154);
  });
});

test('an algorithm of the system goes before that of the workload', () => {
  const spec = { ...on({ ...S4, splits: 1 }, 'Switch'), algorithms: { 'all-reduce': ['halving-doubling'] } } as const;
  expect(astraSimNs(spec, call('all-reduce', MIB))).toBe(75_154);
  expect(astraSimNs(spec, call('reduce-scatter', MIB))).toBe(astraSimNs(on({ ...S4, splits: 1 }, 'Switch'), call('reduce-scatter', MIB)));
});

test.each([
  ['all-reduce', 'direct', 'Switch', 1, 8, 'all-reduce by direct has no closed form of ASTRA-sim'],
  ['all-to-all', 'direct', 'Ring', 1, 8, 'all-to-all by direct on a Ring has no closed form of ASTRA-sim'],
  ['all-to-all', 'direct', 'Switch', 2, 8, 'all-to-all by direct in 2 splits has no closed form of ASTRA-sim (congestion aware)'],
  ['all-reduce', 'halving-doubling', 'Ring', 1, 8, 'halving-doubling on a Ring has no closed form of ASTRA-sim'],
  ['all-reduce', 'halving-doubling', 'Switch', 1, 6, 'halving-doubling among 6 ranks'],
  ['all-gather', 'bruck', 'Switch', 1, 8, 'all-gather by bruck has no closed form of ASTRA-sim'],
] as const)('%s by %s on a %s in %d splits among %d ranks is refused', (kind, algorithm, topology, splits, ranks, message) => {
  expect(astraSimProblem(on({ ...S4, splits }, topology), call(kind, MIB, algorithm, ranks))?.message).toBe(message);
});

test('ranks must be as many as NPUs', () => {
  const spec: AstraSimSpec = { ...S4, dimensions: [{ ...S4.dimensions[0]!, npus: 16 }] };
  expect(astraSimProblem(spec, call('all-reduce', MIB))).toMatchObject({ path: 'workload.ranks', message: '8 ranks on 16 NPUs' });
});

describe('a collective in a shape that ASTRA-sim has none of is refused', () => {
  const check = (shape: CollectiveShape): void =>
    checkCompat({
      ...scenarioOf({
        topology: leafSpineSpec(2, 4, 2),
        workload: { kind: 'all-reduce', algorithm: 'ring', sizeBytes: MIB, ranks: 8, ...shape },
      }),
      compat: S4,
    });

  test.each([
    ['groups', { groups: { size: 4, stride: 1 } }],
    ['channels', { channels: 2 }],
    ['bidirectional', { bidirectional: true }],
    ['chunks', { chunks: 2 }],
    ['sync', { sync: 'step' }],
    ['reduceRate', { reduceRateBps: 1e12 }],
    ['pxn', { pxn: true }],
    ['window', { window: 2 }],
  ] as const)('%s', (key, shape) => {
    expect(() => check(shape)).toThrow(expect.objectContaining({ code: 'E157', where: { path: `workload.${key}` } }));
  });

  test('not the shape that every collective has anyway', () => {
    expect(() => check({ channels: 1, chunks: 1, bidirectional: false, sync: 'local', pxn: false, ranksPerServer: 2 })).not.toThrow();
  });
});

describe('several dimensions', () => {
  const two: AstraSimSpec = {
    ...S4,
    splits: 1,
    congestion: 'unaware',
    dimensions: [
      { topology: 'Ring', npus: 4, bandwidthGiBps: 50, latencyPs: 500_000 },
      { topology: 'Ring', npus: 2, bandwidthGiBps: 25, latencyPs: 700_000 },
    ],
  };
  const alone = (dimension: 0 | 1, kind: AstraSimCollective, bytes: number): number =>
    astraSimNs({ ...two, dimensions: [two.dimensions[dimension]!] }, call(kind, bytes, 'ring', two.dimensions[dimension]!.npus!));

  test('one chunk runs its phases one after the other', () => {
    expect(astraSimNs(two, call('all-reduce', MIB))).toBe(alone(0, 'all-reduce', MIB) + alone(1, 'all-reduce', MIB));
    expect(astraSimNs(two, call('reduce-scatter', MIB))).toBe(alone(0, 'reduce-scatter', MIB) + alone(1, 'reduce-scatter', MIB / 4));
  });

  test('localBWAware reduces up the dimensions and gathers back', () => {
    const up = alone(0, 'reduce-scatter', MIB);
    expect(astraSimNs({ ...two, optimization: 'localBWAware' }, call('all-reduce', MIB))).toBe(
      up + alone(1, 'all-reduce', MIB / 4) + alone(0, 'all-gather', MIB / 4),
    );
  });

  test('chunks overlap in different dimensions, one chunk a dimension at a time', () => {
    const phases = [
      { dimension: 0, ns: 10 },
      { dimension: 1, ns: 30 },
    ];
    expect(chunksDoneAt(phases, 3)).toBe(10 + 3 * 30);
    expect(chunksDoneAt(phases.toReversed(), 3)).toBe(3 * 30 + 10);
    // Two chunks, three phases of 10: 0 up, 1, 0 back. The second goes up while the first is in dimension 1.
    expect(
      chunksDoneAt(
        [0, 1, 0].map((dimension) => ({ dimension, ns: 10 })),
        2,
      ),
    ).toBe(40);
    expect(chunksDoneAt([{ dimension: 0, ns: 7 }], 4)).toBe(28);
  });
});
