/** Proportions with larger whole numbers than this count as not exact. */
const LARGEST_EXACT_WEIGHT_OF_SMALLEST = 4096;

const isWhole = (value: number): boolean => Math.abs(value - Math.round(value)) <= 1e-9 * Math.max(1, value);

/**
 * The smallest whole numbers in the proportion of `values` (all positive): 400, 400, 100 Gb/s give 4, 4, 1.
 * Null if they would be unreasonably large.
 */
export function exactWeights(values: Float64Array): Float64Array | null {
  const distinct = [...new Set(values)];
  const smallest = Math.min(...distinct);
  for (let m = 1; m <= LARGEST_EXACT_WEIGHT_OF_SMALLEST; m++) {
    if (distinct.every((value) => isWhole((value / smallest) * m))) return values.map((value) => Math.round((value / smallest) * m));
  }
  return null;
}

/**
 * Weights of S paths by capacity, for placing whole slots: exact where their sum W is at most 4 S, else the
 * weights with W <= 4 S that put the least extra load on the worst path, compared with exact proportions.
 */
export function slotWeights(capacityBps: Float64Array): Int32Array {
  const paths = capacityBps.length;
  const exact = exactWeights(capacityBps);
  if (exact !== null && exact.reduce((sum, w) => sum + w, 0) <= 4 * paths) return Int32Array.from(exact);

  const total = capacityBps.reduce((sum, c) => sum + c, 0);
  const count = new Map<number, number>();
  for (const capacity of capacityBps) count.set(capacity, (count.get(capacity) ?? 0) + 1);
  const weightOf = (capacity: number, target: number): number => Math.max(1, Math.round((capacity * target) / total));
  let best = paths;
  let bestExcess = Infinity;
  for (let target = paths; target <= 4 * paths; target++) {
    let sum = 0;
    for (const [capacity, n] of count) sum += n * weightOf(capacity, target);
    if (sum > 4 * paths) continue;
    let excess = 0;
    for (const capacity of count.keys()) excess = Math.max(excess, (weightOf(capacity, target) * total) / (sum * capacity));
    if (excess < bestExcess * (1 - 1e-12)) {
      bestExcess = excess;
      best = target;
    }
  }
  return Int32Array.from(capacityBps, (capacity) => weightOf(capacity, best));
}

export function greatestCommonDivisor(a: number, b: number): number {
  while (b > 0) [a, b] = [b, a % b];
  return a;
}
