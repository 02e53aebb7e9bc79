import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { scenarioRuns } from '../property-runs.ts';
import { comparable, comparableEngine, differences } from './compare.ts';
import { cyclicInput } from './crafted.ts';
import { DEVICE_CASES } from './device-scenarios.ts';
import { runEngine } from './engine-run.ts';
import { FAILURE_CASES } from './failure-scenarios.ts';
import { runOracle } from './oracle.ts';
import { describeScenario, inputOf, type ScenarioCase } from './scenario-case.ts';

const CASES: Readonly<Record<string, fc.Arbitrary<ScenarioCase>>> = { ...DEVICE_CASES, ...FAILURE_CASES };

describe('the engine and the oracle agree packet for packet on', () => {
  for (const [name, cases] of Object.entries(CASES)) {
    test.prop([cases], { numRuns: scenarioRuns(60) })(name, (scenarioCase) => {
      const input = inputOf(scenarioCase);
      const lines = differences(comparable(runOracle(input)), comparableEngine(runEngine(input)));
      if (lines.length > 0)
        expect.fail(`${lines.join('\n')}\n\nreadCase of test/oracle/scenario-case.ts reads\n${describeScenario(scenarioCase)}`);
    });
  }

  test.each([null, 50_000_000])('a deadlock, with a timeout of %s', (rtoPs) => {
    const recovery = rtoPs === null ? 'none' : 'sr';
    const input = cyclicInput({ transport: { kind: 'fixed', rateBps: null, windowBytes: null, recovery, rtoPs, nackIntervalPs: 0 } });
    const expected = comparable(runOracle(input));
    expect(expected.counters.isDeadlocked).toBe(true);
    expect(differences(expected, comparableEngine(runEngine(input)))).toEqual([]);
  });
});

describe('the random scenarios do what they are about', () => {
  /** In how many of them something happened. */
  const happens = (name: string, what: (result: ReturnType<typeof runOracle>) => number): number =>
    fc.sample(CASES[name]!, { numRuns: 40, seed: 11 }).filter((scenarioCase) => what(runOracle(inputOf(scenarioCase))) > 0).length;

  test.each([
    ['classes and marks at a droptail port', 'ecnMarks'],
    ['trimming switches', 'trims'],
    ['shared buffers and PFC', 'pfcPauses'],
    ['shared buffers and PFC', 'drops'],
    ['lossless input queues', 'pfcPauses'],
    ['failures of links', 'lostOnLinks'],
    ['failures beside every switch and NIC', 'lostOnLinks'],
  ] as const)('%s: %s', (name, counter) => {
    expect(happens(name, (result) => result[counter])).toBeGreaterThanOrEqual(4);
  });
});
