/** Direction of a cell: from its hosts, and to them. */
export const UP = 0;
export const DOWN = 1;
export type Direction = typeof UP | typeof DOWN;

/** Told of the packets that leave a link of a cell, in the order in which they joined it: by the tags that they came with. */
export interface AirSink {
  handOver(direction: Direction, terminal: number, tag: number): void;
  lose(tag: number): void;
}

/** The air of one cell: a link for each of its terminals and directions, served slot by slot (docs/model-wireless-hop.md). */
export interface Air {
  readonly slotPs: number;
  /** Packets that have joined links and not left them. */
  readonly held: number;
  /** PDUs sent so far, and those of them that failed. */
  readonly attempts: number;
  readonly failures: number;
  /** A packet joins a link at `nowPs`; false: there is no room for it. */
  take(direction: Direction, terminal: number, tag: number, bits: number, nowPs: number): boolean;
  /** The slot that was served last ends: packets leave. */
  endSlot(direction: Direction, sink: AirSink): void;
  /** Slot number `slot` begins, after any that held nothing to send. */
  serve(slot: number): void;
}

/** The cells of a fabric. */
export interface AirInterface {
  /** The air of the hosts of a ToR, hosts in ascending order; null: they have cables only. */
  cellOf(tor: number, hosts: readonly number[]): Air | null;
}
