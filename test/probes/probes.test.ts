import { describe, expect, test } from 'vitest';
import { CellError, ConfigError } from '../../sim/base/errors.ts';
import { DROPTAIL, PLAIN_NIC } from '../../sim/base/device-spec.ts';
import type { ProbeSpec } from '../../sim/base/probe-spec.ts';
import type { RunResult } from '../../sim/base/result.ts';
import type { Scenario } from '../../sim/base/scenario.ts';
import { Network } from '../../sim/fabric/network.ts';
import { prepare } from '../../sim/prepare.ts';
import { simulate, simulatePrepared } from '../../sim/simulate.ts';
import { cyclicInput } from '../oracle/crafted.ts';
import { ProbeSampler } from '../../sim/probes/probe-sampler.ts';
import { runNetwork } from '../../sim/packet-run.ts';
import { fatTreeSpec, flowsOf, ideal, leafSpineSpec, lineRate, scenarioOf } from '../sim/scenarios.ts';
import { denseOf } from './series.ts';

const probes = (everyPs: number, what: ProbeSpec['what'], links: ProbeSpec['links'] = 'all'): ProbeSpec => ({ everyPs, what, links });
const ALL = ['queues', 'links', 'pauses', 'reorder'] as const;

/** The link to host 0 in one leaf. */
const TO_HOST_0 = 1;
const PACKET_PS = 83_200;

describe('an incast of 4 hosts with 10 packets each to host 0 of their leaf', () => {
  const incast = scenarioOf({
    ...ideal,
    topology: leafSpineSpec(1, 5, 1),
    workload: { kind: 'incast', senders: 4, receiver: 0, sizeBytes: 40_960, ranks: 5 },
  });
  /** Each packet has left its host and arrives together with three others; the port sends one in the same time. */
  const firstPs = PACKET_PS + 500_000;
  const sentBytes = (timePs: number): number => Math.min(40 * 4160, Math.max(0, (timePs - firstPs) * 0.05));
  const queueBytes = (timePs: number): number =>
    4 * 4160 * Math.min(10, Math.max(0, Math.ceil((timePs - firstPs) / PACKET_PS))) - sentBytes(timePs);

  test.each([10_000, 41_600, 83_200, 100_000, 1_234_567])('is a staircase of four packets up and one down, every %i ps', (everyPs) => {
    const { tables, completionPs } = simulate({ ...incast, probes: probes(everyPs, ['queues']) });
    const samples = Math.ceil(completionPs! / everyPs) + 2;
    const dense = denseOf(tables.probes!.queueBytes!, everyPs, samples, 12);
    const expected = Array.from({ length: samples }, (_, i) => Math.round(queueBytes((i + 1) * everyPs)));
    expect(dense.map((row) => row[TO_HOST_0])).toEqual(expected);
    expect(dense.every((row) => row.every((bytes, link) => link === TO_HOST_0 || bytes === 0))).toBe(true);
  });

  test('keeps its link busy from the first bit to the last', () => {
    const everyPs = 100_000;
    const { tables } = simulate({ ...incast, probes: probes(everyPs, ['links'], ['host0-leaf0']) });
    const { timePs, place, value } = tables.probes!.utilisation!;
    // From firstPs + 500 ns on, for 40 packets.
    const begin = firstPs + 500_000;
    const end = begin + 40 * PACKET_PS;
    expect([...place]).toEqual(timePs.length === 0 ? [] : Array.from(timePs, () => TO_HOST_0));
    expect([...timePs]).toEqual([1_100_000, 1_200_000, 4_500_000, 4_600_000]);
    expect(value[0]).toBeCloseTo((1_100_000 - begin) / everyPs, 6);
    expect(value[1]).toBe(1);
    expect(value[2]).toBeCloseTo((end - 4_400_000) / everyPs, 6);
    expect(value[3]).toBe(0);
    expect(tables.probes!.queueBytes).toBeNull();
  });
});

