import { ConfigError } from '../../sim/base/errors.ts';
import type { LimitSpec } from '../../sim/base/moe-spec.ts';
import { setupStream } from '../../sim/base/random.ts';
import type { TokenGate } from './gating.ts';
import { limitGroups, topScores } from './limited-gate.ts';

const STEPS = 20;
const LARGEST_FACTOR = 100;
const SAMPLES = 2048;

/**
 * A gate that sends one rank `ratio` times what the others receive on average (the test generator of DeepEP): uniform scores, in
 * [0, f] for the experts of the hot rank and in [0, 1] for the others, and the top k of them. f is found by 20 steps of bisection in
 * 1..100 on 2048 tokens that are drawn once.
 *
 * @param isHot 1 for each expert of the hot rank
 * @param ranks among which the experts are spread
 * @throws ConfigError when no factor up to 100 gives the ratio
 */
export function hotRankGate(
  { ratio, isHot, ranks, k, limit }: { ratio: number; isHot: Uint8Array; ranks: number; k: number; limit: LimitSpec | null },
  seed: number,
): TokenGate {
  const experts = isHot.length;
  const stream = setupStream(seed, 'moe-hot-rank', 0);
  const uniforms = Float64Array.from({ length: SAMPLES * experts }, () => stream.uniform());
  const scores = new Float64Array(experts);
  const chosen = new Int32Array(k);
  const ratioAt = (factor: number): number => {
    let hot = 0;
    for (let i = 0; i < SAMPLES; i++) {
      for (let e = 0; e < experts; e++) scores[e] = uniforms[i * experts + e]! * (isHot[e] === 1 ? factor : 1);
      choose(scores, limit, chosen);
      for (const expert of chosen) hot += isHot[expert]!;
    }
    return (hot * (ranks - 1)) / (SAMPLES * k - hot);
  };
  let [low, high] = [1, LARGEST_FACTOR];
  if (ratioAt(high) < ratio) {
    throw new ConfigError('E147', `no hot rank receives ${ratio} times the mean of the others with ${k} experts a token`, {
      where: { path: 'workload.routing.ratio' },
      hint: 'a smaller ratio',
    });
  }
  for (let step = 0; step < STEPS; step++) {
    const middle = (low + high) / 2;
    if (ratioAt(middle) < ratio) low = middle;
    else high = middle;
  }
  const factor = ratio === 1 ? 1 : (low + high) / 2;
  return (source, selected) => {
    for (let e = 0; e < experts; e++) scores[e] = source.uniform() * (isHot[e] === 1 ? factor : 1);
    choose(scores, limit, selected);
  };
}

function choose(scores: Float64Array, limit: LimitSpec | null, chosen: Int32Array): void {
  if (limit !== null) limitGroups(scores, limit, (score) => score);
  topScores(scores, chosen);
}
