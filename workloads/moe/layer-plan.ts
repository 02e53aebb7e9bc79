import type { TokenCopies } from './token-copies.ts';

/** One all-to-all-v exchange inside a group. */
export interface Exchange {
  /** As in the name of its phase. */
  readonly name: string;
  /** `to-experts`: X, from sources to the holders of experts; `from-experts`: its transpose. */
  readonly direction: 'to-experts' | 'from-experts';
  readonly traffic: TokenCopies;
  readonly bytesPerCopy: number;
}

/** Exchanges that go on at the same time. */
export type Wave = readonly Exchange[];

/** What a group does with one chunk of its tokens in one layer. The waves of an exchange follow each other. */
export interface ChunkPlan {
  readonly dispatch: readonly Wave[];
  readonly combine: readonly Wave[];
  readonly gradientOfCombine: readonly Wave[];
  readonly gradientOfDispatch: readonly Wave[];
  /** Tokens that each member's experts compute, alignment included. */
  readonly work: Float64Array;
  /** How long each member loads weights first; null: nothing to load. */
  readonly loadPs: Float64Array | null;
}

/** Makes the layers of a workload: the gate models and the named systems of docs/moe.md. */
export interface Router {
  /** Forward passes. */
  readonly passes: number;
  /** The passes follow each other; otherwise they alternate, layer by layer. */
  readonly isSerial: boolean;
  /** The experts of a layer are known when a rank leaves the layer so many before it; 0: when its gate has run. */
  readonly lookahead: number;
  /** One entry a group, and in it one a chunk. Called once for each (pass, layer), passes and layers ascending. */
  plan(pass: number, layer: number): readonly (readonly ChunkPlan[])[];
  /** How long each rank loads weights before a pass. */
  readonly loadBeforePs?: (pass: number) => Float64Array | null;
  /** Known when all layers have been planned. */
  readonly facts: () => Readonly<Record<string, number>>;
}
