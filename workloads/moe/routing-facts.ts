import { type Choices, expertLoads, NO_EXPERT } from './choices.ts';
import type { ExpertGroup } from './groups.ts';
import type { TokenCopies } from './token-copies.ts';

/** Sums over the layers of all passes and groups; `facts` gives their means. */
export class RoutingFacts {
  readonly #sums = new Map<string, number>();
  #layers = 0;
  #selections = 0;
  #dropped = 0;
  #tokens = 0;
  #members = 0;
  #servers = 0;

  /**
   * A layer of a group.
   *
   * @param drawn choices before any were dropped
   * @param destination member of each choice that is served
   */
  add(drawn: Choices, experts: number, destination: Int32Array, dropped: number, chunks: readonly TokenCopies[], group: ExpertGroup): void {
    const loads = expertLoads(drawn, experts);
    const received = new Float64Array(group.size);
    for (const { copies } of chunks) copies.forEach((count, i) => (received[i % group.size]! += count));
    this.#layers++;
    this.#mean('expert_gini', gini(loads));
    this.#mean('expert_max_over_mean', maxOverMean(loads));
    this.#mean('receive_max_over_mean', maxOverMean(received));
    this.#selections += loads.reduce((sum, load) => sum + load, 0);
    this.#dropped += dropped;
    this.#distinct(drawn, destination, group);
  }

  facts(): Record<string, number> {
    const means = [...this.#sums].map(([name, sum]): [string, number] => [name, sum / this.#layers]);
    return {
      ...Object.fromEntries(means),
      distinct_ranks_per_token: this.#members / this.#tokens,
      distinct_servers_per_token: this.#servers / this.#tokens,
      dropped_share: this.#dropped / this.#selections,
    };
  }

  #mean(name: string, value: number): void {
    this.#sums.set(name, (this.#sums.get(name) ?? 0) + value);
  }

  /** Members and servers that hold an expert of a token, over the tokens that chose any. */
  #distinct({ k, expert }: Choices, destination: Int32Array, { size, servers, serverOf }: ExpertGroup): void {
    const lastAtMember = new Int32Array(size).fill(-1);
    const lastAtServer = new Int32Array(servers).fill(-1);
    for (let at = 0; at < expert.length; at += k) {
      let isToken = false;
      for (let i = at; i < at + k; i++) {
        isToken ||= expert[i] !== NO_EXPERT;
        const member = destination[i]!;
        if (member === NO_EXPERT) continue;
        const server = serverOf[member]!;
        if (lastAtMember[member] !== at) this.#members++;
        if (lastAtServer[server] !== at) this.#servers++;
        lastAtMember[member] = at;
        lastAtServer[server] = at;
      }
      if (isToken) this.#tokens++;
    }
  }
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
