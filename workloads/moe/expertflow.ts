import type { ExpertFlowRouting } from '../../sim/base/moe-spec.ts';
import { setupStream } from '../../sim/base/random.ts';
import { type Choices, NO_EXPERT, noChoices } from './choices.ts';
import type { ExpertGroup } from './groups.ts';
import type { ChunkPlan, Router } from './layer-plan.ts';
import { type Planner, toExperts } from './planner.ts';
import type { SourceGates } from './source-gates.ts';
import { chunkRange, countCopies, sumOf } from './token-copies.ts';

/** The true and the predicted experts of a group's tokens, by layer. */
interface Routes {
  readonly actual: readonly Choices[];
  readonly predicted: readonly Choices[];
  /** Micro-batch of each token, numbered over the sources. */
  readonly batchOf: Int32Array;
}

/**
 * ExpertFlow, predicted experts and token scheduling (arXiv 2410.17954): tokens with similar predicted routes form a micro-batch, the
 * micro-batches follow each other, and what was predicted wrongly costs a second dispatch, or the loading of the missing experts.
 */
export function expertFlowRouter(planner: Planner, routing: ExpertFlowRouting, gates: SourceGates): Router {
  const { spec, seed } = planner;
  const routes = planner.groups.map((group) => predictRoutes(planner, routing, gates, group));
  const windows = Math.ceil(spec.tokens / routing.window);
  let missed = 0;
  let selected = 0;
  for (const { actual, predicted } of routes) {
    actual.forEach(({ expert, k }, layer) => {
      selected += expert.length;
      expert.forEach((e, at) => {
        if (!isPredicted(predicted[layer]!.expert, at, k, e)) missed++;
      });
    });
  }
  return {
    passes: windows * routing.groups,
    isSerial: true,
    // Predicted for all layers before the first one runs.
    lookahead: routing.onMiss === 'fetch-expert' ? 0 : Infinity,
    plan: (pass, layer) => planner.groups.map((group, g) => planBatch(planner, routing, group, routes[g]!, pass, layer)),
    facts: () => ({ mispredicted_share: missed / selected }),
  };

  function predictRoutes(own: Planner, { accuracy }: ExpertFlowRouting, from: SourceGates, group: ExpertGroup): Routes {
    const actual = Array.from({ length: spec.layers }, (_, layer) => own.draw(from, group, 0, layer));
    const predicted = actual.map((choices, layer) => predict(choices, accuracy, spec.experts, seed, layer * spec.ranks + group.ranks[0]!));
    return { actual, predicted, batchOf: regroup(predicted, routing, spec.experts) };
  }
}

/** Each true expert stays with probability `accuracy`; otherwise a random expert that is not among the token's takes its place. */
function predict(choices: Choices, accuracy: number, experts: number, seed: number, number: number): Choices {
  const stream = setupStream(seed, 'moe-expertflow-prediction', number);
  const { k } = choices;
  const expert = choices.expert.slice();
  for (let at = 0; at < expert.length; at++) {
    if (stream.uniform() < accuracy || k === experts) continue;
    const first = at - (at % k);
    let other: number;
    do other = stream.integer(experts);
    while (choices.expert.subarray(first, first + k).includes(other) || expert.subarray(first, at).includes(other));
    expert[at] = other;
  }
  return { ...choices, expert };
}

const isPredicted = (predicted: Int32Array, at: number, k: number, e: number): boolean => {
  const first = at - (at % k);
  return predicted.subarray(first, first + k).includes(e);
};

/**
 * Balanced greedy clustering, window by window: the tokens of all sources, by number and then by source, each join the group whose
 * members share most predicted experts with them (the sum of each expert's part of the members, over all layers) among those in which
 * their source has room. Ties: the group with fewer members, then the lower one.
 */
