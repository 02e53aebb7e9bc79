import type { CapacitySpec } from '../../sim/base/moe-spec.ts';
import { type Choices, expertLoads, NO_EXPERT, servedTokens } from './choices.ts';

/** What a capacity did to the choices of a layer. */
export interface Capped {
  readonly choices: Choices;
  /** Selections that were dropped. */
  readonly dropped: number;
  /** Slots that each source has at each expert. */
  readonly slots: number;
}

/**
 * Limits what an expert takes.
 *
 * - `gshard` (arXiv 2006.16668): C = ceil(factor k T_all / E) tokens of all sources together, in the order of arrival: by number of the
 *   token, then of the source, a token's choices in order. A source has ceil(C / sources) slots.
 * - `tutel` (arXiv 2206.03382): C = k floor(factor ceil(T / E)) tokens of each source, rounded up to the alignment; factor 0: the largest
 *   load that any source has for any expert; factor < 0: that load, at most k floor(-factor ceil(T / E)). Second choices queue behind
 *   all first choices.
 */
export function applyCapacity(choices: Choices, experts: number, capacity: CapacitySpec): Capped {
  const { sources, tokens, k } = choices;
  const expert = choices.expert.slice();
  const capped = { ...choices, expert };
  if (capacity.rule === 'gshard') {
    const limit = Math.ceil((capacity.factor * k * servedTokens(choices)) / experts);
    return { choices: capped, dropped: keepFirst(expert, arrivalOrder(choices), experts, limit), slots: Math.ceil(limit / sources) };
  }
  const share = (factor: number): number => k * Math.floor(factor * Math.ceil(tokens / experts));
  const largest = (): number => {
    let most = 0;
    for (let s = 0; s < sources; s++) most = Math.max(most, ...expertLoads(sourceChoices(choices, s), experts));
    return most;
  };
  const { factor, alignment } = capacity;
  const wanted = factor > 0 ? share(factor) : factor === 0 ? largest() : Math.min(largest(), share(-factor));
  const slots = Math.ceil(wanted / alignment) * alignment;
  let dropped = 0;
  for (let s = 0; s < sources; s++) dropped += keepFirst(expert, rankOrder(choices, s), experts, slots);
  return { choices: capped, dropped, slots };
}

const sourceChoices = ({ tokens, k, expert }: Choices, source: number): Choices => ({
  sources: 1,
  tokens,
  k,
  expert: expert.subarray(source * tokens * k, (source + 1) * tokens * k),
});

function* arrivalOrder({ sources, tokens, k }: Choices): Generator<number> {
  for (let t = 0; t < tokens; t++) for (let s = 0; s < sources; s++) for (let i = 0; i < k; i++) yield (s * tokens + t) * k + i;
}

function* rankOrder({ tokens, k }: Choices, source: number): Generator<number> {
  for (let i = 0; i < k; i++) for (let t = 0; t < tokens; t++) yield (source * tokens + t) * k + i;
}

/** Each expert keeps the first `limit` of its choices. Returns how many were dropped. */
function keepFirst(expert: Int32Array, order: Iterable<number>, experts: number, limit: number): number {
  const taken = new Int32Array(experts);
  let dropped = 0;
  for (const at of order) {
    const e = expert[at]!;
    if (e === NO_EXPERT) continue;
    if (taken[e]! < limit) {
      taken[e]!++;
    } else {
      expert[at] = NO_EXPERT;
      dropped++;
    }
  }
  return dropped;
}
