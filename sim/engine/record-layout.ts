import { ACK } from '../base/packet.ts';
import { RECORD_WORDS } from './record.ts';

/**
 * What the records of a run carry beyond the six words of record.ts: the first word of each part, 0 without it. A part that no packet
 * needs takes no room.
 */
export interface RecordLayout {
  /** Words of a record: even, so that pairs of words stay whole. */
  readonly words: number;
  /** Selective acknowledgement, 4 words: places in transport/sack-receiver.ts. */
  readonly sack: number;
  /** Target of a sender's credit, 1 word. */
  readonly pull: number;
  /** Congestion metadata of switches, 2 words. */
  readonly tag: number;
  /** What a ToR says to the other of a packet's order, 6 words: places in balancing/conweave.ts. */
  readonly order: number;
  /** At a switch with a shared buffer: the port by which the packet came in, as its output link; 1 word. */
  readonly ingress: number;
  /** A bit a packet type (word 3) that uses any of these: the words of others are not copied. */
  readonly extraTypes: number;
  /** In-band telemetry: the number of hops, then TELEMETRY_WORDS a hop. */
  readonly telemetry: number;
}

const ALL_TYPES = 0xff;
const SACK_WORDS = 4;
const PULL_WORDS = 1;
const TAG_WORDS = 2;
const ORDER_WORDS = 6;
/** Link, waiting bytes, time and cumulative bytes in two words each. */
export const TELEMETRY_WORDS = 6;

/** Which parts a run needs. */
export interface RecordParts {
  readonly sack: boolean;
  readonly pull: boolean;
  readonly tag: boolean;
  readonly order: boolean;
  readonly ingress: boolean;
  /** Most switch ports on a way; 0: no telemetry. */
  readonly telemetryHops: number;
}

export function recordLayout(parts: RecordParts): RecordLayout {
  let end: number = RECORD_WORDS;
  const place = (words: number): number => {
    if (words === 0) return 0;
    end += words;
    return end - words;
  };
  const sack = place(parts.sack ? SACK_WORDS : 0);
  const pull = place(parts.pull ? PULL_WORDS : 0);
  const tag = place(parts.tag ? TAG_WORDS : 0);
  const order = place(parts.order ? ORDER_WORDS : 0);
  const ingress = place(parts.ingress ? 1 : 0);
  const telemetry = place(parts.telemetryHops === 0 ? 0 : 1 + TELEMETRY_WORDS * parts.telemetryHops);
  const isSackOnly = end === RECORD_WORDS + SACK_WORDS && sack > 0;
  return { words: end + (end % 2), sack, pull, tag, order, ingress, telemetry, extraTypes: isSackOnly ? 1 << ACK : ALL_TYPES };
}

/** Records of six words. */
export const PLAIN_LAYOUT: RecordLayout = recordLayout({
  sack: false,
  pull: false,
  tag: false,
  order: false,
  ingress: false,
  telemetryHops: 0,
});
