import { serialisationPs } from '../derive.ts';
import { clock, doubles } from '../engine/arena.ts';
import type { Mailboxes } from '../engine/mailboxes.ts';
import { DUE, START, WINDOW_START } from '../engine/record.ts';
import type { LinkTimeline } from './link-timeline.ts';
import type { NicLink, NicShared } from './nic-shared.ts';

// Doubles of the port: times, in picoseconds.
/** Instant until which it transmits. */
export const BUSY_PS = 0;
/** No data starts before this: the host's memory is not that fast. */
export const DATA_PS = 1;
const FULL_TX_PS = 2;
const ACK_TX_PS = 3;
const DELAY_PS = 4;
const PORT_DOUBLES = 8;

/** A link that takes no longer for a packet or for the way: an int32 says when a packet arrives, in picoseconds from the window's start. */
const NEAR_PS = 2 ** 28;

/** A host's end of its cable: one packet after the other. */
export class HostPort {
  /** Where its doubles begin in the arena. */
  readonly at: number;
  readonly #mailboxes: Mailboxes;
  readonly #fullBytes: number;
  readonly #ackBytes: number;
  readonly #toNode: number;
  readonly #toPort: number;
  readonly #link: number;
  readonly #rateBps: number;
  /** null: the link always works. */
  readonly #timeline: LinkTimeline | null;
  /** The link always works, and is near. */
  readonly #isNear: boolean;

  constructor({ engine, flows, spec, timeline }: NicShared, link: NicLink) {
    const { rateBps, delayPs } = link;
    this.#mailboxes = engine.mailboxes;
    this.#fullBytes = flows.fullBytes;
    this.#ackBytes = spec.ackBytes;
    this.#toNode = link.toNode;
    this.#toPort = link.toPort;
    this.#link = link.link;
    this.#rateBps = rateBps;
    this.#timeline = timeline?.has(link.link) === true ? timeline : null;
    const fullPs = serialisationPs(flows.fullBytes, rateBps);
    const ackPs = serialisationPs(spec.ackBytes, rateBps);
    this.at = engine.region.doubles(PORT_DOUBLES);
    doubles[this.at + FULL_TX_PS] = fullPs;
    doubles[this.at + ACK_TX_PS] = ackPs;
    doubles[this.at + DELAY_PS] = delayPs;
    this.#isNear = this.#timeline === null && Math.max(fullPs, ackPs, delayPs) <= NEAR_PS;
  }

  /**
   * A packet starts at clock[START]: occupies the port, and posts a record to be filled in.
   *
   * @returns the record's address; -1: the link loses the packet
   */
  transmit(sizeBytes: number): number {
    if (!this.#isNear) return this.#transmitFar(sizeBytes);
    let txPs: number;
    if (sizeBytes === this.#fullBytes) txPs = doubles[(this.at + FULL_TX_PS) | 0]!;
    else if (sizeBytes === this.#ackBytes) txPs = doubles[(this.at + ACK_TX_PS) | 0]!;
    else txPs = serialisationPs(sizeBytes, this.#rateBps);
    const endPs = doubles[START]! + txPs;
    doubles[(this.at + BUSY_PS) | 0] = endPs;
    const duePs = endPs + doubles[(this.at + DELAY_PS) | 0]!;
    return this.#mailboxes.postAhead(this.#toNode, this.#toPort, (duePs - doubles[WINDOW_START]!) | 0);
  }

  /** `transmit` on a link that is slow, long, or does not always work. */
  #transmitFar(sizeBytes: number): number {
    const timeline = this.#timeline;
    const factor = timeline === null ? 1 : timeline.factor[timeline.segmentAt(this.#link, clock, START)]!;
    const endPs = clock[START]! + serialisationPs(sizeBytes, this.#rateBps * factor);
    doubles[this.at + BUSY_PS] = endPs;
    clock[DUE] = endPs + doubles[this.at + DELAY_PS]!;
    if (timeline !== null && timeline.loses(this.#link, sizeBytes, clock, START, DUE)) return -1;
    return this.#mailboxes.post(this.#toNode, this.#toPort);
  }
}
