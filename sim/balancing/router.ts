import type { Batch } from '../engine/batch.ts';
import type { RouteTables } from './route-tables.ts';

/** Outputs that are no link: no next hop is left; the packet has come to its end here; it is held back. */
export const NO_HOP = -1;
export const ENDED = -2;
export const HELD = -3;

/** Point C of a balancer: which live next hop each packet takes at one switch (docs/model-balancers-switch.md). One object a switch. */
export interface Router {
  /**
   * true: `route` is called for one packet at a time, after the packet before it has been enqueued and everything at the ports of the switch
   * up to its arrival has happened.
   */
  readonly looksAtQueues: boolean;
  /** Chooses the output link of packets from..to-1 of the batch, in order, and writes it to `batch.outputs`, or NO_HOP, ENDED, HELD. */
  route(batch: Batch, from: number, to: number): void;
  /** Other next hops from now on. State of a set of next hops belongs to the tables: it goes on when they return. */
  useTables(tables: RouteTables): void;
  /** Another router of this switch has sent a packet to the port of `link` at clock[NOW]. Absent: it makes no difference. */
  hear?(link: number, sizeBytes: number): void;
  /** What puts packets of a flow back in order at this switch; null: nothing does. Absent: no flow is put in order. */
  reordererOf?(flow: number): Reorderer | null;
}

/**
 * A router that holds packets back. After each packet of a flow that is to be put in order: what else is to be done, in the order of the
 * fields; the packet itself is held or forwarded between the two releases.
 */
export interface Reorderer {
  /** The event REORDER_FLUSH of the flow is due at clock[DUE]. */
  readonly armsTimer: boolean;
  /** What is held of the flow goes before the packet, or after it. */
  readonly releasesBefore: boolean;
  readonly releasesAfter: boolean;
  /** Numbers of notices for the ToR of the flow's source; -1: none. */
  readonly notify: number;
  readonly reply: number;
  /** REORDER_FLUSH of `flow` at clock[NOW]: whether what is held goes now. */
  flushes(flow: number): boolean;
}

/** What a router may ask of the output ports of its switch. */
export interface PortView {
  /**
   * Writes the bytes queued at the port of `link` at clock[NOW], the unsent rest of the packet on the wire included, to clock[QUEUE_BYTES]:
   * `(waitingPs + max(0, busy - now)) * rateBps / 8e12`.
   */
  look(link: number): void;
  /** Whether a PAUSE holds back data at the port of `link`. */
  isPaused(link: number): boolean;
}
