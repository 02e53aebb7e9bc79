import type { FlowView } from '../balancing/packet-balancer.ts';

/**
 * The sending side of every flow of a run: which packet is next, what an answer acknowledges, what must be sent again.
 * The NIC asks `canSend`, then `take`s a packet; `taken...` describe it.
 */
export interface Sender extends FlowView {
  /** true: it remembers the entropy, and the time, of what is outstanding: `noteSent` is called after every `take`. */
  readonly keepsRecords: boolean;
  /** Of the packet taken last: its number, its wire size, 1 for a retransmission. */
  takenSeq: number;
  takenBytes: number;
  takenAgain: number;
  /** Flags of its meta byte beyond the type (sim/base/packet.ts). */
  takenFlags: number;
  /** What it asks its receiver for, in quanta; without receiver credit 0. */
  takenPull: number;
  /** The flow has a packet that its window admits now. */
  canSend(flow: number): boolean;
  /** Takes the next packet; returns whether the flow may go on at once: `canSend`. */
  take(flow: number): boolean;
  /** The packet taken last started at clock[START] with this entropy. */
  noteSent(flow: number, entropy: number): void;
  /** ACK of packet `seq`; all below `cumulative` have arrived. Selective acknowledgement, if any, stands in the record at `address`. */
  onAck(flow: number, seq: number, cumulative: number, isMarked: boolean, address: number): void;
  /**
   * NACK of packet `seq`, which was trimmed; go-back-N: `cumulative` is expected next, and later packets were discarded. The NACK's
   * record is at `address`.
   */
  onNack(flow: number, seq: number, cumulative: number, isLastHop: boolean, address: number): void;
  /** NACK of packet `seq`, which had come whole and was discarded. The NACK's record is at `address`. */
  onDiscard(flow: number, seq: number, address: number): void;
  /**
   * true: timeouts follow a rule of its own. The flow's timer then fires at rto after its first transmission, and after that at what
   * `onTimer` writes to clock[DUE] (Infinity: never again).
   */
  ownsTimer(flow: number): boolean;
  /** The timer fires at clock[NOW]. */
  onTimer(flow: number): void;
  /** Nothing was heard or sent for a retransmission timeout. */
  onTimeout(flow: number): void;
  /** Everything has arrived, and the sender knows. */
  isComplete(flow: number): boolean;
  /** The flow is over: its state may be reused. */
  close(flow: number): void;
}

/** What a receiver answers to a data packet. */
export const NO_ANSWER = 0;
export const ANSWER_ACK = 1;
export const ANSWER_NACK = 2;
/** A NACK: the packet is discarded. */
export const ANSWER_DISCARD = 3;

/** The receiving side of every flow of a run. */
export interface Receiver {
  /** Words that its ACKs have beyond the usual ones: `writeExtra` fills them. */
  readonly extraWords: number;
  /** Next expected packet of a flow. */
  expected(flow: number): number;
  /** Packets of a flow that are held above its gap now. */
  held(flow: number): number;
  /** Takes packet `seq` of `flow`, of `meta` (sim/base/packet.ts) and `bytes` on the wire, and says what to answer. */
  accept(flow: number, seq: number, meta: number, bytes: number): number;
  /** Takes the header of packet `seq`, whose payload was cut off, and says what to answer. */
  acceptTrimmed(flow: number, seq: number): number;
  /** The extra words of the answer to the packet taken last, from arena[at] on. */
  writeExtra(flow: number, seq: number, at: number): void;
  /** The packet accepted last was the last one missing of its flow. */
  readonly completedNow: boolean;
  /** Most packets of a flow held above a gap so far. */
  readonly reorderMaxPackets: number;
}
