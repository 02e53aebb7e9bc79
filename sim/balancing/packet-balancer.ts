/**
 * Point B of a balancer: the entropy, or the path, of each data packet as the host sends it, and what answers say of it
 * (docs/model-balancers-host.md). State is by flow and belongs to the flow's source host. Times: `clock[START]` when a packet is sent,
 * `clock[NOW]` in feedback.
 */
export interface PacketBalancer {
  /** false: none of the `on...` is called, and the sender need not remember entropies. */
  readonly hearsFeedback: boolean;
  /** true: the sender remembers the entropy of what is outstanding and calls `onLoss` and `onTimeout`; go-back-N knows no entropies. */
  readonly hearsLosses: boolean;
  /** true: `onTimeout` is called with entropy -1 once a timeout of a flow; by senders with a timer a packet, once a packet. */
  readonly hearsTimeouts: boolean;
  /** true: the sender remembers when packets were sent, and `clock[RTT]` holds the sample of the ACK in hand (-1: none). */
  readonly needsRtt: boolean;
  /** true: `onPosted` and `onComplete` are called. */
  readonly hearsFlows: boolean;
  /** null: it sends no probes. */
  readonly prober: Prober | null;
  /** Called once, before the run. */
  attach(view: FlowView, window: WindowOwner): void;
  /** 16-bit entropy or path identifier of the next packet of `flow`, retransmissions too. `sizeBytes` is the wire size. */
  next(flow: number, host: number, sizeBytes: number): number;
  /** An ACK that echoes the entropy and the mark of packet `seq`; `clock[RTT]` is its round-trip time, -1 without a sample. */
  onAck(flow: number, entropy: number, isMarked: boolean, seq: number): void;
  /** A packet was trimmed; `isLastHop`: at the port that faces the destination host, which says nothing bad of the path. */
  onNack(flow: number, entropy: number, isLastHop: boolean, isMarked: boolean): void;
  /** The receiver asks to go back (go-back-N's NACK): something was heard of `flow`, of which path is unknown. */
  onGoBack(flow: number): void;
  /** A packet was found lost by what arrived after it. Once a packet, in ascending number, before the answer's own `on...`. */
  onLoss(flow: number, entropy: number): void;
  /** A packet was found lost by time alone. Once a packet, in ascending number; go-back-N: once a timeout, with entropy -1. */
  onTimeout(flow: number, entropy: number): void;
  /** A flow starts: its message was posted. */
  onPosted(flow: number): void;
  /** All of a flow has arrived, as its sender knows. */
  onComplete(flow: number): void;
}

/** What hosts ask of a balancer themselves; losses it hears from the sender. */
export type HostBalancer = Pick<
  PacketBalancer,
  'hearsFeedback' | 'hearsFlows' | 'next' | 'onAck' | 'onNack' | 'onGoBack' | 'onTimeout' | 'onPosted' | 'onComplete'
>;

/** A balancer that sends probes (docs/model-balancers-host.md 8). */
export interface Prober {
  /** How many probes the ACK in hand calls for: of the numbers and entropies in these places. */
  readonly wanted: number;
  readonly numbers: Int32Array;
  readonly entropies: Uint16Array;
  /** A probe of `flow` was answered. */
  onProbeAnswer(flow: number, probe: number): void;
}

/** What a balancer may ask of the sending side. */
export interface FlowView {
  /** Wire bytes outstanding; in `next` with the packet that is being sent. */
  inFlightBytes(flow: number): number;
  /** Full packets that the window holds, at most 65,536; that many without a window. */
  windowPackets(flow: number): number;
}

/** Who has the congestion windows. */
export interface WindowOwner {
  /** The window of `flow` is a packet smaller; absent: it does not follow a balancer. */
  giveUpPacket?(flow: number): void;
}

/** A balancer that hears nothing; others replace what they hear. */
export abstract class DeafBalancer implements PacketBalancer {
  readonly hearsFeedback: boolean = false;
  readonly hearsLosses: boolean = false;
  readonly hearsTimeouts: boolean = false;
  readonly needsRtt: boolean = false;
  readonly hearsFlows: boolean = false;
  readonly prober: Prober | null = null;

  abstract next(flow: number, host: number, sizeBytes: number): number;
  attach(_view: FlowView, _window?: WindowOwner): void {}
  onAck(_flow: number, _entropy: number, _isMarked: boolean, _seq?: number): void {}
  onNack(_flow: number, _entropy: number, _isLastHop: boolean, _isMarked: boolean): void {}
  onGoBack(_flow: number): void {}
  onLoss(_flow: number, _entropy: number): void {}
  onTimeout(_flow: number, _entropy: number): void {}
  onPosted(_flow: number): void {}
  onComplete(_flow: number): void {}
}
