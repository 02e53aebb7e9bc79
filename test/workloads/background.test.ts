import { describe, expect, test } from 'vitest';
import type { BackgroundSpec } from '../../sim/base/job-spec.ts';
import { setupStream } from '../../sim/base/random.ts';
import { COMPUTE, SEND, type Schedule } from '../../sim/base/schedule.ts';
import { backgroundSchedule } from '../../workloads/background.ts';

const RATE_BPS = 400e9;
const spec = (changes: Partial<BackgroundSpec> = {}): BackgroundSpec => ({
  load: 0.5,
  sizes: [{ sizeBytes: 10_000, probability: 1 }],
  untilPs: 100e6,
  ranks: [0, 1, 2, 3],
  balancer: { kind: 'ecmp' },
  transport: { kind: 'fixed', rateBps: null, windowBytes: null, recovery: 'sr', rtoPs: null, nackIntervalPs: 0 },
  trafficClass: 3,
  ...changes,
});

/** Source, destination, size and start of each flow: a send waits for one compute, which waits for the one before. */
function flowsOf(schedule: Schedule): { src: number; dst: number; bytes: number; startPs: number }[] {
  const endPs = new Float64Array(schedule.ops);
  const flows = [];
  for (let op = 0; op < schedule.ops; op++) {
    const deps = [...schedule.depOp.subarray(schedule.depOffset[op], schedule.depOffset[op + 1])];
    if (schedule.kind[op] === COMPUTE) {
      expect(deps.length).toBeLessThanOrEqual(1);
      endPs[op] = (deps.length === 0 ? 0 : endPs[deps[0]!]!) + schedule.durationPs[op]!;
    } else if (schedule.kind[op] === SEND) {
      expect(deps).toHaveLength(1);
      flows.push({ src: schedule.rank[op]!, dst: schedule.peer[op]!, bytes: schedule.bytes[op]!, startPs: endPs[deps[0]!]! });
    }
  }
  return flows;
}

describe('background flows', () => {
  test('are those of the specification, draw by draw', () => {
    const points = [
      { sizeBytes: 1000, probability: 0.5 },
      { sizeBytes: 3000, probability: 1 },
    ];
    const mean = 500 + 0.5 * 2000;
    const expected = [];
    for (let src = 0; src < 3; src++) {
      const stream = setupStream(7, 'background', src);
      for (let startPs = 0; ;) {
        startPs += Math.max(1, Math.round((-Math.log(1 - stream.uniform()) * 8e12 * mean) / (0.25 * RATE_BPS)));
        if (startPs >= 20e6) break;
        const other = stream.integer(2);
        const u = stream.uniform();
        expected.push({ src, dst: other < src ? other : other + 1, bytes: u < 0.5 ? 1000 : Math.round(1000 + 4000 * (u - 0.5)), startPs });
      }
    }
    expect(expected.length).toBeGreaterThan(100);
    expect(flowsOf(backgroundSchedule(spec({ load: 0.25, sizes: points, untilPs: 20e6, ranks: [0, 1, 2] }), RATE_BPS, 7))).toEqual(
      expected,
    );
  });

  test('offer the load, arrive as a Poisson process, and go to every other rank alike', () => {
    const flows = flowsOf(backgroundSchedule(spec({ untilPs: 2e9 }), RATE_BPS, 3));
    // Half of 400 Gb/s is 2.5 flows of 10 kB a microsecond and rank: 20,000 in 2 ms on four ranks, with sigma 141.
    expect(Math.abs(flows.length - 20_000)).toBeLessThan(5 * 142);
    const gaps = flows.flatMap(({ src, startPs }, i) => (i > 0 && flows[i - 1]!.src === src ? [startPs - flows[i - 1]!.startPs] : []));
    const mean = gaps.reduce((a, b) => a + b, 0) / gaps.length;
    const variance = gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length;
    // An exponential gap's standard deviation is its mean.
    expect(Math.abs(Math.sqrt(variance) / mean - 1)).toBeLessThan(0.05);
    for (let src = 0; src < 4; src++) {
      for (let dst = 0; dst < 4; dst++) {
        const between = flows.filter((flow) => flow.src === src && flow.dst === dst).length;
        if (src === dst) expect(between).toBe(0);
        else expect(Math.abs(between - 20_000 / 12)).toBeLessThan(5 * Math.sqrt(20_000 / 12));
      }
    }
  });

  test('start before the end', () => {
    const flows = flowsOf(backgroundSchedule(spec(), RATE_BPS, 1));
    expect(flows.length).toBeGreaterThan(0);
    for (const { startPs } of flows) expect(startPs).toBeLessThan(100e6);
  });

  test('too many of them are refused before they are made', () => {
    expect(() => backgroundSchedule(spec({ untilPs: 1e15 }), RATE_BPS, 1)).toThrow('background');
  });
});
