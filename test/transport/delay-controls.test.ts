import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { SwiftSpec, TimelySpec } from '../../sim/base/transport-spec.ts';
import { DelayMedian } from '../../sim/transport/delay-median.ts';
import { Swift } from '../../sim/transport/swift.ts';
import { Timely } from '../../sim/transport/timely.ts';
import { BASE_RTT_PS, COMMON, Driver, FULL_BYTES, LINE_BPS, controlContext } from './control-harness.ts';

const US = 1e6;

const TIMELY: TimelySpec = {
  kind: 'timely',
  ewma: 0.875,
  beta: 0.8,
  lowDelayPs: 50 * US,
  highDelayPs: 500 * US,
  minRttPs: 20 * US,
  additiveIncreaseBps: null,
  hyperIncreaseBps: null,
  hyperAfter: 5,
  minRateBps: 100e6,
  ...COMMON,
};

describe('timely', () => {
  const driver = (spec: Partial<TimelySpec> = {}): Driver<Timely> => {
    const context = controlContext();
    return new Driver(new Timely({ ...TIMELY, ...spec }, context), context);
  };
  /** One ACK a round. */
  const rounds = (flow: Driver<Timely>, rttsUs: readonly number[], firstRound = 1): number[] =>
    rttsUs.map((rttUs, i) => {
      const una = 10 * (firstRound + i);
      flow.ack({ nowPs: 0, rttPs: rttUs * US, una, next: una + 5 });
      return flow.rateBps;
    });

  test('the first round gives a round-trip time only', () => {
    expect(rounds(driver(), [600])).toEqual([LINE_BPS]);
  });

  test('above the high threshold the rate falls by how much it is above, whatever the gradient', () => {
    expect(rounds(driver(), [1000, 1000])[1]).toBe(LINE_BPS * (1 - 0.8 * (1 - 500 / 1000)));
  });

  test('between the thresholds a positive gradient cuts the rate', () => {
    // Difference 0.875 x 8 us = 7 us; gradient 0.35.
    expect(rounds(driver(), [100, 108])[1]).toBeCloseTo(LINE_BPS * (1 - 0.8 * 0.35), 3);
  });

  test('a gradient above 1 / beta cuts to the least rate', () => {
    expect(rounds(driver(), [100, 400])[1]).toBe(100e6);
  });

  test('below the low threshold the rate rises, and after five increases five times as fast', () => {
    const flow = driver();
    const [, cut] = rounds(flow, [1000, 1000]);
    const steps = rounds(flow, [40, 40, 40, 40, 40, 40], 3).map((rate, i, rates) => rate - (i === 0 ? cut! : rates[i - 1]!));
    expect(steps).toEqual([0.4e9, 0.4e9, 0.4e9, 0.4e9, 0.4e9, 2e9]);
  });

  test('a falling round-trip time between the thresholds raises the rate', () => {
    const flow = driver();
    const [, cut, next] = rounds(flow, [1000, 1000, 400]);
    expect(next! - cut!).toBe(0.4e9);
  });

  test('ACKs within a round start from what the last round stored', () => {
    const flow = driver();
    rounds(flow, [1000]);
    for (const una of [11, 12, 15]) flow.ack({ nowPs: 0, rttPs: 1000 * US, una, next: 30 });
    expect(flow.rateBps).toBe(LINE_BPS * 0.6);
    flow.ack({ nowPs: 0, rttPs: 1000 * US, una: 16, next: 30 });
    flow.ack({ nowPs: 0, rttPs: 1000 * US, una: 17, next: 30 });
    expect(flow.rateBps).toBeCloseTo(LINE_BPS * 0.36, 3);
  });

  test('a trimmed packet halves the rate, at most once a window of data', () => {
    const flow = driver();
    flow.nack({ nowPs: 1, next: 53 });
    flow.nack({ nowPs: 2, next: 60 });
    expect(flow.rateBps).toBe(200e9);
    flow.ack({ nowPs: 3, una: 53, next: 60 });
    flow.nack({ nowPs: 4, next: 60 });
    expect(flow.rateBps).toBe(100e9);
  });

  test('without a sample nothing changes; nor by losses and timeouts', () => {
    const flow = driver();
    rounds(flow, [1000, 1000]);
    const rate = flow.rateBps;
    flow.ack({ nowPs: 0, una: 90, next: 99 });
    flow.loss(0);
    flow.timeout(0);
    expect(flow.rateBps).toBe(rate);
  });

  test('the rate stays between the least and the line', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 2000 }), { maxLength: 60 }), (rttsUs) => {
        for (const rate of rounds(driver(), rttsUs)) {
          expect(rate).toBeGreaterThanOrEqual(100e6);
          expect(rate).toBeLessThanOrEqual(LINE_BPS);
        }
      }),
      { numRuns: 200 },
    );
  });
});

