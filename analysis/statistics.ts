/** Summary of a sample: n values, none of them missing. */
export interface Summary {
  readonly n: number;
  readonly mean: number;
  readonly min: number;
  readonly max: number;
  /** Middle value; of an even number of values, the mean of the middle two. */
  readonly median: number;
  /** Sample standard deviation; null for one value. */
  readonly standardDeviation: number | null;
  /** 95 % t-interval of the mean; null for one value. */
  readonly interval: Interval | null;
}

export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** Arithmetic mean, summed in the given order. */
export const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Square root of sum((x - mean)^2) / (n - 1); null for fewer than two values. Equal values give exactly 0. */
export function sampleStandardDeviation(values: readonly number[]): number | null {
  if (values.length < 2) return null;
  // Deviations from the first value: the mean of equal values would be rounded, and their deviation would not be 0.
  const origin = values[0]!;
  const shifted = values.map((value) => value - origin);
  const centre = mean(shifted);
  return Math.sqrt(shifted.reduce((sum, value) => sum + (value - centre) ** 2, 0) / (values.length - 1));
}

/**
 * Summary of `values`, in any order, not empty. The interval is mean +- t(0.95, n - 1) * s / sqrt(n) with the sample standard deviation
 * s: it holds for independent, roughly normal values.
 */
export function summarize(values: readonly number[]): Summary {
  const n = values.length;
  const sorted = values.toSorted((a, b) => a - b);
  const centre = mean(values);
  const standardDeviation = sampleStandardDeviation(values);
  const half = standardDeviation === null ? null : (studentT(0.95, n - 1) * standardDeviation) / Math.sqrt(n);
  return {
    n,
    mean: centre,
    min: sorted[0]!,
    max: sorted[n - 1]!,
    median: (sorted[Math.floor((n - 1) / 2)]! + sorted[Math.floor(n / 2)]!) / 2,
    standardDeviation,
    interval: half === null ? null : { low: centre - half, high: centre + half },
  };
}

/**
 * The value t with P(|T| <= t) = `probability` for Student's distribution with `degrees` (1, 2, ..) degrees of freedom; `probability`
 * in (0, 1). With theta = atan(t / sqrt(degrees)) the probability is a finite sum (Abramowitz and Stegun, 26.7.3 and 26.7.4) that grows
 * with theta, so theta is found by bisection.
 */
export function studentT(probability: number, degrees: number): number {
  let low = 0;
  let high = Math.PI / 2;
  for (let step = 0; step < 60; step++) {
    const theta = (low + high) / 2;
    if (probabilityWithin(theta, degrees) < probability) low = theta;
    else high = theta;
  }
  return Math.sqrt(degrees) * Math.tan((low + high) / 2);
}

/** P(|T| <= t) for Student's distribution, t >= 0. */
export const studentProbability = (t: number, degrees: number): number => probabilityWithin(Math.atan(t / Math.sqrt(degrees)), degrees);

function probabilityWithin(theta: number, degrees: number): number {
  const cosine = Math.cos(theta);
  const odd = degrees % 2 === 1;
  let term = odd ? cosine : 1;
  let sum = degrees === 1 ? 0 : term;
  for (let power = odd ? 3 : 2; power <= degrees - 2; power += 2) {
    term *= ((power - 1) / power) * cosine ** 2;
    sum += term;
  }
  return odd ? (2 / Math.PI) * (theta + Math.sin(theta) * sum) : Math.sin(theta) * sum;
}

/** Groups in the order of their first item. */
export function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}
