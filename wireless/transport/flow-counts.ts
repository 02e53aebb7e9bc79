/** What a transport flow has counted since the warm-up. */
export interface FlowCounts {
  deliveredBytes: number;
  sentPackets: number;
  /** Losses by cause, and how many of them the classifier gave the other one. */
  congestionLosses: number;
  wirelessLosses: number;
  /** A cell dropped them since they were, or would have been, too late. */
  deadlineLosses: number;
  congestionCalledWireless: number;
  wirelessCalledCongestion: number;
}

export const noCounts = (): FlowCounts => ({
  deliveredBytes: 0,
  sentPackets: 0,
  congestionLosses: 0,
  wirelessLosses: 0,
  deadlineLosses: 0,
  congestionCalledWireless: 0,
  wirelessCalledCongestion: 0,
});

/** Why a packet was lost. */
export type LossCause = 'wireless' | 'congestion' | 'deadline';

export function countLoss(counts: FlowCounts, cause: LossCause): void {
  if (cause === 'wireless') counts.wirelessLosses++;
  else if (cause === 'congestion') counts.congestionLosses++;
  else counts.deadlineLosses++;
}

/** A flow of the transport run. */
export interface TransportFlow {
  counts: FlowCounts;
  start(): void;
}
