/** What a scheduler sees of the users of a cell in a slot; columns by user. */
export interface CellView {
  readonly users: number;
  /** PDUs that wait. */
  readonly backlogPdus: Int32Array;
  /** Bits that the slot would carry for the user, by what its sender knows; 0: silence. */
  readonly rateBits: Float64Array;
  /** The same in bits a symbol. */
  readonly bitsPerSymbol: Float64Array;
  /** How long the packet at the head of the queue has waited, in seconds. */
  readonly headDelayS: Float64Array;
  /** When it arrived, in ps; Infinity: nothing waits. */
  readonly headArrivalPs: Float64Array;
  /** Priority class of its packet: 0 first. */
  readonly headClass: Int32Array;
  /** Delay bound in seconds (Infinity: none), share of misses allowed, least rate in bits a second. */
  readonly delayBoundS: Float64Array;
  readonly missTarget: Float64Array;
  readonly minRateBps: Float64Array;
  /** 0 UGS, 1 rtPS, 2 nrtPS, 3 BE. */
  readonly serviceClass: Int32Array;
  readonly slotS: number;
}

/** Decides who is served in a slot: one user, or nobody. */
export interface Scheduler {
  /** A user with a backlog and a rate above 0, or -1. */
  pick(view: CellView): number;
  /** The slot is over: `user` (or -1) has been sent `bits`. */
  endSlot(view: CellView, user: number, bits: number): void;
}

/** How much a user deserves the slot; asked of users that have a backlog and a rate. The largest wins, ties go to the lowest number. */
export type Rule = (view: CellView, user: number) => number;

/** Has the user a delay bound? */
export const isRealTime = ({ delayBoundS }: CellView, user: number): boolean => delayBoundS[user]! < Infinity;
