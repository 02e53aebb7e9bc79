import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { scenarioRuns } from '../property-runs.ts';
import { comparable, comparableEngine, differences } from './compare.ts';
import { runEngine } from './engine-run.ts';
import { runOracle } from './oracle.ts';
import { describeScenario, inputOf } from './scenario-case.ts';
import { WIRELESS_CASES } from './wireless-scenarios.ts';

describe('the engine and the oracle agree packet for packet on', () => {
  for (const [name, cases] of Object.entries(WIRELESS_CASES)) {
    test.prop([cases], { numRuns: scenarioRuns(25) })(name, (scenarioCase) => {
      const input = inputOf(scenarioCase);
      const lines = differences(comparable(runOracle(input)), comparableEngine(runEngine(input)));
      if (lines.length > 0)
        expect.fail(`${lines.join('\n')}\n\nreadCase of test/oracle/scenario-case.ts reads\n${describeScenario(scenarioCase)}`);
    });
  }
});

test('the random scenarios lose packets in the air, and for want of room', () => {
  const results = fc
    .sample(WIRELESS_CASES['plain fabrics with wireless leaves'], { numRuns: 25, seed: 11 })
    .map((scenarioCase) => runOracle(inputOf(scenarioCase)));
  expect(results.filter(({ lostOnLinks }) => lostOnLinks > 0).length).toBeGreaterThanOrEqual(3);
  expect(results.filter(({ drops, lostOnLinks }) => drops > lostOnLinks).length).toBeGreaterThanOrEqual(3);
  expect(results.filter(({ packets, finished }) => packets > 10 && finished).length).toBeGreaterThanOrEqual(3);
});
