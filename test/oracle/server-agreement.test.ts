import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { deriveLimits } from '../../sim/derive.ts';
import { lookaheadPs } from '../../sim/fabric/time-limits.ts';
import { scenarioRuns } from '../property-runs.ts';
import { SERVER_BUGS } from './bugs.ts';
import { comparable, comparableEngine, differences } from './compare.ts';
import { runEngine, type EngineRunOptions } from './engine-run.ts';
import { runOracle } from './oracle.ts';
import { describeScenario, inputOf, type ScenarioCase } from './scenario-case.ts';
import { serverBalancerCases, serverCases } from './server-scenarios.ts';

function expectAgreement(scenarioCase: ScenarioCase, options: EngineRunOptions = {}): void {
  const input = inputOf(scenarioCase);
  const lines = differences(comparable(runOracle(input)), comparableEngine(runEngine(input, options)));
  if (lines.length > 0) expect.fail(`${lines.join('\n')}\n\n${describeScenario(scenarioCase)}`);
}

describe('on servers with several GPUs the engine and the oracle agree packet for packet', () => {
  test.prop([serverCases], { numRuns: scenarioRuns(150) })('on random scenarios', (scenarioCase) => expectAgreement(scenarioCase));

  test.prop([serverBalancerCases], { numRuns: scenarioRuns(80) })('with every balancer', (scenarioCase) => expectAgreement(scenarioCase));

  const parts = fc.oneof(fc.constantFrom(1, 2, 3, 8), fc.double({ min: 1, max: 20, noNaN: true }));
  test.prop([serverCases, parts], { numRuns: scenarioRuns(50) })('whatever the window of the engine', (scenarioCase, parts) => {
    const { scenario, topology } = inputOf(scenarioCase);
    expectAgreement(scenarioCase, { windowPs: Math.floor(lookaheadPs(topology, deriveLimits(scenario, topology).rtoPs) / parts) });
  });
});

describe('a planted bug of servers is seen as a disagreement on some random scenario', () => {
  const inputs = fc.sample(serverCases, { numRuns: 60, seed: 42 }).map(inputOf);
  const right = inputs.map((input) => comparable(runOracle(input)));
  test.each(SERVER_BUGS)('%s', (bug) => {
    const isCaught = inputs.some((input, i) => differences(right[i]!, comparable(runOracle(input, { bugs: [bug] }))).length > 0);
    expect(isCaught).toBe(true);
  });
});
