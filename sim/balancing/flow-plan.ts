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
  /** The flow under whose number each flow is hashed (`nccl-qp`: the first of its queue pair); null: its own. */
  readonly hashFlow: Int32Array | null;
  /** Payload of this flow; the pieces of a message add up to its size. */
  readonly bytes: Float64Array;
  /** Path identifier of the Topology that every packet follows, or -1: the packets are hashed. */
  readonly path: Int32Array;
  /** From the posting of the message to the start of this flow. */
  readonly startDelayPs: Float64Array;
  /** Flows of host h are hostOffset[h] .. hostOffset[h+1]. */
  readonly hostOffset: Int32Array;
}

/**
 * Where each packet gets its path: at the host (hash, random entropy, rotation) or at the switch (round robin). `varied-entropy`: the host chooses,
 * but neither independently nor in turn over the paths, so no link is sure of a load. `changing-label`: one path until the host changes it. `path-at-start`: one path,
 * which the host chooses while running.
 * `switch-adaptive`: by the state of the switch, a packet at a time; `switch-flowlet`: one path until a gap in the flow.
 */
export type PacketRule =
  | 'fixed'
  | 'path-at-start'
  | 'changing-label'
  | 'random-entropy'
  | 'varied-entropy'
  | 'rotate-destination'
  | 'switch-round-robin'
  | 'switch-adaptive'
  | 'switch-flowlet';
