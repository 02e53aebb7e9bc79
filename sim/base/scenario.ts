import type { BalancerSpec } from './balancer-spec.ts';
import type { NicSpec, SwitchSpec } from './device-spec.ts';
import type { FailureSpec } from './failure-spec.ts';
import type { BackgroundSpec, JobSpec, StartSpec } from './job-spec.ts';
import type { ProbeSpec } from './probe-spec.ts';
import type { TransportSpec } from './transport-spec.ts';

/**
 * A Scenario is everything the simulator needs, as validated plain data: sizes in bytes, rates in bits a second, times in
 * integer picoseconds. `sweep/config` makes it from a config file; a program may also write one by hand.
 *
 * A `null` means "derived from the fabric" (sim/derive.ts): those defaults follow from the base round-trip time.
 */

/** Largest representable simulated time: integer picoseconds in a double are exact up to 2^53 ps, about 2.5 hours. */
export const MAX_TIME_PS = 2 ** 53 - 1;

export interface Scenario {
  readonly name: string;
  /** Non-negative integer below 2^53; every random stream derives from it. */
  readonly seed: number;
  readonly fidelity: Fidelity;
  readonly topology: TopologySpec;
  /** Of no effect where there are `jobs`. */
  readonly workload: WorkloadSpec;
  /** When the ranks of `workload` begin. */
  readonly start: StartSpec;
  /** Several workloads on one fabric; empty: `workload` is the only one. */
  readonly jobs: readonly JobSpec[];
  /** Random flows beside the workload or the jobs; null: none. */
  readonly background: BackgroundSpec | null;
  /** Of `workload`. */
  readonly balancer: BalancerSpec;
  readonly transport: TransportSpec;
  readonly nic: NicSpec;
  readonly switch: SwitchSpec;
  readonly failures: readonly FailureSpec[];
  readonly stopAtPs: number;
  /** Data packets sent (first transmissions) after which the run ends, at the end of the lookahead interval in which that happens; null: none. */
  readonly stopPackets: number | null;
  /** What is recorded over time; null: nothing. */
  readonly probes: ProbeSpec | null;
}

export type Fidelity = 'packet' | 'bound';

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

export type WorkloadSpec = CollectiveSpec | PermutationSpec | IncastSpec | FlowsSpec | MoeSpec | FileSpec;

/** `sizeBytes` has the nccl-tests meaning of the collective (docs: reference on collectives). */
export interface CollectiveSpec {
  readonly kind: 'all-reduce' | 'all-gather' | 'reduce-scatter' | 'all-to-all';
  readonly algorithm: CollectiveAlgorithm;
  readonly sizeBytes: number;
  readonly ranks: number;
}

export type CollectiveAlgorithm = 'ring' | 'direct' | 'halving-doubling' | 'recursive-doubling' | 'recursive-halving' | 'pairwise';

/** Which algorithms each collective has; the first is its default. */
export const COLLECTIVE_ALGORITHMS = {
  'all-reduce': ['ring', 'direct', 'halving-doubling'],
  'all-gather': ['ring', 'direct', 'recursive-doubling'],
  'reduce-scatter': ['ring', 'direct', 'recursive-halving'],
  'all-to-all': ['direct', 'pairwise'],
} as const satisfies Record<CollectiveSpec['kind'], readonly CollectiveAlgorithm[]>;

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

/** A traffic or trace file, already read: the simulator opens no files. */
export interface FileSpec {
  readonly kind: 'file';
  /** As written in the config; for messages only. */
  readonly path: string;
  readonly format: 'htsim' | 'chakra';
  /** One entry for `htsim`; one a rank, in rank order, for `chakra`. */
  readonly files: readonly InputFile[];
  readonly htsim: { readonly startUnit: 'us' | 'ps' | null };
  readonly chakra: {
    readonly durationUnit: 'us' | 'ns';
    readonly deps: 'both' | 'data';
    readonly missingDeps: 'error' | 'drop';
    readonly missingComm: 'error' | 'replay';
    readonly allReduce: 'ring' | 'direct' | 'halving-doubling';
    readonly allGather: 'ring' | 'direct' | 'recursive-doubling';
    readonly reduceScatter: 'ring' | 'direct' | 'recursive-halving';
  };
  /** Of the fabric; a file may use fewer. */
  readonly ranks: number;
}

export interface InputFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}
