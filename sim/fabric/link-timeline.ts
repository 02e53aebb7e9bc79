import type { FailureSpec } from '../base/failure-spec.ts';
import { downSpans, timedFailures, type TimedFailure } from '../base/failed-links.ts';
import { PacketStreams } from '../base/random.ts';
import type { Topology } from '../base/topology.ts';

/** No such segment: the link has no timeline, and works. */
export const NO_SEGMENT = -1;

/**
 * What each directed link does over time, of a Scenario whose failures have a course (docs/model-failures.md 2 and 3). The time of a link is cut into
 * segments in which nothing changes. Segments are numbers and their facts stand in tables, so that no double is handed on in the packet path.
 *
 * Times are places of a Float64Array (the engine's clock).
 */
export class LinkTimeline {
  /** Factor on the rate of the link in each segment. */
  readonly factor: Float64Array;
  /** By link: packets lost because it was down, and by chance. Written by the node that sends on the link. */
  readonly lostToOutage: Int32Array;
  readonly lostByChance: Int32Array;
  /** Smallest factor of any link at any time: how much longer than usual a transmission may take. */
  readonly smallestFactor: number;
  /** Segments of link l are first[l] .. end[l]; links with the same course share them. */
  readonly #first: Int32Array;
  readonly #end: Int32Array;
  /** Beginning of each segment; the first of a link begins at 0. */
  readonly #fromPs: Float64Array;
  readonly #isDown: Uint8Array;
  /** Logarithm of the probability that a packet without bits survives; that one bit does. */
  readonly #logKeptPacket: Float64Array;
  readonly #logKeptBit: Float64Array;
  readonly #draws: PacketStreams;

  /** @param failures of which only those with a course matter here */
  constructor(topology: Topology, failures: readonly FailureSpec[], seed: number) {
    const { links, linkRateBps } = topology;
    const timed = timedFailures(topology, failures);
    const failuresOf = new Map<number, number[]>();
    timed.forEach((failure, i) => {
      for (const link of failure.links) failuresOf.set(link, [...(failuresOf.get(link) ?? []), i]);
    });
    this.#first = new Int32Array(links);
    this.#end = new Int32Array(links);
    const segments: Segment[] = [];
    const courses = new Map<string, { readonly first: number; readonly end: number }>();
    for (const [link, indices] of failuresOf) {
      const key = `${indices.join(',')} ${linkRateBps[link]!}`;
      let course = courses.get(key);
      if (course === undefined) {
        const first = segments.length;
        for (const segment of segmentsOf(
          indices.map((i) => timed[i]!),
          linkRateBps[link]!,
        ))
          segments.push(segment);
        course = { first, end: segments.length };
        courses.set(key, course);
      }
      this.#first[link] = course.first;
      this.#end[link] = course.end;
    }
    this.#fromPs = Float64Array.from(segments, ({ fromPs }) => fromPs);
    this.#isDown = Uint8Array.from(segments, ({ isDown }) => (isDown ? 1 : 0));
    this.factor = Float64Array.from(segments, ({ factor }) => factor);
    this.#logKeptPacket = Float64Array.from(segments, ({ logKeptPacket }) => logKeptPacket);
    this.#logKeptBit = Float64Array.from(segments, ({ logKeptBit }) => logKeptBit);
    this.smallestFactor = this.factor.reduce((smallest, factor) => Math.min(smallest, factor), 1);
    this.lostToOutage = new Int32Array(links);
    this.lostByChance = new Int32Array(links);
    this.#draws = new PacketStreams(seed, 'loss', links);
  }

  /** Whether something ever happens to the link. */
  has(link: number): boolean {
    return this.#first[link]! < this.#end[link]!;
  }

