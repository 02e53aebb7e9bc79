import type { NextToken } from './source-gates.ts';

/** Stands in place of an expert that a token does not reach: dropped, or there is no such token. */
export const NO_EXPERT = -1;

/** The experts of the tokens of one expert-parallel group in one layer. Sources are the members of the group. */
export interface Choices {
  readonly sources: number;
  /** Slots for tokens at each source. */
  readonly tokens: number;
  /** Choices of a token. */
  readonly k: number;
  /** expert[(source * tokens + token) * k + i], in the order of preference; NO_EXPERT: none. */
  readonly expert: Int32Array;
}

/** Draws the tokens of every source, one source after another. */
export function drawChoices(sources: number, tokens: number, k: number, gateOf: (source: number) => NextToken): Choices {
  const expert = new Int32Array(sources * tokens * k);
  for (let source = 0, at = 0; source < sources; source++) {
    const next = gateOf(source);
    for (let token = 0; token < tokens; token++, at += k) next(expert.subarray(at, at + k));
  }
  return { sources, tokens, k, expert };
}

/** Choices without a single token. */
export const noChoices = (sources: number, tokens: number, k: number): Choices => ({
  sources,
  tokens,
  k,
  expert: new Int32Array(sources * tokens * k).fill(NO_EXPERT),
});

/** Selections of each expert. */
export function expertLoads({ expert }: Choices, experts: number): Float64Array {
  const loads = new Float64Array(experts);
  for (const e of expert) if (e !== NO_EXPERT) loads[e]!++;
  return loads;
}

/** Tokens with at least one expert. */
export function servedTokens({ expert, k }: Choices): number {
  let served = 0;
  for (let at = 0; at < expert.length; at += k) if (expert.subarray(at, at + k).some((e) => e !== NO_EXPERT)) served++;
  return served;
}
