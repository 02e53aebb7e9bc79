import { ConfigError } from '../../sim/base/errors.ts';
import type { MoeSpec } from '../../sim/base/moe-spec.ts';
import { ScheduleBuilder } from '../../sim/base/schedule.ts';
import { afterAll, NOTHING } from '../after-all.ts';
import type { Workload } from '../workload.ts';
import { copiesReceived, drawLayer, expertRanks, gini, type LayerRouting, maxOverMean } from './routing.ts';

/**
 * Expert-parallel exchanges of a mixture-of-experts model: for each layer a dispatch of X[s][d] token copies from s to d and a combine
 * the other way; in training, in reverse order of layers, the gradient of combine (shaped like dispatch) and that of dispatch (shaped
 * like combine). X is drawn once a layer and used by all its exchanges.
 *
 * A rank leaves an exchange when it has received everything it waits for and has posted its own part; only then it posts its part of
 * the next one. Within an exchange it posts its messages at once, in the order r+1, r+2, .. (mod ranks). Local copies send nothing.
 *
 * Facts (means over the layers): `expert_gini`, `expert_max_over_mean` of the selections of the experts, `receive_max_over_mean` of the
 * copies each rank receives (local ones included), `distinct_ranks_per_token`; and the totals `dispatch_bytes`, `combine_bytes` of the
 * forward pass, local copies excluded.
 *
 * @throws ConfigError when a token would need more experts than there are
 */
export function moeWorkload(spec: MoeSpec, seed: number): Workload {
  if (spec.topk > spec.experts) {
    throw new ConfigError('E147', `each token needs ${spec.topk} different experts, there are ${spec.experts}`, {
      where: { path: 'workload.topk' },
      hint: `at most ${spec.experts}`,
    });
  }
  const { ranks, layers } = spec;
  const builder = new ScheduleBuilder(ranks);
  const exchanges = new Exchanges(builder);
  const rankOfExpert = expertRanks(spec, seed);
  const routings = Array.from({ length: layers }, (_, layer) => drawLayer(spec, rankOfExpert, seed, layer));

  routings.forEach(({ copies }, layer) => {
    exchanges.add(`moe layer ${layer} dispatch`, (src, dst) => copies[src * ranks + dst]! * spec.dispatchBytesPerToken);
    exchanges.add(`moe layer ${layer} combine`, (src, dst) => copies[dst * ranks + src]! * spec.combineBytesPerToken);
  });
  if (spec.phase === 'training') {
    for (let layer = layers - 1; layer >= 0; layer--) {
      const { copies } = routings[layer]!;
      exchanges.add(`moe layer ${layer} gradient of combine`, (src, dst) => copies[src * ranks + dst]! * spec.backwardBytesPerToken);
      exchanges.add(`moe layer ${layer} gradient of dispatch`, (src, dst) => copies[dst * ranks + src]! * spec.backwardBytesPerToken);
    }
  }
  return { schedule: builder.build(), notices: [], facts: routingFacts(spec, routings) };
}

/** A sequence of all-to-all-v exchanges, each after the one before, rank by rank. */
class Exchanges {
  readonly #builder: ScheduleBuilder;
  /** What each rank's next sends wait for. */
  readonly #gate: number[];

  constructor(builder: ScheduleBuilder) {
    this.#builder = builder;
    this.#gate = Array.from({ length: builder.ranks }, () => NOTHING);
  }

  add(name: string, bytesBetween: (src: number, dst: number) => number): void {
    const builder = this.#builder;
    const { ranks } = builder;
    const phase = builder.phase(name);
    const receives: number[][] = Array.from({ length: ranks }, () => []);
    for (let src = 0; src < ranks; src++) {
      for (let shift = 1; shift < ranks; shift++) {
        const dst = (src + shift) % ranks;
        const bytes = bytesBetween(src, dst);
        if (bytes === 0) continue;
        const send = builder.message(src, dst, bytes, phase);
        if (this.#gate[src] !== NOTHING) builder.after(send, this.#gate[src]!);
        receives[dst]!.push(send + 1);
      }
    }
    // The gate of this exchange is also the start of the rank's own sends in it.
    for (let rank = 0; rank < ranks; rank++) this.#gate[rank] = afterAll(builder, rank, [this.#gate[rank]!, ...receives[rank]!]);
  }
}

function routingFacts(spec: MoeSpec, routings: readonly LayerRouting[]): Record<string, number> {
  const { ranks, tokens } = spec;
  const mean = (value: (routing: LayerRouting) => number): number =>
    routings.reduce((sum, routing) => sum + value(routing), 0) / routings.length;
  const remoteCopies = routings.reduce(
    (sum, { copies }) => sum + copies.reduce((row, count, i) => (isLocal(i, ranks) ? row : row + count), 0),
    0,
  );
  return {
    expert_gini: mean(({ expertTokens }) => gini(expertTokens)),
    expert_max_over_mean: mean(({ expertTokens }) => maxOverMean(expertTokens)),
    receive_max_over_mean: mean(({ copies }) => maxOverMean(copiesReceived(copies, ranks))),
    distinct_ranks_per_token: mean(({ distinctRanks }) => distinctRanks / (ranks * tokens)),
    dispatch_bytes: remoteCopies * spec.dispatchBytesPerToken,
    combine_bytes: remoteCopies * spec.combineBytesPerToken,
  };
}

const isLocal = (i: number, ranks: number): boolean => i % (ranks + 1) === 0;
