/** TCP-friendly rate control (RFC 5348): the throughput equation and the mean loss interval. */

/** Bytes a second at loss event rate `p`; b = 1, time-out of four round trips (RFC 5348 section 3.1). */
export const tfrcRateBytesPerS = (segmentBytes: number, rttS: number, p: number): number =>
  segmentBytes / (rttS * Math.sqrt((2 * p) / 3) + 4 * rttS * 3 * Math.sqrt((3 * p) / 8) * p * (1 + 32 * p * p));

/** The loss event rate at which the equation gives `rate` bytes a second; RFC 5348 section 6.3.1 sets the first interval from it. */
export function lossEventRateFor(rate: number, segmentBytes: number, rttS: number): number {
  let low = 1e-12;
  let high = 1;
  for (let step = 0; step < 200; step++) {
    const middle = Math.sqrt(low * high);
    if (tfrcRateBytesPerS(segmentBytes, rttS, middle) > rate) low = middle;
    else high = middle;
  }
  return high;
}

/** Weights of the latest eight loss intervals (RFC 5348 section 5.4). */
const WEIGHTS = [1, 1, 1, 1, 0.8, 0.6, 0.4, 0.2] as const;

/**
 * Mean loss interval in packets: the larger of the weighted means with and without the interval that is still open.
 *
 * @param open packets since the first loss of the latest event
 * @param closed packets of earlier intervals, latest first; at least one
 */
export function meanLossInterval(open: number, closed: ArrayLike<number>): number {
  let withOpen = open * WEIGHTS[0];
  let weightWithOpen: number = WEIGHTS[0];
  let without = 0;
  let weight = 0;
  for (let i = 0; i < Math.min(closed.length, WEIGHTS.length); i++) {
    without += closed[i]! * WEIGHTS[i]!;
    weight += WEIGHTS[i]!;
    if (i + 1 === WEIGHTS.length) break;
    withOpen += closed[i]! * WEIGHTS[i + 1]!;
    weightWithOpen += WEIGHTS[i + 1]!;
  }
  return Math.max(withOpen / weightWithOpen, without / weight);
}

/** Bytes a second of a window that keeps the fraction `kept` on a loss and grows by a segment a round trip, at loss rate `p`. */
export const aimdRateBytesPerS = (segmentBytes: number, rttS: number, p: number, kept: number): number =>
  (segmentBytes / rttS) * Math.sqrt((1 + kept) / (2 * (1 - kept) * p));
