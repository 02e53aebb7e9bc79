import type { CellRecord } from '../rows.ts';

/** Closed forms of a wireless link. The last three are drawn to compare with, and predict nothing: two are approximations, one is an upper bound. */
export const ORACLE_NAMES = [
  'amc-arq',
  'fixed-mode',
  'outdated',
  'finite-queue',
  'independent-attempts',
  'outdated-uncapped',
  'path-limit',
] as const;
/** Those that predict what is measured. */
export const PREDICTIONS: readonly string[] = ORACLE_NAMES.slice(0, 4);
export type OracleName = (typeof ORACLE_NAMES)[number];

/** A chart that a config asks for: `y` (a result column) against `x`, one line a value of `series`. */
export interface ChartSpec {
  /** A swept key, or a column of the rows. */
  readonly x: string;
  /** A numeric column of the rows. */
  readonly y: string;
  /** A swept key; absent: one series. */
  readonly series?: string | null;
  /** Swept keys that head the labels of the panels. */
  readonly facet?: readonly string[];
  /** The closed form to draw beside the points. */
  readonly oracle?: OracleName;
}

/** What the charts are drawn from. */
export interface ChartInput {
  /** Dotted keys that the sweep varies, as they are named in the rows; `seed` is not one of them. */
  readonly sweptKeys: readonly string[];
  /** null: the default charts, completion time and slowdown against each swept axis. */
  readonly charts: readonly ChartSpec[] | null;
  readonly records: readonly CellRecord[];
  /** Cells of the whole sweep, repeats included; more than `records` when results are partial. */
  readonly expectedCells: number;
}
