import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { ConfigError } from '../../../sim/base/errors.ts';
import type { CollectiveSpec } from '../../../sim/base/collective-spec.ts';
import { SEND, type Schedule } from '../../../sim/base/schedule.ts';
import { blockBytes, blockStart } from '../../../workloads/collectives/blocks.ts';
import { collectiveSchedule } from '../../../workloads/collectives/collective.ts';
import { bytesSent, sendsOf, waitsOf } from '../execute.ts';

const pow2Below = (n: number): number => 2 ** Math.floor(Math.log2(n));
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

function countsSent(schedule: Schedule): number[] {
  const counts = Array.from({ length: schedule.ranks }, () => 0);
  for (const op of sendsOf(schedule)) counts[schedule.rank[op]!]!++;
  return counts;
}

/** A vector that every block rule cuts evenly: n = 1024 * p * 2^floor(lg p). */
const evenSize = (ranks: number): number => 1024 * ranks * pow2Below(ranks);

type Row = readonly [
  kind: CollectiveSpec['kind'],
  algorithm: CollectiveSpec['algorithm'],
  /** Steps, messages of a rank, bytes of a rank over n. */
  form: (p: number) => { readonly steps: number; readonly messages: number; readonly bytesOverSize: number },
];

// Rows F14, F16, F19, F21, F26, F27, F34, F35 of the closed forms: any p; F12, F17, F24: powers of two.
const ANY_P: readonly Row[] = [
  ['all-reduce', 'ring', (p) => ({ steps: 2 * (p - 1), messages: 2 * (p - 1), bytesOverSize: (2 * (p - 1)) / p })],
  ['all-reduce', 'direct', (p) => ({ steps: 2, messages: 2 * (p - 1), bytesOverSize: (2 * (p - 1)) / p })],
  ['all-gather', 'ring', (p) => ({ steps: p - 1, messages: p - 1, bytesOverSize: (p - 1) / p })],
  ['all-gather', 'direct', (p) => ({ steps: 1, messages: p - 1, bytesOverSize: (p - 1) / p })],
  ['reduce-scatter', 'ring', (p) => ({ steps: p - 1, messages: p - 1, bytesOverSize: (p - 1) / p })],
  ['reduce-scatter', 'direct', (p) => ({ steps: 1, messages: p - 1, bytesOverSize: (p - 1) / p })],
  ['all-to-all', 'direct', (p) => ({ steps: 1, messages: p - 1, bytesOverSize: (p - 1) / p })],
  ['all-to-all', 'pairwise', (p) => ({ steps: p - 1, messages: p - 1, bytesOverSize: (p - 1) / p })],
];
const POWER_OF_TWO: readonly Row[] = [
  ['all-reduce', 'halving-doubling', (p) => ({ steps: 2 * Math.log2(p), messages: 2 * Math.log2(p), bytesOverSize: (2 * (p - 1)) / p })],
  ['all-gather', 'recursive-doubling', (p) => ({ steps: Math.log2(p), messages: Math.log2(p), bytesOverSize: (p - 1) / p })],
  ['reduce-scatter', 'recursive-halving', (p) => ({ steps: Math.log2(p), messages: Math.log2(p), bytesOverSize: (p - 1) / p })],
];

describe.each([...ANY_P, ...POWER_OF_TWO])('%s by %s', (kind, algorithm, form) => {
  const needsPowerOfTwo = POWER_OF_TWO.some((row) => row[0] === kind && row[1] === algorithm);

  test('has the steps, messages and bytes of its closed form on every rank', () => {
    for (let ranks = 2; ranks <= 33; ranks++) {
      if (needsPowerOfTwo && pow2Below(ranks) !== ranks) continue;
      const sizeBytes = evenSize(ranks);
      const schedule = collectiveSchedule({ kind, algorithm, sizeBytes, ranks });
      const { steps, messages, bytesOverSize } = form(ranks);
      expect(schedule.phaseNames).toEqual(Array.from({ length: steps }, (_, step) => `${kind} step ${step}`));
      expect(countsSent(schedule)).toEqual(Array.from({ length: ranks }, () => messages));
      for (const bytes of bytesSent(schedule)) expect(bytes).toBeCloseTo(bytesOverSize * sizeBytes, 6);
    }
  });
});

