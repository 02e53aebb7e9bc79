/** The meta byte of a packet record (engine/record.ts, word 3). */
export const TYPE_MASK = 7;
export const DATA = 0;
export const ACK = 1;
export const NACK = 2;
/** Congestion experienced, RFC 3168; on an answer: the echo of the data packet's mark. */
export const CE = 8;
