/**
 * Point B of a balancer: the entropy, or the path, of each data packet as the host sends it, and what answers say of it.
 * State is by flow and belongs to the flow's source host. Times: `clock[START]` when a packet is sent, `clock[NOW]` in feedback.
 */
export interface PacketBalancer {
  /** false: none of the `on...` is called, and the sender need not remember entropies. */
  readonly hearsFeedback: boolean;
  /** 16-bit entropy or path identifier of the next packet of `flow`, retransmissions too. `sizeBytes` is the wire size. */
  next(flow: number, host: number, sizeBytes: number): number;
  /** An ACK that echoes the entropy and the mark of a packet; `clock[RTT]` is its round-trip time, -1 without a sample. */
  onAck(flow: number, entropy: number, isMarked: boolean): void;
  /** A packet was trimmed; `isLastHop`: at the port that faces the destination host, which says nothing bad of the path. */
  onNack(flow: number, entropy: number, isLastHop: boolean, isMarked: boolean): void;
  /** A packet was found lost by what arrived after it. */
  onLoss(flow: number, entropy: number): void;
  /** A packet was found lost by time alone. */
  onTimeout(flow: number, entropy: number): void;
}

/** What a balancer may ask of the sending side. */
export interface FlowView {
  /** Wire bytes outstanding. */
  inFlightBytes(flow: number): number;
  /** Full packets that the window holds, at most 65,536; that many without a window. */
  windowPackets(flow: number): number;
}
