import type { PacketType } from './event-log.ts';
import type { Notice, OrderWords } from './switch-balancers/conweave.ts';

/** What a switch port writes on a packet that leaves it (in-band telemetry, docs/model-congestion.md 5). */
export interface Stamp {
  readonly link: number;
  readonly startPs: number;
  /** Wire bytes that the port had started to send before. */
  readonly sentBytes: number;
  /** Wire bytes that waited in the packet's class. */
  readonly queueBytes: number;
}

/** What an ACK of `uec-sack` says beyond the next expected number (docs/model-transport.md 2.3). */
export interface Selection {
  /** Wire bytes of packets accepted, each once. */
  readonly totalBytes: number;
  /** Held packets, of the 64 that the ACK speaks of. */
  readonly held: readonly number[];
}

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
  /** On an answer: the packet that it answers was one. */
  readonly isRetransmission: boolean;
  /** ACK_REQUEST. */
  readonly asksForAnswer: boolean;
  /** On a NACK: the packet had come whole and found no place (docs/model-transport.md 2.4). */
  readonly discarded: boolean;
  marked: boolean;
  lastHop: boolean;
  /** On an answer: those of the packet that it answers. */
  stamps: readonly Stamp[];
  readonly selection: Selection | null;
  /** On an answer: the entropy of the packet that it answers. */
  readonly echo?: number;
  /** What a data packet of `conga` says of its path and of one back. */
  conga?: { readonly path: number; ce: number; readonly feedback: { readonly path: number; readonly ce: number } | null };
  /** What a data packet of `conweave` says of its place in its flow, and what one ToR tells the other. */
  order?: OrderWords;
  readonly notice?: Notice;
  /** A balancer's: it looks at a path, or answers one that did. */
  readonly isProbe: boolean;
  /** Quanta of credit that a packet asks its receiver for, all of its flow together. */
  readonly pullTarget: number;
}

/** A packet that says nothing. */
export const BARE_PACKET = {
  cumulative: 0,
  payloadBytes: 0,
  entropy: 0,
  pinned: false,
  isRetransmission: false,
  asksForAnswer: false,
  discarded: false,
  marked: false,
  lastHop: false,
  stamps: [],
  selection: null,
  isProbe: false,
  pullTarget: 0,
} as const;
