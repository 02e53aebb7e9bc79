/**
 * Places in the table of lazy ports (lazy-ports.ts). A port of two queues takes two cache lines: doubles, and int32 words of the same
 * memory. `at` is that of the port's first double; words are counted from 2 * at.
 */

/** Instant until which the port transmits. */
export const BUSY_PS = 0;
export const DELAY_PS = 1;
/** Serialisation times of all that waits, together, at the full rate of the link. */
export const WAITING_PS = 2;
/** Largest backlog right after a packet was taken in. */
export const PEAK_PS = 3;
/** Payload bytes of first transmissions. */
export const LOAD_BYTES = 4;
/** Serialisation times of a full data packet and of an answer. */
export const FULL_TX_PS = 5;
export const ANSWER_TX_PS = 6;
/** Node << PORT_BITS | input port at the other end. */
export const DESTINATION = 7;
/** Wire bytes of the packet on the wire or sent last. */
export const WIRE_BYTES = 8;
/** Word: a bit a queue that has packets. */
export const FILLED = 18;
/** Word: a bit a queue that may not send. */
export const PAUSED = 19;
/** Word: 1: the port is in its switch's list of ports with packets. */
export const DIRTY = 20;
/** Word: queue of the packet on the wire or sent last. */
export const WIRE_QUEUE = 21;
/** Word: index of the switch. */
export const SWITCH = 22;
/** Wire bytes of queue q are at QUEUE_BYTES_AT + 2 q, the words of its first and last cell (-1: none) at HEAD + 4 q and TAIL + 4 q. */
export const QUEUE_BYTES_AT = 12;
export const HEAD = 26;
export const TAIL = 27;

/** The queue of class 0. */
export const CONTROL = 0;

/** Doubles a port of so many queues: whole cache lines. */
export const portStride = (queues: number): number => Math.ceil((QUEUE_BYTES_AT + 2 * queues) / 8) * 8;
