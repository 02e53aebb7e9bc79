/**
 * In-band telemetry (INT): what the switches of its path stamped on a data packet, as the ACK to it brings it back. `address` is that of
 * the ACK's record. Hops are numbered from 0 at the switch next to the sender; host ports stamp nothing.
 */
export interface Telemetry {
  /** Stamps that the packet carried. */
  hops(address: number): number;
  /** The link that the packet took at a hop. */
  link(address: number, hop: number): number;
  /** Writes the stamp of a hop into into[STAMP_TIME_PS .. STAMP_QUEUE_BYTES]. */
  read(address: number, hop: number, into: Float64Array): void;
}

/** Instant at which the packet's transmission started at the port, in picoseconds. */
export const STAMP_TIME_PS = 0;
/** Wire bytes of every kind that the port had started to send before this packet, since the start of the run. */
export const STAMP_TX_BYTES = 1;
/** Wire bytes that waited in the packet's class at the port, after the packet was taken out. */
export const STAMP_QUEUE_BYTES = 2;
export const STAMP_PLACES = 3;
