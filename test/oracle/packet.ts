import type { PacketType } from './event-log.ts';

export interface Packet {
  /** Changes where a switch cuts the payload off. */
  type: PacketType;
  readonly flow: number;
  /** Its number; of an answer the number it speaks of; of PAUSE and RESUME the class they speak of. */
  readonly seq: number;
  /** Next expected number, in answers. */
  readonly cumulative: number;
  readonly dstHost: number;
  payloadBytes: number;
  wireBytes: number;
  /** 0 goes first; 1 to 7 share what is left. */
  trafficClass: number;
  readonly entropy: number;
  /** The entropy is a path of the Topology, which switches follow. */
  readonly pinned: boolean;
  readonly isRetransmission: boolean;
  marked: boolean;
  lastHop: boolean;
}
