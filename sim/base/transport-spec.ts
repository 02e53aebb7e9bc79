export type Recovery = 'sr' | 'gbn' | 'none';

export type TransportSpec = FixedSpec | DctcpSpec | DctcpRateSpec;

interface TransportCommon {
  readonly recovery: Recovery;
  /** Retransmission timeout; null: 15 us + 6 x queue / rate. */
  readonly rtoPs: number | null;
  /** `gbn` only: at most one NACK for one expected sequence number in this time. */
  readonly nackIntervalPs: number;
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
