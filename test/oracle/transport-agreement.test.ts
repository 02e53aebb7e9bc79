import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { loadText } from '../config/load-text.ts';
import { scenarioRuns } from '../property-runs.ts';
import { comparable, comparableEngine, differences } from './compare.ts';
import { runEngine } from './engine-run.ts';
import { runOracle } from './oracle.ts';
import { explain, reproduction } from './reproduce.ts';
import { describeScenario, inputOf } from './scenario-case.ts';
import { CONFIG_TRANSPORT_CASES, TRANSPORT_CASES } from './transport-scenarios.ts';

describe('the engine and the oracle agree packet for packet on', () => {
  for (const [name, cases] of Object.entries(TRANSPORT_CASES)) {
    test.prop([cases], { numRuns: scenarioRuns(100) })(name, (scenarioCase) => {
      const input = inputOf(scenarioCase);
      const lines = differences(comparable(runOracle(input)), comparableEngine(runEngine(input)));
      if (lines.length === 0) return;
      expect.fail(`${lines.join('\n')}\n\n${explain(scenarioCase)}\n\n${describeScenario(scenarioCase)}`);
    });
  }
});

test.prop([CONFIG_TRANSPORT_CASES], { numRuns: scenarioRuns(40) })(
  'a scenario with any control prints a config that loads as the same scenario',
  async (scenarioCase) => {
    const { kind, text } = reproduction(scenarioCase);
    expect(kind).toBe('config');
    expect((await loadText(text)).combinations.at(0).scenario).toEqual(scenarioCase.scenario);
  },
);

describe('the random scenarios do what they are about', () => {
  test.each(Object.keys(TRANSPORT_CASES))('%s: some are trimmed, some marked, and packets are sent again', (name) => {
    const results = fc
      .sample(TRANSPORT_CASES[name as keyof typeof TRANSPORT_CASES], { numRuns: 60, seed: 11 })
      .map((scenarioCase) => runOracle(inputOf(scenarioCase)));
    for (const counter of ['trims', 'ecnMarks', 'retransmits'] as const) {
      expect(results.filter((result) => result[counter] > 0).length, counter).toBeGreaterThanOrEqual(5);
    }
  });
});
