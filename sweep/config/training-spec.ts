import type { ComputeSpec, LatentAttentionShape, ModelShape, MoeShape, PrecisionSpec, TrainingSpec } from '../../sim/base/training-spec.ts';
import { formatQuantity } from '../../sim/base/quantity.ts';
import { MODELS } from '../../workloads/training/models.ts';
import type { WorkloadConfig } from './schema/workload.ts';
import type { JsonBlock } from './tree.ts';

export type TrainingConfig = Extract<WorkloadConfig, { kind: 'training' }>;

/** Share of the peak that large matrix products reach in training: an assumption. */
const UTILISATION = 0.5;

/** The workload of a valid config as the simulator takes it, its preset written out. */
export function trainingSpec(workload: TrainingConfig, ranks: number, ranksPerServer: number): TrainingSpec {
  const { kind, batch, parallel, compute, precision, bucket, overlap, mergeLayers, contextExchange, algorithms } = workload;
  const { data: _data, zero, ...degrees } = parallel;
  const model = modelShape(workload.model);
  return {
    kind,
    model,
    batch,
    parallel: { ...degrees, zero: zero as TrainingSpec['parallel']['zero'] },
    compute: computeSpec(compute),
    precision: precisionSpec(precision, model.hidden),
    bucketBytes: bucket,
    overlap,
    mergeLayers,
    contextExchange,
    algorithms,
    ranks,
    ranksPerServer,
  };
}

/** Keys without which there is no shape. */
export const SHAPE_KEYS = ['layers', 'hidden', 'heads', 'sequence'] as const;
/** Keys without which there are no experts. */
export const MOE_KEYS = ['topk', 'expertFfn'] as const;

/** A missing key, which the check of the config has reported, is 1. */
function modelShape(config: TrainingConfig['model']): ModelShape {
  if (typeof config === 'string') return MODELS[config];
  const { preset, experts, topk, expertFfn, sharedExperts, denseLayers, latent, ...own } = config;
  const base: ModelShape | null = preset === undefined ? null : MODELS[preset];
  const hidden = own.hidden ?? base?.hidden ?? 1;
  const heads = own.heads ?? base?.heads ?? 1;
  const isOwnShape = own.hidden !== undefined || own.heads !== undefined;
  const moe: MoeShape | null = base?.moe ?? null;
  const expertCount = experts ?? moe?.experts;
  return {
    layers: own.layers ?? base?.layers ?? 1,
    hidden,
    heads,
    kvHeads: own.kvHeads ?? base?.kvHeads ?? heads,
    headDim: own.headDim ?? (isOwnShape ? hidden / heads : (base?.headDim ?? hidden / heads)),
    ffn: own.ffn ?? base?.ffn ?? 4 * hidden,
    gated: own.gated ?? base?.gated ?? false,
    vocab: own.vocab ?? base?.vocab ?? 0,
    sequence: own.sequence ?? base?.sequence ?? 1,
    moe:
      expertCount === undefined
        ? null
        : {
            experts: expertCount,
            topk: topk ?? moe?.topk ?? 1,
            expertFfn: expertFfn ?? moe?.expertFfn ?? 1,
            sharedExperts: sharedExperts ?? moe?.sharedExperts ?? 0,
            denseLayers: denseLayers ?? moe?.denseLayers ?? 0,
          },
    latent: latent === undefined ? (base?.latent ?? null) : { ...latent, queryRank: latent.queryRank ?? null },
  };
}

function computeSpec({ gpu, utilisation = UTILISATION, forward = 0, backward = 2 * forward }: TrainingConfig['compute']): ComputeSpec {
  return gpu === undefined ? { kind: 'times', forwardPs: forward, backwardPs: backward } : { kind: 'gpu', gpu, utilisation };
}

/** FP8 and LogFMT carry one 4-byte factor for 128 values, an FP8 copy 16 bytes of metadata (DeepEP). */
function precisionSpec({ weights, activations, gradients, dispatch, combine }: TrainingConfig['precision'], hidden: number): PrecisionSpec {
  const scales = (hidden / 128) * 4;
  return {
    weightBytes: weights,
    activationBytes: activations,
    gradientBytes: gradients,
    dispatchBytesPerToken: dispatch === 'fp8' ? hidden + scales + 16 : 2 * hidden,
    combineBytesPerToken: combine === 'logfmt10' ? (hidden * 10) / 8 + scales : 2 * hidden,
  };
}

const latentBlock = ({ queryRank, ...others }: LatentAttentionShape): JsonBlock => ({
  ...others,
  ...(queryRank === null ? {} : { queryRank }),
});

function modelBlock({ moe, latent, ...shape }: ModelShape): JsonBlock {
  return { ...shape, ...(moe === null ? {} : moe), ...(latent === null ? {} : { latent: latentBlock(latent) }) };
}

/** The config block that gives the spec again. */
export function trainingBlock(spec: TrainingSpec): JsonBlock {
  const { kind, model, batch, parallel, compute, precision, overlap, mergeLayers, contextExchange, algorithms, ranks } = spec;
  return {
    kind,
    model: modelBlock(model),
    batch,
    parallel: { ...parallel, order: [...parallel.order] },
    compute:
      compute.kind === 'gpu'
        ? { gpu: compute.gpu, utilisation: compute.utilisation }
        : { forward: formatQuantity(compute.forwardPs, 'time'), backward: formatQuantity(compute.backwardPs, 'time') },
    precision: {
      weights: formatQuantity(precision.weightBytes, 'bytes'),
      activations: formatQuantity(precision.activationBytes, 'bytes'),
      gradients: formatQuantity(precision.gradientBytes, 'bytes'),
      dispatch: precision.dispatchBytesPerToken === 2 * model.hidden ? 'bf16' : 'fp8',
      combine: precision.combineBytesPerToken === 2 * model.hidden ? 'bf16' : 'logfmt10',
    },
    bucket: formatQuantity(spec.bucketBytes, 'bytes'),
    overlap,
    mergeLayers,
    contextExchange,
    algorithms,
    ranks,
  };
}
