import type { SetupStream } from '../../sim/base/random.ts';

/** Draws the experts of one token into `chosen` (its length is k), all different. */
export type TokenGate = (stream: SetupStream, chosen: Int32Array) => void;

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

/** Draws one expert at a time from an alias table, again while it was chosen already. */
export function byRejection(weights: Float64Array, total: number): TokenGate {
  const draw = aliasTable(weights, total);
  return (stream, chosen) => {
    for (let i = 0; i < chosen.length; i++) {
      let expert: number;
      do expert = draw(stream);
      while (isAmong(chosen, i, expert));
      chosen[i] = expert;
    }
  };
}

/** Is it one of the first `count`? */
export function isAmong(chosen: Int32Array, count: number, value: number): boolean {
  for (let j = 0; j < count; j++) if (chosen[j] === value) return true;
  return false;
}

/** Alias table of Walker and Vose: one uniform draw gives an expert in constant time. */
export function aliasTable(weights: Float64Array, total: number): (stream: SetupStream) => number {
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
  return (stream) => {
    const scaled = stream.uniform() * experts;
    const slot = Math.floor(scaled);
    return scaled - slot < threshold[slot]! ? slot : alias[slot]!;
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
