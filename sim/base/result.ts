import type { CriticalShare, Measures, OperationTimes } from './measures.ts';
import type { ProbeTables } from './probe-tables.ts';

/**
 * What a run says, whatever its fidelity. Quantities a fidelity cannot know are null; under `compat`, which has no fabric, the bound, link
 * loads and ratios are NaN and there are no tables of links.
 */
export interface RunResult {
  readonly fidelity: 'packet' | 'bound' | 'loggops' | 'astra-sim';
  /** Every operation of the Schedule ended. */
  readonly finished: boolean;
  /** `shouldStop` ended it while something was left to happen: the result is no function of the Scenario. */
  readonly wasStopped: boolean;
  /** Why it is not finished, for a person; null when finished. */
  readonly unfinishedReason: string | null;
  /** From 0 to the end of the last operation that is no background; null when not finished. */
  readonly completionPs: number | null;
  /** Lower bound on the completion, for every balancer and transport. */
  readonly boundPs: number;
  /** Messages of the Schedule, and the flows they became after splitting; without those of a background. */
  readonly flows: number;
  readonly subflows: number;
  /** Messages that were cut into more than one piece. */
  readonly splitFlows: number;

  /** Payload of first transmissions, fabric links only. */
  readonly maxLinkLoadBytes: number;
  readonly idealLinkLoadBytes: number;
  readonly congestionRatio: number;
  readonly worstPhaseCongestionRatio: number;

  /** Data packets, first transmissions only. */
  readonly packets: number | null;
  /** Packets of every kind delivered over a link. */
  readonly packetHops: number | null;
  readonly drops: number | null;
  readonly trims: number | null;
  readonly retransmits: number | null;
  readonly ecnMarks: number | null;
  readonly pfcPauses: number | null;
  readonly queueMaxBytes: number | null;
  readonly reorderMaxPackets: number | null;

  /** What the workload measured; empty when not finished, or not simulated. */
  readonly measures: Measures;
  /** The critical path by groups, the largest first; absent where the workload has none to tell. */
  readonly criticalPath?: readonly CriticalShare[];
  readonly tables: RunTables;
  /** Of each job, where there are several (or a background, which is the last one); else empty. */
  readonly jobs: readonly JobResult[];
}

/** What a run says of one of several jobs. */
export interface JobResult {
  readonly name: string;
  readonly isBackground: boolean;
  readonly finished: boolean;
  /** From 0 to the end of its last operation; null when not finished. */
  readonly completionPs: number | null;
  /** Lower bound on it, as if the job were alone. */
  readonly boundPs: number;
  readonly flows: number;
  readonly subflows: number;
  /** As `RunTables.fctPs`. */
  readonly fctPs: Float64Array | null;
}

export interface RunTables {
  /** Flow completion time of each message that ended, in the order of its send in the Schedule; null where unknown. Without a background's. */
  readonly fctPs: Float64Array | null;
  /** Of every operation of the Schedule; null where unknown. */
  readonly operations: OperationTimes | null;
  /** Payload bytes of first transmissions on each directed link of the Topology (0 on host links). */
  readonly linkLoadBytes: Float64Array;
  /** What perfect spraying would put there. */
  readonly idealLinkLoadBytes: Float64Array;
  /** Largest queue of each directed link's output port, switch ports only; null where unknown. */
  readonly linkQueueMaxBytes: Float64Array | null;
  /** What probes have recorded; null without. */
  readonly probes: ProbeTables | null;
}
