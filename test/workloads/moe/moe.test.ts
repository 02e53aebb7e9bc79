import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { setupStream } from '../../../sim/base/random.ts';
import type { MoeSpec } from '../../../sim/base/moe-spec.ts';
import { buildWorkload } from '../../../workloads/build-workload.ts';
import { byKeys, byRejection, plackettLuce } from '../../../workloads/moe/gating.ts';
import { expertRanks } from '../../../workloads/moe/placement.ts';
import { gini, maxOverMean } from '../../../workloads/moe/routing-facts.ts';
import { logWeights } from '../../../workloads/moe/weights.ts';
import { bytesSent, execute, sendsOf } from '../execute.ts';
import { base, drawLayer as draw, mean, meets, total } from './layers.ts';

describe('uniform gating', () => {
  const rows: readonly (readonly [experts: number, k: number, devices: number, distinct: number])[] = [
    [256, 8, 8, 5.2947],
    [256, 8, 16, 6.5233],
    [256, 8, 32, 7.2668],
    [256, 8, 64, 7.6758],
    [256, 8, 128, 7.8902],
    [256, 8, 256, 8],
    [64, 6, 8, 4.5355],
    [8, 2, 8, 2],
  ];
  test.each(rows)(
    'meets E=%i, k=%i on %i devices at %f distinct devices a token within 3 standard errors',
    (experts, topk, ranks, distinct) => {
      const tokens = Math.ceil(8192 / ranks);
      const spec: MoeSpec = { ...base, experts, topk, ranks, tokens };
      const q = meets(experts, topk, ranks);
      expect(ranks * q).toBeCloseTo(distinct, 4);
      // Indicators of different devices are negatively correlated, so the sum varies less than independent ones.
      const standardError = Math.sqrt((ranks * q * (1 - q)) / (ranks * tokens));
      const measured = draw(spec, 3).facts['distinct_ranks_per_token']!;
      expect(Math.abs(measured - distinct)).toBeLessThanOrEqual(3 * standardError + 1e-4);
    },
  );

  test.prop([fc.constantFrom(2, 4, 8), fc.constantFrom(1, 2, 3, 5), fc.integer({ min: 1, max: 6 }), fc.nat()], { numRuns: 20 })(
    'meets the closed form for other numbers of experts and devices (4 standard errors)',
    (ranks, perRank, topk, seed) => {
      const experts = ranks * perRank;
      fc.pre(topk <= experts);
      const spec: MoeSpec = { ...base, experts, topk, ranks, tokens: 2000 };
      const q = Math.min(1, meets(experts, topk, ranks));
      const measured = draw(spec, seed).facts['distinct_ranks_per_token']!;
      expect(Math.abs(measured - ranks * q)).toBeLessThanOrEqual(4 * Math.sqrt((ranks * q * (1 - q)) / (ranks * spec.tokens)) + 1e-9);
    },
  );

  test('sends the bytes of the closed forms off each GPU: T b q_G (G-1) deduplicated, T b k (G-1)/G not (mean of 64 GPUs, 3 standard errors)', () => {
    const G = base.ranks;
    const offGpu = (scheme: MoeSpec['scheme']): number => {
      const { facts } = buildWorkload({ ...base, scheme }, 5);
      return facts.dispatch_bytes! / G;
    };
    const { tokens: T, topk: k, dispatchBytesPerToken: b } = base;
    const q = meets(256, 8, G);
    expect(T * b * q * (G - 1)).toBeCloseTo(28_658_427, -3);
    const errorOf = (p: number, draws: number): number => (3 * b * Math.sqrt(draws * p * (1 - p) * T * G)) / G;
    expect(Math.abs(offGpu('per-gpu') - T * b * q * (G - 1))).toBeLessThan(errorOf(q, G - 1));
    expect(Math.abs(offGpu('per-expert') - (T * b * k * (G - 1)) / G)).toBeLessThan(errorOf(1 / G, k));
    expect((T * b * k * (G - 1)) / G).toBe(29_869_056);
  });
});

describe('calibration: E=256, k=8, T=512, G=64, mean over 5 draws', () => {
  const zipf = (s: number): MoeSpec['routing'] => ({ kind: 'zipf', s, permute: true });
  const rows: readonly (readonly [name: string, routing: MoeSpec['routing'], gini: number, expertMax: number])[] = [
    ['uniform', { kind: 'uniform' }, 0.018, 1.09],
    ['zipf 0.1', zipf(0.1), 0.053, 1.56],
    ['zipf 0.2', zipf(0.2), 0.108, 2.4],
    ['zipf 0.3', zipf(0.3), 0.167, 3.6],
    ['zipf 0.5', zipf(0.5), 0.297, 7.56],
    ['zipf 0.8', zipf(0.8), 0.505, 17.8],
  ];
  test.each(rows)(
    '%s gives the published Gini and max/mean per expert, within 3 %% and the rounding of the table',
    (_, routing, wantedGini, wantedMax) => {
      const facts = [1, 2, 3, 4, 5].map((seed) => buildWorkload({ ...base, routing }, seed).facts);
      expect(Math.abs(mean(facts.map((f) => f.expert_gini!)) - wantedGini)).toBeLessThan(0.001 + 0.01 * wantedGini);
      expect(Math.abs(mean(facts.map((f) => f.expert_max_over_mean!)) / wantedMax - 1)).toBeLessThan(0.03);
    },
  );

  test('uniform gating loads the busiest of 64 GPUs with about 1.04 times the mean', () => {
    const facts = [1, 2, 3, 4, 5].map((seed) => buildWorkload({ ...base, scheme: 'per-expert' }, seed).facts);
    expect(Math.abs(mean(facts.map((f) => f.receive_max_over_mean!)) - 1.04)).toBeLessThan(0.015);
  });
});

