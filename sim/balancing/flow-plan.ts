/**
 * A FlowPlan says into which flows the messages of a Schedule are cut, and which of them are pinned to a path. It is the whole
 * of a balancer's decision at point A ("message"): made once, before the run, from the Schedule alone, so that the packet engine,
 * the bounds and a reader see the same plan. Flows are numbered by source host, then in the order of the plan.
 */
export interface FlowPlan {
  readonly flows: number;
  /** The send operation of the Schedule that each flow carries a piece of. */
  readonly message: Int32Array;
  readonly srcHost: Int32Array;
  readonly dstHost: Int32Array;
  /** Payload of this flow; the pieces of a message add up to its size. */
  readonly bytes: Float64Array;
  /** Path identifier of the Topology that every packet follows, or -1: the packets are hashed. */
  readonly path: Int32Array;
  /** From the posting of the message to the start of this flow. */
  readonly startDelayPs: Float64Array;
  /** Flows of host h are hostOffset[h] .. hostOffset[h+1]. */
  readonly hostOffset: Int32Array;
}

/** Where each packet gets its path: at the host (hash, random entropy, rotation) or at the switch (round robin). */
export type PacketRule = 'fixed' | 'random-entropy' | 'rotate-destination' | 'switch-round-robin';
