/**
 * The output ports of all switches of a run in one table, indexed by the directed link they feed. Arrays of counts are indexed by link;
 * an entry belongs to the switch that the link leaves.
 */
export interface SwitchPorts {
  /** Packets refused for want of room. */
  readonly drops: Int32Array;
  /** Decisions to mark; a packet may be marked at several ports. */
  readonly marks: Int32Array;
  /** Packets cut to their header. */
  readonly trims: Int32Array;
  /** PAUSE frames sent, and RESUME frames. */
  readonly pauses: Int32Array;
  readonly resumes: Int32Array;
  /** Packets that wait in queues now: they are in no mailbox. */
  waiting(): number;
  /** Of those, the ones behind a pause. */
  waitingPaused(): number;
  /**
   * For each packet that waits behind a pause: the link it came in by and the one it waits for, in turn. Without repetitions.
   */
  pauseEdges(): Int32Array;
  /** Enqueues packets from..to-1 of the batch at the ports in `batch.outputs`, as they arrive. */
  forward(from: number, to: number): void;
  /** All packets of a switch that arrive in the window in hand have been forwarded; their records are given back after this. */
  batchEnds(switchIndex: number): void;
  /** Does everything at the ports of a switch that happens at or before clock[NOW]. */
  catchUp(switchIndex: number): void;
  /** A PAUSE or RESUME for a class has arrived at clock[NOW], from the node that `link` leads to. */
  setPaused(link: number, trafficClass: number, isPaused: boolean): void;
  /** Starts all transmissions of a switch that begin before the end of the window; returns whether more wait to begin later. */
  flush(switchIndex: number): boolean;
  /** Writes the bytes queued at the port of `link` at clock[NOW], the unsent rest of the packet on the wire included, to clock[QUEUE_BYTES]. */
  look(link: number): void;
  /** Whether the port of `link` may not send data. */
  isPaused(link: number): boolean;
  /** Payload bytes of first transmissions that came to the port of `link`, dropped ones too. */
  loadBytes(link: number): number;
  /** Largest queue of a link's output port, in bytes, the unsent rest of the packet on the wire included. */
  peakBytes(link: number): number;
}
