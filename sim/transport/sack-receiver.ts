import { ACK_REQUEST, CE } from '../base/packet.ts';
import type { FlowTable } from './flow-table.ts';
import { ReceivedPackets } from './received-packets.ts';
import { ANSWER_ACK, ANSWER_NACK, NO_ANSWER, type Receiver } from './sender.ts';
import { arena } from '../engine/arena.ts';

/** Wire bytes after which an ACK is due in any case (uet-htsim). */
const ACK_BYTES = 16_384;
/** Packets that the bitmap of an ACK covers. */
const BITMAP_PACKETS = 64;

/**
 * Words of the selective acknowledgement in an ACK. Records are copied as pairs of words (engine/record.ts), so what may have any
 * bits stands in the lower word of a pair.
 */
export const SACK_LOW = 0;
export const SACK_BASE = 1;
export const SACK_HIGH = 2;
export const SACK_TOTAL = 3;
/** The total is sent modulo this: more than can be outstanding, and no NaN in the upper word of a pair. */
export const TOTAL_MASK = 0x3fffffff;

/**
 * Selective acknowledgement of UEC 1.0 as uet-htsim does it: one ACK for 16 KiB, or at once where the sender waits for it, or has
 * something to learn. An ACK names the 64 packets from its base on that have arrived, and the bytes accepted so far.
 */
export class SackReceiver implements Receiver {
  readonly extraWords = 4;
  readonly #received: ReceivedPackets;
  /** Wire bytes accepted, modulo TOTAL_MASK + 1. */
  readonly #total: Int32Array;
  /** Wire bytes that came since the last ACK. */
  readonly #since: Int32Array;
  /** 1: a request has not yet been met by an ACK without packets held. */
  readonly #asked: Uint8Array;
  /** Base of the answer to the packet taken last. */
  #base = 0;

  constructor(flows: FlowTable) {
    this.#received = new ReceivedPackets(flows);
    this.#total = new Int32Array(flows.flows);
    this.#since = new Int32Array(flows.flows);
    this.#asked = new Uint8Array(flows.flows);
  }

  get completedNow(): boolean {
    return this.#received.completedNow;
  }

  get reorderMaxPackets(): number {
    return this.#received.reorderMaxPackets;
  }

  expected(flow: number): number {
    return this.#received.expected(flow);
  }

  held(flow: number): number {
    return this.#received.held(flow);
  }

  accept(flow: number, seq: number, meta: number, bytes: number): number {
    const received = this.#received;
    const isFirst = received.expected(flow) === 0 && received.held(flow) === 0;
    const isInOrder = seq === received.expected(flow);
    const isMarked = (meta & CE) !== 0;
    const since = this.#since[flow]! + bytes;
    this.#since[flow] = 0;
    if (!received.take(flow, seq)) {
      this.#base = isMarked ? seq : this.#usualBase(flow, seq);
      return ANSWER_ACK;
    }
    this.#total[flow] = (this.#total[flow]! + bytes) & TOTAL_MASK;
    const isRequest = (meta & ACK_REQUEST) !== 0;
    if (isRequest) this.#asked[flow] = 1;
    const isDrained = isInOrder && this.#asked[flow] === 1 && received.held(flow) === 0;
    if (isDrained) this.#asked[flow] = 0;
    if (isMarked || isRequest || isFirst || isDrained || since >= ACK_BYTES) {
      this.#base = isMarked || isRequest ? seq : this.#usualBase(flow, seq);
      return ANSWER_ACK;
    }
    this.#since[flow] = since;
    return NO_ANSWER;
  }

  acceptTrimmed(flow: number, seq: number): number {
    if (!this.#received.has(flow, seq)) return ANSWER_NACK;
    this.#base = this.#usualBase(flow, seq);
    return ANSWER_ACK;
  }

  writeExtra(flow: number, _seq: number, at: number): void {
    arena[at + SACK_LOW] = this.#received.heldBits(flow, this.#base);
    arena[at + SACK_BASE] = this.#base;
    arena[at + SACK_HIGH] = this.#received.heldBits(flow, this.#base + BITMAP_PACKETS / 2);
    arena[at + SACK_TOTAL] = this.#total[flow]!;
  }

  #usualBase(flow: number, seq: number): number {
    return Math.max(seq - BITMAP_PACKETS + 1, this.#received.expected(flow) + 1);
  }
}
