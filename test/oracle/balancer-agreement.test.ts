import { test as propertyTest } from '@fast-check/vitest';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { loadText } from '../config/load-text.ts';
import { scenarioRuns } from '../property-runs.ts';
import { BALANCER_CASES, balancerConfigCases } from './balancer-scenarios.ts';
import { BALANCER_BUGS, type Bug } from './bugs.ts';
import { comparable, comparableEngine, differences, type Comparable } from './compare.ts';
import { runEngine } from './engine-run.ts';
import { runOracle } from './oracle.ts';
import { explain, reproduction } from './reproduce.ts';
import { configDifferences } from './run-config.ts';
import { inputOf, type ScenarioCase } from './scenario-case.ts';
import type { OracleInput } from './types.ts';

function expectAgreement(scenarioCase: ScenarioCase): void {
  const input = inputOf(scenarioCase);
  const lines = differences(comparable(runOracle(input)), comparableEngine(runEngine(input)));
  if (lines.length > 0) expect.fail(`${lines.join('\n')}\n\n${explain(scenarioCase)}`);
}

describe('the engine and the oracle agree packet for packet on', () => {
  for (const [name, cases] of Object.entries(BALANCER_CASES)) {
    propertyTest.prop([cases], { numRuns: scenarioRuns(60) })(name, expectAgreement);
  }

  propertyTest.prop([balancerConfigCases], { numRuns: scenarioRuns(40) })(
    'configs with any balancer, which print as configs that load again',
    async (scenarioCase) => {
      expectAgreement(scenarioCase);
      const { kind, text } = reproduction(scenarioCase);
      expect(kind).toBe('config');
      const loaded = await loadText(text);
      expect(loaded.combinations.at(0).scenario).toEqual(scenarioCase.scenario);
      expect(await configDifferences(loaded)).toEqual([]);
    },
  );
});

describe('a planted bug of a balancer is seen as a disagreement on some random scenario', () => {
  /** Kinds that a bug is about. */
  const KINDS: Readonly<Record<(typeof BALANCER_BUGS)[number], readonly string[]>> = {
    'answers-hashed-forward': ['ecmp', 'spray', 'nccl-qp', 'wcmp'],
    'wcmp-without-weights': ['wcmp'],
    'shuffle-every-round': ['spray-tor-rr'],
    'ofan-of-one-class': ['ofan'],
    'levels-always-fresh': ['ar', 'ecmp-adaptive', 'flowlet-ar'],
    'use-without-past': ['ar', 'ecmp-adaptive', 'flowlet-ar'],
    'first-of-the-best': ['ar', 'jsq'],
    'second-choice-at-a-tie': ['ar-p2c'],
    'drill-without-memory': ['drill'],
    'gap-since-the-flowlet-began': ['letflow'],
    'feedback-never-ages': ['conga'],
    'label-kept-at-a-timeout': ['plb', 'plb-delay', 'flowbender'],
    'round-of-any-packet': ['plb', 'flowbender'],
    'last-of-equal-connections': ['hpn-least-outstanding'],
    'completions-unheard': ['hpn-least-outstanding'],
    'moves-at-once': ['hopper'],
    'samples-of-any-path': ['hopper'],
    'marked-entropies-recycled': ['reps'],
    'latest-entropy-first': ['reps', 'reps-htsim'],
    'one-mask': ['spray-uec', 'uec-bitmap'],
    'every-skip-forgives': ['uec-bitmap', 'strack'],
    'losses-forgiven': ['uec-bitmap', 'strack'],
    'probes-in-vain': ['mrc'],
    'skipped-for-good': ['mrc'],
    'overtakers-go-on': ['conweave'],
    'marks-unnoticed': ['conweave'],
    'late-paths-kept': ['mp-rdma'],
    'every-ack-clocks': ['mp-rdma'],
  };

  const groups = Object.values(BALANCER_CASES).map((cases) => fc.sample(cases, { numRuns: 200, seed: 42 }));
  const inputs = groups.flat().map(inputOf);
  const right = new Map<OracleInput, Comparable>();
  const rightOf = (input: OracleInput): Comparable => {
    if (!right.has(input)) right.set(input, comparable(runOracle(input)));
    return right.get(input)!;
  };
  const isCaught = (bug: Bug, input: OracleInput): boolean =>
    differences(rightOf(input), comparable(runOracle(input, { bugs: [bug] }))).length > 0;

  test.each(BALANCER_BUGS)('%s', (bug) => {
    const concerned = inputs.filter(({ scenario }) => KINDS[bug].includes(scenario.balancer.kind));
    expect(concerned.some((input) => isCaught(bug, input))).toBe(true);
  });
});
