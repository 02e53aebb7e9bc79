export type BalancerSpec =
  | { readonly kind: 'ecmp' }
  | { readonly kind: 'ecmp-split'; readonly k: number }
  | { readonly kind: 'spray' }
  | { readonly kind: 'drb' }
  | { readonly kind: 'spray-switch-rr'; readonly variant: 'plain' | 'permute' }
  | MessageBalancerSpec
  | SwitchBalancerSpec
  | HostBalancerSpec
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
  /** Paths share in proportion to their capacity; false: all alike. */
  readonly weights: boolean;
  /** A retransmission timeout after so long a silence is taken for a failure of the path. */
  readonly failedAfterPs: number;
  /** A failed path is avoided for so long. */
  readonly failedPathTimeoutPs: number;
  /** Where a flow of a failed path goes: to a path that is not avoided, if there is one, or to any other. */
  readonly repath: 'good' | 'random';
}

/** Balancers that choose the entropy or the path of each packet at the host (docs/model-balancers-host.md). */
export type HostBalancerSpec =
  | { readonly kind: 'spray-counter' }
  | { readonly kind: 'spray-uec'; readonly entropies: number }
  | PlbSpec
  /** `targetDelayPs` null: base round-trip time + 5 us. */
  | { readonly kind: 'plb-delay'; readonly targetDelayPs: number | null }
  | { readonly kind: 'flowbender'; readonly threshold: number }
  | HopperSpec
  | RepsSpec
  | { readonly kind: 'reps-legacy' | 'reps-ethereal-v2' | 'uec-bitmap' | 'uec-mixed' | 'strack'; readonly entropies: number }
  | { readonly kind: 'uec-bitmap-1bit'; readonly entropies: number; readonly maxMarked: number }
  | MrcSpec
  | MpRdmaSpec;

export interface PlbSpec {
  readonly kind: 'plb';
  /** Share of marked ACKs from which on a round counts as congested. */
  readonly threshold: number;
  /** Congested rounds in a row after which an idle flow, and any flow, changes its label. */
  readonly idleRounds: number;
  readonly rounds: number;
  /** Least time without a change after a timeout. */
  readonly suspendPs: number;
}

export interface HopperSpec {
  readonly kind: 'hopper';
  /** A round whose mean round-trip time is above this many base round-trip times sends probes. */
  readonly probeThreshold: number;
  /** In one try, each with a label of its own. */
  readonly probes: number;
  /** A probe must be answered in less than this part of the mean. */
  readonly switchFactor: number;
  /** A try without an answer is given up after this; null: 4 base round-trip times. */
  readonly probeTimeoutPs: number | null;
}

export interface RepsSpec {
  readonly kind: 'reps' | 'reps-htsim';
  readonly entropies: number;
  /** A suspected failure ends exploration for so long. */
  readonly freezePs: number;
}

export interface MrcSpec {
  readonly kind: 'mrc';
  /** Paths in use, and paths that wait to replace them, of each flow. */
  readonly entropies: number;
  readonly backup: number;
  /** null: 4 base round-trip times. */
  readonly skipPs: number | null;
  /** From a failure to the first probe of its path, and from probe to probe. */
  readonly probeIntervalPs: number;
  /** Path identifiers that the operator excludes. */
  readonly deny: readonly number[];
}

export interface MpRdmaSpec {
  readonly kind: 'mp-rdma';
  /** A path whose packet is acknowledged when one more than so many numbers above it was is left. */
  readonly delta: number;
  /** Packets that the receiver can note, from the next expected one on; null: the largest of 64, 2 delta and two BDP. */
  readonly bitmap: number | null;
  /** Share of packets that try a new path. */
  readonly probe: number;
}

/** Balancers that decide by message (docs/model-balancers-switch.md 3), and hashing by weight. */
export type MessageBalancerSpec =
  | { readonly kind: 'wcmp' | 'rr-flow' }
  /** Connections of each pair of hosts, on a path each. */
  | { readonly kind: 'hpn-least-outstanding'; readonly connections: number }
  | NcclQpSpec;

/** Queue pairs of NCCL. */
export interface NcclQpSpec {
  readonly kind: 'nccl-qp';
  /** Of each connection (NCCL_IB_QPS_PER_CONNECTION). */
  readonly queuePairs: number;
  /** Each message over all queue pairs (NCCL_IB_SPLIT_DATA_ON_QPS); else whole messages in turn. */
  readonly split: boolean;
}

/** What adaptive routing compares, in this order: whether a pause holds the port, quantised queue, quantised utilisation; or flows placed. */
export type PortKey = 'q' | 'b' | 'pause-q' | 'pause-b' | 'q-b' | 'pause-q-b' | 'flows';

/** Balancers that choose each packet's next hop at the switch (docs/model-balancers-switch.md 4 to 7). */
export type SwitchBalancerSpec =
  | { readonly kind: 'spray-tor-rr' | 'ofan' | 'ar-p2c' | 'jsq' | 'drill' }
  | { readonly kind: 'ar' | 'ecmp-adaptive'; readonly key: PortKey }
  | { readonly kind: 'letflow'; readonly gapPs: number }
  | { readonly kind: 'flowlet-ar'; readonly gapPs: number; readonly key: PortKey }
  | CongaSpec
  | ConWeaveSpec;

export interface CongaSpec {
  readonly kind: 'conga';
  readonly gapPs: number;
  /** The rate estimator of a port is multiplied by 1 - alpha once in this time. */
  readonly dreIntervalPs: number;
  readonly alpha: number;
  /** What is known of a path counts for so long. */
  readonly ageingPs: number;
  /** Of a metric. */
  readonly bits: number;
}

export interface ConWeaveSpec {
  readonly kind: 'conweave';
  /** Above the base round-trip time of its ToRs, what a reply may take before the flow is moved. */
  readonly replySlackPs: number;
  /** A path with marks is not chosen for so long. */
  readonly pathPausePs: number;
  /** After such a pause a flow begins anew. */
  readonly expiryPs: number;
  /** Beyond the expected arrival of the last packet of the old path, how long packets of the new one are held. */
  readonly flushSlackPs: number;
  /** How far off that arrival is taken to be where no packet of the old path has come. */
  readonly flushDefaultPs: number;
}
