export interface MoeSpec {
  readonly kind: 'moe';
  /** MoE layers. */
  readonly layers: number;
  /** Tokens a rank. */
  readonly tokens: number;
  readonly experts: number;
  readonly topk: number;
  /** `forward`: dispatch and combine; `training`: also the two exchanges of the backward pass. */
  readonly phase: 'forward' | 'training';
  /** Bytes of one token copy on the wire, headers excluded. */
  readonly dispatchBytesPerToken: number;
  readonly combineBytesPerToken: number;
  /** Of both exchanges of the backward pass. */
  readonly backwardBytesPerToken: number;
  readonly routing: { readonly kind: 'uniform' } | { readonly kind: 'zipf'; readonly s: number; readonly permute: boolean };
  /** Which rank holds expert e: `linear` floor(e / (experts/ranks)); `round-robin` e mod ranks; `random` a seeded permutation of linear. */
  readonly placement: 'linear' | 'round-robin' | 'random';
  /** `per-expert`: one copy a selected expert; `per-gpu`: one copy a destination rank. */
  readonly scheme: 'per-expert' | 'per-gpu';
  readonly ranks: number;
}
