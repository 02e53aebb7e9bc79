/** Wrong rules that can be planted, to prove that a comparison with the oracle sees them. */
export const BUGS = [
  /** Packets of one instant are handled in the order in which they were scheduled last, not by input port. */
  'port-order-ignored',
  /** Local events of one class and instant are handled in the order in which they were scheduled last, not by id. */
  'local-id-ignored',
  /** Local events of one instant are handled before its packets. */
  'locals-before-packets',
  /** A port that becomes free at t also sees what arrives at t. */
  'arrivals-before-departures',
  /** A NIC decides what to send after the next event has changed the host's state. */
  'pull-after-state-change',
  /** A local event due in the current window is handled at the end of that window. */
  'late-window-timers',
  /** All switches draw their marks from one stream. */
  'shared-ecn-stream',
  /** All hosts draw their entropies from one stream. */
  'shared-entropy-stream',
  /** The rest of the packet on the wire does not count as backlog. */
  'backlog-without-wire',
  /** A queue that would be exactly full drops. */
  'drop-when-exactly-full',
  /** A backlog of exactly the lower threshold may be marked, one of exactly the upper one always is. */
  'mark-at-threshold',
  /** Retransmissions count as link load. */
  'retransmissions-load',
  /** The NIC's round robin starts at the host's first flow every time. */
  'scan-from-first-flow',
  /** Answers wait behind data. */
  'data-before-control',
  /** An ACK of a pinned packet keeps the forward path. */
  'ack-on-forward-path',
  /** A queue of n full packets holds n only where a byte takes whole picoseconds. */
  'limit-without-rounding',
  /** All switches hash with one salt. */
  'shared-salt',
  /** Small packets take the next hops in turn too. */
  'small-packets-in-turn',
  /** The order of the next hops is shuffled when the last of them is taken. */
  'shuffle-at-wrap',
  /** `drb`: full and shorter packets share a pointer. */
  'one-rotation-a-pair',
  /** A new packet goes before one marked lost. */
  'new-before-lost',
  /** Sprayed flows take as little reordering as others. */
  'loss-distance-of-one-path',
  /** A sender goes on beyond the receiver's bitmap. */
  'unlimited-bitmap',
  /** An ACK that acknowledges nothing new is not heard. */
  'repeated-acks-unheard',
  /** A timer that fires is a timeout, whatever the flow did since it was armed. */
  'timeout-despite-activity',
  /** A NACK echoes the mark of its packet. */
  'mark-in-nack',
  /** Every packet beyond the expected one is answered by a NACK. */
  'nack-without-interval',
  /** A paced packet waits from the end of the one before. */
  'pacing-from-the-end',
  /** The window is reduced at every marked ACK. */
  'cut-at-every-mark',
  /** `dctcp-rate`: the rate grows while it is reduced. */
  'increase-while-reduced',
  /** `acks: none`: the sender knows at the instant of the last arrival. */
  'informed-at-once',
  /** Ethereal's batch window runs for each message by itself. */
  'batch-window-a-message',
  /** An edge from a start waits for the end. */
  'start-edge-waits-for-end',
  /** What is due at the stop time is not handled. */
  'stop-before-its-instant',
] as const;

export type Bug = (typeof BUGS)[number];
