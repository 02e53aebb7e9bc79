import { DROPTAIL, PLAIN_NIC } from '../../sim/base/device-spec.ts';
import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { ScheduleBuilder } from '../../sim/base/schedule.ts';
import { deriveLimits } from '../../sim/derive.ts';
import { MAX_WINDOW_PS } from '../../sim/engine/record.ts';
import { prepare } from '../../sim/prepare.ts';
import { simulatePrepared } from '../../sim/simulate.ts';
import { scenarioRuns } from '../property-runs.ts';
import { comparable, comparableEngine, differences } from './compare.ts';
import {
  bulkCases,
  crowdCases,
  deepQueueCases,
  impatientCases,
  longHaulCases,
  longRunCases,
  shortLinkCases,
  stormCases,
} from './corner-cases.ts';
import { runEngine, type EngineRunOptions } from './engine-run.ts';
import { withLinks } from './fabrics.ts';
import { arrivalTimesPs, fabric, fullBitmapInput, oracleInput, scenarioWith } from './fixtures.ts';
import { runOracle } from './oracle.ts';
import { explain } from './reproduce.ts';
import { inputOf, type ScenarioCase } from './scenario-case.ts';
import { configCases, scenarioCases } from './scenarios.ts';

/** Fails with what differs and with how to repeat it. */
function expectAgreement(scenarioCase: ScenarioCase, options: EngineRunOptions = {}): void {
  const input = inputOf(scenarioCase);
  const lines = differences(comparable(runOracle(input)), comparableEngine(runEngine(input, options)));
  if (lines.length > 0) expect.fail(`${lines.join('\n')}\n\n${explain(scenarioCase)}`);
}

