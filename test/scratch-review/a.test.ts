import { expect, test } from 'vitest';
import { ScheduleBuilder } from '../../sim/base/schedule.ts';
import { comparable, comparableEngine, differences } from '../oracle/compare.ts';
import { runEngine } from '../oracle/engine-run.ts';
import { fabric, oracleInput, scenarioWith } from '../oracle/fixtures.ts';
import { runOracle } from '../oracle/oracle.ts';
import { leafSpineSpec } from '../sim/scenarios.ts';

function check(name: string, hostDelay: number, fabricDelay: number, rate: number, packets: number, extra: object = {}) {
  const scenario = scenarioWith({
    topology: leafSpineSpec(2, 2, 2, { hostLink: { rateBps: rate, delayPs: hostDelay }, fabricLink: { rateBps: rate, delayPs: fabricDelay, perSpineRateBps: null, linksPerPair: 1 } }),
    stopAtPs: 2 ** 53 - 1,
    ...extra,
  });
  const b = new ScheduleBuilder(4);
  const ph = b.phase('x');
  b.message(0, 2, packets * 4096, ph);
  const input = oracleInput(scenario, b.build());
  const o = runOracle(input);
  let lines: string[];
  try { lines = differences(comparable(o), comparableEngine(runEngine(input))); } catch (e) { lines = [String(e)]; }
  console.log(name, lines.slice(0, 6), o.finished, o.completionPs);
}
test('delays', () => {
  check('1ms', 1e9, 1e9, 400e9, 100);
  check('1s', 1e12, 1e12, 400e9, 100);
  check('600us', 6e8, 6e8, 400e9, 100);
  check('500us', 5e8, 5e8, 400e9, 100);
  check('host 1ms fabric 1us', 1e9, 1e6, 400e9, 100);
  check('slow 1Mbps', 5e5, 5e5, 1e6, 20);
  check('slow 1kbps', 5e5, 5e5, 1e3, 5);
  check('1ps', 1, 1, 400e9, 20);
  check('100T', 5e5, 5e5, 100e12, 200);
  check('1Gbps 1ms', 1e9, 1e9, 1e9, 200);
});
