import type { Batch } from '../engine/batch.ts';
import type { RouteTables } from './route-tables.ts';

/** Point C of a balancer: which live next hop each packet takes at one switch (docs/model-balancers-switch.md). One object a switch. */
export interface Router {
  /**
   * true: `route` is called for one packet at a time, after the packet before it has been enqueued and everything at the ports of the switch
   * up to its arrival has happened.
   */
  readonly looksAtQueues: boolean;
  /** Chooses the output link of packets from..to-1 of the batch, in order, and writes it to `batch.outputs`; -1: no next hop is left. */
  route(batch: Batch, arena: Int32Array, from: number, to: number): void;
  /** Other next hops from now on. State of a set of next hops belongs to the tables: it goes on when they return. */
  useTables(tables: RouteTables): void;
  /** Another router of this switch has sent a packet to the port of `link` at clock[NOW]. Absent: it makes no difference. */
  hear?(link: number, sizeBytes: number): void;
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
