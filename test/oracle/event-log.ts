/**
 * What two implementations of docs/packet-model.md must agree on at every node: the ordered list of packet arrivals and the ordered
 * list of local events. A 32-bit rolling hash of each list is enough to compare; the lists themselves explain a difference.
 */

export const DATA = 0;
export const ACK = 1;
export const NACK = 2;
/** A data packet whose payload a switch cut off. */
export const TRIMMED = 3;
/** Credit from a receiver. */
export const PULL = 4;
/** A sender without credit asks for it. */
export const RTS = 5;
/** From a switch to its neighbour: what it may not send, or may again. */
export const PAUSE = 6;
export const RESUME = 7;

export type PacketType = typeof DATA | typeof ACK | typeof NACK | typeof TRIMMED | typeof PULL | typeof RTS | typeof PAUSE | typeof RESUME;

/** Class of a NIC wake-up. Wake-ups are an implementation's own business: they are in no log. */
export const NIC_WAKE_UP = 2042;

export interface PacketEvent {
  readonly timePs: number;
  readonly port: number;
  readonly flow: number;
  /** Packet number; of an answer the packet it speaks of; of PAUSE and RESUME the class. */
  readonly seq: number;
  readonly type: PacketType;
  readonly marked: boolean;
  /** Cut at the port that faces its destination, or the answer to such a packet. */
  readonly lastHop: boolean;
  /** A retransmission, or the answer to one. */
  readonly again: boolean;
  /** On data: ACK_REQUEST; on a NACK: DISCARDED. */
  readonly asksForAnswer: boolean;
  readonly entropy: number;
}

export interface LocalEvent {
  readonly timePs: number;
  readonly eventClass: number;
  readonly id: number;
}

export interface NodeLog {
  readonly packets: PacketEvent[];
  readonly locals: LocalEvent[];
}

/** Rolls integers into a 32-bit hash, in order: one round of MurmurHash3_x86_32 a word. Words are taken modulo 2^32. */
export function mixEvent(hash: number, ...words: number[]): number {
  for (const word of words) {
    let k = Math.imul(word | 0, 0xcc9e2d51);
    k = Math.imul((k << 15) | (k >>> 17), 0x1b873593);
    hash ^= k;
    hash = (Math.imul((hash << 13) | (hash >>> 19), 5) + 0xe6546b64) | 0;
  }
  return hash;
}

/** Words: time (high 32 bits, low 32 bits), port, flow, seq, type, flags, entropy. The first hash of a node is 0. */
export const hashPacketEvent = (hash: number, event: PacketEvent): number =>
  mixEvent(
    hash,
    Math.floor(event.timePs / 2 ** 32),
    event.timePs,
    event.port,
    event.flow,
    event.seq,
    event.type,
    flagsOf(event),
    event.entropy,
  );

const flagsOf = ({ marked, lastHop, again, asksForAnswer }: PacketEvent): number =>
  (marked ? 1 : 0) + (lastHop ? 2 : 0) + (again ? 4 : 0) + (asksForAnswer ? 8 : 0);

/** Words: time (high, low), class, id. */
export const hashLocalEvent = (hash: number, event: LocalEvent): number =>
  mixEvent(hash, Math.floor(event.timePs / 2 ** 32), event.timePs, event.eventClass, event.id);

export const hashPackets = (events: readonly PacketEvent[]): number => events.reduce(hashPacketEvent, 0);
export const hashLocals = (events: readonly LocalEvent[]): number => events.reduce(hashLocalEvent, 0);

export interface LogHash {
  readonly packets: number;
  readonly locals: number;
}

export const hashLog = (log: NodeLog): LogHash => ({ packets: hashPackets(log.packets), locals: hashLocals(log.locals) });
