import type { ChartInput } from '../charts/input.ts';

/** Everything that a report shows; it holds no wall time, so the same results give the same page. */
export interface ReportInput extends ChartInput {
  readonly title: string;
  readonly description?: RunDescription;
  readonly manifest: ManifestFacts;
  /** Cells that gave no record at all, because they failed. */
  readonly failures?: readonly FailedCell[];
  /** The plotly.js cartesian bundle, minified: it is put into the page once. */
  readonly plotlyJs: string;
}

/** What was run, in words. */
export interface RunDescription {
  readonly name: string;
  /** One fact a line, such as `16 leaves x 16 hosts, 16 spines, 400 Gbit/s`. */
  readonly lines: readonly string[];
}

export interface ManifestFacts {
  readonly netsimVersion: string;
  readonly configHash: string;
  /** The config as the user wrote it. */
  readonly configText: string;
}

export interface FailedCell {
  /** What the cell was: its swept values and seed. */
  readonly cell: string;
  readonly message: string;
  /** The command that repeats it; null if there is none. */
  readonly repeat: string | null;
}
