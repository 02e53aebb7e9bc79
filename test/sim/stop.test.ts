import { fc, test } from '@fast-check/vitest';
import { expect } from 'vitest';
import { prepare } from '../../sim/prepare.ts';
import { simulate, simulatePrepared } from '../../sim/simulate.ts';
import { everyBalancer, leafSpineSpec, scenarioOf } from './scenarios.ts';

const scenario = scenarioOf({
  topology: leafSpineSpec(2, 4, 2),
  workload: { kind: 'permutation', pattern: { shift: 4 }, sizeBytes: 400_000, ranks: 8 },
});

test('stop.packets ends a run with the first interval of one lookahead in which the count is reached', () => {
  // The NICs start together and send a packet every 83.2 ps x 1000: 7 each until 500 ns, 13 until 1 us.
  const fifty = simulate({ ...scenario, stopPackets: 50 });
  expect(fifty.packets).toBe(8 * 7);
  expect(fifty.finished).toBe(false);
  expect(fifty.unfinishedReason).toMatch(/at 0.5 us, when stop.packets \(50\) was reached/);
  expect(simulate({ ...scenario, stopPackets: 8 * 7 }).packets).toBe(8 * 7);
  expect(simulate({ ...scenario, stopPackets: 8 * 7 + 1 }).packets).toBe(8 * 13);
});

test('a run that ends before it has sent stop.packets is finished', () => {
  const whole = simulate(scenario);
  expect(simulate({ ...scenario, stopPackets: 1e9 })).toEqual(whole);
});

test.prop([fc.integer({ min: 1, max: 1200 }), fc.constantFrom(...everyBalancer), fc.integer({ min: 1000, max: 500_000 })], { numRuns: 40 })(
  'where stop.packets ends a run does not depend on the window',
  (stopPackets, balancer, windowPs) => {
    const prepared = prepare({ ...scenario, balancer, stopPackets });
    expect(simulatePrepared(prepared, { windowPs })).toEqual(simulatePrepared(prepared));
  },
);

test('a caller that asks for it ends a run early, with what has happened', () => {
  let polls = 0;
  const result = simulate(
    { ...scenario, workload: { ...scenario.workload, sizeBytes: 1e8 } as typeof scenario.workload },
    { shouldStop: () => ++polls === 3 },
  );
  expect(polls).toBe(3);
  expect(result).toMatchObject({
    finished: false,
    completionPs: null,
    unfinishedReason: expect.stringMatching(/^stopped at \d/) as string,
  });
  expect(result.packets).toBeGreaterThan(0);
});
