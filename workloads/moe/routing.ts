import { setupStream } from '../../sim/base/random.ts';
import type { MoeSpec } from '../../sim/base/moe-spec.ts';
import { logWeights, plackettLuce } from './gating.ts';

/** The drawn routing of one MoE layer. */
export interface LayerRouting {
  /** copies[s * ranks + d]: token copies that rank s sends to rank d, after the deduplication of the scheme; s = d is local. */
  readonly copies: Int32Array;
  /** Selections of each expert by all tokens. */
  readonly expertTokens: Int32Array;
  /** Ranks that hold at least one chosen expert of a token, summed over all tokens. */
  readonly distinctRanks: number;
}

/**
 * Which rank holds each expert, for all layers: `linear` floor(e * ranks / experts), consecutive experts on one rank; `round-robin`
 * e mod ranks; `random` a seeded permutation of linear. Counts differ by at most one expert a rank.
 */
export function expertRanks(spec: Pick<MoeSpec, 'experts' | 'ranks' | 'placement'>, seed: number): Int32Array {
  const { experts, ranks, placement } = spec;
  if (placement === 'round-robin') return Int32Array.from({ length: experts }, (_, e) => e % ranks);
  const linear = Int32Array.from({ length: experts }, (_, e) => Math.floor((e * ranks) / experts));
  return placement === 'linear' ? linear : setupStream(seed, 'moe-expert-placement', 0).shuffle(linear);
}

/** Draws the experts of every token of one layer; one random stream a (layer, source rank). */
export function drawLayer(spec: MoeSpec, rankOfExpert: Int32Array, seed: number, layer: number): LayerRouting {
  const { ranks, experts, topk, tokens, scheme } = spec;
  const gate = plackettLuce(logWeights(spec.routing, experts, seed, layer), topk);
  const copies = new Int32Array(ranks * ranks);
  const expertTokens = new Int32Array(experts);
  const chosen = new Int32Array(topk);
  /** Last token (numbered over all sources) that reached each rank: a rank is counted once a token. */
  const lastToken = new Int32Array(ranks).fill(-1);
  let distinctRanks = 0;
  let token = 0;
  for (let source = 0; source < ranks; source++) {
    const stream = setupStream(seed, 'moe-gating', layer * ranks + source);
    for (let t = 0; t < tokens; t++, token++) {
      gate(stream, chosen);
      for (let i = 0; i < topk; i++) {
        const expert = chosen[i]!;
        const rank = rankOfExpert[expert]!;
        expertTokens[expert]!++;
        const isFirst = lastToken[rank] !== token;
        if (isFirst) {
          lastToken[rank] = token;
          distinctRanks++;
        }
        if (isFirst || scheme === 'per-expert') copies[source * ranks + rank]!++;
      }
    }
  }
  return { copies, expertTokens, distinctRanks };
}

/** Gini coefficient of non-negative counts: sum of (2i - n - 1) c_(i) over n * sum c, with c_(1) <= c_(2) <= ..; 0: all equal. */
export function gini(counts: ArrayLike<number>): number {
  const ascending = Float64Array.from(counts).sort();
  const n = ascending.length;
  let weighted = 0;
  let total = 0;
  ascending.forEach((count, i) => {
    weighted += (2 * (i + 1) - n - 1) * count;
    total += count;
  });
  return total === 0 ? 0 : weighted / (n * total);
}

/** Largest count over the mean; 1: all equal. */
export function maxOverMean(counts: ArrayLike<number>): number {
  let largest = 0;
  let total = 0;
  for (let i = 0; i < counts.length; i++) {
    largest = Math.max(largest, counts[i]!);
    total += counts[i]!;
  }
  return total === 0 ? 1 : (largest * counts.length) / total;
}

/** Copies that each rank receives, its own included: the column sums. */
export function copiesReceived(copies: Int32Array, ranks: number): Float64Array {
  const received = new Float64Array(ranks);
  for (let s = 0; s < ranks; s++) for (let d = 0; d < ranks; d++) received[d]! += copies[s * ranks + d]!;
  return received;
}