describe('utilisation', () => {
  test.each(['ecmp', 'spray', 'drb'] as const)('adds up to the bytes that were delivered on every link, with %s', (kind) => {
    const everyPs = 250_000;
    const scenario = scenarioOf({
      ...ideal,
      topology: fatTreeSpec(4),
      workload: { kind: 'permutation', pattern: { shift: 5 }, sizeBytes: 50 * 4096, ranks: 16 },
      balancer: { kind },
    });
    const { tables, completionPs } = simulate({ ...scenario, probes: probes(everyPs, ['links'], 'fabric') });
    const samples = Math.ceil(completionPs! / everyPs) + 2;
    const sums = new Float64Array(tables.linkLoadBytes.length);
    for (const row of denseOf(tables.probes!.utilisation!, everyPs, samples, sums.length))
      row.forEach((part, link) => (sums[link]! += part));
    const wireBytes = tables.linkLoadBytes.map((bytes) => (bytes / 4096) * 4160);
    sums.forEach((sum, link) => expect((sum * 400e9 * everyPs) / 8e12).toBeCloseTo(wireBytes[link]!, -1));
    expect(Math.max(...wireBytes)).toBeGreaterThan(0);
  });

  test('of a link at a quarter of its rate is a quarter', () => {
    const scenario = scenarioOf({
      ...lineRate,
      topology: leafSpineSpec(2, 1, 1),
      workload: flowsOf(2, [[0, 1, 400 * 4096]]),
      failures: [
        { link: 'leaf0-spine0', course: { atPs: 0, untilPs: Infinity, direction: 'up', fault: { kind: 'rate-factor', factor: 0.25 } } },
      ],
    });
    const { tables } = simulate({ ...scenario, probes: probes(3_328_000, ['links'], ['leaf0-spine0']) });
    const up = [...tables.probes!.utilisation!.value].filter((_, i) => tables.probes!.utilisation!.place[i]! % 2 === 0);
    expect(up.filter((part) => part === 0.25).length).toBeGreaterThan(0);
    expect(Math.max(...up)).toBeLessThanOrEqual(0.26);
  });
});

test('samples closer together than packets see the largest reordering', () => {
  const scenario = scenarioOf({
    ...lineRate,
    topology: leafSpineSpec(2, 2, 4, {
      fabricLink: { rateBps: 400e9, delayPs: 500_000, perSpineRateBps: [100e9, 400e9, 400e9, 400e9], linksPerPair: 1 },
    }),
    workload: flowsOf(4, [[0, 2, 100 * 4096]]),
    balancer: { kind: 'spray' },
  });
  const result = simulate({ ...scenario, probes: probes(40_000, ['reorder']) });
  const { place, value } = result.tables.probes!.reorderPackets!;
  expect(result.reorderMaxPackets).toBeGreaterThan(3);
  expect(Math.max(...value)).toBe(result.reorderMaxPackets);
  expect(new Set(place)).toEqual(new Set([2]));
  expect(value.at(-1)).toBe(0);
});

const PERMUTATION = { kind: 'permutation', pattern: { shift: 4 }, sizeBytes: 300_000, ranks: 16 } as const;
const RUNS: Record<string, Scenario> = {
  'marks and drops': scenarioOf({
    topology: leafSpineSpec(4, 4, 2),
    workload: PERMUTATION,
    switch: { ...DROPTAIL, queueBytes: 20_800, ecn: { lowBytes: 4160, highBytes: 12_480, maxProbability: 0.5 } },
  }),
  trimming: scenarioOf({
    topology: leafSpineSpec(4, 4, 2),
    workload: { kind: 'incast', senders: 15, receiver: 3, sizeBytes: 100_000, ranks: 16 },
    balancer: { kind: 'spray' },
    switch: {
      ...DROPTAIL,
      kind: 'composite',
      queueBytes: 20_800,
      trims: true,
      headerQueueBytes: null,
      headerShare: 0.25,
      ecnAt: 'dequeue-after',
    },
    nic: { ...PLAIN_NIC, ackPriority: 'high' },
  }),
  pauses: scenarioOf({
    ...lineRate,
    topology: fatTreeSpec(4),
    workload: PERMUTATION,
    switch: { ...DROPTAIL, kind: 'lossless-input', pauseBytes: 20_000, resumeBytes: 12_000, ecn: 'off' },
  }),
  'a link that flaps': scenarioOf({
    topology: leafSpineSpec(4, 4, 2),
    workload: PERMUTATION,
    failures: [
      {
        link: 'leaf0-spine1',
        course: { atPs: 2e6, untilPs: 40e6, direction: 'both', fault: { kind: 'flap', downPs: 3e6, upPs: 5e6, convergePs: 1e6 } },
      },
    ],
  }),
  'an end at a number of packets': scenarioOf({ topology: leafSpineSpec(4, 4, 2), workload: PERMUTATION, stopPackets: 500 }),
  'an end at a time': scenarioOf({ topology: leafSpineSpec(4, 4, 2), workload: PERMUTATION, stopAtPs: 7_777_777 }),
};

describe.each(Object.entries(RUNS))('a run with %s', (_, scenario) => {
  const plain = simulate(scenario);
  const withoutProbes = (result: RunResult): RunResult => ({ ...result, tables: { ...result.tables, probes: null } });

  test.each([83_200, 499_999, 2_000_000])('is the same to the bit with probes, every %i ps', (everyPs) => {
    const probed = simulate({ ...scenario, probes: probes(everyPs, ALL) });
    expect(withoutProbes(probed)).toEqual(plain);
    expect(probed.tables.probes!.queueBytes!.timePs.length).toBeGreaterThan(0);
  });

  test.each([500_000, 123_457])('has the same samples whatever the window, such as %i ps', (windowPs) => {
    const prepared = prepare({ ...scenario, probes: probes(100_000, ALL) });
    expect(simulatePrepared(prepared, { windowPs })).toEqual(simulatePrepared(prepared));
  });
});