describe('the remainder fold', () => {
  const foldedRanks = (p: number): boolean => pow2Below(p) !== p;

  test('adds two steps of n bytes to halving-doubling: even ranks below 2 rem send n once, their odd neighbours n more than the core', () => {
    for (let p = 3; p <= 33; p++) {
      if (!foldedRanks(p)) continue;
      const p2 = pow2Below(p);
      const size = evenSize(p);
      const schedule = collectiveSchedule({ kind: 'all-reduce', algorithm: 'halving-doubling', sizeBytes: size, ranks: p });
      const core = (2 * size * (p2 - 1)) / p2;
      expect(schedule.phaseNames.length).toBe(2 * Math.log2(p2) + 2);
      expect(bytesSent(schedule)).toEqual(
        Array.from({ length: p }, (_, r) => (r >= 2 * (p - p2) ? core : r % 2 === 0 ? size : core + size)),
      );
    }
  });

  test('adds a step of n and one of n/p to recursive-halving', () => {
    for (let p = 3; p <= 33; p++) {
      if (!foldedRanks(p)) continue;
      const p2 = pow2Below(p);
      const size = evenSize(p);
      const schedule = collectiveSchedule({ kind: 'reduce-scatter', algorithm: 'recursive-halving', sizeBytes: size, ranks: p });
      expect(schedule.phaseNames.length).toBe(Math.log2(p2) + 2);
      // A rank of the core sends every block but those it keeps: one, or two of which it returns one.
      const block = size / p;
      expect(bytesSent(schedule)).toEqual(
        Array.from({ length: p }, (_, r) => (r >= 2 * (p - p2) ? size - block : r % 2 === 0 ? size : size - block)),
      );
    }
  });
});

describe('the block rule', () => {
  test.prop([fc.integer({ min: 1, max: 2000 }), fc.maxSafeNat()])(
    'cuts every size into blocks that differ by one byte and add up',
    (parts, size) => {
      expect(blockStart(0, size, parts)).toBe(0);
      expect(blockStart(parts, size, parts)).toBe(size);
      const smallest = Math.floor(size / parts);
      for (let i = 0; i < parts; i++) expect([smallest, smallest + 1]).toContain(blockBytes(i, 1, size, parts));
    },
  );

  test('is floor((i+1) n/p) - floor(i n/p)', () => {
    expect([0, 1, 2].map((i) => blockBytes(i, 1, 10, 3))).toEqual([3, 3, 4]);
    expect([0, 1, 2, 3].map((i) => blockBytes(i, 1, 2, 4))).toEqual([0, 1, 0, 1]);
  });

  test.prop([fc.integer({ min: 2, max: 24 }), fc.integer({ min: 1, max: 5000 })])(
    'makes a ring all-reduce carry every byte of the vector over p-1 hops twice',
    (ranks, sizeBytes) => {
      const schedule = collectiveSchedule({ kind: 'all-reduce', algorithm: 'ring', sizeBytes, ranks });
      expect(sum(bytesSent(schedule))).toBe(2 * (ranks - 1) * sizeBytes);
    },
  );
});

