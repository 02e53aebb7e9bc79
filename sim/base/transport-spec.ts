/**
 * `trim`: NACKs for trimmed packets, and a timeout for each packet; needs switches that trim. `timers`: a timeout for each packet, and nothing
 * else.
 */
export type Recovery = 'sr' | 'gbn' | 'trim' | 'timers' | 'none';

export type TransportSpec =
  | FixedSpec
  | DctcpSpec
  | DctcpRateSpec
  | DctcpUecSpec
  | DcqcnSpec
  | DcqcnMlxSpec
  | HpccSpec
  | TimelySpec
  | SwiftSpec
  | NsccSpec
  | CreditSpec;

interface TransportCommon {
  readonly recovery: Recovery;
  /** Retransmission timeout; null: 15 us + 6 x queue / rate. */
  readonly rtoPs: number | null;
  /** `gbn` only: at most one NACK for one expected sequence number in this time. */
  readonly nackIntervalPs: number;
  /** Most packets of a flow that its receiver holds above a gap; others are discarded. Absent: no limit. Not with `gbn` and `none`. */
  readonly reorderPackets?: number;
}

export interface FixedSpec extends TransportCommon {
  readonly kind: 'fixed';
  /** null: line rate. */
  readonly rateBps: number | null;
  /** Wire bytes in flight; null: no window. */
  readonly windowBytes: number | null;
}

export interface DctcpSpec extends TransportCommon {
  readonly kind: 'dctcp';
  readonly g: number;
  /** Wire bytes; null: 1 BDP. */
  readonly initialWindowBytes: number | null;
  /** Wire bytes; null: one full packet. */
  readonly minWindowBytes: number | null;
}

export interface DctcpRateSpec extends TransportCommon {
  readonly kind: 'dctcp-rate';
  readonly g: number;
  readonly additiveIncreaseBps: number;
  readonly minRateBps: number;
}

// Controls below: docs/model-congestion.md says what each constant does. Windows are wire bytes. null: follows from the fabric, as that
// page and the comment say (R: host rate, T: base round-trip time, BDP: T x R, Q: target delay).

export interface DctcpUecSpec extends TransportCommon {
  readonly kind: 'dctcp-uec';
  /** null: `maxWindowBytes`. */
  readonly initialWindowBytes: number | null;
  /** null: one full packet. */
  readonly minWindowBytes: number | null;
  /** null: 1.5 BDP. */
  readonly maxWindowBytes: number | null;
  /** Part of the marked bytes that the window loses. */
  readonly decrease: number;
}

export interface DcqcnSpec extends TransportCommon {
  readonly kind: 'dcqcn';
  readonly g: number;
  /** At most one congestion notification in this time. */
  readonly cnpIntervalPs: number;
  readonly timerPs: number;
  readonly byteCounterBytes: number;
  /** Steps of fast recovery. */
  readonly fastRecovery: number;
  /** null: R / 20. */
  readonly additiveIncreaseBps: number | null;
  /** null: R / 10. */
  readonly hyperIncreaseBps: number | null;
  readonly minRateBps: number;
}

export interface DcqcnMlxSpec extends TransportCommon {
  readonly kind: 'dcqcn-mlx';
  readonly g: number;
  readonly alphaTimerPs: number;
  readonly decreaseTimerPs: number;
  readonly increaseTimerPs: number;
  /** Steps of fast recovery. */
  readonly fastRecovery: number;
  /** null: R / 5000. */
  readonly additiveIncreaseBps: number | null;
  /** null: R / 500. */
  readonly hyperIncreaseBps: number | null;
  readonly minRateBps: number;
  /** The target follows every decrease, not only the first after an increase. */
  readonly clampTarget: boolean;
  /** The rate is multiplied by this at the very first mark. */
  readonly firstCnpFactor: number;
}

export interface HpccSpec extends TransportCommon {
  readonly kind: 'hpcc';
  /** Target utilisation. */
  readonly eta: number;
  readonly maxStage: number;
  /** null: R / 2500. */
  readonly additiveIncreaseBps: number | null;
  /** null: one full packet. */
  readonly minWindowBytes: number | null;
}

