import { describe, expect, test } from 'vitest';
import { AverageRates } from '../../../wireless/mac/average-rate.ts';
import { buildScheduler } from '../../../wireless/mac/build-scheduler.ts';
import {
  exponentialProportionalFair,
  exponentialRule,
  logarithmicRule,
  modifiedLargestWeightedDelay,
} from '../../../wireless/mac/fair-rules.ts';
import { crossLayerPriority } from '../../../wireless/mac/lwg-rule.ts';
import type { CellView } from '../../../wireless/mac/scheduler.ts';
import { earliestDeadline, strictPriority } from '../../../wireless/mac/simple-rules.ts';
import { fromDb } from '../../../wireless/math/decibel.ts';
import { opportunisticRate } from '../../../wireless/oracles/capacity.ts';
import { RandomStream } from '../../../wireless/random-stream.ts';
import type { SchedulerKind } from '../../../sim/base/radio-spec.ts';

interface UserNow {
  readonly backlog?: number;
  readonly rate?: number;
  readonly symbols?: number;
  readonly delayS?: number;
  readonly arrivalPs?: number;
  readonly packetClass?: number;
  readonly boundS?: number;
  readonly miss?: number;
  readonly minRateBps?: number;
  readonly serviceClass?: number;
}

const viewOf = (users: readonly UserNow[]): CellView => ({
  users: users.length,
  backlogPdus: Int32Array.from(users, ({ backlog = 1 }) => backlog),
  rateBits: Float64Array.from(users, ({ rate = 1000 }) => rate),
  bitsPerSymbol: Float64Array.from(users, ({ symbols = 1 }) => symbols),
  headDelayS: Float64Array.from(users, ({ delayS = 0 }) => delayS),
  headArrivalPs: Float64Array.from(users, ({ arrivalPs = 0 }) => arrivalPs),
  headClass: Int32Array.from(users, ({ packetClass = 0 }) => packetClass),
  delayBoundS: Float64Array.from(users, ({ boundS = Infinity }) => boundS),
  missTarget: Float64Array.from(users, ({ miss = 0.01 }) => miss),
  minRateBps: Float64Array.from(users, ({ minRateBps = 0 }) => minRateBps),
  serviceClass: Int32Array.from(users, ({ serviceClass = 3 }) => serviceClass),
  slotS: 2e-3,
});

const pick = (kind: SchedulerKind, users: readonly UserNow[]): number =>
  buildScheduler({ kind, averagingSlots: 1000, dropLate: false }, users.length, 4.5).pick(viewOf(users));

/** Averages as given, in bits a slot. */
function averages(...bits: number[]): AverageRates {
  const rates = new AverageRates(bits.length, 1000);
  rates.bits.set(bits);
  return rates;
}

describe('eligibility', () => {
  test.each(['fifo', 'round-robin', 'strict', 'edf', 'max-ci', 'pf', 'm-lwdf', 'exp-pf', 'exp-rule', 'log-rule', 'lwg'] as const)(
    '%s serves nobody without backlog or rate, and the lowest number among equals',
    (kind) => {
      expect(pick(kind, [{ backlog: 0 }, { rate: 0 }])).toBe(-1);
      expect(pick(kind, [{ backlog: 0 }, {}, {}])).toBe(1);
      // M-LWDF with an empty queue (trap): a metric of 0, or of NaN, never wins over somebody who waits.
      expect(pick(kind, [{ backlog: 0, boundS: 0.1 }, { rate: 500 }])).toBe(1);
    },
  );
});

describe('simple rules', () => {
  test('FIFO takes who arrived first, maximum rate who has the best channel', () => {
    expect(pick('fifo', [{ arrivalPs: 5 }, { arrivalPs: 3 }, { arrivalPs: 4 }])).toBe(1);
    expect(pick('max-ci', [{ rate: 1 }, { rate: 2 }, { rate: 3 }])).toBe(2);
  });

  test('EDF takes the least time left, and users without a bound last', () => {
    const view = viewOf([{ boundS: 0.1, delayS: 0.03 }, { boundS: 0.05, delayS: 0 }, { delayS: 9 }]);
    expect(earliestDeadline(view, 0)).toBeCloseTo(-0.07, 12);
    expect(earliestDeadline(view, 1)).toBeCloseTo(-0.05, 12);
    expect(pick('edf', [{ boundS: 0.1, delayS: 0.03 }, { boundS: 0.05 }, { delayS: 9 }])).toBe(1);
    expect(pick('edf', [{ arrivalPs: 2e12 }, { arrivalPs: 1e12 }])).toBe(1);
  });

  test('round robin goes on after who was served, and skips who cannot be', () => {
    const scheduler = buildScheduler({ kind: 'round-robin', averagingSlots: 1, dropLate: false }, 3, 4.5);
    const [all, without1] = [viewOf([{}, {}, {}]), viewOf([{}, { rate: 0 }, {}])];
    const picked = [all, all, without1, without1, all, all].map((view) => {
      const user = scheduler.pick(view);
      scheduler.endSlot(view, user, 1);
      return user;
    });
    expect(picked).toEqual([0, 1, 2, 0, 1, 2]);
  });

  test('strict priority goes by service class, packet class, then share of the channel', () => {
    expect(
      pick('strict', [
        { serviceClass: 2, rate: 9e4 },
        { serviceClass: 1, rate: 1 },
      ]),
    ).toBe(1);
    expect(
      pick('strict', [
        { packetClass: 2, rate: 9e4 },
        { packetClass: 1, rate: 1 },
      ]),
    ).toBe(1);
    expect(pick('strict', [{ rate: 10 }, { rate: 20 }])).toBe(1);
  });

  test('strict priority holds however long the lower class has starved', () => {
    const average = new AverageRates(2, 1000);
    const view = viewOf([
      { serviceClass: 3, rate: 9720 },
      { serviceClass: 1, rate: 540 },
    ]);
    for (let slot = 0; slot < 1_000_000; slot++) average.endSlot(view, 1, 540);
    const rule = strictPriority(average);
    expect(rule(view, 1)).toBeGreaterThan(rule(view, 0));
  });
});

