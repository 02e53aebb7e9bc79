import type { TransportSpec } from '../base/transport-spec.ts';
import type { Limits } from '../derive.ts';
import { Dctcp } from './dctcp.ts';
import { DctcpRate } from './dctcp-rate.ts';
import { Fixed } from './fixed.ts';

/**
 * How much and how fast each flow may send. Packet numbers: `una` is the lowest not known to have arrived (after this answer),
 * `next` the next new one. Bytes are wire bytes.
 */
export interface CongestionControl {
  /**
   * How much each flow may have in flight: windowBytes[flow * windowStride]; Infinity: no window. A table, because a double that a
   * function returns is boxed.
   */
  readonly windowBytes: Float64Array;
  readonly windowStride: number;
  /** Pacing rate of each flow; null: line rate. */
  readonly rateBps: Float64Array | null;
  /** true: `onTransmit` is called for every data packet before its pacing is computed. */
  readonly hearsTransmissions: boolean;
  /** true: the sender remembers when packets were sent, and `clock[RTT]` holds the sample of the ACK in hand (-1: none). */
  readonly needsRtt: boolean;
  /** An answer came at clock[NOW] and acknowledged `newlyBytes`; `inFlightBytes` are outstanding after it. */
  onAck(flow: number, newlyBytes: number, isMarked: boolean, una: number, next: number, inFlightBytes: number): void;
  /** A packet of `bytes` was trimmed, and is outstanding no more. */
  onNack(flow: number, bytes: number, isLastHop: boolean, inFlightBytes: number): void;
  /** Packets were found lost, by reordering or by a NACK of go-back-N. */
  onLoss(flow: number, next: number): void;
  /** A retransmission timeout; `bytes` of the one packet that it concerns, 0: all that was outstanding. */
  onTimeout(flow: number, bytes: number): void;
  /** A data packet of `bytes` starts at clock[START]. */
  onTransmit(flow: number, bytes: number): void;
}

/** @param lineRateBps of the hosts */
export function congestionControl(
  spec: TransportSpec,
  flows: number,
  limits: Limits,
  fullBytes: number,
  lineRateBps: number,
): CongestionControl {
  switch (spec.kind) {
    case 'fixed':
      return new Fixed(spec, flows, lineRateBps);
    case 'dctcp':
      return new Dctcp(spec, flows, limits, fullBytes);
    case 'dctcp-rate':
      return new DctcpRate(spec, flows, lineRateBps);
  }
}
