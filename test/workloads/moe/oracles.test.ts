import { describe, expect, test } from 'vitest';
import type { MoeRouting, MoeSpec } from '../../../sim/base/moe-spec.ts';
import { buildWorkload } from '../../../workloads/build-workload.ts';
import { preMoeGates } from '../../../workloads/moe/premoe.ts';
import { base, drawLayer, mean, meets } from './layers.ts';

const SEEDS = [1, 2, 3, 4, 5];
const spec: MoeSpec = { ...base, ranksPerServer: 8 };
const zipf = (s: number): MoeRouting => ({ kind: 'zipf', s, permute: true });
const dirichlet = (a: number): MoeRouting => ({ kind: 'dirichlet', a, scope: 'layer', sequenceLength: 512 });
const premoe = (keep: number): MoeRouting => ({
  kind: 'premoe',
  base: { kind: 'zipf', s: 0.5, permute: true },
  keep,
  repack: false,
  taskSwitchEvery: null,
});
const limit = { groups: 8, keep: 4, score: 'max' } as const;

/** Lower bounds of a dispatch at 50 GB/s: off-GPU bytes of the busiest GPU, and received bytes of the busiest server over its 8 NICs. */
function bounds(of: MoeSpec, seed: number): { flatUs: number; nodeUs: number; facts: Readonly<Record<string, number>> } {
  const { ranks, routing } = of;
  const drawn = drawLayer(of, seed, 0, routing.kind === 'premoe' ? preMoeGates(of, routing, seed) : undefined);
  const sent = new Float64Array(ranks);
  const received = new Float64Array(ranks);
  const servers = ranks / 8;
  const server = new Float64Array(servers);
  for (let s = 0; s < ranks; s++) {
    for (let d = 0; d < ranks; d++) {
      if (s === d) continue;
      sent[s]! += drawn.copies[s * ranks + d]!;
      received[d]! += drawn.copies[s * ranks + d]!;
    }
    for (let n = 0; n < servers; n++) if (n !== s >> 3) server[n]! += drawn.toServer[s * servers + n]!;
  }
  const us = (copies: number): number => (copies * 7408) / 50e3;
  return { flatUs: us(Math.max(...sent, ...received)), nodeUs: us(Math.max(...server) / 8), facts: drawn.facts };
}

/** Published mean and standard deviation; a mean over five seeds differs by more than 3 of them once in thousands. */
type Published = readonly [mean: number, deviation: number];

describe('the Monte Carlo reference: 64 GPUs on 8 servers, T=512, E=256, k=8, 7408 B, 50 GB/s', () => {
  const rows: readonly (readonly [
    string,
    Partial<MoeSpec>,
    gini: number,
    max: number,
    servers: number,
    flat: Published,
    node: Published,
  ])[] = [
    ['uniform', {}, 0.018, 1.09, 5.296, [593, 2], [354, 1]],
    ['node-limited 4 of 8', { limit }, 0.017, 1.09, 3.984, [577, 3], [267, 1]],
    ['zipf 0.5', { routing: zipf(0.5) }, 0.297, 7.6, 5.29, [1475, 77], [392, 9]],
    ['zipf 0.5, node-limited', { routing: zipf(0.5), limit }, 0.293, 7.4, 3.98, [1355, 47], [299, 15]],
    ['dirichlet 5', { routing: dirichlet(5) }, 0.244, 2.7, 5.3, [915, 61], [372, 5]],
    ['PreMoe 8/128 on zipf 0.5', { routing: premoe(128) }, 0.639, 10.6, 5.26, [1940, 200], [430, 14]],
    ['PreMoe 8/32 on zipf 0.5', { routing: premoe(32) }, 0.901, 19.9, 5.3, [3260, 360], [475, 17]],
  ];
  test.each(rows)('%s', (_, change, gini, max, servers, flat, node) => {
    const drawn = SEEDS.map((seed) => bounds({ ...spec, ...change }, seed));
    const near = (values: readonly number[], [published, deviation]: Published): void => {
      expect(Math.abs(mean(values) - published)).toBeLessThan(2 * deviation + 0.005 * published);
    };
    expect(Math.abs(mean(drawn.map(({ facts }) => facts['expert_gini']!)) - gini)).toBeLessThan(0.001 + 0.04 * gini);
    expect(Math.abs(mean(drawn.map(({ facts }) => facts['expert_max_over_mean']!)) / max - 1)).toBeLessThan(0.08);
    expect(Math.abs(mean(drawn.map(({ facts }) => facts['distinct_servers_per_token']!)) - servers)).toBeLessThan(0.04);
    near(
      drawn.map(({ flatUs }) => flatUs),
      flat,
    );
    near(
      drawn.map(({ nodeUs }) => nodeUs),
      node,
    );
  });

  test('THOR with a draw a token: Gini 0.049, max/mean 1.25, one server a token, 82 us at the busiest GPU', () => {
    const routing: MoeRouting = { kind: 'thor', level: 'token', sequenceLength: 32, sharedDraw: false, move: 'tokens' };
    const facts = SEEDS.map((seed) => buildWorkload({ ...spec, topk: 1, routing }, seed).facts);
    expect(Math.abs(mean(facts.map((f) => f['expert_gini']!)) - 0.049)).toBeLessThan(0.003);
    expect(Math.abs(mean(facts.map((f) => f['expert_max_over_mean']!)) - 1.25)).toBeLessThan(0.05);
    expect(facts.map((f) => f['distinct_servers_per_token'])).toEqual(SEEDS.map(() => 1));
    // 512 tokens a GPU, of which 1/64 stay, at the busiest GPU.
    const us = facts.map((f) => (512 * f['receive_max_over_mean']! * (63 / 64) * 7408) / 50e3);
    expect(Math.abs(mean(us) - 82)).toBeLessThan(2);
  });
});