  /** The segment of the link at times[at], an index into `factor`; NO_SEGMENT for a link that always works. */
  segmentAt(link: number, times: Float64Array, at: number): number {
    const fromPs = this.#fromPs;
    let low = this.#first[link]!;
    let high = this.#end[link]!;
    if (low === high) return NO_SEGMENT;
    // Invariant: the segment is in [low, high).
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (fromPs[middle]! <= times[at]!) low = middle;
      else high = middle;
    }
    return low;
  }

  /** Whether the link is down at any instant from times[start] on and before times[end]. */
  isDownDuring(link: number, times: Float64Array, start: number, end: number): boolean {
    const stop = this.#end[link]!;
    let segment = this.segmentAt(link, times, start);
    if (segment === NO_SEGMENT) return false;
    if (this.#isDown[segment] === 1) return true;
    for (segment++; segment < stop && this.#fromPs[segment]! < times[end]!; segment++) if (this.#isDown[segment] === 1) return true;
    return false;
  }

  /**
   * Whether the link loses a packet of `sizeBytes` on the wire whose transmission starts at times[start] and which would arrive at times[end].
   * Counts it, and draws where chance decides: to be asked once for each packet (not for PAUSE and RESUME), in the order of their starts.
   */
  loses(link: number, sizeBytes: number, times: Float64Array, start: number, end: number): boolean {
    const segment = this.segmentAt(link, times, start);
    if (segment === NO_SEGMENT) return false;
    if (this.isDownDuring(link, times, start, end)) {
      this.lostToOutage[link]!++;
      return true;
    }
    const logKept = this.#logKeptPacket[segment]! + 8 * sizeBytes * this.#logKeptBit[segment]!;
    if (logKept === 0 || (this.#draws.next(link) >>> 0) / 0x1_0000_0000 >= -Math.expm1(logKept)) return false;
    this.lostByChance[link]!++;
    return true;
  }

  /** Whether the link, while it works, loses packets by chance at times[at]. */
  isLossy(link: number, times: Float64Array, at: number): boolean {
    const segment = this.segmentAt(link, times, at);
    return segment !== NO_SEGMENT && (this.#logKeptPacket[segment]! < 0 || this.#logKeptBit[segment]! < 0);
  }

  /** Packets that links have lost. */
  lost(): number {
    let lost = 0;
    for (let link = 0; link < this.lostToOutage.length; link++) lost += this.lostToOutage[link]! + this.lostByChance[link]!;
    return lost;
  }
}

/** The timeline of a Scenario; null when nothing of it has a course. */
export function linkTimeline(topology: Topology, failures: readonly FailureSpec[], seed: number): LinkTimeline | null {
  return failures.some(({ course }) => course !== undefined) ? new LinkTimeline(topology, failures, seed) : null;
}

interface Segment {
  readonly fromPs: number;
  readonly isDown: boolean;
  readonly factor: number;
  readonly logKeptPacket: number;
  readonly logKeptBit: number;
}

/** The segments of a link that these failures concern, in order. */
function segmentsOf(failures: readonly TimedFailure[], linkRateBps: number): Segment[] {
  const spans = failures.map(({ course }) => downSpans(course));
  const changes = new Set([0]);
  for (const { course } of failures) changes.add(course.atPs).add(course.untilPs);
  for (const times of spans) for (const ps of times) changes.add(ps);
  const fromPs = [...changes].filter((ps) => ps < Infinity).sort((a, b) => a - b);
  // One walk for each failure: its spans and the changes are both in order.
  const next = spans.map(() => 0);
  return fromPs.map((ps) => {
    let isDown = false;
    let factor = 1;
    let logKeptPacket = 0;
    let logKeptBit = 0;
    failures.forEach(({ course: { atPs, untilPs, fault } }, i) => {
      const times = spans[i]!;
      while (next[i]! < times.length && times[next[i]! + 1]! <= ps) next[i]! += 2;
      if (next[i]! < times.length && times[next[i]!]! <= ps) isDown = true;
      if (ps < atPs || ps >= untilPs) return;
      if (fault.kind === 'rate') factor = Math.min(factor, fault.rateBps / linkRateBps);
      else if (fault.kind === 'rate-factor') factor = Math.min(factor, fault.factor);
      else if (fault.kind === 'loss') logKeptPacket += Math.log1p(-fault.probability);
      else if (fault.kind === 'bit-error') logKeptBit += Math.log1p(-fault.probability);
    });
    return { fromPs: ps, isDown, factor, logKeptPacket, logKeptBit };
  });
}
