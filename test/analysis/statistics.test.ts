import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { groupBy, mean, sampleStandardDeviation, studentT, summarize } from '../../analysis/statistics.ts';

describe('statistics', () => {
  test('the sample standard deviation divides by n - 1', () => {
    // Deviations of 2, 4, 4, 4, 5, 5, 7, 9 from 5: their squares sum to 32.
    expect(sampleStandardDeviation([2, 4, 4, 4, 5, 5, 7, 9])).toBeCloseTo(Math.sqrt(32 / 7), 12);
    expect(sampleStandardDeviation([3])).toBeNull();
  });

  test('equal values have a standard deviation of exactly 0, whatever rounding does to their mean', () => {
    expect(sampleStandardDeviation([0.1, 0.1, 0.1])).toBe(0);
    expect(summarize([0.1, 0.1, 0.1]).interval).toEqual({ low: mean([0.1, 0.1, 0.1]), high: mean([0.1, 0.1, 0.1]) });
  });

  test('the t quantile with 1 and 2 degrees of freedom has its closed form', () => {
    for (const probability of [0.5, 0.9, 0.95, 0.99]) {
      expect(studentT(probability, 1)).toBeCloseTo(Math.tan((Math.PI * probability) / 2), 8);
      expect(studentT(probability, 2)).toBeCloseTo(probability * Math.sqrt(2 / (1 - probability ** 2)), 8);
    }
  });

  test('the t quantile agrees with the printed tables', () => {
    // Two-sided 95 %, Abramowitz and Stegun, table 26.10.
    for (const [degrees, t] of [
      [3, 3.182],
      [4, 2.776],
      [9, 2.262],
      [30, 2.042],
      [60, 2.0],
    ] as const) {
      expect(studentT(0.95, degrees)).toBeCloseTo(t, 3);
    }
  });

  test('the t quantile comes down to that of the normal distribution', () => {
    expect(studentT(0.95, 100_001)).toBeCloseTo(1.95996, 4);
  });

  test('the interval of five values is mean +- t(4) s / sqrt(5)', () => {
    const { n, mean: centre, interval, median, min, max } = summarize([5, 1, 4, 2, 3]);
    expect([n, centre, median, min, max]).toEqual([5, 3, 3, 1, 5]);
    const half = (2.7764451 * Math.sqrt(2.5)) / Math.sqrt(5);
    expect(interval!.low).toBeCloseTo(3 - half, 6);
    expect(interval!.high).toBeCloseTo(3 + half, 6);
  });

  test('the median of an even number of values is the mean of the middle two', () => {
    expect(summarize([10, 1, 2, 3]).median).toBe(2.5);
  });

  test.prop([fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 2, maxLength: 12 }), fc.integer({ min: 1, max: 50 })])(
    'shifting and scaling the values shifts and scales the summary',
    (values, scale) => {
      const plain = summarize(values);
      const moved = summarize(values.map((value) => value * scale + 7));
      expect(moved.mean).toBeCloseTo(plain.mean * scale + 7, 6);
      expect(moved.standardDeviation).toBeCloseTo(plain.standardDeviation! * scale, 6);
    },
  );

  test('groups keep the order of their first items', () => {
    expect([...groupBy(['bb', 'a', 'cc', 'd'], (word) => String(word.length)).entries()]).toEqual([
      ['2', ['bb', 'cc']],
      ['1', ['a', 'd']],
    ]);
  });
});
