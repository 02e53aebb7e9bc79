/** The meta byte of a packet record (engine/record.ts, word 3). */
export const TYPE_MASK = 7;
export const DATA = 0;
export const ACK = 1;
export const NACK = 2;
/** A data packet whose payload a switch has cut off. */
export const TRIMMED = 3;
/** Credit from a receiver. */
export const PULL = 4;
/** A sender that may not send asks for credit or an answer. */
export const RTS = 5;
/** Priority flow control (IEEE 802.1Qbb), from a switch to its neighbour on one cable: word 2 is the class. */
export const PAUSE = 6;
export const RESUME = 7;
/** Congestion experienced, RFC 3168; on an answer: the echo of the data packet's mark. */
export const CE = 8;
/** On data: answer at once. */
export const ACK_REQUEST = 16;
/** On a NACK: the packet had come whole, and its receiver had no place for it. */
export const DISCARDED = ACK_REQUEST;
/** On a trimmed header, and on the NACK to it: cut at the port that faces the destination host. */
export const LAST_HOP = 32;
/** On data: a retransmission; on an answer: the echo of that. */
export const AGAIN = 64;
/** On data without payload: a probe of a balancer; on an ACK: the answer to one. Neither belongs to the flow's data. */
export const PROBE = 128;
