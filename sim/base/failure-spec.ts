/** Something of the fabric fails (docs/model-failures.md). Without `course` it is dead from the start to the end, and known to all. */
export interface FailureSpec {
  /**
   * `leaf0-spine1`, or `leaf0-spine1-0` for one link of a bundle; `tor0-agg1`, `agg1-core2`; `host0-leaf0`, `host0-tor0`. The name of a
   * switch, `spine1`, stands for all of its links.
   */
  readonly link: string;
  readonly course?: FailureCourse;
}

/** A failure that not everybody knows from the start. It is in force from `atPs` on, and before `untilPs`. */
export interface FailureCourse {
  readonly atPs: number;
  /** Infinity: for good. */
  readonly untilPs: number;
  /** `up`: only from the node that the name gives first to the other one; `down`: only back. */
  readonly direction: 'both' | 'up' | 'down';
  readonly fault: Fault;
}

export type Fault = DownFault | FlapFault | RateFault | RateFactorFault | LossFault | BitErrorFault;

/** Everything that is under way on the link, or is sent on it, is lost. */
export interface DownFault {
  readonly kind: 'down';
  /** How long after each change the routing follows; Infinity: never. */
  readonly convergePs: number;
}

/** Down for `downPs`, up for `upPs`, and again. */
export interface FlapFault {
  readonly kind: 'flap';
  readonly downPs: number;
  readonly upPs: number;
  readonly convergePs: number;
}

/** The link runs at this rate. */
export interface RateFault {
  readonly kind: 'rate';
  readonly rateBps: number;
}

/** The link runs at this part of its rate, above 0 and at most 1. */
export interface RateFactorFault {
  readonly kind: 'rate-factor';
  readonly factor: number;
}

/** Each packet is lost with this probability. */
export interface LossFault {
  readonly kind: 'loss';
  readonly probability: number;
}

/** Each bit is wrong with this probability; a packet with a wrong bit is lost. */
export interface BitErrorFault {
  readonly kind: 'bit-error';
  readonly probability: number;
}

/** Whether the routing ever hears of a fault. */
export const isDownFault = (fault: Fault): fault is DownFault | FlapFault => fault.kind === 'down' || fault.kind === 'flap';
