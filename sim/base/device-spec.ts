/** Network interface of the hosts. */
export interface NicSpec {
  /** Largest payload of a packet. */
  readonly mtuBytes: number;
  /** Bytes added to each data packet on the wire. */
  readonly headerBytes: number;
  /** Wire size of an answer, of a trimmed header and of every other control packet. */
  readonly ackBytes: number;
  /**
   * `uec-sack`: selective ACKs of UEC, one for 16 KiB or at once for a reason. A number n: one ACK for n packets in order, at once for
   * what is marked, out of order, or the last. `none`: no ACK packets; the sender learns of the last byte after the propagation delay of the way back.
   */
  readonly acks: 'per-packet' | 'uec-sack' | 'none' | { readonly every: number };
  /** Queue of control packets in switches: with the data, or before it (strict priority). */
  readonly ackPriority: 'data' | 'high';
  /** Whose turn it is: the next flow after the one served last, or always the lowest flow that may send. */
  readonly scheduler: 'round-robin' | 'oldest-first';
  /** After so many control packets in a row a waiting data packet goes (UEC: 10); null: control packets always go first. */
  readonly controlBurst: number | null;
  /** Flows of a host that may be open at once, in the order in which they were posted; null: all. */
  readonly maxFlows: number | null;
  /** Rate at which the host's memory delivers payload to the NIC, all flows together; null: no limit. */
  readonly pcieBps: number | null;
  /** Rate at which a channel's thread block delivers payload to the NIC (docs/model-switches.md 8); null: no limit. */
  readonly channelBps: number | null;
}

/** 4096 B + 64 B packets, an ACK for each. */
export const PLAIN_NIC: NicSpec = {
  mtuBytes: 4096,
  headerBytes: 64,
  ackBytes: 64,
  acks: 'per-packet',
  ackPriority: 'data',
  scheduler: 'round-robin',
  controlBurst: null,
  maxFlows: null,
  pcieBps: null,
  channelBps: null,
};

export type SwitchSpec = DroptailSpec | CompositeSpec | SharedBufferSpec | LosslessInputSpec;

export type HashName = 'ideal' | 'jenkins' | 'murmur3';

export interface EcnSpec {
  readonly lowBytes: number;
  readonly highBytes: number;
  /** Probability of a mark just below `highBytes`; above it everything is marked. */
  readonly maxProbability: number;
}

interface SwitchCommon {
  /** Of data per output port; null: 5 BDP (`composite`: 1); Infinity: no limit. */
  readonly queueBytes: number | null;
  /** Marking thresholds; null: 0.2 and 0.8 BDP; 'off': no marks. */
  readonly ecn: EcnSpec | null | 'off';
  /** The instant and the queue that marking looks at (docs/packet-model.md 3.5). */
  readonly ecnAt: 'enqueue' | 'dequeue-after' | 'dequeue-before';
  /** false: ports that face hosts mark nothing. */
  readonly ecnOnHostPorts: boolean;
  readonly hash: HashName;
  /** All switches hash alike: polarisation. */
  readonly sameSalt: boolean;
  /** What a hash does when a next hop is withdrawn (docs/model-failures.md 5). */
  readonly failHash: 'rehash-all' | 'resilient';
  /** Of the data classes 1 to 7 (index 0 is unused), in their round robin; null: all alike. */
  readonly classWeights: readonly number[] | null;
}

/** What does not fit the queue of its output port is dropped. */
export interface DroptailSpec extends SwitchCommon {
  readonly kind: 'droptail';
}

/** Trimming queues of NDP and UEC: what does not fit is cut to its header, which goes first. */
export interface CompositeSpec extends SwitchCommon {
  readonly kind: 'composite';
  /** false: dropped instead of cut. */
  readonly trims: boolean;
  /** Of headers and control packets; null: twice the data queue. */
  readonly headerQueueBytes: number | null;
  /** Most of the port's bandwidth that headers and control packets take while data waits; null: all. */
  readonly headerShare: number | null;
}

/** One buffer a switch with dynamic thresholds (Choudhury and Hahne 1998), and priority flow control (IEEE 802.1Qbb). */
export interface SharedBufferSpec extends SwitchCommon {
  readonly kind: 'shared';
  readonly bufferBytes: number;
  /** The threshold of an ingress is the free part of the shared pool / 2^shift. */
  readonly shift: number;
  /** Dynamic limit of an egress queue likewise; null: none. */
  readonly egressShift: number | null;
  /** Of each ingress port and class. */
  readonly reserveBytes: number;
  /** Of each ingress port and class; null: 3 x rate x delay of its link. */
  readonly headroomBytes: number | null;
  /** RESUME comes when an ingress is this much below its threshold. */
  readonly resumeOffsetBytes: number;
  readonly pfc: boolean;
}

/** Lossless input queues of htsim: PAUSE and RESUME by the bytes that came in by one port and have not left the switch. */
export interface LosslessInputSpec extends SwitchCommon {
  readonly kind: 'lossless-input';
  readonly pauseBytes: number;
  readonly resumeBytes: number;
}

/** Every default of `kind: droptail`. */
export const DROPTAIL: DroptailSpec = {
  kind: 'droptail',
  queueBytes: null,
  ecn: null,
  ecnAt: 'enqueue',
  ecnOnHostPorts: true,
  hash: 'ideal',
  sameSalt: false,
  failHash: 'rehash-all',
  classWeights: null,
};
