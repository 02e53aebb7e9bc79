import { describe, expect, test } from 'vitest';
import { PacketStreams, setupStream } from '../../../sim/base/random.ts';
import type { BalancerSpec } from '../../../sim/base/balancer-spec.ts';
import { hashedLoadStatistics } from '../../../analysis/bounds/hashed-statistics.ts';
import { fabricLoads } from '../../../analysis/bounds/link-loads.ts';
import { RouteReplay } from '../../../analysis/bounds/route.ts';
import { ethereal, fabric, messages, plan } from '../../balancing/fabric.ts';

/** Statistics of hashing. Seeds are fixed, tolerances are standard errors. */

/** `ideal` asks for nothing but the number of a flow. */
const NO_FLOWS = { srcHost: new Int32Array(0), dstHost: new Int32Array(0), hashFlow: null };

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const standardError = (values: readonly number[]): number => {
  const m = mean(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - m) ** 2, 0) / (values.length - 1) / values.length);
};

const pairOfLeaves = new Map([8, 16, 32, 64].map((spines) => [spines, fabric({ leaves: 2, spines, hostsPerLeaf: 1 })]));

/** Balls per bin when `flows` flows are hashed to `spines` paths under the salts of `seed`. */
function bins(flows: number, spines: number, seed: number): number[] {
  const topology = pairOfLeaves.get(spines)!;
  const replay = new RouteReplay(topology, { kind: 'ecmp' }, { seed, hash: 'ideal', sameSalt: false }, NO_FLOWS);
  const counts = new Array<number>(spines).fill(0);
  for (let f = 0; f < flows; f++) {
    replay.follow(f, -1, 0, 0, 1);
    counts[topology.linkTo[replay.links[0]!]! - topology.hosts - 2]!++;
  }
  return counts;
}

const SEEDS = Array.from({ length: 600 }, (_, seed) => seed);

describe('P15: ECMP is balls into bins', () => {
  test.each([8, 16, 32, 64])('m = n = %i: distinct paths, largest bin and collisions as section 9 says, within 3 standard errors', (n) => {
    const draws = SEEDS.map((seed) => bins(n, n, seed));
    const distinct = draws.map((counts) => counts.filter((count) => count > 0).length);
    const largest = draws.map((counts) => Math.max(...counts));
    const reference = { 8: 2.61, 16: 3.08, 32: 3.54, 64: 3.98 }[n]!;
    expect(Math.abs(mean(distinct) - n * (1 - (1 - 1 / n) ** n))).toBeLessThan(3 * standardError(distinct));
    // The expected values are themselves means over 600 draws.
    expect(Math.abs(mean(largest) - reference)).toBeLessThan(3 * Math.SQRT2 * standardError(largest) + 0.005);
    const noCollision = distinct.filter((count) => count === n).length / SEEDS.length;
    const expected = Array.from({ length: n }, (_, i) => 1 - i / n).reduce((product, factor) => product * factor, 1);
    expect(Math.abs(noCollision - expected)).toBeLessThan(3 * Math.sqrt(Math.max(expected, 1 / SEEDS.length) / SEEDS.length));
  });

  test.each([
    [64, 1.97],
    [128, 1.66],
    [256, 1.46],
    [1024, 1.23],
  ])('n = 16, m = %i: the largest bin is %f times the mean one, and within the exponential bound', (m, reference) => {
    const n = 16;
    const largest = SEEDS.map((seed) => Math.max(...bins(m, n, seed)));
    expect(Math.abs(mean(largest) / (m / n) - reference)).toBeLessThan((3 * Math.SQRT2 * standardError(largest)) / (m / n) + 0.005);
    const bound = Math.min(
      ...Array.from({ length: 400 }, (_, i) => (i + 1) / 100).map((t) => (Math.log(n) + m * Math.log1p((Math.exp(t) - 1) / n)) / t),
    );
    expect(mean(largest)).toBeGreaterThanOrEqual(Math.ceil(m / n));
    expect(mean(largest)).toBeLessThanOrEqual(bound);
  });

  test('the probability of no collision at m = 4, n = 8 is 1680 / 4096, within 3 standard errors', () => {
    const free = SEEDS.map((seed) => (bins(4, 8, seed).every((count) => count <= 1) ? 1 : 0));
    expect(Math.abs(mean(free) - 1680 / 4096)).toBeLessThan(3 * standardError(free));
  });
});

