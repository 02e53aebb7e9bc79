import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { ConfigError } from '../../sim/base/errors.ts';
import { buildWorkload } from '../../workloads/build-workload.ts';
import { permutationMap } from '../../workloads/permutation.ts';
import { sendsOf } from './execute.ts';

const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b));

describe('a permutation', () => {
  test.prop([fc.integer({ min: 2, max: 300 }), fc.nat()])('drawn at random is a bijection without fixed points', (ranks, seed) => {
    const map = permutationMap('random', ranks, seed);
    expect([...map].sort((a, b) => a - b)).toEqual(Array.from({ length: ranks }, (_, i) => i));
    map.forEach((dst, src) => expect(dst).not.toBe(src));
  });

  test('drawn at random is uniform over derangements: of the 9 of four ranks, 3 swap two pairs (3 standard errors, 9000 draws)', () => {
    const draws = 9000;
    let swaps = 0;
    for (let seed = 0; seed < draws; seed++) {
      const map = permutationMap('random', 4, seed);
      if (map.every((dst, src) => map[dst] === src)) swaps++;
    }
    expect(Math.abs(swaps - draws / 3)).toBeLessThan(3 * Math.sqrt((draws * 2) / 9));
  });

  test('drawn from one seed is the same twice, from another seed different', () => {
    expect(permutationMap('random', 64, 7)).toEqual(permutationMap('random', 64, 7));
    expect(permutationMap('random', 64, 7)).not.toEqual(permutationMap('random', 64, 8));
  });

  test('by shift sends rank r to r + shift, also backwards', () => {
    expect([...permutationMap({ shift: 3 }, 5, 0)]).toEqual([3, 4, 0, 1, 2]);
    expect([...permutationMap({ shift: -1 }, 4, 0)]).toEqual([3, 0, 1, 2]);
  });

  test('by 37 r + 11 on 128 ranks is the affine map', () => {
    const map = permutationMap({ multiply: 37, add: 11 }, 128, 0);
    expect([...map]).toEqual(Array.from({ length: 128 }, (_, r) => (37 * r + 11) % 128));
  });

  test.prop([fc.integer({ min: 2, max: 60 }), fc.integer({ min: -200, max: 200 }), fc.integer({ min: -200, max: 200 })])(
    'by an affine map is accepted exactly when it is a bijection without fixed points',
    (ranks, multiply, add) => {
      const image = (r: number): number => (((multiply * r + add) % ranks) + ranks) % ranks;
      const all = Array.from({ length: ranks }, (_, r) => r);
      const good = gcd(Math.abs(multiply), ranks) === 1 && all.every((r) => image(r) !== r);
      if (good) expect([...permutationMap({ multiply, add }, ranks, 0)]).toEqual(all.map(image));
      else expect(() => permutationMap({ multiply, add }, ranks, 0)).toThrow(ConfigError);
    },
  );

  test('names the fixed point, the collision and the lonely rank', () => {
    expect(() => permutationMap({ shift: 8 }, 4, 0)).toThrow('a shift by 8 (mod 4) sends rank 0 to itself');
    expect(() => permutationMap({ multiply: 2, add: 1 }, 4, 0)).toThrow(
      '2 * rank + 1 (mod 4) is no permutation: ranks 0 and 2 both send to 1',
    );
    expect(() => permutationMap({ multiply: 3, add: 2 }, 4, 0)).toThrow('3 * rank + 2 (mod 4) sends rank 1 to itself');
    expect(() => permutationMap('random', 1, 0)).toThrow('a permutation of 1 rank sends it to itself');
  });

  test('sends one flow of the size from each rank, free of dependencies', () => {
    const { schedule } = buildWorkload({ kind: 'permutation', pattern: { shift: 1 }, sizeBytes: 9000, ranks: 4 }, 1);
    expect(sendsOf(schedule).map((op) => [schedule.rank[op], schedule.peer[op], schedule.bytes[op]])).toEqual([
      [0, 1, 9000],
      [1, 2, 9000],
      [2, 3, 9000],
      [3, 0, 9000],
    ]);
    expect(schedule.depOp.length).toBe(0);
  });
});
