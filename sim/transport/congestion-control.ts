import type { TransportSpec } from '../base/transport-spec.ts';
import type { Limits } from '../derive.ts';
import { Dcqcn } from './dcqcn.ts';
import { DcqcnMlx } from './dcqcn-mlx.ts';
import { Dctcp } from './dctcp.ts';
import { DctcpRate } from './dctcp-rate.ts';
import { DctcpUec } from './dctcp-uec.ts';
import { Fixed } from './fixed.ts';
import { Hpcc } from './hpcc.ts';
import { Nscc } from './nscc.ts';
import { Swift } from './swift.ts';
import type { Telemetry } from './telemetry.ts';
import { Timely } from './timely.ts';
import type { Region } from '../engine/arena.ts';

/**
 * How much and how fast each flow may send. Packet numbers: `una` is the lowest not known to have arrived (after this answer),
 * `next` the next new one. Bytes are wire bytes.
 */
export interface CongestionControl {
  /**
   * How much each flow may have in flight, in bytes: doubles[windowAt + flow * windowStride] (engine/arena.ts); Infinity: no window. A table,
   * because a double that a function returns is boxed.
   */
  readonly windowAt: number;
  readonly windowStride: number;
  /** Pacing rate of each flow; null: line rate. */
  readonly rateBps: Float64Array | null;
  /** true: `onTransmit` is called for every data packet before its pacing is computed. */
  readonly hearsTransmissions: boolean;
  /** true: the sender remembers when packets were sent, and `clock[RTT]` holds the sample of the answer in hand (-1: none). */
  readonly needsRtt: boolean;
  /** true: switches stamp data packets, ACKs bring the stamps back, and `onTelemetry` is called right before `onAck` for each ACK packet. */
  readonly needsTelemetry: boolean;
  /** The stamps of the packet that the ACK in hand answers; `address` is that of the ACK's record. */
  onTelemetry(flow: number, telemetry: Telemetry, address: number): void;
  /** An answer came at clock[NOW] and acknowledged `newlyBytes`; `inFlightBytes` are outstanding after it. */
  onAck(flow: number, newlyBytes: number, isMarked: boolean, una: number, next: number, inFlightBytes: number): void;
  /** A packet of `bytes` was trimmed, and is outstanding no more: a NACK came at clock[NOW]. */
  onNack(flow: number, bytes: number, isLastHop: boolean, inFlightBytes: number, next: number): void;
  /** Packets were found lost, by reordering or by a NACK of go-back-N. */
  onLoss(flow: number, next: number): void;
  /** A retransmission timeout; `bytes` of the one packet that it concerns, 0: all that was outstanding. */
  onTimeout(flow: number, bytes: number): void;
  /** The window is a packet smaller, because a balancer gives up a path; absent: it does not follow a balancer. */
  giveUpPacket?(flow: number): void;
  /** A data packet of `bytes` starts at clock[START]; its pacing is computed after this. */
  onTransmit(flow: number, bytes: number): void;
}

/** What hosts ask of a congestion control themselves. */
export type HostControl = Pick<CongestionControl, 'rateBps' | 'hearsTransmissions' | 'needsTelemetry' | 'onTelemetry' | 'onTransmit'>;

/** What the controls of a run are built from. */
export interface ControlContext {
  /** For the tables of the windows. */
  readonly region: Region;
  readonly flows: number;
  readonly limits: Limits;
  /** Wire size of a full packet, and its payload. */
  readonly fullBytes: number;
  readonly payloadBytes: number;
  /** Of the hosts. */
  readonly lineRateBps: number;
  /** The engine's. */
  readonly clock: Float64Array;
  /** Switches trim what does not fit. */
  readonly trims: boolean;
  /** Receivers grant credit, so that a packet trimmed at the last hop is their business. */
  readonly hasReceiverCredit: boolean;
  /** By link. */
  readonly linkRateBps: ArrayLike<number>;
  /** Most switches on a path. */
  readonly maxHops: number;
  /** Links of a shortest path of each flow, host links included. */
  readonly hopsOfFlow: () => Int32Array;
}

export function congestionControl(spec: TransportSpec, context: ControlContext): CongestionControl {
  switch (spec.kind) {
    case 'fixed':
      return new Fixed(spec, context);
    case 'dctcp':
      return new Dctcp(spec, context);
    case 'dctcp-rate':
      return new DctcpRate(spec, context);
    case 'dctcp-uec':
      return new DctcpUec(spec, context);
    case 'dcqcn':
      return new Dcqcn(spec, context);
    case 'dcqcn-mlx':
      return new DcqcnMlx(spec, context);
    case 'hpcc':
      return new Hpcc(spec, context);
    case 'timely':
      return new Timely(spec, context);
    case 'swift':
      return new Swift(spec, context);
    case 'nscc':
      return new Nscc(spec, context);
    case 'rccc':
    case 'rccc-os':
    case 'eqds':
    case 'ndp':
      return new Fixed({ ...spec, kind: 'fixed', rateBps: null, windowBytes: null }, context);
  }
}
