import type { ThorRouting } from '../../sim/base/moe-spec.ts';
import { setupStream } from '../../sim/base/random.ts';
import { drawChoices, type Choices } from './choices.ts';
import type { ExpertGroup } from './groups.ts';
import type { ChunkPlan, Router } from './layer-plan.ts';
import { fromExperts, NO_WAVES, type Planner, toExperts } from './planner.ts';
import { component } from './source-gates.ts';

/**
 * THOR, stochastic experts (arXiv 2110.04260): no gate, one uniformly drawn expert for a batch, a sentence or a token. A training step
 * runs two forward passes with draws of their own. The choice is known before a layer runs, so nothing waits for a gate.
 */
export function thorRouter(planner: Planner, routing: ThorRouting): Router {
  const { spec } = planner;
  return {
    passes: spec.microbatches * (spec.phase === 'training' ? 2 : 1),
    isSerial: true,
    lookahead: Infinity,
    plan: (pass, layer) =>
      planner.groups.map((group) => {
        const choices = drawThor(planner, routing, group, pass, layer);
        const chunks = planner.chunks(group, layer, choices);
        return routing.move === 'tokens' ? chunks : chunks.map((chunk, i) => moved(planner, group, layer, choices, chunk, i));
      }),
    facts: () => ({}),
  };
}

/** One draw a token, a sentence of consecutive tokens, or a pass; with a shared draw the same for all ranks. */
function drawThor(planner: Planner, routing: ThorRouting, group: ExpertGroup, pass: number, layer: number): Choices {
  const { spec, seed } = planner;
  const { experts, tokens } = spec;
  const { level, sequenceLength, sharedDraw } = routing;
  const length = level === 'token' ? 1 : level === 'sentence' ? sequenceLength : tokens;
  return drawChoices(group.size, tokens, 1, (source) => {
    const at = { pass, layer, rank: sharedDraw ? 0 : group.ranks[source]! };
    const stream = setupStream(seed, 'moe-thor', component(spec, at));
    let expert = 0;
    let token = 0;
    return (chosen) => {
      if (token++ % length === 0) expert = stream.integer(experts);
      chosen[0] = expert;
    };
  });
}

/** Weights come to the tokens: one copy of each expert that a rank uses, in the first chunk; their gradients return. */
function moved(planner: Planner, group: ExpertGroup, layer: number, choices: Choices, chunk: ChunkPlan, number: number): ChunkPlan {
  const { size } = group;
  const destination = planner.destinations(choices, planner.placementOf(layer), group);
  const copies = new Int32Array(size * size);
  const used = new Set<number>();
  const ownTokens = new Float64Array(size);
  for (let at = 0; at < destination.length; at++) {
    const source = Math.floor(at / choices.tokens);
    const key = source * planner.spec.experts + choices.expert[at]!;
    if (!used.has(key)) copies[source * size + destination[at]!]!++;
    used.add(key);
    ownTokens[source]!++;
  }
  const traffic = { copies, toServer: new Int32Array(size * group.servers) };
  const bytes = planner.expertBytes();
  return {
    ...chunk,
    dispatch: number === 0 ? [[fromExperts('parameters', traffic, bytes)]] : NO_WAVES,
    combine: NO_WAVES,
    gradientOfCombine: NO_WAVES,
    gradientOfDispatch: number === 0 ? [[toExperts('gradient of parameters', traffic, bytes)]] : NO_WAVES,
    work: ownTokens.map((count) => count / planner.spec.chunks),
  };
}
