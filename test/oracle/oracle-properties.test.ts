import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { SEND } from '../../sim/base/schedule.ts';
import { comparable, differences } from './compare.ts';
import { DATA } from './event-log.ts';
import { runOracle } from './oracle.ts';
import { describeScenario, inputOf, readCase } from './scenario-case.ts';
import { scenarioCases } from './scenarios.ts';

const numRuns = 60;

describe('random scenarios', () => {
  test.prop([scenarioCases], { numRuns })('the oracle runs each the same twice, also when printed and read back', (scenarioCase) => {
    const first = comparable(runOracle(inputOf(scenarioCase)));
    const again = comparable(runOracle(readCase(describeScenario(scenarioCase))));
    expect(differences(first, again)).toEqual([]);
  });

  test.prop([scenarioCases], { numRuns })('a NIC asked late, but before each event of its host, sends the same', (scenarioCase) => {
    const input = inputOf(scenarioCase);
    const eager = runOracle(input);
    fc.pre(eager.finished);
    expect(differences(comparable(eager), comparable(runOracle(input, { nic: 'lazy' })))).toEqual([]);
  });

  test.prop([scenarioCases], { numRuns })('where every message ended, each host got each packet of each flow for it', (scenarioCase) => {
    const input = inputOf(scenarioCase);
    const { plan, schedule, scenario } = input;
    const result = runOracle(input);
    fc.pre(result.finished);
    for (let flow = 0; flow < plan.flows; flow++) {
      const arrived = result.nodeLogs[plan.dstHost[flow]!]!.packets.filter((event) => event.flow === flow && event.type === DATA);
      const packets = Math.max(1, Math.ceil(plan.bytes[flow]! / scenario.nic.mtuBytes));
      expect(new Set(arrived.map(({ seq }) => seq)).size).toBe(packets);
    }
    for (let op = 0; op < schedule.ops; op++) expect(Number.isNaN(result.fctPs[op])).toBe(schedule.kind[op] !== SEND);
  });

  test.prop([scenarioCases], { numRuns })('the packets of a log are those that its counters count', (scenarioCase) => {
    const input = inputOf(scenarioCase);
    const result = runOracle(input);
    const arrivals = result.nodeLogs.flatMap(({ packets }) => packets);
    expect(arrivals.length).toBe(result.packetHops);
    for (const { packets } of result.nodeLogs) {
      const keys = packets.map(({ timePs, port }) => timePs * 64 + port);
      expect(keys.every((key, i) => i === 0 || keys[i - 1]! < key)).toBe(true);
    }
    expect(result.queueMaxBytes).toBe(Math.max(0, ...result.linkQueueMaxBytes));
  });
});
