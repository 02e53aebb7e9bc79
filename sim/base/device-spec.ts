export interface NicSpec {
  /** Largest payload of a packet. */
  readonly mtuBytes: number;
  /** Bytes added to each data packet on the wire. */
  readonly headerBytes: number;
  /** Wire size of an ACK or NACK. */
  readonly ackBytes: number;
  /** `none`: no ACK packets; the sender learns of the last byte after the propagation delay of the way back. */
  readonly acks: 'per-packet' | 'none';
}

export interface SwitchSpec {
  readonly kind: 'droptail';
  /** Per output port; null: 5 BDP; Infinity: never drops. */
  readonly queueBytes: number | null;
  /** Marking thresholds at enqueue; null: 0.2 and 0.8 BDP; 'off': no marks. */
  readonly ecn: { readonly lowBytes: number; readonly highBytes: number } | null | 'off';
  readonly hash: 'ideal' | 'jenkins';
}