const SWIFT: SwiftSpec = {
  kind: 'swift',
  baseDelayPs: 20 * US,
  hopScalePs: null,
  flowScalePs: null,
  flowScaleMin: 0.1,
  flowScaleMax: 100,
  ai: 1,
  beta: 0.8,
  maxDecrease: 0.5,
  initialWindowBytes: 100 * FULL_BYTES,
  minWindowBytes: 10,
  maxWindowBytes: null,
  median: 1,
  ...COMMON,
};

describe('swift', () => {
  const driver = (spec: Partial<SwiftSpec> = {}, flow = 0): Driver<Swift> => {
    const context = controlContext();
    return new Driver(new Swift({ ...SWIFT, ...spec }, context), context, flow);
  };
  /** At 100 packets flow scaling adds nothing. */
  const TARGET_PS = 20 * US + 4 * ((20 * US) / 6.55);
  const START = 100 * FULL_BYTES;

  test('starts with one BDP and a base delay of T + 5 us', () => {
    const flow = driver({ initialWindowBytes: null, baseDelayPs: null, flowScalePs: 1 });
    expect(flow.windowBytes).toBe(53 * FULL_BYTES);
    const basePs = BASE_RTT_PS + 5 * US;
    flow.ack({ nowPs: US, rttPs: Math.floor(basePs + (4 * basePs) / 6.55) });
    expect(flow.windowBytes).toBeGreaterThan(53 * FULL_BYTES);
  });

  test('below the target the window rises by a packet a window', () => {
    const flow = driver();
    flow.ack({ nowPs: US, rttPs: Math.floor(TARGET_PS) - 1 });
    expect(flow.windowBytes).toBe(START + FULL_BYTES / 100);
  });

  test('the target grows with the links of the path', () => {
    const rttPs = Math.floor(TARGET_PS) - 1;
    const nearby = driver({}, 1);
    nearby.ack({ nowPs: US, rttPs });
    expect(nearby.windowBytes).toBeLessThan(START);
  });

  test('above the target it falls in proportion, at most once a round-trip time', () => {
    const flow = driver();
    flow.ack({ nowPs: 100 * US, rttPs: 40 * US });
    const once = START * (1 - (0.8 * (40 * US - TARGET_PS)) / (40 * US));
    expect(flow.windowBytes).toBeCloseTo(once, 6);
    flow.ack({ nowPs: 139 * US, rttPs: 40 * US });
    expect(flow.windowBytes).toBeCloseTo(once, 6);
    flow.ack({ nowPs: 140 * US, rttPs: 40 * US });
    expect(flow.windowBytes).toBeLessThan(once);
  });

  test('one decrease takes at most half', () => {
    const flow = driver();
    flow.ack({ nowPs: 1e9, rttPs: 1000 * US });
    expect(flow.windowBytes).toBe(START / 2);
  });

  test('small windows have a larger target: at 0.1 packets by 5 base delays', () => {
    const rttPs = Math.round(TARGET_PS + 99.9 * US);
    const small = driver({ initialWindowBytes: FULL_BYTES / 10 });
    small.ack({ nowPs: 1e9, rttPs, newly: 100 });
    expect(small.windowBytes).toBe(FULL_BYTES / 10 + 100);
    const large = driver();
    large.ack({ nowPs: 1e9, rttPs, newly: 100 });
    expect(large.windowBytes).toBeLessThan(START);
  });

  test('at one packet it is 32.66 us - 3.27 us', () => {
    const sharePs = (100 * US) / (1 / Math.sqrt(0.1) - 0.1);
    const targetPs = TARGET_PS + sharePs * 0.9;
    for (const [rttPs, grows] of [
      [Math.floor(targetPs) - 1, true],
      [Math.ceil(targetPs) + 1, false],
    ] as const) {
      const flow = driver({ initialWindowBytes: FULL_BYTES });
      flow.ack({ nowPs: 1e9, rttPs });
      expect(flow.windowBytes > FULL_BYTES).toBe(grows);
    }
    expect(sharePs / US).toBeCloseTo(32.66, 2);
  });

  test('below one packet a full packet goes every RTT x packet / window', () => {
    const flow = driver({ initialWindowBytes: FULL_BYTES });
    expect(flow.rateBps).toBe(LINE_BPS);
    flow.ack({ nowPs: 1e9, rttPs: 1000 * US });
    expect(flow.windowBytes).toBe(FULL_BYTES / 2);
    expect((FULL_BYTES * 8e12) / flow.rateBps).toBeCloseTo(2000 * US, 3);
  });

  test('losses and trims halve the window at most once a round-trip time, a timeout always', () => {
    const flow = driver();
    flow.loss(0);
    expect(flow.windowBytes).toBe(START / 2);
    flow.nack({ nowPs: BASE_RTT_PS - 1 });
    expect(flow.windowBytes).toBe(START / 2);
    flow.nack({ nowPs: BASE_RTT_PS });
    expect(flow.windowBytes).toBe(START / 4);
    flow.timeout(BASE_RTT_PS + 1);
    expect(flow.windowBytes).toBe(START / 8);
  });

  test('the median form ignores a minority of long delays', () => {
    const latest = driver();
    const median = driver({ median: 15 });
    for (let i = 0; i < 30; i++) {
      const answer = { nowPs: i * 1e9, rttPs: i % 3 === 2 ? 1000 * US : 10 * US };
      latest.ack(answer);
      median.ack(answer);
    }
    expect(latest.windowBytes).toBeLessThan(START / 2);
    expect(median.windowBytes).toBeGreaterThan(START);
  });

  test('the window stays between 10 B and 1000 packets, the rate above 0 and at most the line', () => {
    const answer = fc.record({
      gapPs: fc.integer({ min: 1, max: 1000 * US }),
      rttPs: fc.oneof(fc.constant(-1), fc.integer({ min: US, max: 5000 * US })),
      newly: fc.integer({ min: 0, max: 100 * FULL_BYTES }),
      what: fc.constantFrom('ack', 'ack', 'ack', 'nack', 'loss', 'timeout'),
    });
    fc.assert(
      fc.property(fc.array(answer, { maxLength: 80 }), (answers) => {
        const flow = driver();
        let nowPs = 0;
        for (const { gapPs, rttPs, newly, what } of answers) {
          nowPs += gapPs;
          if (what === 'ack') flow.ack({ nowPs, rttPs, newly });
          else if (what === 'nack') flow.nack({ nowPs });
          else if (what === 'loss') flow.loss(nowPs);
          else flow.timeout(nowPs);
          expect(flow.windowBytes).toBeGreaterThanOrEqual(10);
          expect(flow.windowBytes).toBeLessThanOrEqual(1000 * FULL_BYTES);
          expect(flow.rateBps).toBeGreaterThan(0);
          expect(flow.rateBps).toBeLessThanOrEqual(LINE_BPS);
        }
      }),
      { numRuns: 200 },
    );
  });
});

describe('the median of delays', () => {
  test('is the lower one of the latest samples, for each flow by itself', () => {
    const samples = fc.array(fc.tuple(fc.integer({ min: 0, max: 2 }), fc.integer({ min: 0, max: 9 })), { maxLength: 60 });
    fc.assert(
      fc.property(samples, fc.integer({ min: 1, max: 16 }), (taken, size) => {
        const median = new DelayMedian(3, size);
        const times = new Float64Array(2);
        const heard: number[][] = [[], [], []];
        for (const [flow, sample] of taken) {
          times[0] = sample;
          median.take(flow, times, 0, 1);
          heard[flow]!.push(sample);
          const sorted = heard[flow]!.slice(-size).toSorted((a, b) => a - b);
          expect(times[1]).toBe(sorted[Math.floor((sorted.length - 1) / 2)]);
        }
      }),
      { numRuns: 200 },
    );
  });
});
