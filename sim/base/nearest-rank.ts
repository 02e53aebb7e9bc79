/**
 * Percentile by nearest rank: the smallest value with at least `percent` of the values at or below it.
 *
 * @param sorted ascending, not empty
 * @param percent whole, 0 to 100: as a fraction, 7 / 100 of 100 values would round to the 8th
 */
export function nearestRank(sorted: Float64Array, percent: number): number {
  return sorted[Math.max(0, Math.ceil((percent * sorted.length) / 100) - 1)]!;
}
