import { DROPTAIL } from '../../sim/base/device-spec.ts';
import { describe, expect, test } from 'vitest';
import type { Scenario } from '../../sim/base/scenario.ts';
import { prepare } from '../../sim/prepare.ts';
import { simulate } from '../../sim/simulate.ts';
import { flowsOf, leafSpineSpec, scenarioOf } from './scenarios.ts';

const LS128 = leafSpineSpec(16, 8, 8);
const limitsOf = (changes: Partial<Scenario>, topology = LS128, failures: string[] = []) =>
  prepare(
    scenarioOf({
      topology,
      workload: flowsOf(topology.leaves * topology.hostsPerLeaf, [[0, 1, 4096]]),
      failures: failures.map((link) => ({ link })),
      ...changes,
    }),
  ).limits;

describe('the defaults that follow from the fabric', () => {
  test('are those of the calibration set LS128: T, BDP, 5 BDP, 0.2 and 0.8 BDP, 15 us + 6 Q / R', () => {
    expect(limitsOf({})).toEqual({
      baseRttPs: 4_337_920,
      bdpBytes: 53 * 4160,
      queueBytes: 5 * 53 * 4160,
      ecn: { lowBytes: 11 * 4160, highBytes: 43 * 4160, maxProbability: 1 },
      headerQueueBytes: 2 * 5 * 53 * 4160,
      rtoPs: 15e6 + 6 * 5 * 53 * 4160 * 20,
      initialWindowBytes: 53 * 4160,
      minWindowBytes: 4160,
    });
  });

  test('with one leaf T is that of a path through its switch', () => {
    expect(limitsOf({}, leafSpineSpec(1, 4, 4)).baseRttPs).toBe(2_168_960);
  });

  test('with unequal spines T is that of the slowest one, unless it joins no leaves', () => {
    const fabricLink = { rateBps: 400e9, delayPs: 500_000, perSpineRateBps: [400e9, 100e9], linksPerPair: 1 };
    const topology = leafSpineSpec(2, 2, 2, { fabricLink });
    const slow = 2 * (83_200 + 1280) + 2 * 4 * (83_200 + 1280) + 8 * 500_000;
    expect(limitsOf({}, topology).baseRttPs).toBe(slow);
    expect(limitsOf({}, topology, ['leaf0-spine1']).baseRttPs).toBe(4_337_920);
  });

  test('an infinite queue needs no timeout, and ECN may be off', () => {
    const limits = limitsOf({ switch: { ...DROPTAIL, queueBytes: Infinity, ecn: 'off' } });
    expect([limits.rtoPs, limits.ecn]).toEqual([Infinity, null]);
  });

  test('a smallest window above the derived initial one is refused', () => {
    const transport = {
      kind: 'dctcp',
      g: 1 / 16,
      initialWindowBytes: null,
      minWindowBytes: 1e6,
      recovery: 'sr',
      rtoPs: null,
      nackIntervalPs: 0,
    } as const;
    expect(() => limitsOf({ transport })).toThrow(/smallest window, 1000000 B, is above the initial one, 220480 B/);
  });

  test('a bandwidth-delay product above the receive bitmap is told', () => {
    const topology = leafSpineSpec(2, 1, 1, { hostLink: { rateBps: 400e9, delayPs: 1e8 } });
    const scenario = scenarioOf({ topology, workload: flowsOf(2, [[0, 1, 4096]]) });
    expect(
      prepare(scenario)
        .notices.map((notice) => notice.text)
        .join(),
    ).toMatch(/4096 packets is smaller than/);
    expect(prepare({ ...scenario, topology: leafSpineSpec(2, 1, 1) }).notices).toEqual([]);
  });

  test('a flow of more packets than a record can number is refused before anything runs', () => {
    const scenario = scenarioOf({ topology: leafSpineSpec(1, 2, 1), workload: flowsOf(2, [[0, 1, 1e13]]) });
    expect(() => simulate(scenario)).toThrow(/more than 2146435071 packets/);
  });
});
