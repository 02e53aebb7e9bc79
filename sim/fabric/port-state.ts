/**
 * Places in the table of lazy ports (lazy-ports.ts), which lies in the arena. A port of two queues takes two cache lines: doubles, and int32 words
 * of the same memory. `at` is that of the port's first double; words are counted from 2 * at.
 */

/** Instant until which the port transmits. */
export const BUSY_PS = 0;
/** Serialisation times of all that waits, together, at the full rate of the link. */
export const WAITING_PS = 1;
/** Up to this backlog right after a packet was taken in nothing else is to be done: at most the largest backlog so far, and the limits. */
export const ATTENTION_PS = 2;
/** Payload bytes of first transmissions. */
export const LOAD_BYTES = 3;
/** Serialisation times of a full data packet and, next to it, of an answer. */
export const FULL_TX_PS = 4;
export const ANSWER_TX_PS = 5;
export const DELAY_PS = 6;
/** Word: a bit a queue that has packets. */
export const FILLED = 14;
/** Word: node << PORT_BITS | input port at the other end. */
export const DESTINATION = 15;
/** Word: a bit a queue that may not send. */
export const PAUSED = 16;
/** Word: 1: the port is in its switch's list of ports with packets. */
export const DIRTY = 17;
/** Word: of the packet on the wire or sent last: wire bytes << WIRE_SHIFT | queue. */
export const WIRE = 18;
export const WIRE_SHIFT = 3;
export const WIRE_QUEUE_MASK = 7;
/** Word: index of the switch. */
export const SWITCH = 19;

/** Queue q begins q * QUEUE_DOUBLES further on. First its wire bytes, as a double. */
export const QUEUE_DOUBLES = 3;
export const QUEUE_WORDS = 6;
export const QUEUE_BYTES_AT = 10;
/**
 * Words: the first packet; -1: none. The index of the word that will name the next packet: word 0 of the last one, or HEAD itself. And the same
 * after the last packet that has a cell (plain-ports.ts).
 */
export const HEAD = 22;
export const TAIL = 23;
export const KEPT = 24;
/** Words that queues 0 and 1 have to spare: the first packet that has come and is not taken in (plain-ports.ts), and where the next will be named. */
export const FIRST_ARRIVAL = 25;
export const LAST_ARRIVAL = 31;

/** The queue of class 0. */
export const CONTROL = 0;

/** Doubles a port of so many queues: whole cache lines. */
export const portStride = (queues: number): number => Math.ceil((QUEUE_BYTES_AT + QUEUE_DOUBLES * queues) / 8) * 8;
