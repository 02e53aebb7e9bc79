import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { bytesByPath, ethereal, fabric, flowsOfMessages, gcd, messages, plan } from './fabric.ts';

/** One group: n messages of B bytes from host 0 to the host of the other leaf, over S paths. */
function group(n: number, paths: number, bytes: number, options: Parameters<typeof ethereal>[0] = {}, seed = 1) {
  const topology = fabric({ leaves: 2, spines: paths, hostsPerLeaf: 1 });
  const schedule = messages(
    2,
    Array.from({ length: n }, () => ({ src: 0, dst: 1, bytes })),
  );
  const flowPlan = plan(topology, schedule, ethereal(options), seed);
  return { flowPlan, perMessage: flowsOfMessages(schedule, flowPlan), perPath: bytesByPath(flowPlan, topology.pathsBetween(0, 1).ids) };
}

const pathCount = fc.integer({ min: 1, max: 64 });
const anyGroup = pathCount.chain((paths) => fc.record({ paths: fc.constant(paths), n: fc.integer({ min: 1, max: 4 * paths + 2 }) }));
const anyBytes = fc.integer({ min: 1_000, max: 1_000_000 });
const anyShuffle = fc.record({ shuffleFlows: fc.boolean(), shufflePaths: fc.boolean(), shuffleDestinations: fc.boolean() });

const spread = (values: readonly number[]): number => Math.max(...values) - Math.min(...values);
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

describe('one Ethereal group, split: equal', () => {
  test.prop([anyGroup, anyBytes, fc.constantFrom('spread' as const, 'last' as const), anyShuffle, fc.nat()])(
    'P1: the pieces of every message add up to its size and none is empty',
    ({ n, paths }, bytes, remainder, shuffle, seed) => {
      const { flowPlan, perMessage } = group(n, paths, bytes, { remainder, ...shuffle }, seed);
      for (const flows of perMessage) {
        expect(sum(flows.map((f) => flowPlan.bytes[f]!))).toBe(bytes);
        expect(flows.every((f) => flowPlan.bytes[f]! > 0)).toBe(true);
      }
    },
  );

  test.prop([anyGroup, fc.integer({ min: 1, max: 1000 }), anyShuffle, fc.nat()])(
    'P2, P8: with sizes that divide, every path carries exactly n f / S in the same multiset of pieces',
    ({ n, paths }, unit, shuffle, seed) => {
      const bytes = unit * paths;
      const { flowPlan, perPath } = group(n, paths, bytes, shuffle, seed);
      expect(perPath).toEqual(Array.from({ length: paths }, () => (n * bytes) / paths));
      const pieces = Array.from({ length: paths }, () => [] as number[]);
      for (let f = 0; f < flowPlan.flows; f++) pieces[flowPlan.path[f]!]!.push(flowPlan.bytes[f]!);
      const multisets = pieces.map((list) => list.sort((a, b) => a - b));
      for (const multiset of multisets) expect(multiset).toEqual(multisets[0]);
    },
  );

  test.prop([anyGroup, anyBytes])(
    'P5, P9: exactly n mod S messages are cut, each into S / gcd(r, S) pieces on different paths',
    ({ n, paths }, bytes) => {
      const { flowPlan, perMessage } = group(n, paths, bytes);
      const r = n % paths;
      const split = perMessage.filter((flows) => flows.length > 1);
      const expectedPieces = r === 0 ? 1 : paths / gcd(r, paths);
      expect(split.length).toBe(expectedPieces === 1 ? 0 : r);
      expect(flowPlan.splitFlows).toBe(split.length);
      for (const flows of split) {
        expect(flows.length).toBe(expectedPieces);
        expect(new Set(flows.map((f) => flowPlan.path[f])).size).toBe(expectedPieces);
        expect(spread(flows.map((f) => flowPlan.bytes[f]!))).toBeLessThanOrEqual(1);
      }
    },
  );

  test.prop([anyGroup, anyBytes])(
    'P6: the number of sub-flows is n - r + r S / gcd(r, S), at most (S - 1)^2 more than n',
    ({ n, paths }, bytes) => {
      const { flowPlan } = group(n, paths, bytes);
      const r = n % paths;
      expect(flowPlan.flows).toBe(r === 0 ? n : n - r + (r * paths) / gcd(r, paths));
      expect(flowPlan.flows - n).toBeLessThanOrEqual((paths - 1) ** 2);
      expect(flowPlan.flows === n).toBe(r === 0);
      if (n < paths) expect(flowPlan.flows).toBe((n * paths) / gcd(n, paths));
    },
  );

  test('the counts of section 3.3: equal pieces need 6, 12, 16, 48, 240, 32, 32, 30 sub-flows, the fewest 4, 6, 16, 24, 30, 32, 32, 30', () => {
    const cases: [number, number][] = [[2, 3], [3, 4], [8, 16], [12, 16], [15, 16], [17, 16], [24, 16], [16, 15]]; // prettier-ignore
    expect(cases.map(([n, paths]) => group(n, paths, 65_536).flowPlan.flows)).toEqual([6, 12, 16, 48, 240, 32, 32, 30]);
    expect(cases.map(([n, paths]) => group(n, paths, 65_536, { split: 'fewest' }).flowPlan.flows)).toEqual([4, 6, 16, 24, 30, 32, 32, 30]);
  });

  test.prop([anyGroup, anyBytes, fc.nat()])(
    'P14: remainder `spread` keeps two paths within one byte of each other',
    ({ n, paths }, bytes, seed) => {
      expect(spread(group(n, paths, bytes, { remainder: 'spread' }, seed).perPath)).toBeLessThanOrEqual(1);
    },
  );

  test.prop([anyGroup, anyBytes, fc.nat()])(
    'P14: remainder `last` leaves exactly (r / g) (B mod k) between two paths',
    ({ n, paths }, bytes, seed) => {
      const r = n % paths;
      const g = gcd(r, paths);
      const expected = r === 0 ? 0 : (r / g) * (bytes % (paths / g));
      expect(spread(group(n, paths, bytes, { remainder: 'last' }, seed).perPath)).toBe(expected);
    },
  );
});

