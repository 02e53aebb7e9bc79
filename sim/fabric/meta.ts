/** The meta byte of a packet record (engine/record.ts, word 3). */
export const TYPE_MASK = 7;
export const DATA = 0;
export const ACK = 1;
export const NACK = 2;
/** Congestion experienced, RFC 3168; on an answer: the echo of the data packet's mark. */
export const CE = 8;

/** Classes of local events; at one instant they come after the packets, in this order. */
export const SENDER_INFORMED = 2041;
export const NIC_WAKE_UP = 2042;
export const RETRANSMISSION_TIMER = 2043;
export const COMPUTE_FINISHED = 2044;
export const OPERATION_READY = 2045;
export const FLOW_STARTS = 2046;
