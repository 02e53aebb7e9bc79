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

/** Wrong rules of balancers, which scenarios with balancers show. */
export const BALANCER_BUGS = [
  /** `murmur3`: answers are hashed as the data that they answer. */
  'answers-hashed-forward',
  /** `wcmp`: all next hops alike. */
  'wcmp-without-weights',
  /** `spray-tor-rr`: a new order in every round. */
  'shuffle-every-round',
  /** `ofan`: full and shorter packets share a rotation. */
  'ofan-of-one-class',
  /** Levels of queue and utilisation are taken at every look. */
  'levels-always-fresh',
  /** The interval before the present one does not count as utilisation. */
  'use-without-past',
  /** Of ports that are equally good always the first. */
  'first-of-the-best',
  /** `ar-p2c`: of two equal queues the second. */
  'second-choice-at-a-tie',
  /** `drill`: nothing is remembered. */
  'drill-without-memory',
  /** `letflow`: the gap is measured from the first packet of the flowlet. */
  'gap-since-the-flowlet-began',
  /** `conga`: what is known of a path counts for ever. */
  'feedback-never-ages',
  /** `plb`, `plb-delay`, `flowbender`: a timeout changes no label. */
  'label-kept-at-a-timeout',
  /** `plb`, `flowbender`: every ACK ends a round. */
  'round-of-any-packet',
  /** `hpn-least-outstanding`: of connections with equal bytes outstanding the last one. */
  'last-of-equal-connections',
  /** `hpn-least-outstanding`: what is complete counts as outstanding. */
  'completions-unheard',
  /** `hopper`: a new label is used at once. */
  'moves-at-once',
  /** `hopper`: samples of packets with the label before count too. */
  'samples-of-any-path',
  /** `reps`: entropies that came back marked are used again too. */
  'marked-entropies-recycled',
  /** `reps`: the entropy that came back last is used first. */
  'latest-entropy-first',
  /** `spray-uec`, bitmaps: all passes in one order. */
  'one-mask',
  /** `uec-bitmap`: every entropy that is passed over is forgiven a little, not only the first. */
  'every-skip-forgives',
  /** `uec-bitmap`: a packet lost by reordering is no penalty. */
  'losses-forgiven',
  /** `mrc`: the answer to a probe does not bring a path back. */
  'probes-in-vain',
  /** `mrc`: a path that was passed over is so again until its time has come. */
  'skipped-for-good',
  /** `conweave`: what overtakes is not held. */
  'overtakers-go-on',
  /** `conweave`: no path is ever paused. */
  'marks-unnoticed',
  /** `mp-rdma`: a path whose packets come late is used like any other. */
  'late-paths-kept',
  /** `mp-rdma`: an ACK that makes no room clocks a packet all the same. */
  'every-ack-clocks',
] as const;

/** Wrong rules of senders, receivers and congestion controls, which scenarios of transports show. */
export const TRANSPORT_BUGS = [
  /** `{ every: n }`: every nth packet is answered, whatever was answered in between. */
  'count-of-all-packets',
  /** `uec-sack`: an ACK speaks of the packets right above the expected one, wherever its packet is. */
  'selection-from-the-expected',
  /** A packet that left what is in flight when it was queued leaves it again with the total of a selective ACK. */
  'queued-packets-leave-twice',
  /** A retransmission gives a sample, even if its answer may be that to the transmission before. */
  'sample-of-any-retransmission',
  /** Selective repeat waits for its timer where a header tells of a loss. */
  'headers-unheard',
  /** `nic.channelRate`: all channels of a host have one thread block. */
  'one-channel-a-host',
  /** A receiver holds one packet more above a gap than it has places. */
  'one-place-too-many',
  /** Selective repeat learns nothing from a packet that came and found no place. */
  'discards-say-nothing',
  /** `dctcp-uec`: the decrease is always one half. */
  'half-of-the-marked-bytes',
  /** `dcqcn`: no interval between congestion notifications. */
  'notification-for-every-mark',
  /** `dcqcn-mlx`: the timer of decrease is not 1 ns behind. */
  'timers-in-phase',
  /** `hpcc`: the larger of two queues counts. */
  'larger-of-two-queues',
  /** `timely`: every answer ends a round. */
  'a-round-an-answer',
  /** Of an even number of delays the upper one in the middle. */
  'upper-median',
  /** `swift`, `nscc`: more than one decrease in a round trip. */
  'decrease-at-every-answer',
  /** `nscc` never adapts at once. */
  'no-quick-adapt',
  /** A receiver grants one flow all that it asks for before it turns to the next. */
  'pulls-in-a-row',
  /** `rccc-os`: what is cut at the last hop slows grants down too. */
  'last-hop-slows-grants',
  /** Credit beside a window: more is asked for than the window holds. */
  'asks-beyond-the-window',
  /** The first answer leaves a sender what it may send unasked. */
  'speculation-goes-on',
] as const;

/** Wrong rules of servers, which scenarios with servers show. */
export const SERVER_BUGS = [
  /** Messages to one GPU do not wait for each other. */
  'islands-without-ingress',
  /** Messages of one GPU do not wait for each other. */
  'islands-without-egress',
  /** Store and forward: the head waits for the rest at the switch. */
  'islands-store-and-forward',
  /** The sender knows at the instant of the arrival. */
  'islands-tell-at-once',
] as const;

/** Wrong rules of what the switch of a server adds and replicates. */
export const SWITCH_BUGS = [
  /** The copies of a multicast reach the switch one after the other. */
  'islands-multicast-in-turn',
  /** Every message of a sum reaches the receiver. */
  'islands-without-sums',
] as const;

export type Bug =
  | (typeof SWITCH_BUGS)[number]
  | (typeof SERVER_BUGS)[number]
  | (typeof BUGS)[number]
  | (typeof BALANCER_BUGS)[number]
  | (typeof TRANSPORT_BUGS)[number];