function regroup(predicted: readonly Choices[], { groups, window }: ExpertFlowRouting, experts: number): Int32Array {
  const { sources, tokens, k } = predicted[0]!;
  const batchOf = new Int32Array(sources * tokens);
  for (let start = 0, firstBatch = 0; start < tokens; start += window, firstBatch += groups) {
    const length = Math.min(window, tokens - start);
    const members = new Int32Array(groups);
    const taken = new Int32Array(groups * sources);
    const profile = new Int32Array(groups * predicted.length * experts);
    for (let t = start; t < start + length; t++) {
      for (let s = 0; s < sources; s++) {
        let best = -1;
        let bestScore = -1;
        for (let g = 0; g < groups; g++) {
          const room = Math.floor(((g + 1) * length) / groups) - Math.floor((g * length) / groups);
          if (taken[g * sources + s]! >= room) continue;
          let shared = 0;
          predicted.forEach(({ expert }, layer) => {
            const row = (g * predicted.length + layer) * experts;
            for (let i = 0, at = (s * tokens + t) * k; i < k; i++, at++) shared += profile[row + expert[at]!]!;
          });
          const score = members[g] === 0 ? 0 : shared / members[g]!;
          if (best < 0 || score > bestScore || (score === bestScore && members[g]! < members[best]!)) {
            best = g;
            bestScore = score;
          }
        }
        batchOf[s * tokens + t] = firstBatch + best;
        members[best]!++;
        taken[best * sources + s]!++;
        predicted.forEach(({ expert }, layer) => {
          const row = (best * predicted.length + layer) * experts;
          for (let i = 0, at = (s * tokens + t) * k; i < k; i++, at++) profile[row + expert[at]!]!++;
        });
      }
    }
  }
  return batchOf;
}

function planBatch(
  planner: Planner,
  { onMiss }: ExpertFlowRouting,
  group: ExpertGroup,
  { actual, predicted, batchOf }: Routes,
  pass: number,
  layer: number,
): ChunkPlan[] {
  const { experts, topk: k, scheme, dispatchBytesPerToken } = planner.spec;
  const own = actual[layer]!;
  const all = ofBatch(own, batchOf, pass);
  const chunks = planner.chunks(group, layer, all);
  if (onMiss === 'fetch-expert') {
    const loaded = new Uint8Array(experts);
    ofBatch(predicted[layer]!, batchOf, pass).expert.forEach((e) => {
      if (e !== NO_EXPERT) loaded[e] = 1;
    });
    return [{ ...chunks[0]!, loadPs: loadTimes(planner, group, layer, all, loaded) }, ...chunks.slice(1)];
  }
  const destination = planner.destinations(all, planner.placementOf(layer), group);
  const hit = destination.map((d, at) => (isPredicted(predicted[layer]!.expert, at, k, all.expert[at]!) ? d : NO_EXPERT));
  const miss = destination.map((d, at) => (hit[at] === NO_EXPERT ? d : NO_EXPERT));
  return chunks.map((chunk, c) => {
    const range = chunkRange(all.tokens, c, chunks.length);
    const first = countCopies(all, hit, range, group, scheme);
    const second = countCopies(all, miss, range, group, scheme);
    const both = sumOf(first, second);
    const { combine, gradientOfCombine, gradientOfDispatch } = planner.exchanges(both);
    return {
      ...chunk,
      dispatch: [[toExperts('dispatch', first, dispatchBytesPerToken)], [toExperts('second dispatch', second, dispatchBytesPerToken)]],
      combine,
      gradientOfCombine,
      gradientOfDispatch,
    };
  });
}

/** The choices of the tokens of one micro-batch; all other tokens have none. */
function ofBatch(choices: Choices, batchOf: Int32Array, batch: number): Choices {
  const own = noChoices(choices.sources, choices.tokens, choices.k);
  batchOf.forEach((of, token) => {
    if (of !== batch) return;
    const at = token * choices.k;
    own.expert.set(choices.expert.subarray(at, at + choices.k), at);
  });
  return own;
}

/** Each member loads its experts that tokens need and nobody predicted. */
function loadTimes(planner: Planner, group: ExpertGroup, layer: number, choices: Choices, loaded: Uint8Array): Float64Array {
  const { first, member } = planner.placementOf(layer);
  const missing = new Set(choices.expert.filter((e) => e !== NO_EXPERT && loaded[e] === 0));
  const held = new Float64Array(group.size);
  for (const e of missing) for (const holder of member.subarray(first[e], first[e + 1])) held[holder]!++;
  return held.map((count) => planner.loadPs(count));
}
