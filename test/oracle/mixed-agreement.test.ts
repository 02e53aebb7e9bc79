import { fc, test } from '@fast-check/vitest';
import { expect } from 'vitest';
import { scenarioRuns } from '../property-runs.ts';
import { comparable, comparableEngine, differences } from './compare.ts';
import { runEngine } from './engine-run.ts';
import { mixedInput, mixedScenarios } from './mixed-scenarios.ts';
import { runOracle } from './oracle.ts';

test.prop([mixedScenarios], { numRuns: scenarioRuns(80) })(
  'the engine and the oracle agree packet for packet on several jobs, each with a balancer and a transport of its own',
  (scenario) => {
    const input = mixedInput(scenario);
    const lines = differences(comparable(runOracle(input)), comparableEngine(runEngine(input)));
    if (lines.length > 0) expect.fail(`${lines.join('\n')}\n\n${JSON.stringify(scenario)}`);
  },
);

test('the jobs of the random scenarios differ, and what they send is lost, cut, marked and sent again', () => {
  const inputs = fc.sample(mixedScenarios, { numRuns: 150, seed: 7 }).map(mixedInput);
  const differing = inputs.filter(({ jobs }) => new Set(jobs.map(({ balancer }) => balancer.kind)).size > 1);
  expect(differing.length).toBeGreaterThan(100);
  const results = inputs.map((input) => runOracle(input));
  for (const counter of ['drops', 'trims', 'ecnMarks', 'retransmits'] as const) {
    expect(results.filter((result) => result[counter] > 0).length, counter).toBeGreaterThanOrEqual(5);
  }
});