describe('one Ethereal group, split: fewest', () => {
  test.prop([anyGroup, anyBytes, anyShuffle, fc.nat()])(
    'P7: n + S - gcd(n, S) sub-flows, balanced within a byte, n mod S messages cut, pieces on different paths',
    ({ n, paths }, bytes, shuffle, seed) => {
      const { flowPlan, perMessage, perPath } = group(n, paths, bytes, { split: 'fewest', ...shuffle }, seed);
      expect(flowPlan.flows).toBe(n + paths - gcd(n, paths));
      expect(spread(perPath)).toBeLessThanOrEqual(1);
      expect(flowPlan.splitFlows).toBe(n % paths);
      for (const flows of perMessage) {
        expect(sum(flows.map((f) => flowPlan.bytes[f]!))).toBe(bytes);
        expect(flows.every((f) => flowPlan.bytes[f]! > 0)).toBe(true);
        expect(new Set(flows.map((f) => flowPlan.path[f])).size).toBe(flows.length);
      }
    },
  );

  test.prop([anyGroup, fc.integer({ min: 1, max: 1000 })])(
    'P7: with sizes that divide, every path carries exactly n f / S',
    ({ n, paths }, unit) => {
      const { perPath } = group(n, paths, unit * paths, { split: 'fewest' });
      expect(perPath).toEqual(Array.from({ length: paths }, () => n * unit));
    },
  );

  test('cuts lie where the reference fill puts them: two flows of 10 B on three paths become 6 + 4 and 3 + 7', () => {
    const { flowPlan } = group(2, 3, 10, { split: 'fewest', shuffleFlows: false, shufflePaths: false });
    // cut = floor(j * 20 / 3) = 0, 6, 13, 20: flow 0 is 6 | 4, flow 1 is 3 | 7.
    expect([...flowPlan.bytes]).toEqual([6, 4, 3, 7]);
    expect([...flowPlan.path]).toEqual([0, 1, 1, 2]);
  });
});

