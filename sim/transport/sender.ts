/**
 * The sending side of every flow of a run: which packet is next, what an answer acknowledges, what must be sent again.
 * The NIC asks `canSend`, then `take`s a packet; `taken...` describe it.
 */
export interface Sender {
  /** Of the packet taken last: its number, its wire size, 1 for a retransmission. */
  takenSeq: number;
  takenBytes: number;
  takenAgain: number;
  /** The flow has a packet that its window admits now. */
  canSend(flow: number): boolean;
  /** Takes the next packet; returns whether the flow may go on at once: `canSend`. */
  take(flow: number): boolean;
  /** ACK of packet `seq`; all below `cumulative` have arrived. */
  onAck(flow: number, seq: number, cumulative: number, isMarked: boolean): void;
  /** NACK: `cumulative` is expected next, and later packets were discarded. */
  onNack(flow: number, cumulative: number): void;
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

/** The receiving side of every flow of a run. */
export interface Receiver {
  /** Next expected packet of a flow. */
  expected(flow: number): number;
  /** Takes packet `seq` of `flow` and says what to answer. */
  accept(flow: number, seq: number): number;
  /** The packet accepted last was the last one missing of its flow. */
  completedNow: boolean;
  /** Most packets of a flow held above a gap so far. */
  readonly reorderMaxPackets: number;
}
