/**
 * A record is one arrival at a node, or one local event of it: six int32 words in the engine's arena, and more where a run needs them
 * (record-layout.ts).
 *
 * ```
 * word 0  key        bits 30..11 time offset in the window, ps (below 2^20); bits 10..0 input port, or local class
 * word 1  flow       flow number; for a local event its id
 * word 2  seq        packet number in the flow; for an answer the number it speaks of
 * word 3  dst/meta   bits 30..8 destination host; bits 7..0 meta
 * word 4  size/ent   bits 31..16 wire bytes (read with >>> 16); bits 15..0 entropy or path
 * word 5  aux        data: 1 for a retransmission; ACK, NACK: cumulative packet number
 * ```
 *
 * Words 3 and 5 stay below 0x7ff00000: records are copied two words at a time as doubles, and such a pair could be a NaN, whose bits need
 * not survive. (On a machine of the other byte order that would hold for words 2 and 4; JavaScript runs on none that matters.)
 */
export const RECORD_WORDS = 6;
/**
 * Chunks of a mailbox are aligned to their size, a power of two, so that the address of a record tells its chunk. A chunk's first word is the
 * address of the chunk before it in its chain, or -1; records begin at this word.
 */
export const CHUNK_HEADER = 2;
const LEAST_CHUNK_RECORDS = 16;

/** How records of one size lie in chunks. */
export interface ChunkShape {
  /** Words of a chunk, and the offset bits of an address in it. */
  readonly words: number;
  readonly mask: number;
  /** Offset of the end of the last record of a full chunk: inside the chunk, so that it belongs to it. */
  readonly fullAt: number;
}

export function chunkShape(recordWords: number): ChunkShape {
  let words = 1;
  while (words < LEAST_CHUNK_RECORDS * recordWords) words *= 2;
  const records = Math.floor((words - 1 - CHUNK_HEADER) / recordWords);
  return { words, mask: words - 1, fullAt: CHUNK_HEADER + records * recordWords };
}

export const PORT_BITS = 11;
export const PORT_MASK = 0x7ff;
/** Largest window: an offset has 20 bits. */
export const MAX_WINDOW_PS = 2 ** 20 - 1;
/** Input ports are below this; from here on the number is a class of local events. */
export const FIRST_CLASS = 2040;
export const MAX_PORTS = FIRST_CLASS;
/** A node and a port share 32 bits (`DESTINATION` in sim/fabric); destination hosts have 23. */
export const MAX_HOSTS = 2 ** 20;

/**
 * Places of the engine's clock, in picoseconds: the first doubles of the arena. Times that the packet path hands on stand there, because a double that is
 * an argument, a result or a field is boxed: garbage for every packet.
 */
export const WINDOW_START = 0;
export const WINDOW_END = 1;
/** Of the event that a node is handling. */
export const NOW = 2;
/** Argument of `post`: when the record is due. */
export const DUE = 3;
/** Argument of a transmission: when it starts. */
export const START = 4;
/** Argument of feedback: round-trip time sample of an answer; -1: none. */
export const RTT = 5;
/** Result of a look at a port: bytes that wait there, the unsent rest of the packet on the wire included. */
export const QUEUE_BYTES = 6;
/** Serialisation time of a packet at a port. */
export const TX = 7;
/** Argument of a port that catches up: until when. */
export const UNTIL = 8;
export const CLOCK_PLACES = 16;
