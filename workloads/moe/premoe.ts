import type { MoeSpec, PreMoeRouting } from '../../sim/base/moe-spec.ts';
import { setupStream } from '../../sim/base/random.ts';
import { noChoices } from './choices.ts';
import { plackettLuce } from './gating.ts';
import type { ExpertGroup } from './groups.ts';
import type { ChunkPlan, Router } from './layer-plan.ts';
import { topScores } from './limited-gate.ts';
import { type Placement, single } from './placement.ts';
import type { Planner } from './planner.ts';
import { sharedGates, type SourceGates } from './source-gates.ts';
import { logWeights } from './weights.ts';

const taskOf = ({ taskSwitchEvery }: PreMoeRouting, pass: number): number =>
  taskSwitchEvery === null ? 0 : Math.floor(pass / taskSwitchEvery);

/** Popularity of the experts in a layer for a task, pruned ones at -Infinity. */
function prunedWeights(spec: MoeSpec, { base, keep }: PreMoeRouting, seed: number, task: number, layer: number): Float64Array {
  const number = task * spec.layers + layer;
  const weights = logWeights(base, spec.experts, seed, number);
  const survivors = new Int32Array(keep);
  if (base.kind === 'uniform') {
    const order = setupStream(seed, 'moe-premoe-survivors', number).shuffle(Int32Array.from({ length: spec.experts }, (_, e) => e));
    survivors.set(order.subarray(0, keep));
  } else {
    topScores(weights, survivors);
  }
  const pruned = new Float64Array(spec.experts).fill(-Infinity);
  for (const e of survivors) pruned[e] = weights[e]!;
  return pruned;
}

/** PreMoe's gate: the base gate among the survivors, without limits on groups. */
export function preMoeGates(spec: MoeSpec, routing: PreMoeRouting, seed: number): SourceGates {
  return sharedGates(
    spec,
    seed,
    ({ pass, layer }) => taskOf(routing, pass) * spec.layers + layer,
    (number) => plackettLuce(prunedWeights(spec, routing, seed, Math.floor(number / spec.layers), number % spec.layers), spec.topk),
  );
}

/**
 * PreMoe, pruned experts (arXiv 2505.17639): the `keep` most popular experts of each layer stay. With `repack` they move together, on the
 * first GPUs of each group; the others leave the group, and those that stay serve all tokens.
 */
export function preMoeRouter(planner: Planner, routing: PreMoeRouting, gates: SourceGates): Router {
  const { spec, seed } = planner;
  const survivors = (pass: number, layer: number): Float64Array => prunedWeights(spec, routing, seed, taskOf(routing, pass), layer);
  return {
    passes: spec.microbatches,
    isSerial: false,
    lookahead: 0,
    plan: (pass, layer) =>
      planner.groups.map((group) => {
        if (!routing.repack) return planner.chunks(group, layer, planner.draw(gates, group, pass, layer));
        return repacked(planner, group, gates, survivors(pass, layer), pass, layer);
      }),
    loadBeforePs: (pass) => {
      if (pass === 0 || taskOf(routing, pass) === taskOf(routing, pass - 1)) return null;
      const loadPs = new Float64Array(spec.ranks);
      for (const group of planner.groups) {
        const held = new Float64Array(group.size);
        for (let layer = 0; layer < spec.layers; layer++) {
          const kept = survivors(pass, layer);
          const { first, member } = routing.repack ? packedPlacement(planner, group, kept) : planner.placementOf(layer);
          kept.forEach((weight, e) => {
            if (weight > -Infinity) for (const holder of member.subarray(first[e], first[e + 1])) held[holder]!++;
          });
        }
        group.ranks.forEach((rank, m) => (loadPs[rank] = planner.loadPs(held[m]!)));
      }
      return loadPs;
    },
    facts: () => ({}),
  };
}

/** The survivors in the order of the experts, on the first GPUs of the group, as many a GPU as before. */
function packedPlacement({ spec }: Planner, group: ExpertGroup, kept: Float64Array): Placement {
  const perGpu = spec.experts / group.size;
  let survivor = 0;
  return single(Int32Array.from(kept, (weight) => (weight === -Infinity ? 0 : Math.floor(survivor++ / perGpu))));
}

function repacked(planner: Planner, group: ExpertGroup, gates: SourceGates, kept: Float64Array, pass: number, layer: number): ChunkPlan[] {
  const { tokens, topk, experts } = planner.spec;
  const keep = kept.reduce((count, weight) => (weight === -Infinity ? count : count + 1), 0);
  const size = Math.ceil((keep * group.size) / experts);
  const total = tokens * group.size;
  const most = Math.ceil(total / size);
  const choices = noChoices(group.size, most, topk);
  for (let source = 0; source < size; source++) {
    const next = gates({ pass, layer, rank: group.ranks[source]! }, 'moe-gating');
    // Where the tokens do not divide, the last sources have one less.
    const own = Math.floor((total + size - 1 - source) / size);
    for (let at = source * most * topk; at < (source * most + own) * topk; at += topk) next(choices.expert.subarray(at, at + topk));
  }
  return planner.chunks(group, layer, choices, packedPlacement(planner, group, kept));
}
