import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { slotOrder } from '../../sim/balancing/path-slots.ts';
import { exactWeights, slotWeights } from '../../sim/balancing/weights.ts';

const gbps = (...values: number[]): Float64Array => Float64Array.from(values, (value) => value * 1e9);

describe('weights of paths', () => {
  test('are the smallest whole numbers in proportion to the capacities', () => {
    expect([...exactWeights(gbps(400, 400, 100))!]).toEqual([4, 4, 1]);
    expect([...exactWeights(gbps(400, 300))!]).toEqual([4, 3]);
    expect([...exactWeights(gbps(400 / 3, 400 / 3, 400))!]).toEqual([1, 1, 3]);
    expect([...exactWeights(gbps(200, 200, 200))!]).toEqual([1, 1, 1]);
  });

  test('there are none where the proportion needs numbers in the thousands', () => {
    expect(exactWeights(gbps(400.0001, 400))).toBeNull();
  });

  test.prop([fc.array(fc.integer({ min: 1, max: 800 }), { minLength: 1, maxLength: 64 })])(
    'for slots add up to at most 4 S, are positive, and equal capacities have equal weights',
    (rates) => {
      const weights = slotWeights(gbps(...rates));
      expect(weights.reduce((sum, w) => sum + w, 0)).toBeLessThanOrEqual(4 * rates.length);
      expect(Math.min(...weights)).toBeGreaterThanOrEqual(1);
      rates.forEach((rate, i) => expect(weights[i]).toBe(weights[rates.indexOf(rate)]));
    },
  );

  test('beyond 4 S the rounded weights stay close: 400, 400, 400, 390 Gb/s become equal', () => {
    expect([...slotWeights(gbps(400, 400, 400, 390))]).toEqual([1, 1, 1, 1]);
  });

  test('slots of one path lie apart: 2 and 2 alternate, 3 and 1 give 0 0 1 0 (a tie goes to the first path)', () => {
    expect([...slotOrder(Int32Array.of(2, 2), Int32Array.of(0, 1))]).toEqual([0, 1, 0, 1]);
    expect([...slotOrder(Int32Array.of(3, 1), Int32Array.of(0, 1))]).toEqual([0, 0, 1, 0]);
    expect([...slotOrder(Int32Array.of(1, 1, 1), Int32Array.of(2, 0, 1))]).toEqual([2, 0, 1]);
  });
});
