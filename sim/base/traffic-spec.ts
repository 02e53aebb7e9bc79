export interface PermutationSpec {
  readonly kind: 'permutation';
  /** `random`: without fixed points; shift: r -> r + shift; affine: r -> multiply * r + add (mod ranks). */
  readonly pattern: 'random' | { readonly shift: number } | { readonly multiply: number; readonly add: number };
  readonly sizeBytes: number;
  readonly ranks: number;
}

export interface IncastSpec {
  readonly kind: 'incast';
  readonly senders: number;
  readonly receiver: number;
  /** Of each sender's flow. */
  readonly sizeBytes: number;
  readonly ranks: number;
}

export interface FlowSpec {
  readonly src: number;
  readonly dst: number;
  readonly sizeBytes: number;
  readonly startPs: number;
}

export interface FlowsSpec {
  readonly kind: 'flows';
  readonly flows: readonly FlowSpec[];
  readonly ranks: number;
}