test('without probes there are none', () => {
  expect(simulate(RUNS['pauses']!).tables.probes).toBeNull();
  expect(simulate({ ...RUNS['pauses']!, fidelity: 'bound', probes: probes(1e6, ALL) }).tables.probes).toBeNull();
});

test('stretches in which nothing happens take no samples', () => {
  // Two packets an hour apart at an interval of 1 ns would be 3.6e12 samples.
  const workload = {
    kind: 'flows',
    flows: [
      { src: 0, dst: 1, sizeBytes: 100, startPs: 0 },
      { src: 0, dst: 1, sizeBytes: 100, startPs: 3.6e15 },
    ],
    ranks: 2,
  } as const;
  const scenario = scenarioOf({ ...ideal, topology: leafSpineSpec(1, 2, 1), workload, stopAtPs: 4e15, stopPackets: 1e9 });
  const { timePs, value } = simulate({ ...scenario, probes: probes(1000, ['queues']) }).tables.probes!.queueBytes!;
  const changes = Array.from(timePs, (ps, i) => [ps, value[i]!]);
  // 164 B take 3280 ps at 400 Gb/s, from 503,280 ps on.
  const once = (ps: number): number[][] => [
    [ps + 504_000, 128],
    [ps + 505_000, 78],
    [ps + 506_000, 28],
    [ps + 507_000, 0],
  ];
  expect(changes).toEqual([...once(0), ...once(3.6e15)]);
});

test('a deadlock is sampled up to its end, with links that stay paused', () => {
  const { scenario, topology, schedule, plan } = cyclicInput();
  const spec = probes(1_000_000, ['queues', 'pauses']);
  const sampler = new ProbeSampler({ spec, topology, dstHost: plan.dstHost, fullBytes: 4160, leastPs: 0 });
  const built = prepare(scenario, schedule);
  const prepared = { ...built, topology, plan: { ...built.plan, ...plan } };
  const network = new Network(prepared, { observer: sampler.arrivals.observe });
  expect(runNetwork(network, scenario, {}, sampler).isDeadlocked).toBe(true);
  const { pausedPs, queueBytes } = sampler.tables();
  const last = denseOf(pausedPs!, spec.everyPs, pausedPs!.timePs.at(-1)! / spec.everyPs, topology.links).at(-1)!;
  const stuck = denseOf(queueBytes!, spec.everyPs, queueBytes!.timePs.at(-1)! / spec.everyPs, topology.links).at(-1)!;
  const waiting = [...stuck.keys()].filter((link) => stuck[link]! > 0);
  expect(waiting.length).toBeGreaterThan(1);
  for (const link of waiting) expect(last[link]).toBe(spec.everyPs);
});

describe('probes are refused', () => {
  const scenario = RUNS['pauses']!;
  const failure = (changes: Partial<Scenario>): unknown => {
    try {
      return simulate({ ...scenario, ...changes });
    } catch (error) {
      return error;
    }
  };

  test('of a link that there is not', () => {
    const error = failure({ probes: probes(1e6, ALL, ['tor0-agg9']) });
    expect(error).toBeInstanceOf(ConfigError);
    expect((error as ConfigError).describe()).toMatch(/^probes\.links: no link or switch "tor0-agg9"/);
  });

  test('of utilisation in intervals shorter than a packet, and only of utilisation', () => {
    const error = failure({ probes: probes(83_199, ['queues', 'links']) });
    expect((error as ConfigError).describe()).toMatch(/^probes\.every: a packet of 4160 B takes 83200ps on the slowest link/);
    expect(failure({ probes: probes(83_199, ['queues']) })).not.toBeInstanceOf(Error);
  });

  test('that the lower bound of the run already makes too many', () => {
    const workload = flowsOf(16, [[0, 15, 1e12]]);
    const error = failure({ workload, stopAtPs: 1e15, probes: probes(1e6, ['queues']) });
    expect(error).toBeInstanceOf(ConfigError);
    expect((error as ConfigError).describe()).toMatch(
      /more than 20 million values of a run of at least .* \(a longer probes\.every, or fewer/,
    );
  });

  test('when they become too many while the run goes on', () => {
    const [topology, workload] = [leafSpineSpec(1, 1000, 1), flowsOf(1000, [[0, 1, 1e9]])];
    const error = failure({ topology, workload, stopPackets: 1e6, probes: probes(10_000, ['pauses']) });
    expect(error).toBeInstanceOf(CellError);
    expect((error as CellError).describe()).toMatch(/probes of 2002 links and hosts every 10ns take more than 20 million values \(/);
  });
});
