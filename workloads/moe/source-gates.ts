import type { LimitSpec, WeightRouting } from '../../sim/base/moe-spec.ts';
import { setupStream } from '../../sim/base/random.ts';
import { plackettLuce, type TokenGate } from './gating.ts';
import { limitedGate } from './limited-gate.ts';
import { dirichletLogWeights, logWeights } from './weights.ts';

/** Writes the experts of the next token of a source into `chosen`, in the order of preference. */
export type NextToken = (chosen: Int32Array) => void;

/** Whose tokens: a rank of the job, in a forward pass (numbered over the micro-batches) through a layer. */
export interface At {
  readonly pass: number;
  readonly layer: number;
  readonly rank: number;
}

/** Purpose of the stream of a gate; placements that look at loads draw an earlier batch from `moe-gating-history`. */
export type Purpose = 'moe-gating' | 'moe-gating-history';

/** The tokens of a source; one random stream a (purpose, pass, layer, rank). */
export type SourceGates = (at: At, purpose: Purpose) => NextToken;

export interface GateShape {
  readonly experts: number;
  readonly topk: number;
  readonly limit: LimitSpec | null;
  readonly layers: number;
  /** Of the job. */
  readonly ranks: number;
}

/** Number of the stream of (pass, layer, rank). */
export const component = ({ layers, ranks }: Pick<GateShape, 'layers' | 'ranks'>, { pass, layer, rank }: At): number =>
  (pass * layers + layer) * ranks + rank;

/** Gates of experts that have weights. */
export function weightedGates(shape: GateShape, routing: WeightRouting, seed: number): SourceGates {
  const { experts, topk, limit } = shape;
  const gateOf = (weights: Float64Array): TokenGate => (limit === null ? plackettLuce(weights, topk) : limitedGate(weights, limit, topk));
  if (routing.kind === 'dirichlet' && routing.scope === 'sequence') {
    return (at, purpose) => {
      const mixtures = setupStream(seed, `${purpose}-mixture`, component(shape, at));
      const stream = setupStream(seed, purpose, component(shape, at));
      let gate: TokenGate;
      let token = 0;
      return (chosen) => {
        if (token++ % routing.sequenceLength === 0) gate = gateOf(dirichletLogWeights(routing.a, experts, mixtures));
        gate(stream, chosen);
      };
    };
  }
  if (routing.kind === 'dirichlet' && routing.scope === 'gpu') {
    return streamed(shape, seed, ({ layer, rank }) =>
      gateOf(dirichletLogWeights(routing.a, experts, setupStream(seed, 'moe-dirichlet-gpu', layer * shape.ranks + rank))),
    );
  }
  return sharedGates(
    shape,
    seed,
    ({ layer }) => layer,
    (layer) => gateOf(logWeights(routing, experts, seed, layer)),
  );
}

/** Gates that many sources have in common, made once for each key. */
export function sharedGates(
  shape: Pick<GateShape, 'layers' | 'ranks'>,
  seed: number,
  keyOf: (at: At) => number,
  gateOf: (key: number) => TokenGate,
): SourceGates {
  const made = new Map<number, TokenGate>();
  return streamed(shape, seed, (at) => {
    const key = keyOf(at);
    const gate = made.get(key) ?? gateOf(key);
    made.set(key, gate);
    return gate;
  });
}

function streamed(shape: Pick<GateShape, 'layers' | 'ranks'>, seed: number, gateOf: (at: At) => TokenGate): SourceGates {
  return (at, purpose) => {
    const gate = gateOf(at);
    const stream = setupStream(seed, purpose, component(shape, at));
    return (chosen) => gate(stream, chosen);
  };
}

/**
 * With probability `rho` a token repeats the experts of the one before it in its sequence (one uniform draw a token but the first of a
 * sequence, from a stream of its own); otherwise the base gate draws.
 */
export function stickyGates(
  shape: GateShape,
  { rho, sequenceLength, base }: { rho: number; sequenceLength: number; base: WeightRouting },
  seed: number,
): SourceGates {
  const gates = weightedGates(shape, base, seed);
  return (at, purpose) => {
    const next = gates(at, purpose);
    const stream = setupStream(seed, `${purpose}-sticky`, component(shape, at));
    const before = new Int32Array(shape.topk);
    let token = 0;
    return (chosen) => {
      const repeats = token++ % sequenceLength !== 0 && stream.uniform() < rho;
      if (!repeats) next(before);
      chosen.set(before);
    };
  };
}