describe('dirichlet gating', () => {
  test.each([
    [29, 0.104, 1.57],
    [14, 0.145, 1.96],
    [5, 0.244, 2.7],
    [2, 0.386, 4.4],
    [1, 0.5, 5.9],
  ])('a=%f gives Gini %f and max/mean %f, within 5 %% and 15 %% over five seeds', (a, gini, max) => {
    const facts = SEEDS.map((seed) => buildWorkload({ ...spec, routing: dirichlet(a) }, seed).facts);
    expect(Math.abs(mean(facts.map((f) => f['expert_gini']!)) / gini - 1)).toBeLessThan(0.05);
    expect(Math.abs(mean(facts.map((f) => f['expert_max_over_mean']!)) / max - 1)).toBeLessThan(0.15);
  });
});

describe('bytes of uniform gating, a GPU: 64 GPUs on 8 servers, T=1024', () => {
  const { ranks: G } = spec;
  const T = 1024;
  const b = 7408;
  const g = 8;
  const N = 8;
  const qG = meets(256, 8, G);
  const qN = meets(256, 8, N);
  const factsOf = (scheme: MoeSpec['scheme']) => buildWorkload({ ...spec, tokens: T, scheme }, 3).facts;
  /** Three standard errors of the mean over GPUs of a sum of `draws` indicators of probability p a token. */
  const tolerance = (p: number, draws: number, bytes: number): number => 3 * bytes * Math.sqrt((draws * p * (1 - p) * T) / G);

  test('per-expert: T b k (G-1)/G, of it T b k (G-g)/G between servers', () => {
    const { dispatch_bytes: all, dispatch_network_bytes: network } = factsOf('per-expert');
    expect(Math.abs(all! / G - (T * b * 8 * (G - 1)) / G)).toBeLessThan(tolerance(1 / G, 8, b));
    expect(Math.abs(network! / G - (T * b * 8 * (G - g)) / G)).toBeLessThan(tolerance(1 / N, 8, b));
  });

  test('per-gpu: T b q_G (G-1), of it T b q_G (G-g) between servers', () => {
    const { dispatch_bytes: all, dispatch_network_bytes: network } = factsOf('per-gpu');
    expect(Math.abs(all! / G - T * b * qG * (G - 1))).toBeLessThan(tolerance(qG, G - 1, b));
    expect(Math.abs(network! / G - T * b * qG * (G - g))).toBeLessThan(tolerance(qG, G - g, b));
  });

  test('per-node: T b q_N (N-1) between servers, N T b q_G (g-1) over NVLink; combine: T b_c q_N (N-1)', () => {
    const { dispatch_bytes: all, dispatch_network_bytes: network, combine_network_bytes: back } = factsOf('per-node');
    expect(512 * b * qN * (N - 1)).toBeCloseTo(17_571_806, -1);
    expect(Math.abs(network! / G - T * b * qN * (N - 1))).toBeLessThan(tolerance(qN, N - 1, b));
    expect(Math.abs((all! - network!) / G - N * T * b * qG * (g - 1))).toBeLessThan(tolerance(qG, N * (g - 1), b));
    expect(back! / network!).toBeCloseTo(14_336 / 7408, 10);
  });

  test('two-step: per-expert bytes between servers, (g-1)/g of every copy over NVLink', () => {
    const { dispatch_bytes: all, dispatch_network_bytes: network } = factsOf('two-step');
    expect(Math.abs(network! / G - (T * b * 8 * (G - g)) / G)).toBeLessThan(tolerance(1 / N, 8, b));
    expect(Math.abs((all! - network!) / G - (T * b * 8 * (g - 1)) / g)).toBeLessThan(tolerance(1 / g, 8, b));
  });

  test('all-gather: T (G-1) b', () => {
    expect(buildWorkload({ ...spec, tokens: 16, scheme: 'all-gather' }, 3).facts['dispatch_bytes']).toBe(G * 16 * (G - 1) * b);
  });
});
