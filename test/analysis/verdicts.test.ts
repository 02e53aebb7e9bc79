import { describe, expect, test } from 'vitest';
import { verdicts } from '../../analysis/verdicts.ts';

/** Two estimates a unit apart from their mean, which is `t` standard errors (of 1) from the prediction 0. */
const at = (t: number) => ({ expected: 0, estimates: [t - 1, t + 1] });

/** Two-sided p of Student's t with one degree of freedom (Cauchy). */
const cauchy = (t: number): number => 1 - (2 / Math.PI) * Math.atan(t);

describe('predictions held against estimates', () => {
  test('have the p-value of the t-test and its 95 % interval', () => {
    const [verdict] = verdicts([at(3)], 0.05);
    expect(verdict!.pValue).toBeCloseTo(cauchy(3), 9);
    expect(verdict!.mean).toBe(3);
    expect(verdict!.interval.high - 3).toBeCloseTo(12.7062, 3);
  });

  test('are judged by Holm: the smallest p against level / n, the next against level / (n - 1), until one holds', () => {
    // p: 0.0127, 0.0318, 0.02; level 0.06: 0.0127 <= 0.02, then 0.02 <= 0.03, then 0.0318 <= 0.06.
    const three = [at(50), at(20), at(31.8)];
    expect(three.map(({ estimates }) => cauchy((estimates[0]! + estimates[1]!) / 2)).map((p) => p.toFixed(3))).toEqual([
      '0.013',
      '0.032',
      '0.020',
    ]);
    expect(verdicts(three, 0.06).map(({ holds }) => holds)).toEqual([false, false, false]);
    // At 0.036 the smallest is above 0.012: all hold, though each alone would not at that level.
    expect(verdicts(three, 0.036).map(({ holds }) => holds)).toEqual([true, true, true]);
    // At 0.039 the smallest falls (0.013), and the next does not (0.02 > 0.0195), nor what comes after it (0.032 < 0.039).
    expect(verdicts(three, 0.039).map(({ holds }) => holds)).toEqual([false, true, true]);
  });

  test('without any spread are right or wrong', () => {
    const [right, wrong] = verdicts(
      [
        { expected: 2, estimates: [2, 2, 2] },
        { expected: 2, estimates: [2.1, 2.1, 2.1] },
      ],
      0.01,
    );
    expect([right!.holds, right!.pValue, wrong!.holds, wrong!.pValue]).toEqual([true, 1, false, 0]);
  });
});
