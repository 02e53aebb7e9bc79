/** Expert-parallel traffic of mixture-of-experts layers (docs/moe.md). */
export interface MoeSpec {
  readonly kind: 'moe';
  /** MoE layers. */
  readonly layers: number;
  /** Tokens of a rank in a micro-batch. */
  readonly tokens: number;
  readonly experts: number;
  readonly topk: number;
  /** `forward`: dispatch and combine; `training`: also the two exchanges of the backward pass. */
  readonly phase: 'forward' | 'training';
  /** Values of a token. */
  readonly hidden: number;
  /** Bytes of one token copy on the wire, headers excluded. */
  readonly dispatchBytesPerToken: number;
  readonly combineBytesPerToken: number;
  /** Of both exchanges of the backward pass. */
  readonly backwardBytesPerToken: number;
  readonly routing: MoeRouting;
  /** Experts of a token lie in `keep` of `groups` groups; null: anywhere. */
  readonly limit: LimitSpec | null;
  /** null: every token is served. */
  readonly capacity: CapacitySpec | null;
  /** Which rank holds expert e. */
  readonly placement: 'linear' | 'round-robin' | 'random' | 'eplb' | 'co-activation';
  /** Of `eplb`; null elsewhere. */
  readonly replication: ReplicationSpec | null;
  /** How copies travel. */
  readonly scheme: 'per-expert' | 'per-gpu' | 'per-node' | 'two-step' | 'all-gather';
  /** Ranks tell each other before a dispatch how many tokens will come. */
  readonly counts: boolean;
  readonly chunks: number;
  readonly microbatches: number;
  /** null: nothing takes time but messages. */
  readonly compute: MoeComputeSpec | null;
  /** What an expert is made of. */
  readonly expert: ExpertSpec;
  /** Ranks of an expert-parallel group; null: all ranks. */
  readonly groupSize: number | null;
  readonly layout: 'contiguous' | 'strided';
  readonly ranksPerServer: number;
  readonly ranks: number;
}

/** Everything that MoE traffic can do without. */
export const PLAIN_MOE = {
  limit: null,
  capacity: null,
  replication: null,
  counts: false,
  chunks: 1,
  microbatches: 1,
  compute: null,
  expert: { inner: 2048, weightBytes: 2, loadBps: 400e9 },
  groupSize: null,
  layout: 'contiguous',
  ranksPerServer: 1,
} as const satisfies Partial<MoeSpec>;

export interface LimitSpec {
  readonly groups: number;
  readonly keep: number;
  /** A group's score: the largest of its experts, or the sum of the two largest. */
  readonly score: 'max' | 'top2';
}

export interface CapacitySpec {
  readonly rule: 'gshard' | 'tutel';
  readonly factor: number;
  readonly mode: 'drop' | 'pad';
  /** Of `tutel`: capacities are multiples of this. */
  readonly alignment: number;
}

export interface ReplicationSpec {
  /** Physical experts of a group: a multiple of its ranks. */
  readonly physical: number;
  readonly groups: number;
  readonly replica: 'round-robin' | 'nearest';
}

export interface ExpertSpec {
  /** Inner size of the gated feed-forward network: three matrices of hidden x inner. */
  readonly inner: number;
  readonly weightBytes: number;
  /** At which a GPU loads weights from its host. */
  readonly loadBps: number;
}

/** Times of one forward pass; a backward pass takes twice as long. */
export interface MoeComputeSpec {
  /** All of a layer that comes before its dispatch, for the tokens of one micro-batch. */
  readonly attentionPs: number;
  /** Before each exchange. */
  readonly launchPs: number;
  /** Expert time of one token: as given, or by its floating-point operations. */
  readonly expert: { readonly perTokenPs: number } | { readonly tflops: number; readonly efficiency: number };
  /** Tokens of an expert are rounded up to a multiple of this. */
  readonly alignment: number;
}

export type WeightRouting =
  { readonly kind: 'uniform' } | { readonly kind: 'zipf'; readonly s: number; readonly permute: boolean } | DirichletRouting;

export interface DirichletRouting {
  readonly kind: 'dirichlet';
  readonly a: number;
  /** Who has a mixture of its own. */
  readonly scope: 'layer' | 'gpu' | 'sequence';
  /** Tokens. */
  readonly sequenceLength: number;
}

export type MoeRouting =
  | WeightRouting
  | { readonly kind: 'sticky'; readonly rho: number; readonly sequenceLength: number; readonly base: WeightRouting }
  | { readonly kind: 'hot-rank'; readonly ratio: number; readonly rank: number }
  | TraceRouting
  | ThorRouting
  | ReadMeRouting
  | ExpertFlowRouting
  | PreMoeRouting
  | T2mirRouting;

export interface TraceRouting {
  readonly kind: 'trace';
  /** As written in the config; for messages only. */
  readonly path: string;
  /** SHA-256 of the file in hexadecimal digits. */
  readonly digest: string;
  readonly trace: RoutingTrace;
  /** (token, layer) pairs may be missing. */
  readonly sparse: boolean;
}

/** A recorded routing. */
export interface RoutingTrace {
  /** Numbers of the layers in the file, ascending. */
  readonly layers: readonly number[];
  /** Experts a token, by layer in that order. */
  readonly k: readonly number[];
  /** By layer in that order. Tokens are numbered as they first appear. */
  readonly rows: readonly LayerRows[];
  readonly tokens: number;
  /** GPU of each token; null: the file does not say. */
  readonly gpus: Float64Array | null;
}

/** The rows of one layer of a recorded routing. */
export interface LayerRows {
  /** Those that have a row, ascending. */
  readonly tokens: Int32Array;
  /** Of each of them, one after the other. */
  readonly experts: Uint16Array | Int32Array;
}

export interface ThorRouting {
  readonly kind: 'thor';
  readonly level: 'batch' | 'token' | 'sentence';
  readonly sequenceLength: number;
  readonly sharedDraw: boolean;
  readonly move: 'tokens' | 'parameters';
}

export interface ReadMeRouting {
  readonly kind: 'read-me';
  readonly base: WeightRouting;
  readonly maxExpertsPerBatch: number;
  /** Tokens that wait at a rank. */
  readonly window: number;
  /** In batches; null: no limit. */
  readonly maxWait: number | null;
  /** In layers. */
  readonly lookahead: number;
  /** Experts that a rank has room for, at first none; null: all of its own are there from the start. */
  readonly cache: number | null;
  readonly migrate: 'once' | 'per-layer';
}

export interface ExpertFlowRouting {
  readonly kind: 'expertflow';
  readonly base: WeightRouting;
  readonly accuracy: number;
  readonly groups: number;
  /** Tokens of a rank that are regrouped together. */
  readonly window: number;
  readonly onMiss: 'second-dispatch' | 'fetch-expert';
}

export interface PreMoeRouting {
  readonly kind: 'premoe';
  readonly base: WeightRouting;
  readonly keep: number;
  readonly repack: boolean;
  /** In micro-batches; null: one task. */
  readonly taskSwitchEvery: number | null;
}

export interface T2mirRouting {
  readonly kind: 't2mir';
  readonly tokenExperts: number;
  readonly tokenK: number;
  readonly taskExperts: number;
  readonly taskK: number;
  readonly hard: boolean;
  readonly sequenceLength: number;
  readonly tasksPerGpu: number;
  readonly channels: 'shared' | 'separate';
}
