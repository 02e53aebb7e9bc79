import type { ACK, DATA, NACK } from './event-log.ts';

export interface Packet {
  readonly type: typeof DATA | typeof ACK | typeof NACK;
  readonly flow: number;
  /** Its number; of an answer the number it speaks of. */
  readonly seq: number;
  /** Next expected number, in answers. */
  readonly cumulative: number;
  readonly dstHost: number;
  readonly payloadBytes: number;
  readonly wireBytes: number;
  readonly entropy: number;
  /** The entropy is a path of the Topology, which switches follow. */
  readonly pinned: boolean;
  readonly isRetransmission: boolean;
  marked: boolean;
}