describe('the engine and the oracle agree packet for packet', () => {
  test.prop([scenarioCases], { numRuns: scenarioRuns(350) })('on random scenarios', (scenarioCase) => {
    expectAgreement(scenarioCase);
  });

  /** As parts of the longest possible window. */
  const parts = fc.oneof(fc.constantFrom(1, 2, 3, 8), fc.double({ min: 1, max: 20, noNaN: true }));

  test.prop([scenarioCases, parts], { numRuns: scenarioRuns(150) })('whatever the window of the engine', (scenarioCase, parts) => {
    const { scenario, topology } = inputOf(scenarioCase);
    const lookaheadPs = Math.min(MAX_WINDOW_PS, ...topology.linkDelayPs, deriveLimits(scenario, topology).rtoPs);
    expectAgreement(scenarioCase, { windowPs: Math.floor(lookaheadPs / parts) });
  });

  test.prop([scenarioCases, fc.nat(), fc.constantFrom(-1, 0, 1)], { numRuns: scenarioRuns(100) })(
    'where the run stops at the instant of an arrival, or 1 ps from it',
    (scenarioCase, choice, distancePs) => {
      const timesPs = arrivalTimesPs(inputOf(scenarioCase));
      fc.pre(timesPs.length > 0);
      const stopAtPs = timesPs[choice % timesPs.length]! + distancePs;
      expectAgreement({ ...scenarioCase, scenario: { ...scenarioCase.scenario, stopAtPs } });
    },
  );

  test.prop([stormCases], { numRuns: scenarioRuns(100) })('where queues overflow and timers fire', (scenarioCase) => {
    expectAgreement(scenarioCase);
  });

  test.prop([impatientCases], { numRuns: scenarioRuns(60) })('where flows leave paths that are silent', (scenarioCase) => {
    expectAgreement(scenarioCase);
  });

  test.prop([longHaulCases], { numRuns: scenarioRuns(60) })('over links longer than the ring of windows', (scenarioCase) => {
    expectAgreement(scenarioCase);
  });

  test.prop([shortLinkCases], { numRuns: scenarioRuns(40) })('over links shorter than a packet', (scenarioCase) => {
    expectAgreement(scenarioCase);
  });

  test.prop([deepQueueCases], { numRuns: scenarioRuns(40) })('where queues reach beyond the ring of windows', (scenarioCase) => {
    expectAgreement(scenarioCase);
  });

  test.prop([longRunCases], { numRuns: scenarioRuns(60) })(
    'where queues and pauses are longer than an int32 of picoseconds',
    (scenarioCase) => {
      expectAgreement(scenarioCase);
    },
  );

  test.prop([bulkCases], { numRuns: scenarioRuns(15) })('where a thousand packets of a flow are under way', (scenarioCase) => {
    expectAgreement(scenarioCase);
  });

  test.prop([crowdCases], { numRuns: scenarioRuns(10) })('where many hosts share a leaf and many flows a host', (scenarioCase) => {
    expectAgreement(scenarioCase);
  });

  test('where the run stops between the last packet of a flow and the news of it to its sender', () => {
    const scenario = scenarioWith({
      topology: fabric(1, 2, 1),
      transport: { kind: 'fixed', rateBps: null, windowBytes: null, recovery: 'none', rtoPs: null, nackIntervalPs: 0 },
      nic: { ...PLAIN_NIC, acks: 'none' },
      stopAtPs: 2 * 583_200 + 500_000,
    });
    const builder = new ScheduleBuilder(2);
    builder.message(0, 1, 4096, builder.phase('one'));
    const input = oracleInput(scenario, builder.build());
    const result = runOracle(input);
    expect([result.finished, result.packetHops]).toEqual([false, 2]);
    expect(differences(comparable(result), comparableEngine(runEngine(input)))).toEqual([]);
  });

  test('where a port that had more to send than an int32 says is next used half a wrap of its clock later', () => {
    const packetPs = 33_280_000;
    const flows = [1, 2].map((src) => ({ src, dst: 0, sizeBytes: 25 * 4096, startPs: 0 }));
    const scenario = scenarioWith({
      topology: withLinks(fabric(2, 3, 2), ({ delayPs }) => ({ delayPs, rateBps: 1e9 })),
      workload: {
        kind: 'flows',
        flows: [...flows, { src: 1, dst: 0, sizeBytes: 4096, startPs: 2 ** 31 + 24.5 * packetPs }],
        ranks: 6,
      },
      balancer: { kind: 'ecmp' },
      transport: { kind: 'fixed', rateBps: null, windowBytes: null, recovery: 'sr', rtoPs: 9_000_000_000, nackIntervalPs: 3_000_000 },
      switch: { ...DROPTAIL, queueBytes: Infinity, ecn: 'off' },
      stopAtPs: 100_000_000_000,
    });
    expectAgreement({ scenario, traffic: null });
  });

  test('where a sender stops 4096 packets above the first one, which was lost', () => {
    const input = fullBitmapInput();
    const result = runOracle(input);
    expect([result.drops, result.retransmits, result.reorderMaxPackets]).toEqual([1, 1, 4095]);
    expect(differences(comparable(result), comparableEngine(runEngine(input)))).toEqual([]);
  });
});

test.prop([configCases], { numRuns: scenarioRuns(40) })('the RunResult of a random scenario says what the oracle says', (scenarioCase) => {
  const input = inputOf(scenarioCase);
  const expected = runOracle(input);
  const actual = simulatePrepared(prepare(input.scenario));
  const label = explain(scenarioCase);
  expect(actual.finished, label).toBe(expected.finished);
  expect(actual.completionPs, label).toBe(expected.finished ? expected.completionPs : null);
  for (const name of ['packets', 'packetHops', 'drops', 'retransmits', 'ecnMarks', 'queueMaxBytes', 'reorderMaxPackets'] as const) {
    expect(actual[name], `${name} of ${label}`).toBe(expected[name]);
  }
  expect(actual.tables.fctPs, label).toEqual(expected.fctPs.filter((fctPs) => !Number.isNaN(fctPs)));
  expect(actual.tables.linkLoadBytes, label).toEqual(expected.linkLoadBytes);
  expect(actual.tables.linkQueueMaxBytes, label).toEqual(expected.linkQueueMaxBytes);
});
