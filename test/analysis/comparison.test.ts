import { describe, expect, test } from 'vitest';
import type { Candidate } from '../../analysis/comparison.ts';
import { compareToBest } from '../../analysis/comparison.ts';

const candidate = (label: string, values: readonly number[], runs = values.length): Candidate => ({
  label,
  values: new Map(values.map((value, seed) => [seed, value])),
  runs,
});

const verdicts = (...candidates: Candidate[]): string[] => compareToBest(candidates).map(({ verdict }) => verdict);

describe('compareToBest', () => {
  test('the ratio is the geometric mean of the ratios of equal seeds', () => {
    const [, slow] = compareToBest([candidate('fast', [1, 2, 4]), candidate('slow', [2, 8, 8])]);
    expect(slow!.ratio).toBeCloseTo((2 * 4 * 2) ** (1 / 3), 12);
    expect(slow!.pairs).toBe(3);
  });

  test('pairing by seed finds a constant factor under draws that vary far more', () => {
    const [, slow] = compareToBest([candidate('fast', [10, 50, 200, 90]), candidate('slow', [11, 55, 220, 99])]);
    expect(slow!.verdict).toBe('different');
    expect(slow!.interval!.low).toBeCloseTo(1.1, 9);
    expect(slow!.interval!.high).toBeCloseTo(1.1, 9);
  });

  test('a ratio whose interval holds 1 is no difference', () => {
    expect(verdicts(candidate('a', [10, 11, 12]), candidate('b', [11, 10, 12.5]))).toEqual(['best', 'no-difference']);
  });

  test('equal values for every seed are equal, and one seed has no interval', () => {
    expect(verdicts(candidate('a', [3, 4]), candidate('b', [3, 4]))).toEqual(['best', 'equal']);
    expect(verdicts(candidate('a', [3]), candidate('b', [4]))).toEqual(['best', 'one-seed']);
  });

  test('a candidate with an unfinished run is never the best', () => {
    expect(verdicts(candidate('a', [1, 1], 3), candidate('b', [5, 6, 7]))).toEqual(['incomplete', 'best']);
    expect(verdicts(candidate('a', [1], 2), candidate('b', [], 2))).toEqual(['incomplete', 'incomplete']);
  });

  test('the verdicts do not depend on the order of the candidates', () => {
    const [a, b, c] = [candidate('a', [10, 11, 12]), candidate('b', [11, 10, 12.5]), candidate('c', [20, 21, 25])];
    const forward = compareToBest([a, b, c]);
    const backward = compareToBest([c, b, a]).toReversed();
    expect(backward).toEqual(forward);
  });
});