export interface TimelySpec extends TransportCommon {
  readonly kind: 'timely';
  /** Weight of the newest difference. */
  readonly ewma: number;
  readonly beta: number;
  readonly lowDelayPs: number;
  readonly highDelayPs: number;
  readonly minRttPs: number;
  /** null: R / 1000. */
  readonly additiveIncreaseBps: number | null;
  /** null: R / 200. */
  readonly hyperIncreaseBps: number | null;
  /** Increases in a row after which they are hyper-active. */
  readonly hyperAfter: number;
  readonly minRateBps: number;
}

export interface SwiftSpec extends TransportCommon {
  readonly kind: 'swift';
  /** null: T + 5 us. */
  readonly baseDelayPs: number | null;
  /** For each hop; null: base delay / 6.55. */
  readonly hopScalePs: number | null;
  /** Range of flow scaling; null: 5 x base delay. */
  readonly flowScalePs: number | null;
  /** Windows, in packets, at which flow scaling adds all of its range, and nothing. */
  readonly flowScaleMin: number;
  readonly flowScaleMax: number;
  readonly ai: number;
  readonly beta: number;
  /** Largest part of the window that one decrease takes. */
  readonly maxDecrease: number;
  /** null: 1 BDP in whole packets. */
  readonly initialWindowBytes: number | null;
  readonly minWindowBytes: number;
  /** null: 1000 full packets. */
  readonly maxWindowBytes: number | null;
  /** The delay is the median of this many samples; 1: the latest alone. MSwift: 15. */
  readonly median: number;
}

export interface NsccSpec extends TransportCommon {
  readonly kind: 'nscc';
  readonly referenceBdpBytes: number;
  readonly referenceRttPs: number;
  /** Q; null: 0.75 T where switches trim, else T. */
  readonly targetDelayPs: number | null;
  readonly proportional: number;
  readonly fairIncrease: number;
  readonly eta: number;
  readonly fastIncrease: number;
  readonly fastDelayPs: number;
  readonly gamma: number;
  /** Largest part of the window that one decrease takes. */
  readonly maxDecrease: number;
  /** Of the newest delay in the moving average. */
  readonly averageWeight: number;
  /** null: 8 full packets. */
  readonly adjustSizeBytes: number | null;
  /** null: T. */
  readonly adjustTimePs: number | null;
  /** null: 4 Q. */
  readonly quickAdaptDelayPs: number | null;
  /** Quick adapt acts below (largest window) / 2^this achieved bytes. */
  readonly quickAdaptGate: number;
  /** null: 1.5 x rate x base round-trip time of the flow. */
  readonly maxWindowBytes: number | null;
  /** null: one full packet. */
  readonly minWindowBytes: number | null;
  /** The delay is the median of this many samples; 1: the latest alone. MNSCC: 15. */
  readonly median: number;
  /** Receivers grant credit beside the window, as `rccc` or `eqds`; null: they do not. */
  readonly credit: Omit<GrantSpec, 'scaling'> | null;
}

/** Credit from the receiver, and no window: docs/model-transport.md, section 6. */
export interface CreditSpec extends TransportCommon, GrantSpec {}

/** What receivers grant. */
export interface GrantSpec {
  /** `rccc`: grants unasked while nobody asks; `rccc-os`: slower where the fabric is congested; `eqds`: only what is asked for; `ndp`: a packet for each that arrives. */
  readonly kind: 'rccc' | 'rccc-os' | 'eqds' | 'ndp';
  /** Largest credit, and that of the start; null: 1.5 BDP; null with `ndp`. */
  readonly maxWindowBytes: number | null;
  /** `ndp`: packets sent at once; null: 1 BDP; null with the others. */
  readonly initialPackets: number | null;
  /** Most that one PULL grants, a multiple of 256; null with `ndp`. */
  readonly creditPerPullBytes: number | null;
  /** Part of the link rate that is granted. */
  readonly pullRate: number;
  /** `rccc-os` only. */
  readonly scaling?: PullScalingSpec;
}

/** How trims and marks scale the rate of grants: docs/model-transport.md, section 6.3. */
export interface PullScalingSpec {
  /** null: base round-trip time. */
  readonly intervalPs: number | null;
  readonly ecnWeight: number;
  readonly ecnTarget: number;
  readonly ecnGain: number;
  readonly increase: number;
  readonly minScale: number;
}
