import { describe, expect, test } from 'vitest';
import { SIZE_NAMES } from '../../sim/base/job-spec.ts';
import { setupStream } from '../../sim/base/random.ts';
import { meanSizeBytes, sizeAtQuantile, sizePoints } from '../../workloads/flow-sizes.ts';

const POINTS = [
  { sizeBytes: 1000, probability: 0.5 },
  { sizeBytes: 3000, probability: 0.75 },
  { sizeBytes: 11_000, probability: 1 },
];

describe('a distribution of flow sizes', () => {
  test.each([
    [0, 1000],
    [0.49, 1000],
    [0.5, 1000],
    [0.625, 2000],
    [0.75, 3000],
    [0.875, 7000],
    [1 - 2 ** -53, 11_000],
  ])('at quantile %d it is %d bytes', (u, bytes) => {
    expect(sizeAtQuantile(POINTS, u)).toBe(bytes);
  });

  test('its mean is that of the straight lines', () => {
    expect(meanSizeBytes(POINTS)).toBe(0.5 * 1000 + 0.25 * 2000 + 0.25 * 7000);
  });

  // Means that studies with these files state: 1.67 MB, 7.5 MB, 0.91 MB.
  test.each([
    ['web-search', 1_671_357],
    ['data-mining', 7_495_019],
    ['cache-follower', 913_703],
  ] as const)('%s has the mean of %d B that is known of it', (name, bytes) => {
    expect(Math.abs(meanSizeBytes(sizePoints(name)) / bytes - 1)).toBeLessThan(0.01);
  });

  test.each(SIZE_NAMES)('%s rises to probability 1, and its samples have its mean', (name) => {
    const points = sizePoints(name);
    expect(points.at(-1)!.probability).toBe(1);
    points.slice(1).forEach((point, i) => {
      expect(point.sizeBytes).toBeGreaterThan(points[i]!.sizeBytes);
      expect(point.probability).toBeGreaterThan(points[i]!.probability);
    });
    // Stratified, so that the sampling error is small even for heavy tails.
    const n = 100_000;
    const stream = setupStream(1, 'test', 0);
    let sum = 0;
    for (let i = 0; i < n; i++) sum += sizeAtQuantile(points, (i + stream.uniform()) / n);
    expect(Math.abs(sum / n / meanSizeBytes(points) - 1)).toBeLessThan(0.001);
  });
});
