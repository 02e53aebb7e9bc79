import type { Scenario } from '../../sim/base/scenario.ts';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { test as propertyTest } from '@fast-check/vitest';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { buildWorkload } from '../../workloads/build-workload.ts';
import { loadText } from '../config/load-text.ts';
import { IS_NIGHTLY, scenarioRuns } from '../property-runs.ts';
import { comparable, comparableEngine, differences } from './compare.ts';
import { runEngine } from './engine-run.ts';
import { fabric, oracleInput, scenarioWith } from './fixtures.ts';
import { runOracle } from './oracle.ts';
import { programOf, reproduction } from './reproduce.ts';
import { configDifferences } from './run-config.ts';
import { inputOf, scheduleOf, type ScenarioCase } from './scenario-case.ts';
import { configCases, scenarioCases } from './scenarios.ts';
import { BUGS, type Bug } from './bugs.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const folder = mkdtempSync(join(tmpdir(), 'netsim-reproduce-'));
afterAll(() => rmSync(folder, { recursive: true }));

function differencesWith(bug: Bug, scenarioCase: ScenarioCase): string[] {
  const input = inputOf(scenarioCase);
  return differences(comparable(runOracle(input, { bugs: [bug] })), comparableEngine(runEngine(input)));
}

/** What fast-check shrinks the first disagreement to. */
function shrunkDisagreement(bug: Bug): ScenarioCase {
  const property = fc.property(configCases, (scenarioCase) => differencesWith(bug, scenarioCase).length === 0);
  const { counterexample } = fc.check(property, { numRuns: 1000, seed: 1 });
  if (counterexample === null) throw new Error(`no random scenario shows ${bug}`);
  return counterexample[0];
}

/** Runs a program of `reproduction` and returns what it prints. */
function runProgram(text: string): unknown {
  const file = join(folder, 'case.ts');
  writeFileSync(file, text);
  return JSON.parse(execFileSync(process.execPath, ['--import', 'tsx', file], { cwd: ROOT, encoding: 'utf8' }));
}

describe('a failure prints how a person repeats it', () => {
  propertyTest.prop([configCases], { numRuns: scenarioRuns(40) })(
    'a config, which loads as the scenario it stands for',
    async (scenarioCase) => {
      const { kind, text } = reproduction(scenarioCase);
      expect(kind).toBe('config');
      expect((await loadText(text)).combinations.at(0).scenario).toEqual(scenarioCase.scenario);
    },
  );

  // One planted bug in `npm test`, in the nightly run all but those that need an input made for them.
  const MADE_FOR: readonly Bug[] = ['ack-on-forward-path', 'unlimited-bitmap', 'stop-before-its-instant'];
  const shownByConfigs = BUGS.filter((bug) => !MADE_FOR.includes(bug));
  test.each(IS_NIGHTLY ? shownByConfigs : (['drop-when-exactly-full'] as const))('a config that shows %s, after shrinking', async (bug) => {
    const shrunk = shrunkDisagreement(bug);
    const { text } = reproduction(shrunk);
    const lines = await configDifferences(await loadText(text), { bugs: [bug] });
    expect(lines.length).toBeGreaterThan(0);
    expect(lines).toEqual(differencesWith(bug, shrunk));
    expect(await configDifferences(await loadText(text))).toEqual([]);
  });

  test('messages without dependencies become the flows of a config', async () => {
    const scenario = scenarioWith({ topology: fabric(2, 2, 2) });
    const scenarioCase: ScenarioCase = {
      scenario,
      traffic: [{ kind: 'flow', src: 0, dst: 1, bytes: 10_000, startPs: 700_000, receivePs: 0 }],
    };
    const { kind, text } = reproduction(scenarioCase);
    expect(kind).toBe('config');
    const { workload } = (await loadText(text)).combinations.at(0).scenario as Scenario;
    expect(workload).toEqual({ kind: 'flows', flows: [{ src: 0, dst: 2, sizeBytes: 10_000, startPs: 700_000 }], ranks: 4 });
    expect({ ...buildWorkload(workload, 1).schedule, phaseNames: [] }).toEqual({ ...scheduleOf(scenarioCase), phaseNames: [] });
  });

  test('a program where messages wait for each other, which runs to the same result', () => {
    const scenario = scenarioWith({
      topology: fabric(2, 2, 2),
      workload: { kind: 'flows', flows: [], ranks: 3 },
      balancer: { kind: 'spray' },
    });
    const traffic: ScenarioCase['traffic'] = [
      { kind: 'chain', first: 0, hops: 4, bytes: 50_000 },
      { kind: 'stream', src: 1, dst: 1, messages: 3, bytes: 9000 },
      { kind: 'computations', rank: 2, count: 2, durationPs: 500_000, bytes: 1 },
    ];
    const classes = [1, 6];
    const scenarioCase: ScenarioCase = { scenario, traffic, classes };
    expect(reproduction(scenarioCase)).toMatchObject({ kind: 'program' });
    const { completionPs, packets, packetHops, drops, retransmits, ecnMarks } = runOracle(inputOf(scenarioCase));
    const entry = pathToFileURL(join(ROOT, 'index.ts')).href;
    expect(runProgram(programOf(scenario, scheduleOf(scenarioCase), entry, classes))).toEqual({
      completionPs,
      packets,
      packetHops,
      drops,
      retransmits,
      ecnMarks,
    });
  });

  propertyTest.prop([scenarioCases], { numRuns: scenarioRuns(40) })('a config or a program of every scenario', (scenarioCase) => {
    const { kind, text } = reproduction(scenarioCase);
    expect(text).toContain(kind === 'config' ? 'topology:' : 'simulatePrepared(');
    const input = oracleInput(scenarioCase.scenario, scheduleOf(scenarioCase));
    if (kind === 'program') expect(text.match(/^builder\.after\(/gm)?.length ?? 0).toBe(input.schedule.depOp.length);
  });
});
