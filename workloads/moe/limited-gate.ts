import type { LimitSpec } from '../../sim/base/moe-spec.ts';
import { aliasTable, isAmong, type TokenGate } from './gating.ts';

/** The k experts of highest score, in descending order. Equal scores: the lower expert first. */
export function topScores(scores: Float64Array, chosen: Int32Array): void {
  const k = chosen.length;
  let filled = 0;
  for (let e = 0; e < scores.length; e++) {
    const score = scores[e]!;
    if (filled === k && score <= scores[chosen[k - 1]!]!) continue;
    let place = filled < k ? filled++ : k - 1;
    for (; place > 0 && score > scores[chosen[place - 1]!]!; place--) chosen[place] = chosen[place - 1]!;
    chosen[place] = e;
  }
}

/**
 * Node-limited routing of the Plackett-Luce model: the `keep` best of `groups` groups of consecutive experts, and the top k inside them.
 *
 * Where a group's best expert decides, the kept groups are the first that appear in the order in which experts are drawn one by one, so
 * that few draws do; otherwise, or where those could be many, all experts get Gumbel keys.
 */
export function limitedGate(logWeight: Float64Array, limit: LimitSpec, k: number): TokenGate {
  const { groups, keep, score } = limit;
  const heaviest = Math.max(...logWeight);
  const weights = logWeight.map((value) => Math.exp(value - heaviest));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const size = weights.length / groups;
  const groupWeights = Float64Array.from({ length: groups }, (_, g) =>
    weights.subarray(g * size, (g + 1) * size).reduce((a, b) => a + b, 0),
  );
  // At worst the lightest groups are kept, and the heaviest experts are taken already.
  const kept = groupWeights
    .sort()
    .subarray(0, keep)
    .reduce((a, b) => a + b, 0);
  const taken = weights
    .toSorted()
    .subarray(weights.length - k + 1)
    .reduce((a, b) => a + b, 0);
  const drawsAtWorst = (k * total) / (kept - taken);
  if (score === 'max' && drawsAtWorst > 0 && drawsAtWorst <= weights.length) return limitedByRejection(weights, total, limit);
  return limitedByKeys(logWeight, limit);
}

/** Experts one by one; the first `keep` groups that appear are kept, draws from others and repetitions do not count. */
export function limitedByRejection(weights: Float64Array, total: number, { groups, keep }: LimitSpec): TokenGate {
  const draw = aliasTable(weights, total);
  const size = weights.length / groups;
  const kept = new Int32Array(keep);
  return (stream, chosen) => {
    let found = 0;
    for (let filled = 0; filled < chosen.length;) {
      const expert = draw(stream);
      const group = Math.floor(expert / size);
      if (!isAmong(kept, found, group)) {
        if (found === keep) continue;
        kept[found++] = group;
      }
      if (!isAmong(chosen, filled, expert)) chosen[filled++] = expert;
    }
  };
}

/** The Gumbel keys of all experts as scores. Equal groups: the lower first. */
export function limitedByKeys(logWeight: Float64Array, limit: LimitSpec): TokenGate {
  const keys = new Float64Array(logWeight.length);
  return (stream, chosen) => {
    for (let e = 0; e < keys.length; e++) keys[e] = logWeight[e]! - Math.log(-Math.log(stream.uniform()));
    // exp(-exp(-key)) is u^(1/w): a score in (0, 1) as a sigmoid gives it. Where one score decides, its order is that of the keys.
    limitGroups(keys, limit, (key) => Math.exp(-Math.exp(-key)));
    topScores(keys, chosen);
  };
}

/** Rules out (-Infinity) the experts of all groups but the `keep` of highest score. */
export function limitGroups(keys: Float64Array, { groups, keep, score }: LimitSpec, scoreOf: (key: number) => number): void {
  const size = keys.length / groups;
  const groupScores = new Float64Array(groups);
  for (let g = 0; g < groups; g++) {
    let first = -Infinity;
    let second = -Infinity;
    for (let e = g * size; e < (g + 1) * size; e++) {
      if (keys[e]! > first) [first, second] = [keys[e]!, first];
      else if (keys[e]! > second) second = keys[e]!;
    }
    groupScores[g] = score === 'max' ? first : scoreOf(first) + scoreOf(second);
  }
  const kept = new Int32Array(keep);
  topScores(groupScores, kept);
  for (let g = 0; g < groups; g++) if (!kept.includes(g)) keys.fill(-Infinity, g * size, (g + 1) * size);
}
