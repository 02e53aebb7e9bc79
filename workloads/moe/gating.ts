import { setupStream, type SetupStream } from '../../sim/base/random.ts';
import type { MoeSpec } from '../../sim/base/moe-spec.ts';

/** Draws the experts of one token into `chosen` (its length is k), all different. */
export type TokenGate = (stream: SetupStream, chosen: Int32Array) => void;

/**
 * Natural logarithms of the gating weights of one layer. `uniform`: all 0. `zipf`: weight rank(e)^-s, where rank is 1..E in the order of
 * the experts or, with `permute`, a random permutation that each layer draws for itself.
 */
export function logWeights(routing: MoeSpec['routing'], experts: number, seed: number, layer: number): Float64Array {
  const weights = new Float64Array(experts);
  if (routing.kind === 'uniform') return weights;
  const position = Int32Array.from({ length: experts }, (_, e) => e);
  if (routing.permute) setupStream(seed, 'moe-expert-popularity', layer).shuffle(position);
  for (let e = 0; e < experts; e++) weights[e] = -routing.s * Math.log(position[e]! + 1);
  return weights;
}

/**
 * Draws k distinct experts without replacement, each draw proportional to the weights of those that are left (the Plackett-Luce model).
 *
 * Two ways of drawing from this one distribution:
 * - one by one from an alias table, drawing again while the expert was already chosen: k + a few draws a token;
 * - by keys (the Gumbel trick): the k largest of ln w_e - ln(-ln u_e): E draws a token, whatever the weights.
 * The first is used where it needs fewer draws even if every draw met its worst case, the k - 1 heaviest experts being taken already.
 */
export function plackettLuce(logWeight: Float64Array, k: number): TokenGate {
  const heaviest = Math.max(...logWeight);
  const weights = logWeight.map((value) => Math.exp(value - heaviest));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const descending = weights.slice().sort((a, b) => b - a);
  const takenAtWorst = descending.subarray(0, k - 1).reduce((sum, weight) => sum + weight, 0);
  const drawsAtWorst = (k * total) / (total - takenAtWorst);
  return drawsAtWorst > 0 && drawsAtWorst <= weights.length ? byRejection(weights, total) : byKeys(logWeight, k);
}

/** Alias table of Walker and Vose: one uniform draw gives an expert in constant time. */
export function byRejection(weights: Float64Array, total: number): TokenGate {
  const experts = weights.length;
  const threshold = new Float64Array(experts).fill(1);
  const alias = Int32Array.from({ length: experts }, (_, e) => e);
  const share = weights.map((weight) => (weight * experts) / total);
  const small: number[] = [];
  const large: number[] = [];
  share.forEach((value, e) => (value < 1 ? small : large).push(e));
  while (small.length > 0 && large.length > 0) {
    const poor = small.pop()!;
    const rich = large[large.length - 1]!;
    threshold[poor] = share[poor]!;
    alias[poor] = rich;
    share[rich] = share[rich]! - (1 - share[poor]!);
    if (share[rich]! < 1) small.push(large.pop()!);
  }

  return (stream, chosen) => {
    for (let i = 0; i < chosen.length; i++) {
      let expert: number;
      let repeated: boolean;
      do {
        const scaled = stream.uniform() * experts;
        const slot = Math.floor(scaled);
        expert = scaled - slot < threshold[slot]! ? slot : alias[slot]!;
        repeated = false;
        for (let j = 0; j < i; j++) if (chosen[j] === expert) repeated = true;
      } while (repeated);
      chosen[i] = expert;
    }
  };
}

/** The k largest Gumbel keys, in descending order. Equal keys: the lower expert first. */
export function byKeys(logWeight: Float64Array, k: number): TokenGate {
  const experts = logWeight.length;
  const keys = new Float64Array(k);
  return (stream, chosen) => {
    let filled = 0;
    for (let e = 0; e < experts; e++) {
      const key = logWeight[e]! - Math.log(-Math.log(stream.uniform()));
      if (filled === k && key <= keys[k - 1]!) continue;
      let place = filled < k ? filled++ : k - 1;
      for (; place > 0 && key > keys[place - 1]!; place--) {
        keys[place] = keys[place - 1]!;
        chosen[place] = chosen[place - 1]!;
      }
      keys[place] = key;
      chosen[place] = e;
    }
  };
}
