import { describe, expect, test } from 'vitest';
import { RandomStream } from '../../wireless/random-stream.ts';

const DRAWS = 100_000;

/** Mean and variance of draws, against those of a law, within five standard errors (fourth moment for the variance). */
function expectMoments(draw: () => number, mean: number, variance: number, fourthCentral: number): void {
  const values = Float64Array.from({ length: DRAWS }, draw);
  const average = values.reduce((sum, x) => sum + x, 0) / DRAWS;
  const spread = values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / DRAWS;
  expect(Math.abs(average - mean)).toBeLessThan(5 * Math.sqrt(variance / DRAWS));
  expect(Math.abs(spread - variance)).toBeLessThan(5 * Math.sqrt((fourthCentral - variance ** 2) / DRAWS));
}

describe('a random stream', () => {
  const stream = new RandomStream(1, 'test', 0);

  test('has the moments of the uniform, normal and exponential laws', () => {
    expectMoments(() => stream.uniform(), 1 / 2, 1 / 12, 1 / 80);
    expectMoments(() => stream.normal(), 0, 1, 3);
    expectMoments(() => stream.exponential(), 1, 1, 9);
  });

  test('has the moments of the gamma law for whole, broken and small shapes', () => {
    for (const a of [0.5, 1, 2.5, 4, 12]) expectMoments(() => stream.gamma(a), a, a, 3 * a * a + 6 * a);
  });

  test('has the moments of the Poisson law below and above the mean at which it is drawn in pieces', () => {
    for (const mean of [0.5, 16, 40]) expectMoments(() => stream.poisson(mean), mean, mean, mean + 3 * mean * mean);
    expect(stream.poisson(0)).toBe(0);
  });

  test('gives whole numbers below n, each equally often', () => {
    const counts = new Int32Array(7);
    for (let i = 0; i < DRAWS; i++) counts[stream.below(7)]!++;
    const expected = DRAWS / 7;
    const chiSquare = counts.reduce((sum, n) => sum + (n - expected) ** 2 / expected, 0);
    // 6 degrees of freedom: the 1e-5 quantile.
    expect(chiSquare).toBeLessThan(33.1);
  });

  test('has no correlation with another component, purpose or seed, nor with itself later', () => {
    const pairs = [
      [new RandomStream(1, 'a', 0), new RandomStream(1, 'a', 1)],
      [new RandomStream(1, 'a', 0), new RandomStream(1, 'b', 0)],
      [new RandomStream(1, 'a', 0), new RandomStream(2, 'a', 0)],
    ] as const;
    for (const [x, y] of pairs) {
      let sum = 0;
      for (let i = 0; i < DRAWS; i++) sum += (x.uniform() - 0.5) * (y.uniform() - 0.5);
      expect(Math.abs((12 * sum) / DRAWS)).toBeLessThan(5 / Math.sqrt(DRAWS));
    }
    const own = new RandomStream(3, 'a', 0);
    let sum = 0;
    let before = own.uniform() - 0.5;
    for (let i = 0; i < DRAWS; i++) {
      const now = own.uniform() - 0.5;
      sum += before * now;
      before = now;
    }
    expect(Math.abs((12 * sum) / DRAWS)).toBeLessThan(5 / Math.sqrt(DRAWS));
  });

  test('is the same again from the same seed, purpose and component', () => {
    const [x, y] = [new RandomStream(9, 'same', 4), new RandomStream(9, 'same', 4)];
    for (let i = 0; i < 100; i++) expect(x.uniform()).toBe(y.uniform());
  });
});