describe('one Ethereal group, split: none', () => {
  test.prop([anyGroup, anyBytes, fc.nat()])(
    'P11: no message is cut, the fullest path has ceil(n / S) of them and the emptiest floor(n / S)',
    ({ n, paths }, bytes, seed) => {
      const { flowPlan, perPath } = group(n, paths, bytes, { split: 'none' }, seed);
      expect(flowPlan.flows).toBe(n);
      expect(Math.max(...perPath)).toBe(bytes * Math.ceil(n / paths));
      expect(Math.min(...perPath)).toBe(bytes * Math.floor(n / paths));
    },
  );

  test('the offset is random: over 64 seeds a single message starts on every one of 4 paths', () => {
    const starts = Array.from({ length: 64 }, (_, seed) => group(1, 4, 100, { split: 'none', shufflePaths: false }, seed).flowPlan.path[0]);
    expect(new Set(starts)).toEqual(new Set([0, 1, 2, 3]));
  });
});

describe('limits on the pieces of a group', () => {
  const divisorsOf = (value: number): number[] => Array.from({ length: value }, (_, i) => i + 1).filter((d) => value % d === 0);

  test.prop([anyGroup, anyBytes, fc.integer({ min: 1, max: 200_000 }), fc.option(fc.integer({ min: 1, max: 64 })), fc.nat()])(
    'equal: a message is cut into the largest divisor of S, up to k, whose pieces respect both limits; paths differ by at most one piece',
    ({ n, paths }, bytes, minPieceBytes, maxPieces, seed) => {
      const { flowPlan, perMessage, perPath } = group(n, paths, bytes, { minPieceBytes, maxPieces }, seed);
      const r = n % paths;
      const k = r === 0 ? 1 : paths / gcd(r, paths);
      const allowed = divisorsOf(paths).filter((d) => d <= k && (d === 1 || (bytes / d >= minPieceBytes && d <= (maxPieces ?? Infinity))));
      const expected = Math.max(...allowed);
      expect(perMessage.filter((flows) => flows.length === expected).length).toBe(expected === 1 ? n : r);
      expect(flowPlan.limitedFlows).toBe(expected < k ? r : 0);
      expect(sum(perPath)).toBe(n * bytes);
      expect(spread(perPath)).toBeLessThanOrEqual(expected === k ? 1 : Math.ceil(bytes / expected) + 1);
      for (const flows of perMessage) {
        expect(new Set(flows.map((f) => flowPlan.path[f])).size).toBe(flows.length);
        if (flows.length > 1) for (const f of flows) expect(flowPlan.bytes[f]).toBeGreaterThanOrEqual(minPieceBytes);
      }
    },
  );

  test.prop([anyGroup, anyBytes, fc.integer({ min: 1, max: 200_000 }), fc.option(fc.integer({ min: 1, max: 64 })), fc.nat()])(
    'fewest: no piece below minPiece, no message in more than maxPieces, nothing lost, and paths differ by at most about a piece',
    ({ n, paths }, bytes, minPieceBytes, maxPieces, seed) => {
      const { flowPlan, perMessage, perPath } = group(n, paths, bytes, { split: 'fewest', minPieceBytes, maxPieces }, seed);
      expect(sum(perPath)).toBe(n * bytes);
      for (const flows of perMessage) {
        expect(flows.length).toBeLessThanOrEqual(maxPieces ?? Infinity);
        if (flows.length > 1) for (const f of flows) expect(flowPlan.bytes[f]).toBeGreaterThanOrEqual(minPieceBytes);
      }
      if (flowPlan.limitedFlows === 0) expect(spread(perPath)).toBeLessThanOrEqual(1);
      else expect(spread(perPath)).toBeLessThanOrEqual(bytes + 1);
    },
  );

  test('the default of minPiece is one packet payload: 16 pieces of 4096 B need a message of 64 KiB', () => {
    expect(group(1, 16, 65_536, { minPieceBytes: null }).flowPlan.flows).toBe(16);
    expect(group(1, 16, 65_535, { minPieceBytes: null }).flowPlan.flows).toBe(8);
    expect(group(1, 16, 4096, { minPieceBytes: null }).flowPlan.flows).toBe(1);
  });

  test('an empty message is one empty flow and does not count as limited', () => {
    const { flowPlan } = group(1, 16, 0);
    expect(flowPlan.flows).toBe(1);
    expect(flowPlan.limitedFlows).toBe(0);
  });
});