describe('local dependencies', () => {
  const ofRank = (schedule: Schedule, rank: number): number[] =>
    Array.from({ length: schedule.ops }, (_, op) => op).filter((op) => schedule.rank[op] === rank && schedule.kind[op] === SEND);
  const receivesOf = (schedule: Schedule, rank: number): number[] =>
    sendsOf(schedule)
      .filter((op) => schedule.peer[op] === rank)
      .map((op) => op + 1);

  test('make a ring send wait for the receive of its block and the start of the previous send, not for an ACK', () => {
    const schedule = collectiveSchedule({ kind: 'all-reduce', algorithm: 'ring', sizeBytes: 4096, ranks: 4 });
    for (let rank = 0; rank < 4; rank++) {
      const sends = ofRank(schedule, rank);
      const receives = receivesOf(schedule, rank);
      sends.forEach((send, s) => {
        expect(waitsOf(schedule, send)).toEqual(s === 0 ? [] : [`end ${receives[s - 1]}`, `start ${sends[s - 1]}`]);
      });
      for (const receive of receives) expect(waitsOf(schedule, receive)).toEqual([]);
    }
  });

  test('let direct post all messages at once in the order r+1, r+2, ..', () => {
    const schedule = collectiveSchedule({ kind: 'all-to-all', algorithm: 'direct', sizeBytes: 5000, ranks: 5 });
    for (let rank = 0; rank < 5; rank++) {
      const sends = ofRank(schedule, rank);
      expect(sends.map((op) => schedule.peer[op])).toEqual([1, 2, 3, 4].map((shift) => (rank + shift) % 5));
      for (const send of sends) expect(waitsOf(schedule, send)).toEqual([]);
    }
  });

  test('make phase 1 of a direct all-reduce wait for all receives of phase 0', () => {
    const schedule = collectiveSchedule({ kind: 'all-reduce', algorithm: 'direct', sizeBytes: 5000, ranks: 5 });
    for (let rank = 0; rank < 5; rank++) {
      const sends = ofRank(schedule, rank);
      const joins = sends.slice(4).map((send) => waitsOf(schedule, send));
      const join = schedule.depOp[schedule.depOffset[sends[4]!]!]!;
      expect(joins).toEqual(Array.from({ length: 4 }, () => [`end ${join}`]));
      expect(schedule.durationPs[join]).toBe(0);
      expect(waitsOf(schedule, join)).toEqual(
        receivesOf(schedule, rank)
          .slice(0, 4)
          .map((receive) => `end ${receive}`)
          .sort(),
      );
    }
  });

  test('make every step of pairwise wait for the receive of the step before', () => {
    const schedule = collectiveSchedule({ kind: 'all-to-all', algorithm: 'pairwise', sizeBytes: 3, ranks: 8 });
    for (let rank = 0; rank < 8; rank++) {
      const sends = ofRank(schedule, rank);
      const receives = receivesOf(schedule, rank);
      expect(sends.map((op) => schedule.peer[op])).toEqual([1, 2, 3, 4, 5, 6, 7].map((s) => rank ^ s));
      sends.slice(1).forEach((send, s) => expect(waitsOf(schedule, send)).toEqual([`end ${receives[s]}`, `start ${sends[s]}`]));
    }
  });

  test('shift by s in step s of pairwise when p is no power of two', () => {
    const schedule = collectiveSchedule({ kind: 'all-to-all', algorithm: 'pairwise', sizeBytes: 600, ranks: 6 });
    expect(ofRank(schedule, 4).map((op) => schedule.peer[op])).toEqual([5, 0, 1, 2, 3]);
  });

  test('send the largest halving messages between nearest virtual ranks', () => {
    const schedule = collectiveSchedule({ kind: 'all-reduce', algorithm: 'halving-doubling', sizeBytes: 800, ranks: 8 });
    const sends = ofRank(schedule, 5);
    expect(sends.map((op) => schedule.peer[op])).toEqual([4, 7, 1, 1, 7, 4]);
    expect(sends.map((op) => schedule.bytes[op])).toEqual([400, 200, 100, 100, 200, 400]);
  });
});

test('recursive doubling refuses a number of ranks that is no power of two', () => {
  const build = (): Schedule => collectiveSchedule({ kind: 'all-gather', algorithm: 'recursive-doubling', sizeBytes: 64, ranks: 6 });
  expect(build).toThrow(ConfigError);
  expect(build).toThrow('needs a power of two of ranks, not 6');
});

test('a collective refuses an algorithm of another collective', () => {
  expect(() => collectiveSchedule({ kind: 'all-to-all', algorithm: 'halving-doubling', sizeBytes: 64, ranks: 4 })).toThrow(
    'it has direct, pairwise',
  );
});

test('an all-to-all of a million messages is built whole', () => {
  const ranks = 1024;
  const schedule = collectiveSchedule({ kind: 'all-to-all', algorithm: 'direct', sizeBytes: ranks * 4096, ranks });
  expect(schedule.ops).toBe(2 * ranks * (ranks - 1));
  expect(sum(bytesSent(schedule))).toBe(ranks * (ranks - 1) * 4096);
});