describe('P16: x hashed sub-flows a flow', () => {
  const spines = 8;
  const flows = 16;
  const bytes = 32_000;
  const topology = fabric({ leaves: 2, spines, hostsPerLeaf: 1 });
  const schedule = messages(2, Array.from({ length: flows }, () => ({ src: 0, dst: 1, bytes }))); // prettier-ignore
  const uplinks = Array.from({ length: topology.links }, (_, link) => link).filter(
    (link) => topology.linkIsFabric[link] === 1 && topology.linkFrom[link] === topology.hosts,
  );
  const loads = (x: number): number[][] => {
    const balancer: BalancerSpec = { kind: 'ecmp-split', k: x };
    const flowPlan = plan(topology, schedule, balancer);
    return SEEDS.map((seed) => {
      const { linkLoadBytes } = fabricLoads(topology, schedule, flowPlan, balancer, { seed, hash: 'ideal', sameSalt: false });
      return uplinks.map((link) => linkLoadBytes[link]!);
    });
  };
  const samples = [1, 2, 4, 8, 16, 32].map((x) => ({ x, perSeed: loads(x) }));

  test('the mean largest load does not grow with x, within 3 standard errors', () => {
    for (let i = 1; i < samples.length; i++) {
      const change = samples[i]!.perSeed.map((load, s) => Math.max(...load) - Math.max(...samples[i - 1]!.perSeed[s]!));
      expect(mean(change)).toBeLessThan(3 * standardError(change));
    }
    expect(mean(samples[5]!.perSeed.map((load) => Math.max(...load)))).toBeLessThan(
      mean(samples[0]!.perSeed.map((load) => Math.max(...load))),
    );
  });

  test.each(samples)('x = $x: the variance of a path is (m / x) (1 / n) (1 - 1 / n) f^2, within 3 standard errors', ({ x, perSeed }) => {
    const expected = (flows / x) * (1 / spines) * (1 - 1 / spines) * bytes ** 2;
    const squares = perSeed.map((load) => (load[0]! - (flows * bytes) / spines) ** 2);
    expect(Math.abs(mean(squares) - expected)).toBeLessThan(3 * standardError(squares));
  });
});

test('P17: random spraying of M packets over S paths: fewer than 7e-5 of the counts stray more than 4 sqrt(M / S) (expect none of 1,600)', () => {
  const topology = fabric({ leaves: 2, spines: 16, hostsPerLeaf: 1 });
  const packets = 1024;
  let astray = 0;
  for (let seed = 0; seed < 100; seed++) {
    const replay = new RouteReplay(topology, { kind: 'ecmp' }, { seed, hash: 'ideal', sameSalt: false }, NO_FLOWS);
    const entropy = new PacketStreams(seed, 'entropy', 1);
    const counts = new Array<number>(16).fill(0);
    for (let i = 0; i < packets; i++) {
      replay.follow(0, -1, entropy.next(0) >>> 16, 0, 1);
      counts[topology.linkTo[replay.links[0]!]! - topology.hosts - 2]!++;
    }
    astray += counts.filter((count) => Math.abs(count - packets / 16) > 4 * Math.sqrt(packets / 16)).length;
  }
  expect(astray).toBe(0);
});

