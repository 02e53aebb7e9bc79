import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import type { FailureSpec } from '../../sim/base/failure-spec.ts';
import { PacketStreams } from '../../sim/base/random.ts';
import { LinkTimeline, linkTimeline, NO_SEGMENT } from '../../sim/fabric/link-timeline.ts';
import { fabric } from '../balancing/fabric.ts';
import { anyFailures, LAST_PS, takesDownAt } from './failure-cases.ts';

const TOPOLOGY = fabric({ leaves: 2, spines: 2, hostsPerLeaf: 1, linksPerPair: 2 });
const NAMES = ['host0-leaf0', 'leaf0-spine0', 'leaf0-spine0-0', 'leaf1-spine1-1', 'spine1', 'leaf0'];
const RATE_BPS = 400e9;

/** Cables are made in the order hosts, then (leaf, spine, cable). */
const LINKS: Readonly<Record<string, readonly number[]>> = {
  'host0-leaf0': [0, 1],
  'leaf0-spine0': [4, 5, 6, 7],
  'leaf0-spine0-0': [4, 5],
  'leaf1-spine1-1': [18, 19],
  spine1: [8, 9, 10, 11, 16, 17, 18, 19],
  leaf0: [0, 1, 4, 5, 6, 7, 8, 9, 10, 11],
};

const concerns = ({ link: name, course }: FailureSpec, link: number): boolean =>
  LINKS[name]!.includes(link) && (course!.direction === 'both' || (course!.direction === 'up') === (link % 2 === 0));

const timelineOf = (failures: readonly FailureSpec[], seed = 1): LinkTimeline => new LinkTimeline(TOPOLOGY, failures, seed);

describe('a timeline says of each link and instant what the failures in force say', () => {
  test.prop([anyFailures(NAMES), fc.nat(TOPOLOGY.links - 1)], { numRuns: 300 })('down, rate and loss', (failures, link) => {
    const timeline = timelineOf(failures);
    const own = failures.filter((failure) => concerns(failure, link)).map(({ course }) => course!);
    expect(timeline.has(link)).toBe(own.length > 0);
    const times = new Float64Array(2);
    const isDown = (t: number): boolean => own.some((course) => takesDownAt(course, t));
    for (let t = 0; t < 2 * LAST_PS; t++) {
      times[0] = t;
      const segment = timeline.segmentAt(link, times, 0);
      if (own.length === 0) {
        expect(segment).toBe(NO_SEGMENT);
        continue;
      }
      const inForce = own.filter(({ atPs, untilPs }) => atPs <= t && t < untilPs).map(({ fault }) => fault);
      const factors = inForce.flatMap((fault) =>
        fault.kind === 'rate' ? [fault.rateBps / RATE_BPS] : fault.kind === 'rate-factor' ? [fault.factor] : [],
      );
      expect(timeline.factor[segment]).toBe(Math.min(1, ...factors));
      for (const end of [t + 1, t + 2, t + 9]) {
        times[1] = end;
        const naive = Array.from({ length: end - t }, (_, i) => t + i).some(isDown);
        expect(timeline.isDownDuring(link, times, 0, 1)).toBe(naive);
      }
    }
  });

  test('the smallest factor is that of any link at any time', () => {
    const slow = (link: string, factor: number, atPs: number): FailureSpec => ({
      link,
      course: { atPs, untilPs: atPs + 10, direction: 'both', fault: { kind: 'rate-factor', factor } },
    });
    expect(timelineOf([slow('leaf0-spine0', 0.5, 0), slow('spine1', 0.25, 100)]).smallestFactor).toBe(0.25);
  });

  test('a dead link that all know of from the start has none', () => {
    expect(linkTimeline(TOPOLOGY, [{ link: 'leaf0-spine0' }], 1)).toBeNull();
  });
});

describe('a packet is lost if its link is down while it is sent or on its way', () => {
  const outage: FailureSpec = {
    link: 'leaf0-spine0-0',
    course: { atPs: 1000, untilPs: 2000, direction: 'up', fault: { kind: 'down', convergePs: Infinity } },
  };
  test.each([
    [0, 1000, false],
    [0, 1001, true],
    [999, 1500, true],
    [1200, 1500, true],
    [500, 5000, true],
    [1999, 2500, true],
    [2000, 2500, false],
  ])('sent at %i ps, due at %i ps: %s', (start, due, isLost) => {
    const timeline = timelineOf([outage]);
    const times = Float64Array.of(start, due);
    expect(timeline.loses(4, 4160, times, 0, 1)).toBe(isLost);
    expect(timeline.loses(5, 4160, times, 0, 1)).toBe(false);
    expect([timeline.lostToOutage[4], timeline.lostByChance[4], timeline.lost()]).toEqual(isLost ? [1, 0, 1] : [0, 0, 0]);
  });
});

describe('random loss', () => {
  const lossy = (probability: number, kind: 'loss' | 'bit-error' = 'loss'): FailureSpec => ({
    link: 'leaf0-spine0-0',
    course: { atPs: 0, untilPs: Infinity, direction: 'up', fault: { kind, probability } },
  });
  const lostOf = (timeline: LinkTimeline, packets: number, sizeBytes: number): number => {
    const times = Float64Array.of(0, 1);
    for (let i = 0; i < packets; i++) timeline.loses(4, sizeBytes, times, 0, 1);
    return timeline.lostByChance[4]!;
  };
  const PACKETS = 40_000;

  /** Within 4 standard deviations of the binomial mean. */
  const expectShare = (lost: number, probability: number): void => {
    const mean = PACKETS * probability;
    expect(Math.abs(lost - mean)).toBeLessThan(4 * Math.sqrt(mean * (1 - probability)));
  };

  test('of packets', () => expectShare(lostOf(timelineOf([lossy(0.02)]), PACKETS, 4160), 0.02));

  test('of bits takes long packets more often', () => {
    const probability = 1e-6;
    expectShare(lostOf(timelineOf([lossy(probability, 'bit-error')]), PACKETS, 4160), 1 - (1 - probability) ** (8 * 4160));
    expectShare(lostOf(timelineOf([lossy(probability, 'bit-error')]), PACKETS, 64), 1 - (1 - probability) ** (8 * 64));
  });

  test('two independent causes add up', () => {
    expectShare(lostOf(timelineOf([lossy(0.1), lossy(0.2)]), PACKETS, 4160), 1 - 0.9 * 0.8);
  });

  test('takes every packet or none at the ends', () => {
    expect(lostOf(timelineOf([lossy(1)]), 100, 64)).toBe(100);
  });

  test('draws one number a packet of the stream of its link, and none while the link is down', () => {
    const timeline = timelineOf([
      lossy(0.5),
      { link: 'leaf0-spine0-0', course: { atPs: 10, untilPs: 20, direction: 'up', fault: { kind: 'down', convergePs: 0 } } },
    ]);
    const draws = new PacketStreams(1, 'loss', TOPOLOGY.links);
    for (const start of [0, 1, 12, 15, 30, 31, 32]) {
      const isDown = start >= 10 && start < 20;
      const isLost = isDown || (draws.next(4) >>> 0) / 2 ** 32 < 0.5;
      expect(timeline.loses(4, 100, Float64Array.of(start, start + 1), 0, 1)).toBe(isLost);
    }
  });
});
