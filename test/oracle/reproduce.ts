import { isDeepStrictEqual } from 'node:util';
import { stringify } from 'yaml';
import type { FlowSpec } from '../../sim/base/traffic-spec.ts';
import type { Scenario } from '../../sim/base/scenario.ts';
import { COMPUTE, SEND, type Schedule } from '../../sim/base/schedule.ts';
import { resolvedConfig } from '../../sweep/config/resolved-config.ts';
import { flowsSchedule } from '../../workloads/flows.ts';
import { scheduleOf, type ScenarioCase } from './scenario-case.ts';
import { configurable } from './scenarios.ts';

/** How a person repeats a scenario: a config for `netsim run`, or a program where no config can ask for its traffic. */
export interface Reproduction {
  readonly kind: 'config' | 'program';
  readonly text: string;
}

export function reproduction(scenarioCase: ScenarioCase): Reproduction {
  const scenario = asConfigurable(scenarioCase);
  if (scenario !== null) return { kind: 'config', text: stringify(resolvedConfig(scenario), { aliasDuplicateObjects: false }) };
  return { kind: 'program', text: programOf(scenarioCase.scenario, scheduleOf(scenarioCase), 'netsim', scenarioCase.classes) };
}

/** Printed when engine and oracle disagree. */
export function explain(scenarioCase: ScenarioCase): string {
  const { kind, text } = reproduction(scenarioCase);
  return kind === 'config'
    ? `As case.yaml, to be run with "npx tsx test/oracle/run-config.ts case.yaml" or "netsim run case.yaml":\n${text}`
    : `As a program (test/oracle/scenario-case.ts reads ${JSON.stringify(scenarioCase.traffic)}):\n${text}`;
}

/** The case as a Scenario that a config file can ask for; null if none can. */
function asConfigurable(scenarioCase: ScenarioCase): Scenario | null {
  const { scenario, traffic, classes } = scenarioCase;
  // A config gives a class to a job, not to a flow, and refuses buffers that are too small.
  if (classes !== undefined || scenario.switch.kind === 'shared' || !isDeepStrictEqual(configurable(scenario), scenario)) return null;
  if (traffic === null) return scenario;
  const schedule = scheduleOf(scenarioCase);
  const workload = { kind: 'flows', flows: flowsIn(schedule), ranks: schedule.ranks } as const;
  const again = workload.flows.length > 0 ? flowsSchedule(workload) : null;
  return again !== null && isDeepStrictEqual(withoutNames(again), withoutNames(schedule)) ? { ...scenario, workload } : null;
}

const withoutNames = ({ phaseNames, ...rest }: Schedule): unknown => ({ ...rest, phases: phaseNames.length });

/** The messages, each as if it waited for one computation at most. */
function flowsIn(schedule: Schedule): FlowSpec[] {
  const { kind, rank, peer, bytes, depOffset, depOp, durationPs } = schedule;
  return Array.from({ length: schedule.ops }, (_, op) => op)
    .filter((op) => kind[op] === SEND)
    .map((op) => {
      const waitsFor = depOffset[op + 1]! > depOffset[op]! ? depOp[depOffset[op]!]! : -1;
      const startPs = waitsFor >= 0 && kind[waitsFor] === COMPUTE ? durationPs[waitsFor]! : 0;
      return { src: rank[op]!, dst: peer[op]!, sizeBytes: bytes[op]!, startPs };
    })
    .filter(({ sizeBytes }) => sizeBytes > 0);
}

/**
 * A TypeScript program that builds a Schedule operation by operation and simulates it.
 *
 * @param entry module that it imports: `netsim`, or the place of its index.ts
 * @param classes traffic classes that flows have in turn, by number
 */
export function programOf(scenario: Scenario, schedule: Schedule, entry: string, classes: readonly number[] = []): string {
  const lines = [
    `import { prepare, ScheduleBuilder, simulatePrepared, type Scenario } from '${entry}';`,
    '',
    `const scenario: Scenario = ${literal(scenario)};`,
    '',
    `const builder = new ScheduleBuilder(${schedule.ranks});`,
    ...schedule.phaseNames.map((name) => `builder.phase(${JSON.stringify(name)});`),
  ];
  for (let op = 0; op < schedule.ops; op++) {
    const rank = schedule.rank[op]!;
    if (schedule.kind[op] === SEND) {
      lines.push(
        `builder.message(${rank}, ${schedule.peer[op]}, ${schedule.bytes[op]}, ${schedule.phase[op]}, ${schedule.channel[op]}); // ${op}, ${op + 1}`,
      );
    } else if (schedule.kind[op] === COMPUTE) {
      lines.push(`builder.compute(${rank}, ${schedule.durationPs[op]}); // ${op}`);
    }
  }
  for (let op = 0; op < schedule.ops; op++) {
    for (let e = schedule.depOffset[op]!; e < schedule.depOffset[op + 1]!; e++) {
      lines.push(`builder.after(${op}, ${schedule.depOp[e]}${schedule.depOnStart[e] === 1 ? ", 'start'" : ''});`);
    }
  }
  const ofFlow = `Uint8Array.from({ length: input.plan.flows }, (_, flow) => [${classes.join(', ')}][flow % ${classes.length}])`;
  lines.push(
    '',
    'const input = prepare(scenario, builder.build());',
    ...(classes.length > 0 ? [`Object.assign(input, { classOfFlow: ${ofFlow} });`] : []),
    'const { completionPs, packets, packetHops, drops, retransmits, ecnMarks } = simulatePrepared(input);',
    'console.log(JSON.stringify({ completionPs, packets, packetHops, drops, retransmits, ecnMarks }));',
    '',
  );
  return lines.join('\n');
}

/** As source text: JSON has no Infinity. */
const literal = (value: unknown): string =>
  JSON.stringify(value, (_, item: unknown) => (item === Infinity ? '<Infinity>' : item), 2).replaceAll('"<Infinity>"', 'Infinity');
