import type { WirelessHopSpec } from './wireless-hop-spec.ts';

export interface LinkSpec {
  readonly rateBps: number;
  readonly delayPs: number;
}

export type TopologySpec = (LeafSpineSpec | FatTreeSpec | RailSpec | GraphSpec) & {
  /** What the file that the fabric comes from gives a person to know; absent: nothing. */
  readonly notices?: readonly string[];
  /** Absent: every host has a cable only. */
  readonly wireless?: WirelessHopSpec;
};

/** Machines with several GPUs, which NVLink joins (docs/model-servers.md). Rank r is GPU r mod `gpus` of server floor(r / gpus). */
export interface ServerSpec {
  readonly gpus: number;
  /** NICs of a server, each a host of the fabric; a divisor of `gpus`. */
  readonly nics: number;
  /** Rate of each direction of a GPU's port; delay from one GPU to another. */
  readonly nvlink: LinkSpec;
}

export interface LeafSpineSpec {
  readonly kind: 'leaf-spine';
  readonly leaves: number;
  readonly spines: number;
  readonly hostsPerLeaf: number;
  readonly hostLink: LinkSpec;
  readonly fabricLink: FabricLinkSpec;
  readonly placement: Placement;
  /** Absent: every rank is a host. */
  readonly server?: ServerSpec;
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
  /** Absent: every rank is a host. */
  readonly server?: ServerSpec;
}

/** A leaf-spine with a leaf for each NIC of the servers of a segment: NIC i of each of them is joined to leaf i of the segment. */
export interface RailSpec {
  readonly kind: 'rail';
  readonly servers: number;
  /** A divisor of `servers`. */
  readonly serversPerSegment: number;
  /** 0: only the rails, which nothing joins. */
  readonly spines: number;
  readonly hostLink: LinkSpec;
  readonly fabricLink: FabricLinkSpec;
  readonly placement: Placement;
  readonly server: ServerSpec;
}

/** Any graph of switches; each host has one link, to a switch. Routes are shortest paths (topologies/graph-fabric.ts). */
export interface GraphSpec {
  readonly kind: 'graph';
  /** Nodes 0..hosts-1; the switches are hosts..hosts+switches-1. */
  readonly hosts: number;
  readonly switches: number;
  /** In order: ports are numbered by it. */
  readonly cables: readonly GraphCable[];
  readonly placement: Exclude<Placement, 'strided'>;
  /** Absent: every rank is a host. */
  readonly server?: ServerSpec;
}

export interface GraphCable extends LinkSpec {
  readonly a: number;
  readonly b: number;
}

/**
 * Which host is rank r: `packed` host r; `strided` ToR (leaf) r mod ToRs, its host floor(r / ToRs); `random` a seeded permutation. Of servers
 * whole ones are placed so.
 */
export type Placement = 'packed' | 'strided' | 'random';
