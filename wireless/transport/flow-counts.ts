/** What a transport flow has counted since the warm-up. */
export interface FlowCounts {
  deliveredBytes: number;
  sentPackets: number;
  /** Losses by cause, and how many of them the classifier gave the other one. */
  congestionLosses: number;
  wirelessLosses: number;
  congestionCalledWireless: number;
  wirelessCalledCongestion: number;
}

export const noCounts = (): FlowCounts => ({
  deliveredBytes: 0,
  sentPackets: 0,
  congestionLosses: 0,
  wirelessLosses: 0,
  congestionCalledWireless: 0,
  wirelessCalledCongestion: 0,
});

/** A flow of the transport run. */
export interface TransportFlow {
  counts: FlowCounts;
  start(): void;
}
