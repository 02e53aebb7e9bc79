import type { SizeName, SizePoint } from '../sim/base/job-spec.ts';

/** The measured distributions are written in segments of this size, as pFabric's (SIGCOMM 2013) scripts have them. */
const SEGMENT_BYTES = 1460;

const inSegments = (...points: readonly (readonly [segments: number, probability: number])[]): readonly SizePoint[] =>
  points.map(([segments, probability]) => ({ sizeBytes: segments * SEGMENT_BYTES, probability }));

/** Flow sizes of data centres: probability of at most so many segments, straight lines between. */
const NAMED: Readonly<Record<SizeName, readonly SizePoint[]>> = {
  // Alizadeh et al., Data Center TCP, SIGCOMM 2010.
  'web-search': inSegments(
    ...([
      [6, 0.15],
      [13, 0.2],
      [19, 0.3],
      [33, 0.4],
      [53, 0.53],
      [133, 0.6],
      [667, 0.7],
      [1333, 0.8],
      [3333, 0.9],
      [6667, 0.97],
      [20_000, 1],
    ] as const),
  ),
  // Greenberg et al., VL2, SIGCOMM 2009.
  'data-mining': inSegments(
    ...([
      [1, 0.5],
      [2, 0.6],
      [3, 0.7],
      [7, 0.8],
      [267, 0.9],
      [2107, 0.95],
      [66_667, 0.99],
      [666_667, 1],
    ] as const),
  ),
  // Roy et al., Inside the Social Network's (Datacenter) Network, SIGCOMM 2015.
  'cache-follower': inSegments(
    ...([
      [1, 0.36],
      [2, 0.4],
      [7, 0.46],
      [13, 0.5],
      [67, 0.6],
      [133, 0.7],
      [667, 0.78],
      [1333, 0.8],
      [2000, 0.9],
      [2667, 0.99],
      [33_333, 1],
    ] as const),
  ),
};

/** The points of a distribution, by name or as given: sizes and probabilities rise, the last probability is 1. */
export const sizePoints = (sizes: SizeName | readonly SizePoint[]): readonly SizePoint[] =>
  typeof sizes === 'string' ? NAMED[sizes] : sizes;

/** Mean of a distribution, before sizes are rounded. */
export function meanSizeBytes(points: readonly SizePoint[]): number {
  const first = points[0]!;
  let mean = first.probability * first.sizeBytes;
  for (let i = 1; i < points.length; i++) {
    const [from, to] = [points[i - 1]!, points[i]!];
    mean += ((from.sizeBytes + to.sizeBytes) / 2) * (to.probability - from.probability);
  }
  return mean;
}

/** The size at quantile u in [0, 1): a straight line between points, whole bytes, at least 1; the first size below the first point. */
export function sizeAtQuantile(points: readonly SizePoint[], u: number): number {
  const above = points.findIndex(({ probability }) => probability > u);
  const to = points[above]!;
  if (above === 0) return to.sizeBytes;
  const from = points[above - 1]!;
  const part = (u - from.probability) / (to.probability - from.probability);
  return Math.max(1, Math.round(from.sizeBytes + (to.sizeBytes - from.sizeBytes) * part));
}
