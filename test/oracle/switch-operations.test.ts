import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { scenarioRuns } from '../property-runs.ts';
import { SWITCH_BUGS } from './bugs.ts';
import { comparable, comparableEngine, differences } from './compare.ts';
import { runEngine } from './engine-run.ts';
import { runOracle } from './oracle.ts';
import { describeScenario, inputOf } from './scenario-case.ts';
import { switchCases } from './switch-scenarios.ts';

describe('what a switch adds and replicates', () => {
  test.prop([switchCases], { numRuns: scenarioRuns(60) })('is the same in the engine and the oracle', (scenarioCase) => {
    const input = inputOf(scenarioCase);
    const lines = differences(comparable(runOracle(input)), comparableEngine(runEngine(input)));
    if (lines.length > 0) expect.fail(`${lines.join('\n')}\n\n${describeScenario(scenarioCase)}`);
  });

  const inputs = fc.sample(switchCases, { numRuns: 12, seed: 42 }).map(inputOf);
  const right = inputs.map((input) => comparable(runOracle(input)));
  test.each(SWITCH_BUGS)('%s: a planted bug is seen as a disagreement', (bug) => {
    expect(inputs.some((input, i) => differences(right[i]!, comparable(runOracle(input, { bugs: [bug] }))).length > 0)).toBe(true);
  });
});
