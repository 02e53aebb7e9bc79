import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { deriveLimits } from '../../sim/derive.ts';
import { MAX_WINDOW_PS } from '../../sim/engine/record.ts';
import { loadText } from '../config/load-text.ts';
import { scenarioRuns } from '../property-runs.ts';
import { comparable, comparableEngine, differences } from './compare.ts';
import { runEngine, type EngineRunOptions } from './engine-run.ts';
import { runOracle } from './oracle.ts';
import { explain, reproduction } from './reproduce.ts';
import { describeScenario, inputOf, type ScenarioCase } from './scenario-case.ts';
import { CONFIG_TRANSPORT_CASES, TRANSPORT_CASES, type TransportFeature } from './transport-scenarios.ts';

/** Its runs take long. */
const LARGE: TransportFeature = 'hundreds of packets under way';

function expectAgreement(scenarioCase: ScenarioCase, options: EngineRunOptions = {}): void {
  const input = inputOf(scenarioCase);
  const lines = differences(comparable(runOracle(input)), comparableEngine(runEngine(input, options)));
  if (lines.length === 0) return;
  expect.fail(`${lines.join('\n')}\n\n${explain(scenarioCase)}\n\n${describeScenario(scenarioCase)}`);
}

describe('the engine and the oracle agree packet for packet on', () => {
  for (const [name, cases] of Object.entries(TRANSPORT_CASES)) {
    test.prop([cases], { numRuns: scenarioRuns(name === LARGE ? 10 : 40) })(name, (scenarioCase) => {
      expectAgreement(scenarioCase);
    });
  }

  test.prop([fc.oneof(...Object.values(TRANSPORT_CASES)), fc.double({ min: 1, max: 10, noNaN: true })], { numRuns: scenarioRuns(60) })(
    'any of them, whatever the window of the engine',
    (scenarioCase, parts) => {
      const { scenario, topology } = inputOf(scenarioCase);
      const lookaheadPs = Math.min(MAX_WINDOW_PS, ...topology.linkDelayPs, deriveLimits(scenario, topology).rtoPs);
      expectAgreement(scenarioCase, { windowPs: Math.floor(lookaheadPs / parts) });
    },
  );
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
  test.each(Object.keys(TRANSPORT_CASES).filter((name) => name !== LARGE && !name.includes('failures')))(
    '%s: some are trimmed, some marked, and packets are sent again',
    (name) => {
      const results = fc
        .sample(TRANSPORT_CASES[name as keyof typeof TRANSPORT_CASES], { numRuns: 40, seed: 11 })
        .map((scenarioCase) => runOracle(inputOf(scenarioCase)));
      for (const counter of ['trims', 'ecnMarks', 'retransmits'] as const) {
        expect(results.filter((result) => result[counter] > 0).length, counter).toBeGreaterThanOrEqual(3);
      }
    },
  );
});
