import type { Scenario } from '../../sim/base/scenario.ts';
import type { Schedule } from '../../sim/base/schedule.ts';
import { buildWorkload } from '../../workloads/build-workload.ts';
import { oracleInput } from './fixtures.ts';
import { buildTraffic, type Traffic } from './traffic.ts';
import type { OracleInput } from './types.ts';

/** A random scenario as plain data. */
export interface ScenarioCase {
  readonly scenario: Scenario;
  /** In place of the scenario's workload, over as many ranks; null: the workload itself. */
  readonly traffic: readonly Traffic[] | null;
  /** Traffic classes that flows have in turn, by number; without them all flows have class 3. */
  readonly classes?: readonly number[];
}

/** As JSON, infinite values as the string "Infinity". `readCase` takes it back. */
export const describeScenario = (scenarioCase: ScenarioCase): string =>
  JSON.stringify(scenarioCase, (_, value: unknown) => (value === Infinity ? 'Infinity' : value));

/** The input that `describeScenario` printed, ready for `runOracle`. */
export const readCase = (text: string): OracleInput =>
  inputOf(JSON.parse(text, (_, value: unknown) => (value === 'Infinity' ? Infinity : value)) as ScenarioCase);

export const scheduleOf = ({ scenario, traffic }: ScenarioCase): Schedule =>
  traffic === null ? buildWorkload(scenario.workload, scenario.seed).schedule : buildTraffic(traffic, scenario.workload.ranks);

export function inputOf(scenarioCase: ScenarioCase): OracleInput {
  const input = oracleInput(scenarioCase.scenario, scheduleOf(scenarioCase));
  const { classes } = scenarioCase;
  if (classes === undefined) return input;
  return { ...input, classOfFlow: Uint8Array.from({ length: input.plan.flows }, (_, flow) => classes[flow % classes.length]!) };
}
