/**
 * What a radio link and its queue are made of, for a cell of its own (wireless/scenario.ts) and for a hop of a fabric
 * (wireless-hop-spec.ts). Times are integer picoseconds, SNR in dB as a person writes it, sizes in bits. docs/wireless-model.md says what
 * each part does.
 */

export type ModeTable = 'TM1' | 'TM2' | 'TM2Q';

export interface SlotSpec {
  readonly durationPs: number;
  /** Bits of a packet of the link (PDU). */
  readonly packetBits: number;
  /** PDUs a slot carries at one bit a symbol; times the bits a symbol of each mode a whole number. */
  readonly packetsPerSlot: number;
}

export interface ChannelSpec {
  /** Mean SNR, or null: from the link budget at `distanceM`. */
  readonly snrDb: number | null;
  readonly budget: LinkBudgetSpec;
  readonly fading: 'none' | 'rayleigh' | 'rician' | 'nakagami';
  /** Nakagami parameter; 1 is Rayleigh. */
  readonly m: number;
  /** Rician factor, linear. */
  readonly riceFactor: number;
  readonly dopplerHz: number;
  /** `block`: a fade of its own each slot; `clarke`: sum of sinusoids; `fsmc`: finite-state chain over the modes; `gilbert-elliott`. */
  readonly correlation: 'block' | 'clarke' | 'fsmc' | 'gilbert-elliott';
  readonly sinusoids: number;
  readonly fsmc: { readonly kind: 'wm' | 'exact'; readonly onInvalid: 'refuse' | 'exact' | 'shorten' };
  readonly gilbertElliott: {
    readonly goodToBad: number;
    readonly badToGood: number;
    readonly goodSuccess: number;
    readonly badSuccess: number;
  };
  /** Standard deviation of shadowing (0: none), correlation distance, and speed that turns time into distance. */
  readonly shadowing: { readonly sigmaDb: number; readonly correlationM: number; readonly speedMps: number };
}

export interface LinkBudgetSpec {
  readonly distanceM: number;
  readonly exponent: number;
  readonly carrierHz: number;
  readonly bandwidthHz: number;
  readonly noiseFigureDb: number;
  readonly gainsDb: number;
}

export interface PhySpec {
  readonly table: ModeTable;
  /** Threshold rule: `A` no attempt above the target, `B` the mean inside each mode at it. */
  readonly rule: 'A' | 'B';
  /** PER target of an attempt; null: from the loss target and the retransmissions (rule A), 0.01 (rule B). */
  readonly perTarget: number | null;
  /** One mode for all channels (1..N); null: adaptive. */
  readonly fixedMode: number | null;
  readonly power: 'constant' | 'inversion';
}

export interface CsiSpec {
  readonly estimator: 'perfect' | 'ls' | 'lmmse' | 'kalman';
  readonly pilots: number;
  readonly periodSlots: number;
  readonly delaySlots: number;
  /** `mode`: the report is a mode index; else a quantiser step in dB (0: none). */
  readonly quantiser: 'mode' | { readonly stepDb: number };
  /** P(a report is replaced by a random other index). */
  readonly feedbackError: number;
  readonly olla: { readonly on: boolean; readonly bler: number; readonly upDb: number; readonly clampDb: number };
}

export interface ArqSpec {
  readonly kind: 'none' | 'truncated' | 'persistent';
  /** Of `truncated`; attempts are one more. */
  readonly maxRetransmissions: number;
  /** How the attempts of a PDU are combined. */
  readonly harq: 'none' | 'chase' | 'ir';
  /** Attempts are also bounded by the deadline, and PDUs that cannot make it are dropped before they are sent. */
  readonly deadline: boolean;
  /** Attempts are also bounded by class: 6, 3, 1 retransmissions for I, P, B frames or layers 0, 1, 2. */
  readonly byClass: boolean;
  /** Failures in a row after which the sender pauses for `pauseSlots`, then tries one PDU at a time until one arrives; null: never. */
  readonly pauseNacks: number | null;
  readonly pauseSlots: number;
}

export type SchedulerKind =
  'fifo' | 'round-robin' | 'strict' | 'edf' | 'max-ci' | 'pf' | 'm-lwdf' | 'exp-pf' | 'exp-rule' | 'log-rule' | 'lwg';

export interface MacSpec {
  readonly kind: SchedulerKind;
  readonly averagingSlots: number;
  /** Real-time packets older than their delay bound are dropped at the head of the queue. */
  readonly dropLate: boolean;
}
