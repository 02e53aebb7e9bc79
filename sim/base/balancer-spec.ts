export type BalancerSpec =
  | { readonly kind: 'ecmp' }
  | { readonly kind: 'ecmp-split'; readonly k: number }
  | { readonly kind: 'spray' }
  | { readonly kind: 'drb' }
  | { readonly kind: 'spray-switch-rr'; readonly variant: 'plain' | 'permute' }
  | EtherealSpec;

export interface EtherealSpec {
  readonly kind: 'ethereal';
  readonly split: 'equal' | 'fewest' | 'none';
  readonly remainder: 'spread' | 'last';
  /** No piece is made smaller than this; null: one packet payload (`nic.mtu`). */
  readonly minPieceBytes: number | null;
  /** Most pieces of one flow; null: no limit. */
  readonly maxPieces: number | null;
  readonly batchWindowPs: number;
  /** Each sub-flow starts after a uniform whole number of nanoseconds up to this. */
  readonly startJitterPs: number;
  readonly shuffleDestinations: boolean;
  readonly shuffleFlows: boolean;
  readonly shufflePaths: boolean;
}
