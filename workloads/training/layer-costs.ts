import type { ModelShape, TrainingSpec } from '../../sim/base/training-spec.ts';

/** A stretch of computation on one rank, for one micro-batch and one layer. */
export interface Work {
  readonly flops: number;
  /** Read from and written to the memory of the GPU. */
  readonly bytes: number;
}

/** The forward pass of one layer on one rank, cut where something is exchanged; the backward pass has twice of everything. */
export interface LayerWork {
  /** Projections of the attention. */
  readonly projections: Work;
  /** Scores, and the values weighed by them. */
  readonly scores: Work;
  /** Dense feed-forward layer, or the shared experts of an expert layer (0 without). */
  readonly ffn: Work;
  /** Of an expert layer; else 0. */
  readonly gate: Work;
  readonly experts: Work;
}

/** Parameters of one layer. */
export interface LayerParameters {
  /** Divided among the ranks of a tensor group. */
  readonly sliced: number;
  /** Each rank holds them. */
  readonly whole: number;
  /** Divided among the ranks of an expert group. */
  readonly experts: number;
}

export const isExpertLayer = ({ moe }: ModelShape, layer: number): boolean => moe !== null && layer >= moe.denseLayers;

const NOTHING: Work = { flops: 0, bytes: 0 };

function attentionParameters({ hidden, heads, kvHeads, headDim, latent }: ModelShape): number {
  if (latent === null) return 2 * hidden * heads * headDim + 2 * hidden * kvHeads * headDim;
  const { queryRank, keyValueRank, nopeDim, ropeDim, valueDim } = latent;
  const queryWidth = heads * (nopeDim + ropeDim);
  const query = queryRank === null ? hidden * queryWidth : (hidden + queryWidth) * queryRank;
  const keyValue = hidden * (keyValueRank + ropeDim) + keyValueRank * heads * (nopeDim + valueDim);
  return query + keyValue + heads * valueDim * hidden;
}

/** Values of a query (= key) and of a value of all heads. */
function headWidths({ heads, headDim, latent }: ModelShape): { readonly key: number; readonly value: number } {
  return latent === null
    ? { key: heads * headDim, value: heads * headDim }
    : { key: heads * (latent.nopeDim + latent.ropeDim), value: heads * latent.valueDim };
}

const ffnParameters = ({ hidden, ffn, gated }: ModelShape): number => (gated ? 3 : 2) * hidden * ffn;
const expertParameters = ({ hidden, moe }: ModelShape): number => 3 * hidden * (moe?.expertFfn ?? 0);

export function layerParameters(model: ModelShape, layer: number): LayerParameters {
  const { moe, hidden } = model;
  const attention = attentionParameters(model);
  if (moe === null || !isExpertLayer(model, layer)) return { sliced: attention + ffnParameters(model), whole: 0, experts: 0 };
  return {
    sliced: attention + moe.sharedExperts * expertParameters(model),
    whole: hidden * moe.experts,
    experts: moe.experts * expertParameters(model),
  };
}

/** Of the whole model, embedding and output layer (two matrices) included. */
export function modelParameters(model: ModelShape): number {
  let total = 2 * model.vocab * model.hidden;
  for (let layer = 0; layer < model.layers; layer++) {
    const { sliced, whole, experts } = layerParameters(model, layer);
    total += sliced + whole + experts;
  }
  return total;
}

/** Tokens of a micro-batch that a tensor group has: its part of the sequence. */
export const groupTokens = ({ model, batch, parallel }: TrainingSpec): number => (batch.micro * model.sequence) / parallel.context;

/** Bytes of the keys and values of a rank's tokens that context parallelism passes on. */
export function keyValueBytes(spec: TrainingSpec): number {
  const { model, parallel, precision } = spec;
  const { key, value } = headWidths(model);
  const share = model.latent === null ? Math.max(model.kvHeads / parallel.tensor, 1) / model.heads : 1 / parallel.tensor;
  return Math.round(groupTokens(spec) * (key + value) * share * precision.activationBytes);
}

/**
 * Floating-point operations, two for each parameter and token, and 2 s (key + value width) for each token and the scores over a sequence
 * of s (Narayanan et al., SC'21, appendix: 24 B s h^2 + 4 B s^2 h a layer where the feed-forward layer is 4 h wide); and the memory
 * traffic of one pass over the rank's weights and of each stretch's input and output.
 */
export function layerWork(spec: TrainingSpec, layer: number): LayerWork {
  const { model, parallel, precision } = spec;
  const { tensor } = parallel;
  const { hidden, moe } = model;
  const tokens = groupTokens(spec);
  const { key, value } = headWidths(model);
  const inAndOut = 2 * tokens * hidden * precision.activationBytes;
  /** `parameters` on this rank, passed by `passing` tokens. */
  const matrices = (parameters: number, passing: number, activationBytes: number): Work => ({
    flops: 2 * parameters * passing,
    bytes: parameters * precision.weightBytes + activationBytes,
  });
  const attention = {
    projections: matrices(attentionParameters(model) / tensor, tokens, inAndOut),
    scores: {
      flops: (2 * tokens * model.sequence * (key + value)) / tensor,
      bytes: (2 * tokens * (key + value) * precision.activationBytes) / tensor,
    },
  };
  if (moe === null || !isExpertLayer(model, layer)) {
    return { ...attention, ffn: matrices(ffnParameters(model) / tensor, tokens, inAndOut), gate: NOTHING, experts: NOTHING };
  }
  const own = tokens / tensor;
  const perExpert = expertParameters(model);
  const copies = own * moe.topk;
  return {
    ...attention,
    ffn: moe.sharedExperts === 0 ? NOTHING : matrices((moe.sharedExperts * perExpert) / tensor, tokens, inAndOut),
    gate: matrices(hidden * moe.experts, own, own * hidden * precision.activationBytes),
    experts: {
      flops: 2 * perExpert * copies,
      bytes: ((perExpert * moe.experts) / parallel.expert) * precision.weightBytes + 2 * copies * hidden * precision.activationBytes,
    },
  };
}

/** Forward pass of the output layer on one rank. */
export function outputWork(spec: TrainingSpec): Work {
  const { model, parallel, precision } = spec;
  const parameters = Math.ceil(model.vocab / parallel.tensor) * model.hidden;
  const tokens = groupTokens(spec);
  const width = model.hidden + model.vocab / parallel.tensor;
  return { flops: 2 * parameters * tokens, bytes: parameters * precision.weightBytes + tokens * width * precision.activationBytes };
}

/** Bytes of the token copies from one rank to another, balanced routing: the expected number of tokens with an expert there. */
export function copiesPerPair(spec: TrainingSpec): number {
  const { model, parallel } = spec;
  const { experts, topk } = model.moe!;
  const elsewhere = experts - experts / parallel.expert;
  // C(elsewhere, k) / C(experts, k), as a product.
  let missed = 1;
  for (let i = 0; i < topk; i++) missed *= Math.max(0, elsewhere - i) / (experts - i);
  return (groupTokens(spec) / parallel.tensor) * (1 - missed);
}