describe('static target (section 14): random permutation on 16 leaves x 16 hosts x 16 spines', () => {
  const topology = fabric({ leaves: 16, spines: 16, hostsPerLeaf: 16 });
  const bytes = 32 * 4096;
  /** A random permutation without fixed points: shuffle until there is none. */
  const permutation = (seed: number): Int32Array => {
    const stream = setupStream(seed, 'test permutation', 0);
    for (;;) {
      const to = stream.shuffle(Int32Array.from({ length: 256 }, (_, i) => i));
      if (to.every((dst, src) => dst !== src)) return to;
    }
  };
  const schedules = Array.from({ length: 240 }, (_, seed) =>
    messages(
      256,
      Array.from(permutation(seed), (dst, src) => ({ src, dst, bytes })),
    ),
  );
  const largest = (balancer: BalancerSpec, permutations = 60): number =>
    mean(
      schedules.slice(0, permutations).map((schedule, seed) => {
        const hashing = { seed, hash: 'ideal' as const, sameSalt: false };
        return fabricLoads(topology, schedule, plan(topology, schedule, balancer, seed), balancer, hashing).maxLinkLoadBytes / bytes;
      }),
    );

  test.each([
    [1, 4.6, 240], // the mean is 4.70, near the edge: more permutations for a smaller error
    [2, 3.5, 120],
    [4, 2.6, 60],
    [8, 2.1, 60],
    [16, 1.7, 60],
    [32, 1.5, 60],
  ])('%i hashed sub-flows a flow: the fullest link holds %f flows on average, within 0.15', (x, expected, permutations) => {
    expect(Math.abs(largest({ kind: 'ecmp-split', k: x }, permutations) - expected)).toBeLessThan(0.15);
  });

  test('Ethereal and ideal spraying: at most one flow a link', () => {
    const balanced = largest(ethereal());
    expect(balanced).toBeLessThanOrEqual(1);
    expect(balanced).toBe(largest({ kind: 'spray' }));
  });
});

describe('statistics over seeds', () => {
  const topology = fabric({ leaves: 2, spines: 4, hostsPerLeaf: 4 });
  const schedule = messages(8, Array.from({ length: 4 }, (_, i) => ({ src: i, dst: 4 + i, bytes: 1000 }))); // prettier-ignore

  test('mean and nearest-rank percentiles are those of the seeds one by one', () => {
    const balancer = { kind: 'ecmp' } as const;
    const seeds = Array.from({ length: 40 }, (_, i) => 100 + i);
    const statistics = hashedLoadStatistics(topology, schedule, balancer, seeds, { hash: 'ideal', sameSalt: false });
    const flowPlan = plan(topology, schedule, balancer);
    const single = seeds
      .map((seed) => fabricLoads(topology, schedule, flowPlan, balancer, { seed, hash: 'ideal', sameSalt: false }).maxLinkLoadBytes)
      .sort((a, b) => a - b);
    expect(statistics.samples).toBe(40);
    expect(statistics.maxLinkLoadBytes.mean).toBeCloseTo(mean(single), 9);
    expect([
      statistics.maxLinkLoadBytes.p5,
      statistics.maxLinkLoadBytes.p50,
      statistics.maxLinkLoadBytes.p95,
      statistics.maxLinkLoadBytes.max,
    ]).toEqual([single[1], single[19], single[37], single[39]]);
    expect(statistics.congestionRatio.max).toBe(statistics.maxLinkLoadBytes.max / 1000);
    expect(statistics.worstPhaseCongestionRatio).toEqual(statistics.congestionRatio);
  });

  test('both hash families spread: over 40 seeds each gives more than one value', () => {
    for (const hash of ['ideal', 'jenkins'] as const) {
      const { maxLinkLoadBytes } = hashedLoadStatistics(topology, schedule, { kind: 'ecmp' }, SEEDS.slice(0, 40), {
        hash,
        sameSalt: false,
      });
      expect(maxLinkLoadBytes.p5).toBeLessThan(maxLinkLoadBytes.max);
    }
  });
});
