/** One iteration of training a transformer (docs/training.md). */
export interface TrainingSpec {
  readonly kind: 'training';
  readonly model: ModelShape;
  /** In sequences: of one iteration, and of one micro-batch of one model replica. */
  readonly batch: { readonly global: number; readonly micro: number };
  readonly parallel: ParallelSpec;
  readonly compute: ComputeSpec;
  readonly precision: PrecisionSpec;
  /** Gradients, and parameters where the optimizer is sharded, are exchanged in buckets of this size. */
  readonly bucketBytes: number;
  /** Whether gradients and parameters are exchanged while the rank computes. */
  readonly overlap: boolean;
  /** So many consecutive layers of one kind are simulated as one that computes and exchanges as much as all of them. */
  readonly mergeLayers: number;
  readonly contextExchange: 'ring' | 'all-gather';
  readonly algorithms: { readonly tensor: 'ring' | 'direct'; readonly data: 'ring' | 'direct'; readonly expert: 'direct' | 'pairwise' };
  readonly ranks: number;
  /** Consecutive ranks that share a server; 1: none do. */
  readonly ranksPerServer: number;
}

/** Shape of a decoder-only transformer. Norms, biases and rotary embeddings are left out. */
export interface ModelShape {
  readonly layers: number;
  readonly hidden: number;
  readonly heads: number;
  /** Heads of keys and values; `heads` without grouped queries. */
  readonly kvHeads: number;
  readonly headDim: number;
  /** Inner dimension of the dense feed-forward layers. */
  readonly ffn: number;
  /** Three matrices (SwiGLU) instead of two. */
  readonly gated: boolean;
  /** 0: neither embedding nor output layer. */
  readonly vocab: number;
  readonly sequence: number;
  /** null: all layers are dense. */
  readonly moe: MoeShape | null;
  /** null: keys and values are projected directly. */
  readonly latent: LatentAttentionShape | null;
}

export interface MoeShape {
  readonly experts: number;
  readonly topk: number;
  /** Inner dimension of an expert (three matrices). */
  readonly expertFfn: number;
  /** Experts that every token passes. */
  readonly sharedExperts: number;
  /** The first so many layers are dense. */
  readonly denseLayers: number;
}

/** Multi-head latent attention (DeepSeek-V2, arXiv 2405.04434, section 2.1). */
export interface LatentAttentionShape {
  /** null: queries are projected directly. */
  readonly queryRank: number | null;
  readonly keyValueRank: number;
  readonly nopeDim: number;
  readonly ropeDim: number;
  readonly valueDim: number;
}

export const PARALLEL_DIMENSIONS = ['tensor', 'context', 'data', 'pipeline'] as const;
export type ParallelDimension = (typeof PARALLEL_DIMENSIONS)[number];

export interface ParallelSpec {
  readonly tensor: number;
  readonly pipeline: number;
  readonly context: number;
  /** Ranks that share the experts of a layer: consecutive ones among those of a pipeline stage. */
  readonly expert: number;
  /** Stage of ZeRO (arXiv 1910.02054). */
  readonly zero: 0 | 1 | 2 | 3;
  readonly sequenceParallel: boolean;
  /** Model chunks a pipeline stage; 1: not interleaved. */
  readonly interleave: number;
  /** Fastest-varying first. */
  readonly order: readonly ParallelDimension[];
}

export type ComputeSpec =
  /** Of one layer and micro-batch, on one rank. */
  | { readonly kind: 'times'; readonly forwardPs: number; readonly backwardPs: number }
  | { readonly kind: 'gpu'; readonly gpu: GpuName; readonly utilisation: number };

export const GPU_NAMES = ['a100', 'h100', 'h800', 'b200'] as const;
export type GpuName = (typeof GPU_NAMES)[number];

/** Bytes of one value. */
export interface PrecisionSpec {
  readonly weightBytes: number;
  readonly activationBytes: number;
  readonly gradientBytes: number;
  /** Of a token copy in the forward pass of an expert layer. */
  readonly dispatchBytesPerToken: number;
  readonly combineBytesPerToken: number;
}
