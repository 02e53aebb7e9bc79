export interface LinkSpec {
  readonly rateBps: number;
  readonly delayPs: number;
}

export type TopologySpec = LeafSpineSpec | FatTreeSpec;

export interface LeafSpineSpec {
  readonly kind: 'leaf-spine';
  readonly leaves: number;
  readonly spines: number;
  readonly hostsPerLeaf: number;
  readonly hostLink: LinkSpec;
  readonly fabricLink: FabricLinkSpec;
  readonly placement: Placement;
}

export interface FabricLinkSpec extends LinkSpec {
  /** Rate of the links of each spine (length `spines`), or null: every link runs at `rateBps`. */
  readonly perSpineRateBps: readonly number[] | null;
  /** Parallel links between each leaf and each spine. */
  readonly linksPerPair: number;
}

/** Three tiers. A fat tree of k-port switches has k pods, k/2 of each of the four others (topologies/fat-tree.ts). */
export interface FatTreeSpec {
  readonly kind: 'fat-tree';
  readonly pods: number;
  readonly torsPerPod: number;
  /** Aggregation switches of a pod; each ToR is joined to all of them. */
  readonly aggsPerPod: number;
  /** Core switches above each aggregation switch; aggregation switches in the same place of their pods share them. */
  readonly coresPerAgg: number;
  readonly hostsPerTor: number;
  readonly hostLink: LinkSpec;
  /** Between ToR and aggregation switch. */
  readonly fabricLink: LinkSpec;
  /** Between aggregation and core switch. */
  readonly coreLink: LinkSpec;
  readonly placement: Placement;
}

/** Which host is rank r: `packed` host r; `strided` ToR (leaf) r mod ToRs, its host floor(r / ToRs); `random` a seeded permutation. */
export type Placement = 'packed' | 'strided' | 'random';