describe('drawing without replacement', () => {
  /** Plackett-Luce probability of each ordered pair. */
  const pairProbability = (weights: readonly number[], first: number, second: number): number => {
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    return ((weights[first]! / total) * weights[second]!) / (total - weights[first]!);
  };

  test('has the Plackett-Luce distribution of ordered pairs by either method (chi-square, 11 degrees of freedom, p = 0.001)', () => {
    const weights = [5, 2, 1, 1];
    const draws = 40_000;
    const gates = [
      byRejection(Float64Array.from(weights), 9),
      byKeys(
        Float64Array.from(weights, (weight) => Math.log(weight)),
        2,
      ),
    ];
    gates.forEach((gate, method) => {
      const stream = setupStream(11, 'test', method);
      const counts = new Map<string, number>();
      const chosen = new Int32Array(2);
      for (let i = 0; i < draws; i++) {
        gate(stream, chosen);
        counts.set(chosen.join(), (counts.get(chosen.join()) ?? 0) + 1);
      }
      let chiSquare = 0;
      for (let first = 0; first < 4; first++) {
        for (let second = 0; second < 4; second++) {
          if (first === second) continue;
          const expected = draws * pairProbability(weights, first, second);
          chiSquare += ((counts.get(`${first},${second}`) ?? 0) - expected) ** 2 / expected;
        }
      }
      expect(counts.size).toBe(12);
      expect(chiSquare).toBeLessThan(31.26);
    });
  });

  test.prop([fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 40 }), fc.double({ min: 0, max: 30, noNaN: true }), fc.nat()])(
    'chooses distinct experts for any skew',
    (experts, topk, s, seed) => {
      fc.pre(topk <= experts);
      const gate = plackettLuce(logWeights({ kind: 'zipf', s, permute: true }, experts, seed, 0), topk);
      const stream = setupStream(seed, 'test', 0);
      const chosen = new Int32Array(topk);
      for (let t = 0; t < 20; t++) {
        gate(stream, chosen);
        expect(new Set(chosen).size).toBe(topk);
        for (const expert of chosen) expect(expert >= 0 && expert < experts).toBe(true);
      }
    },
  );

  test('without `permute` the first expert is the most popular one in every layer, with it each layer has its own', () => {
    const hottest = (permute: boolean, layer: number): number => {
      const weights = logWeights({ kind: 'zipf', s: 1, permute }, 64, 9, layer);
      return weights.indexOf(Math.max(...weights));
    };
    expect([0, 1, 2, 3].map((layer) => hottest(false, layer))).toEqual([0, 0, 0, 0]);
    expect(new Set([0, 1, 2, 3].map((layer) => hottest(true, layer))).size).toBeGreaterThan(1);
  });
});

describe('placement', () => {
  test('linear puts consecutive experts on one rank, round-robin deals them out, random permutes linear', () => {
    const at = (placement: 'linear' | 'round-robin' | 'random'): number[] => [...expertRanks({ experts: 8, ranks: 4, placement }, 1)];
    expect(at('linear')).toEqual([0, 0, 1, 1, 2, 2, 3, 3]);
    expect(at('round-robin')).toEqual([0, 1, 2, 3, 0, 1, 2, 3]);
    expect(at('random').sort()).toEqual(at('linear'));
  });

  test('spreads experts evenly when they do not divide, or are fewer than the ranks', () => {
    expect([...expertRanks({ experts: 5, ranks: 3, placement: 'linear' }, 1)]).toEqual([0, 0, 1, 1, 2]);
    expect([...expertRanks({ experts: 2, ranks: 4, placement: 'linear' }, 1)]).toEqual([0, 2]);
  });
});

