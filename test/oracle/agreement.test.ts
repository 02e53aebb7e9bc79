import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { ScheduleBuilder } from '../../sim/base/schedule.ts';
import { planFlows } from '../../sim/balancing/plan.ts';
import { deriveLimits } from '../../sim/derive.ts';
import { MAX_WINDOW_PS } from '../../sim/engine/record.ts';
import { simulatePrepared } from '../../sim/simulate.ts';
import { comparable, comparableEngine, differences } from './compare.ts';
import { runEngine } from './engine-run.ts';
import { fabric, oracleInput, scenarioWith } from './fixtures.ts';
import { runOracle } from './oracle.ts';
import { describeScenario, inputOf, type ScenarioCase } from './scenario-case.ts';
import { longHaulCases, scenarioCases } from './scenarios.ts';
import type { OracleInput } from './types.ts';

/** Fails with what differs and with the scenario, which `readCase` takes. */
function expectAgreement(scenarioCase: ScenarioCase, input: OracleInput, windowPs?: number): void {
  const lines = differences(comparable(runOracle(input)), comparableEngine(runEngine(input, windowPs)));
  expect(lines, describeScenario(scenarioCase)).toEqual([]);
}

describe('the engine and the oracle agree packet for packet', () => {
  test.prop([scenarioCases], { numRuns: 300 })('on random scenarios', (scenarioCase) => {
    expectAgreement(scenarioCase, inputOf(scenarioCase));
  });

  test.prop([scenarioCases, fc.constantFrom(1, 2, 3, 8)], { numRuns: 150 })('whatever the window of the engine', (scenarioCase, parts) => {
    const input = inputOf(scenarioCase);
    const lookaheadPs = Math.min(MAX_WINDOW_PS, ...input.topology.linkDelayPs, deriveLimits(input.scenario, input.topology).rtoPs);
    expectAgreement(scenarioCase, input, Math.floor(lookaheadPs / parts));
  });

  test('where the run stops between the last packet of a flow and the news of it to its sender', () => {
    const scenario = scenarioWith({
      topology: fabric(1, 2, 1),
      transport: { kind: 'fixed', rateBps: null, windowBytes: null, recovery: 'none', rtoPs: null, nackIntervalPs: 0 },
      nic: { mtuBytes: 4096, headerBytes: 64, ackBytes: 64, acks: 'none' },
      stopAtPs: 2 * 583_200 + 500_000,
    });
    const builder = new ScheduleBuilder(2);
    builder.message(0, 1, 4096, builder.phase('one'));
    const input = oracleInput(scenario, builder.build());
    const result = runOracle(input);
    expect([result.finished, result.packetHops]).toEqual([false, 2]);
    expect(differences(comparable(result), comparableEngine(runEngine(input)))).toEqual([]);
  });

  test.prop([longHaulCases], { numRuns: 100 })('over links longer than the ring of windows', (scenarioCase) => {
    expectAgreement(scenarioCase, inputOf(scenarioCase));
  });

  test('where a sender stops 4096 packets above the first one, which was lost', () => {
    const nic = { mtuBytes: 257, headerBytes: 64, ackBytes: 64, acks: 'per-packet' } as const;
    const scenario = scenarioWith({
      topology: fabric(1, 3, 1),
      balancer: { kind: 'spray' },
      transport: { kind: 'fixed', rateBps: null, windowBytes: null, recovery: 'sr', rtoPs: 100_000_000, nackIntervalPs: 0 },
      nic,
      switch: { kind: 'droptail', queueBytes: 1.5 * 321, ecn: 'off', hash: 'ideal' },
    });
    const builder = new ScheduleBuilder(3);
    const phase = builder.phase('both');
    builder.message(0, 2, 257, phase);
    builder.message(1, 2, 5000 * 257, phase);
    const input = oracleInput(scenario, builder.build());
    const result = runOracle(input);
    expect([result.drops, result.retransmits, result.reorderMaxPackets]).toEqual([1, 1, 4095]);
    expect(differences(comparable(result), comparableEngine(runEngine(input)))).toEqual([]);
  });
});

test.prop([scenarioCases], { numRuns: 40 })('the RunResult of a random scenario says what the oracle says', (scenarioCase) => {
  const input = inputOf(scenarioCase);
  const { scenario, topology, schedule } = input;
  const plan = planFlows(topology, schedule, scenario.balancer, { seed: scenario.seed, mtuBytes: scenario.nic.mtuBytes });
  const expected = runOracle(input);
  const actual = simulatePrepared({ ...input, plan, limits: deriveLimits(scenario, topology), notices: [], facts: {} });
  const label = describeScenario(scenarioCase);
  expect(actual.finished, label).toBe(expected.finished);
  expect(actual.completionPs, label).toBe(expected.finished ? expected.completionPs : null);
  for (const name of ['packets', 'packetHops', 'drops', 'retransmits', 'ecnMarks', 'queueMaxBytes', 'reorderMaxPackets'] as const) {
    expect(actual[name], `${name} of ${label}`).toBe(expected[name]);
  }
  expect(actual.tables.fctPs, label).toEqual(expected.fctPs.filter((fctPs) => !Number.isNaN(fctPs)));
  expect(actual.tables.linkLoadBytes, label).toEqual(expected.linkLoadBytes);
  expect(actual.tables.linkQueueMaxBytes, label).toEqual(expected.linkQueueMaxBytes);
});
