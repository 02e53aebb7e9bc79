import type { ReadMeRouting } from '../../sim/base/moe-spec.ts';
import { type Choices, noChoices } from './choices.ts';
import type { ExpertGroup } from './groups.ts';
import type { ChunkPlan, Router } from './layer-plan.ts';
import { NO_WAVES, type Planner } from './planner.ts';
import type { NextToken, SourceGates } from './source-gates.ts';
import { BeladyCache } from './belady-cache.ts';

/** A batch of a group: its choices (the same in all layers), and how many experts each member has to load. */
interface Batch {
  readonly choices: Choices;
  readonly misses: Float64Array;
}

/**
 * Read-ME, a router apart from the backbone (arXiv 2410.19123): one expert a token for all layers, known at admission; batches touch few
 * experts; experts are loaded into a cache ahead of their layer; a token may move to its expert's GPU once and stay there.
 */
export function readMeRouter(planner: Planner, routing: ReadMeRouting, gates: SourceGates): Router {
  const { spec } = planner;
  const schedulers = planner.groups.map((group) => new BatchScheduler(planner, routing, gates, group));
  const batches = Array.from({ length: spec.microbatches }, () => schedulers.map((scheduler) => scheduler.next()));
  const lastLayer = spec.layers - 1;
  return {
    passes: spec.microbatches,
    isSerial: false,
    lookahead: routing.lookahead,
    plan: (pass, layer) =>
      planner.groups.map((group, g) => {
        const { choices, misses } = batches[pass]![g]!;
        const chunks = planner.chunks(group, 0, choices);
        const loadPs = misses.some((count) => count > 0) ? misses.map((count) => planner.loadPs(count)) : null;
        return chunks.map((chunk, c) => {
          const loading = { ...chunk, loadPs: c === 0 ? loadPs : null };
          return routing.migrate === 'once' ? migrating(loading, layer === 0, layer === lastLayer) : loading;
        });
      }),
    facts: () => {
      const filled = batches
        .flat()
        .reduce((sum, { choices }) => sum + choices.expert.reduce((count, e) => (e < 0 ? count : count + 1), 0), 0);
      const hits = schedulers.reduce((sum, { cache }) => sum + (cache?.hits ?? 0), 0);
      const uses = schedulers.reduce((sum, { cache }) => sum + (cache?.uses ?? 0), 0);
      return { batch_fill: filled / (spec.microbatches * spec.ranks * spec.tokens), cache_hit_share: uses === 0 ? 1 : hits / uses };
    },
  };
}

/** A token that stays with its expert is sent before the first layer and returns after the last; so do its gradients. */
const migrating = (chunk: ChunkPlan, isFirst: boolean, isLast: boolean): ChunkPlan => ({
  ...chunk,
  dispatch: isFirst ? chunk.dispatch : NO_WAVES,
  combine: isLast ? chunk.combine : NO_WAVES,
  gradientOfCombine: isLast ? chunk.gradientOfCombine : NO_WAVES,
  gradientOfDispatch: isFirst ? chunk.gradientOfDispatch : NO_WAVES,
});

/** A token in a queue. */
interface Waiting {
  readonly expert: number;
  /** Batch at which it was admitted. */
  readonly admitted: number;
}

/** Forms the batches of one group. */
class BatchScheduler {
  /** null: all experts of a rank are in its memory from the start. */
  readonly cache: BeladyCache | null;
  readonly #planner: Planner;
  readonly #routing: ReadMeRouting;
  readonly #group: ExpertGroup;
  readonly #sources: readonly NextToken[];
  /** Of each member, in the order of arrival. */
  readonly #queues: Waiting[][];
  #batch = 0;

  constructor(planner: Planner, routing: ReadMeRouting, gates: SourceGates, group: ExpertGroup) {
    this.#planner = planner;
    this.#routing = routing;
    this.#group = group;
    this.#sources = Array.from(group.ranks, (rank) => gates({ pass: 0, layer: 0, rank }, 'moe-gating'));
    this.#queues = Array.from(group.ranks, () => []);
    this.cache = routing.cache === null ? null : new BeladyCache(group.size, routing.cache);
  }

  next(): Batch {
    const { tokens } = this.#planner.spec;
    this.#admit();
    const choices = noChoices(this.#group.size, tokens, 1);
    const filled = new Int32Array(this.#group.size);
    const used: number[] = [];
    for (const expert of this.#order()) {
      if (used.length === this.#routing.maxExpertsPerBatch || filled.every((count) => count === tokens)) break;
      used.push(expert);
      this.#queues.forEach((queue, m) => {
        this.#queues[m] = queue.filter((token) => {
          if (token.expert !== expert || filled[m] === tokens) return true;
          choices.expert[m * tokens + filled[m]!++] = expert;
          return false;
        });
      });
    }
    this.#batch++;
    return { choices, misses: this.#load(used) };
  }

  /** Fills the queues up to the window. */
  #admit(): void {
    const chosen = new Int32Array(1);
    this.#queues.forEach((queue, m) => {
      while (queue.length < this.#routing.window) {
        this.#sources[m]!(chosen);
        queue.push({ expert: chosen[0]!, admitted: this.#batch });
      }
    });
  }

  /** Experts by their number of waiting tokens; first those with a token that has waited for `maxWait` batches. Ties: the lower one. */
  #order(): number[] {
    const { maxWait } = this.#routing;
    const counts = new Map<number, number>();
    const overdue = new Set<number>();
    for (const { expert, admitted } of this.#queues.flat()) {
      counts.set(expert, (counts.get(expert) ?? 0) + 1);
      if (maxWait !== null && this.#batch - admitted >= maxWait) overdue.add(expert);
    }
    const urgency = (expert: number): number => (overdue.has(expert) ? 1 : 0);
    return [...counts.keys()].sort((a, b) => urgency(b) - urgency(a) || counts.get(b)! - counts.get(a)! || a - b);
  }

  /** Experts that each holder of a used one has to load. The next use of an expert is its first token in the queues as they are now. */
  #load(used: readonly number[]): Float64Array {
    const misses = new Float64Array(this.#group.size);
    const { cache } = this;
    if (cache === null) return misses;
    const { first, member } = this.#planner.placementOf(0);
    const nextUse = new Map<number, number>();
    const longest = this.#queues.reduce((most, queue) => Math.max(most, queue.length), 0);
    for (let place = 0; place < longest; place++) {
      for (const queue of this.#queues) {
        const expert = queue[place]?.expert;
        if (expert !== undefined && !nextUse.has(expert)) nextUse.set(expert, place);
      }
    }
    for (const expert of used) {
      for (const holder of member.subarray(first[expert], first[expert + 1])) {
        if (!cache.use(holder, expert, (other) => nextUse.get(other) ?? Infinity)) misses[holder]!++;
      }
    }
    return misses;
  }
}