describe('the routing of a layer', () => {
  const small: MoeSpec = { ...base, experts: 16, topk: 3, ranks: 8, tokens: 50 };

  test('conserves copies: every selection is sent per expert, every distinct rank per GPU', () => {
    const perExpert = draw({ ...small, scheme: 'per-expert' }, 2);
    const perGpu = draw(small, 2);
    for (let s = 0; s < 8; s++) expect(total(perExpert.copies.subarray(s * 8, s * 8 + 8))).toBe(50 * 3);
    expect(total(perGpu.copies)).toBeCloseTo(perGpu.facts['distinct_ranks_per_token']! * 8 * 50, 6);
    expect(total(perExpert.expertTokens)).toBe(8 * 50 * 3);
    // Column sums are the selections of the experts a rank holds (2 each).
    const columns = Array.from({ length: 8 }, (_, d) => total(perExpert.copies.filter((_copies, i) => i % 8 === d)));
    columns.forEach((count, d) => expect(count).toBe(perExpert.expertTokens[2 * d]! + perExpert.expertTokens[2 * d + 1]!));
    perGpu.copies.forEach((count, i) => expect(count).toBeLessThanOrEqual(perExpert.copies[i]!));
  });

  test('of a source does not depend on how many sources are drawn', () => {
    const wide: MoeSpec = { ...small, ranks: 8, scheme: 'per-expert' };
    const narrow: MoeSpec = { ...wide, ranks: 4 };
    // 16 experts on 4 ranks: rank d holds what ranks 2d and 2d+1 hold out of 8.
    const [eight, four] = [draw(wide, 4), draw(narrow, 4)];
    for (let s = 0; s < 4; s++) {
      for (let d = 0; d < 4; d++) expect(four.copies[s * 4 + d]).toBe(eight.copies[s * 8 + 2 * d]! + eight.copies[s * 8 + 2 * d + 1]!);
    }
  });

  test('differs between layers', () => {
    expect(draw(small, 2, 0).copies).not.toEqual(draw(small, 2, 1).copies);
  });

  test('gini is 0 for equal counts and (n-1)/n when one holds all; max over mean is 1 and n', () => {
    expect([gini([3, 3, 3]), gini([0, 0, 0, 8])]).toEqual([0, 0.75]);
    expect([maxOverMean([3, 3, 3]), maxOverMean([0, 0, 0, 8])]).toEqual([1, 4]);
  });
});

describe('the Schedule of an MoE workload', () => {
  const small: MoeSpec = { ...base, layers: 2, experts: 16, topk: 3, ranks: 8, tokens: 20, phase: 'training', backwardBytesPerToken: 5000 };
  const { schedule } = buildWorkload(small, 2);
  const matrixOf = (phase: number): number[] => {
    const matrix = Array.from({ length: 64 }, () => 0);
    for (const op of sendsOf(schedule))
      if (schedule.phase[op] === phase) matrix[schedule.rank[op]! * 8 + schedule.peer[op]!]! += schedule.bytes[op]!;
    return matrix;
  };
  const transpose = (matrix: readonly number[]): number[] => matrix.map((_, i) => matrix[(i % 8) * 8 + Math.floor(i / 8)]!);
  const remote = (copies: Int32Array): number[] => [...copies].map((count, i) => (i % 9 === 0 ? 0 : count));

  test('has dispatch and combine a layer, then the gradients in reverse order of layers', () => {
    expect(schedule.phaseNames).toEqual([
      'moe layer 0 dispatch',
      'moe layer 0 combine',
      'moe layer 1 dispatch',
      'moe layer 1 combine',
      'moe layer 1 gradient of combine',
      'moe layer 1 gradient of dispatch',
      'moe layer 0 gradient of combine',
      'moe layer 0 gradient of dispatch',
    ]);
  });

  test('sends X b_d in dispatch, its transpose times b_c in combine, and the same shapes backwards', () => {
    for (const layer of [0, 1]) {
      const X = remote(draw(small, 2, layer).copies);
      const scaled = (bytes: number): number[] => X.map((count) => count * bytes);
      const backward = layer === 1 ? 4 : 6;
      expect(matrixOf(2 * layer)).toEqual(scaled(7408));
      expect(matrixOf(2 * layer + 1)).toEqual(transpose(scaled(14336)));
      expect(matrixOf(backward)).toEqual(scaled(5000));
      expect(matrixOf(backward + 1)).toEqual(transpose(scaled(5000)));
    }
  });

  test.prop([fc.integer()])(
    'starts no send of an exchange before the rank has received all of the one before, whatever order messages take',
    (seed) => {
      const { started, ended, stuck } = execute(schedule, seed);
      expect(stuck).toEqual([]);
      const lastReceive = new Float64Array(8 * 8).fill(-1);
      const firstSend = new Float64Array(8 * 8).fill(Infinity);
      for (const op of sendsOf(schedule)) {
        const [phase, src, dst] = [schedule.phase[op]!, schedule.rank[op]!, schedule.peer[op]!];
        lastReceive[phase * 8 + dst] = Math.max(lastReceive[phase * 8 + dst]!, ended[op + 1]!);
        firstSend[phase * 8 + src] = Math.min(firstSend[phase * 8 + src]!, started[op]!);
      }
      for (let i = 8; i < 64; i++) expect(firstSend[i]!).toBeGreaterThan(lastReceive[i - 8]!);
    },
  );

  test('with one expert rank is an incast and its reverse', () => {
    const { schedule } = buildWorkload({ ...base, layers: 1, experts: 1, topk: 1, ranks: 4, tokens: 3, dispatchBytesPerToken: 10 }, 1);
    expect(bytesSent(schedule)).toEqual([3 * 3 * 14336, 30, 30, 30]);
  });

  test('refuses more experts a token than there are', () => {
    expect(() => buildWorkload({ ...base, experts: 4, topk: 5 }, 1)).toThrow('each token needs 5 different experts, there are 4');
  });
});