describe('rules of shares and delays, by hand', () => {
  // Shares r / R: 1000/100 = 10, 2000/400 = 5, 3000/1000 = 3.
  const users = [
    { rate: 1000, boundS: 0.1, delayS: 0.04, miss: 0.01 },
    { rate: 2000, boundS: 0.05, delayS: 0.02, miss: 0.001 },
    { rate: 3000 },
  ];
  const view = viewOf(users);
  const average = averages(100, 400, 1000);

  test('M-LWDF: -log10(miss) / bound * W * share; without a bound the share', () => {
    const rule = modifiedLargestWeightedDelay(average);
    // 20/s * 0.04 s * 10, 60/s * 0.02 s * 5.
    expect([0, 1, 2].map((user) => rule(view, user))).toEqual([expect.closeTo(8, 10), expect.closeTo(6, 10), 3]);
  });

  test('EXP/PF: the excess over the mean weighted delay, not below 0', () => {
    const rule = exponentialProportionalFair(average);
    // Weighted delays 0.8 and 1.2, mean 1.
    expect(rule(view, 0)).toBeCloseTo(10, 10);
    expect(rule(view, 1)).toBeCloseTo(5 * Math.exp(0.2 / 2), 10);
    expect(rule(view, 2)).toBe(3);
  });

  test('EXP rule: 6 W / bound over 1 + sqrt of the mean W in seconds (trap)', () => {
    const rule = exponentialRule(average);
    const mean = 0.03;
    expect(rule(view, 0)).toBeCloseTo(10 * Math.exp((6 * 0.4) / (1 + Math.sqrt(mean))), 8);
    expect(rule(view, 1)).toBeCloseTo(5 * Math.exp((6 * 0.4) / (1 + Math.sqrt(mean))), 8);
  });

  test('LOG rule: ln(1.1 + 5 W / bound)', () => {
    const rule = logarithmicRule(average);
    expect(rule(view, 0)).toBeCloseTo(10 * Math.log(3.1), 10);
    expect(rule(view, 2)).toBe(3);
  });

  test('cross-layer priority: the channel over the slots left, a full weight when late, weights by class', () => {
    const rule = crossLayerPriority(averages(1, 1, 20, 1, 1), 4.5);
    const classes = viewOf([
      { serviceClass: 1, symbols: 3, boundS: 0.1, delayS: 0.06 },
      { serviceClass: 1, symbols: 0.5, boundS: 0.1, delayS: 0.104 },
      // 20 bits a slot of 2 ms are 10 kb/s, twice the 5 kb/s that are reserved.
      { serviceClass: 2, symbols: 4.5, minRateBps: 5000 },
      { serviceClass: 3, symbols: 4.5 },
      { serviceClass: 0 },
    ]);
    const values = [0, 1, 2, 3, 4].map((user) => rule(classes, user));
    [3 / 4.5 / 21, 1, 0.8 / 2, 0.6].forEach((expected, user) => expect(values[user]).toBeCloseTo(expected, 10));
    expect(values[4]).toBeGreaterThan(1);
  });
});

describe('averages', () => {
  test('fall also for users who are not served (trap)', () => {
    const average = averages(100, 100);
    average.endSlot(viewOf([{}, {}]), 0, 1100);
    expect([...average.bits]).toEqual([expect.closeTo(101, 10), expect.closeTo(99.9, 10)]);
    average.endSlot(viewOf([{}, {}]), -1, 0);
    expect([...average.bits]).toEqual([expect.closeTo(100.899, 10), expect.closeTo(99.8001, 10)]);
  });

  test('do not fall below a bit a second', () => {
    const average = averages(1, 1);
    for (let slot = 0; slot < 50_000; slot++) average.endSlot(viewOf([{}, {}]), 0, 1000);
    expect(average.bits[1]).toBe(2e-3);
  });
});

test('proportional fair gives each of K independent equal users 1/K of the slots and together the opportunistic rate', () => {
  const users = 8;
  const [slots, warmup] = [60_000, 10_000];
  const meanSnr = fromDb(10);
  const stream = new RandomStream(3, 'test-pf', 0);
  const scheduler = buildScheduler({ kind: 'pf', averagingSlots: 2000, dropLate: false }, users, 4.5);
  const view = viewOf(Array.from({ length: users }, () => ({})));
  const served = new Float64Array(users);
  let bits = 0;
  for (let slot = 0; slot < slots; slot++) {
    for (let user = 0; user < users; user++) view.rateBits[user] = 1000 * Math.log2(1 + meanSnr * stream.exponential());
    const user = scheduler.pick(view);
    scheduler.endSlot(view, user, view.rateBits[user]!);
    if (slot < warmup) continue;
    served[user]!++;
    bits += view.rateBits[user]! / 1000;
  }
  const counted = slots - warmup;
  for (const count of served) expect(Math.abs(count / counted - 1 / users)).toBeLessThan(0.01);
  expect(Math.abs(bits / counted / opportunisticRate(users, meanSnr) - 1)).toBeLessThan(0.01);
});
