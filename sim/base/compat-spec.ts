/** Cost models of other simulators in place of a fabric (docs/compat.md). */
export type CompatSpec = LogGopsSpec | AstraSimSpec;

/**
 * LogGOPS (Hoefler, Schneider, Lumsdaine, "LogGOPSim: simulating large-scale applications in the LogGOPS model", HPDC 2010). Times a
 * byte are in femtoseconds: 0.04 ns is 40,000.
 */
export interface LogGopsSpec {
  readonly kind: 'loggops';
  /** L: from the end of a sender's overhead to the first byte at the receiver. */
  readonly latencyPs: number;
  /** o: time of a CPU for a message. */
  readonly overheadPs: number;
  /** g: least time between messages of a NIC. */
  readonly gapPs: number;
  /** G: time of a NIC a byte after the first. */
  readonly gapFsPerByte: number;
  /** O: time of a CPU a byte after the first. */
  readonly overheadFsPerByte: number;
  /** S: messages above it wait for their receive. */
  readonly eagerBytes: number;
}

export type AstraSimTopology = 'Ring' | 'FullyConnected' | 'Switch';
export type AstraSimAlgorithm = 'ring' | 'direct' | 'halving-doubling';

/** One dimension of an analytical network of ASTRA-sim 2.x (Won et al., "ASTRA-sim2.0", ISPASS 2023). */
export interface AstraSimDimension {
  readonly topology: AstraSimTopology;
  /** Its nodes; null: all ranks. */
  readonly npus: number | null;
  /** Of a link and direction, in 2^30 bytes a second: what ASTRA-sim calls GB/s. */
  readonly bandwidthGiBps: number;
  readonly latencyPs: number;
}

export interface AstraSimSpec {
  readonly kind: 'astra-sim';
  /** At least one; the first one's coordinate changes fastest with the rank. */
  readonly dimensions: readonly AstraSimDimension[];
  /** aware: messages share links; unaware: each has the network to itself. */
  readonly congestion: 'aware' | 'unaware';
  readonly endpointDelayPs: number;
  /** Chunks of a collective. */
  readonly splits: number;
  /** In 10^9 bytes a second. */
  readonly localMemBw: number;
  readonly optimization: 'baseline' | 'localBWAware';
  /** Algorithm of a collective in each dimension, where a system file names one; else the workload's. */
  readonly algorithms: Readonly<Partial<Record<string, readonly AstraSimAlgorithm[]>>>;
}
