import { describe, expect, test } from 'vitest';
import { atEqualEnergy, paretoFront, type Setting } from '../../../analysis/cross-layer/equal-energy.ts';

/** A setting whose run of seed i is `runs[i]`: power in W, quality. */
const setting = (label: string, ...runs: readonly (readonly [powerW: number, quality: number])[]): Setting => ({
  label,
  runs: new Map(runs.map(([powerW, quality], seed) => [seed, { powerW, quality }])),
});

describe('the Pareto front', () => {
  test('holds what nothing cheaper or equally cheap beats, cheapest first', () => {
    const points = [
      { powerW: 3, quality: 5 },
      { powerW: 1, quality: 1 },
      { powerW: 2, quality: 4 },
      { powerW: 2, quality: 3 },
      { powerW: 4, quality: 5 },
    ];
    expect(paretoFront(points)).toEqual([points[1], points[2], points[0]]);
  });
});

describe('quality at equal energy', () => {
  const reference = setting('layered', [1, 30], [1, 32], [1, 34]);

  test('between two settings is on the line at which their mean power is the budget, and the interval is that of paired differences', () => {
    // Half of each has 1 W; differences 1, 2, 3: mean 2, s = 1, t(0.95, 2) = 4.30265, half = 4.30265 / sqrt 3 = 2.48414.
    const cheap = setting('cheap', [0.5, 29], [0.5, 31], [0.5, 35]);
    const dear = setting('dear', [1.5, 33], [1.5, 37], [1.5, 39]);
    const result = atEqualEnergy(reference, [cheap, dear]);
    expect(result.mix).toEqual([
      { label: 'cheap', share: 0.5 },
      { label: 'dear', share: 0.5 },
    ]);
    expect(result.energyChange).toBeCloseTo(0, 12);
    expect(result.difference!.mean).toBeCloseTo(2, 12);
    expect(result.difference!.interval!.low).toBeCloseTo(2 - 2.48414, 5);
    expect(result.difference!.interval!.high).toBeCloseTo(2 + 2.48414, 5);
    expect(result.verdict).toBe('undecided');
  });

  test('what every setting leaves of the budget is not used', () => {
    const result = atEqualEnergy(reference, [setting('a', [0.8, 31], [0.8, 33], [0.8, 35.5])]);
    // Differences 1, 1, 1.5: mean 7/6, s = 0.288675, half = 0.717108.
    expect(result).toMatchObject({ verdict: 'better', mix: [{ label: 'a', share: 1 }], pairs: 3 });
    expect(result.energyChange).toBeCloseTo(-0.2, 12);
    expect(result.difference!.interval!.low).toBeCloseTo(7 / 6 - 0.717108, 5);
  });

  test('a setting that others beat in both is not mixed in', () => {
    const good = setting('good', [0.6, 33], [0.6, 35], [0.6, 37]);
    const bad = setting('bad', [0.9, 20], [0.9, 20], [0.9, 20]);
    expect(atEqualEnergy(reference, [bad, good]).mix).toEqual([{ label: 'good', share: 1 }]);
  });

  test('pairs of one seed tell a small difference from a large spread over seeds', () => {
    const nearly = setting('nearly', [1, 29.9], [1, 31.9], [1, 33.88]);
    expect(atEqualEnergy(reference, [nearly])).toMatchObject({ verdict: 'worse' });
  });

  test('the same runs are not decided, one seed is said to be one, and dearer settings are over the budget', () => {
    expect(atEqualEnergy(reference, [reference])).toMatchObject({
      verdict: 'undecided',
      difference: { mean: 0, interval: { low: 0, high: 0 } },
    });
    expect(atEqualEnergy(setting('layered', [1, 30]), [setting('a', [1, 31])])).toMatchObject({ verdict: 'one-seed' });
    const dear = atEqualEnergy(reference, [setting('a', [1.1, 50], [1.1, 50], [1.1, 50])]);
    expect(dear).toMatchObject({ verdict: 'over-budget', difference: null });
    expect(dear.energyChange).toBeCloseTo(0.1, 12);
  });

  test('only seeds that all settings have run are compared', () => {
    expect(atEqualEnergy(reference, [setting('a', [1, 31], [1, 33])])).toMatchObject({ pairs: 2, verdict: 'better' });
    expect(atEqualEnergy(reference, [{ label: 'a', runs: new Map([[7, { powerW: 1, quality: 40 }]]) }])).toMatchObject({
      verdict: 'no-pairs',
    });
  });
});
