import type { WeightRouting } from '../../sim/base/moe-spec.ts';
import { setupStream, type SetupStream } from '../../sim/base/random.ts';

/**
 * Natural logarithms of the gating weights that all tokens of a layer share. `uniform`: all 0. `zipf`: weight rank(e)^-s, where rank is
 * 1..E in the order of the experts or, with `permute`, a random permutation that each layer draws for itself. `dirichlet` (scope `layer`):
 * a draw from the symmetric Dirichlet distribution.
 *
 * @param layer number of the layer, or of (task, layer) where tasks have popularities of their own
 */
export function logWeights(routing: WeightRouting, experts: number, seed: number, layer: number): Float64Array {
  if (routing.kind === 'dirichlet') return dirichletLogWeights(routing.a, experts, setupStream(seed, 'moe-dirichlet', layer));
  const weights = new Float64Array(experts);
  if (routing.kind === 'uniform') return weights;
  const position = Int32Array.from({ length: experts }, (_, e) => e);
  if (routing.permute) setupStream(seed, 'moe-expert-popularity', layer).shuffle(position);
  for (let e = 0; e < experts; e++) weights[e] = -routing.s * Math.log(position[e]! + 1);
  return weights;
}

/** E independent Gamma(a, 1), in logarithms; their common factor does not matter to a gate, so they are not normalised. */
export function dirichletLogWeights(a: number, experts: number, stream: SetupStream): Float64Array {
  return Float64Array.from({ length: experts }, () => logGamma(a, stream));
}

/**
 * Logarithm of a Gamma(a, 1) variate: Marsaglia and Tsang, "A simple method for generating gamma variables" (2000), with their boost
 * G(a) = G(a + 1) u^(1/a) below 1. In logarithms, since the variate itself underflows for small a.
 */
function logGamma(a: number, stream: SetupStream): number {
  const boost = a < 1 ? Math.log(1 - stream.uniform()) / a : 0;
  const d = (a < 1 ? a + 1 : a) - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = normal(stream);
    const v = (1 + c * x) ** 3;
    const u = 1 - stream.uniform();
    if (v > 0 && Math.log(u) < (x * x) / 2 + d - d * v + d * Math.log(v)) return Math.log(d * v) + boost;
  }
}

/** Box and Muller, the cosine half. */
const normal = (stream: SetupStream): number => Math.sqrt(-2 * Math.log(1 - stream.uniform())) * Math.cos(2 * Math.PI * stream.uniform());
