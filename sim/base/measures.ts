/**
 * What a workload can say of a finished run beyond its completion, and wireless leaves of any run: columns of the table, empty for what does
 * not have them.
 */
export const MEASURES = [
  'algbw_gb_per_s',
  'busbw_gb_per_s',
  'dispatch_us',
  'combine_us',
  'compute_us',
  'bubble_us',
  'exposed_comm_us',
  'exposed_tp_us',
  'exposed_cp_us',
  'exposed_ep_us',
  'exposed_pp_us',
  'exposed_dp_us',
  'wireless_losses',
  'wireless_drops',
  'wireless_error_rate',
] as const;

export type Measure = (typeof MEASURES)[number];
export type Measures = Readonly<Partial<Record<Measure, number>>>;

/** When each operation of a Schedule started and ended, in ps; NaN: it did not. */
export interface OperationTimes {
  /** A send: when it was posted; a receive: when all it waits for but its message had come about. */
  readonly startPs: Float64Array;
  readonly endPs: Float64Array;
}

/** A part of the critical path of a run. */
export interface CriticalShare {
  /** `compute`, or whom its messages belong to. */
  readonly group: string;
  readonly timeUs: number;
  /** Of the completion. */
  readonly share: number;
  readonly operations: number;
}

/** Measures a finished run of the workload. */
export type Measuring = (times: OperationTimes, completionPs: number) => Measures;
